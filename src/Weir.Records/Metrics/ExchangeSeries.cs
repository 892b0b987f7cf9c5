using System.Globalization;

namespace Weir.Records.Metrics;

/// <summary>What is counted of the calls with the same labels. Any thread may count; any may read.</summary>
/// <param name="labels">Values of the labels of <see cref="MetricCatalog.Durations"/>.</param>
/// <param name="exemplarIntervalNs">How long a bucket keeps its exemplar.</param>
internal sealed class ExchangeSeries(string[] labels, long exemplarIntervalNs)
{
    private const double NsPerSecond = 1e9;

    private static readonly long[] s_boundsNs = [.. ExchangeMetrics.DurationBounds.Select(bound => (long)(bound * NsPerSecond))];

    private readonly string _labels = Exposition.Labels(MetricCatalog.Durations.Labels, labels);
    private readonly long[] _calls = new long[CallClasses.Names.Length];
    private readonly long[] _durations = new long[s_boundsNs.Length + 1];
    private readonly Example[] _examples = new Example[s_boundsNs.Length + 1];
    private long _durationNs;
    private long _requestBytes;
    private long _responseBytes;

    /// <summary>The labels as they are written, by which series are told apart.</summary>
    public override string ToString() => _labels;

    public void Count(Exchange exchange)
    {
        Interlocked.Increment(ref _calls[(int)CallClasses.Of(exchange)]);
        Interlocked.Add(ref _requestBytes, exchange.Request.BodyBytes);
        Interlocked.Add(ref _responseBytes, exchange.Response.BodyBytes);
        // How long somebody stayed connected is no latency.
        if (exchange.DurationNs < 0 || exchange.WebSocket.Present || exchange.ServerSentEvents >= 0) return;
        var bucket = BucketOf(exchange.DurationNs);
        Interlocked.Increment(ref _durations[bucket]);
        Interlocked.Add(ref _durationNs, exchange.DurationNs);
        ref var example = ref _examples[bucket];
        if (exchange.StartedAtNs - Volatile.Read(ref example.AtNs) < exemplarIntervalNs) return;
        lock (_examples)
        {
            example = new Example { Id = exchange.Id, Trace = TraceParent.Of(exchange.Request).TraceId, DurationNs = exchange.DurationNs, AtNs = exchange.StartedAtNs };
        }
    }

    public void Collect(MetricSet metrics)
    {
        for (var i = 0; i < _calls.Length; i++)
        {
            if (Interlocked.Read(ref _calls[i]) is > 0 and var calls)
                metrics.Add(MetricCatalog.Calls, $"{_labels},status_class=\"{CallClasses.Names[i]}\"", calls);
        }

        metrics.Add(MetricCatalog.RequestBytes, _labels, Interlocked.Read(ref _requestBytes));
        metrics.Add(MetricCatalog.ResponseBytes, _labels, Interlocked.Read(ref _responseBytes));
        var counts = new long[_durations.Length];
        for (var i = 0; i < counts.Length; i++) counts[i] = Interlocked.Read(ref _durations[i]);
        metrics.Add(MetricCatalog.Durations, _labels, new HistogramValue(counts, Interlocked.Read(ref _durationNs) / NsPerSecond, Examples()));
    }

    private Exemplar?[] Examples()
    {
        lock (_examples)
        {
            return [.. _examples.Select(example => example.AtNs == 0 ? (Exemplar?)null : new Exemplar(Labels(example), example.DurationNs / NsPerSecond, example.AtNs))];
        }
    }

    private static string Labels(Example example) => example.Trace == 0
        ? $"exchange_id=\"{example.Id}\""
        : string.Create(CultureInfo.InvariantCulture, $"exchange_id=\"{example.Id}\",trace_id=\"{example.Trace:x32}\"");

    private static int BucketOf(long durationNs)
    {
        var bucket = 0;
        while (bucket < s_boundsNs.Length && durationNs > s_boundsNs[bucket]) bucket++;
        return bucket;
    }

    private struct Example
    {
        public ExchangeId Id;
        public UInt128 Trace;
        public long DurationNs;
        public long AtNs;
    }
}
