using System.Collections.Concurrent;
using System.Collections.Immutable;
using Weir.Records.Status;

namespace Weir.Records.Metrics;

/// <summary>
/// Rate, errors and duration of the calls of each service and endpoint. Takes exchanges from any thread, allocates nothing for one whose
/// labels are known, and never holds more series than the limits allow: what is beyond is counted under <c>other</c>.
/// </summary>
public sealed class ExchangeMetrics : IExchangeSink, IStatusSource, IMetricSource
{
    /// <summary>Upper bounds of the buckets of durations, in seconds: from a call within a node to one that somebody gave up on.</summary>
    public static ImmutableArray<double> DurationBounds { get; } = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

    private const string Other = "other";

    private readonly ExchangeMetricsLimits _limits;
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<byte[], ExchangeSeries> _series = new(ByteKeys.Comparer);
    private readonly ConcurrentDictionary<byte[], ExchangeSeries>.AlternateLookup<ReadOnlySpan<byte>> _known;
    private readonly Dictionary<byte[], Service> _services = new(ByteKeys.Comparer);
    private readonly Dictionary<byte[], Service>.AlternateLookup<ReadOnlySpan<byte>> _knownServices;
    private readonly ExchangeSeries _elsewhere;
    private int _count;
    private long _beyondTotal;
    private long _beyondService;

    /// <param name="limits">Null takes the defaults.</param>
    public ExchangeMetrics(ExchangeMetricsLimits? limits = null)
    {
        _limits = limits ?? new ExchangeMetricsLimits();
        _known = _series.GetAlternateLookup<ReadOnlySpan<byte>>();
        _knownServices = _services.GetAlternateLookup<ReadOnlySpan<byte>>();
        _elsewhere = Create([Other, Other, Other, Other, Other]);
    }

    public string Name => "exchange";

    public void Write(Exchange exchange)
    {
        // It comes again when it is over.
        if (exchange.InProgress) return;
        Span<byte> buffer = stackalloc byte[SeriesKey.MaxBytes];
        // A catalogue that learns from what clients ask for may still have a value where a parameter will be, and a label is kept and shown for
        // longer than a record: only a template that somebody has accepted is named.
        var endpoint = exchange.EndpointIsDecided ? exchange.Endpoint : null;
        var key = SeriesKey.Write(exchange, endpoint, _limits.MaxLabelBytes, buffer);
        (_known.TryGetValue(key, out var series) ? series : Admit(key)).Count(exchange);
    }

    public void Report(IStatusReport report)
    {
        report.Gauge("series", Volatile.Read(ref _count));
        report.Counter("overflow_calls", "limit", "all", Interlocked.Read(ref _beyondTotal));
        report.Counter("overflow_calls", "limit", "service", Interlocked.Read(ref _beyondService));
    }

    public void Collect(MetricSet metrics)
    {
        foreach (var (_, series) in _series) series.Collect(metrics);
        lock (_gate)
        {
            foreach (var service in _services.Values) service.Rest?.Collect(metrics);
        }

        if (Interlocked.Read(ref _beyondTotal) > 0) _elsewhere.Collect(metrics);
    }

    private ExchangeSeries Admit(ReadOnlySpan<byte> key)
    {
        Span<byte> name = stackalloc byte[SeriesKey.MaxBytes];
        SeriesKey.WriteService(key, name, out var length);
        name = name[..length];
        lock (_gate)
        {
            if (_known.TryGetValue(key, out var meanwhile)) return meanwhile;
            _knownServices.TryGetValue(name, out var service);
            if (service is not null && service.Series >= _limits.MaxSeriesPerService)
            {
                if (service.Rest is null && TryTake()) service.Rest = Rest(key);
                if (service.Rest is { } rest)
                {
                    Interlocked.Increment(ref _beyondService);
                    return rest;
                }
            }
            else if (TryTake())
            {
                if (service is null) _knownServices[name] = service = new Service();
                service.Series++;
                return _known[key] = Create(SeriesKey.Labels(key));
            }
        }

        Interlocked.Increment(ref _beyondTotal);
        return _elsewhere;
    }

    private ExchangeSeries Rest(ReadOnlySpan<byte> key)
    {
        var labels = SeriesKey.Labels(key);
        return Create([labels[0], labels[1], Other, Other, Other]);
    }

    private ExchangeSeries Create(string[] labels) => new(labels, _limits.ExemplarIntervalMs * 1_000_000L);

    private bool TryTake()
    {
        if (_count >= _limits.MaxSeries) return false;
        Volatile.Write(ref _count, _count + 1);
        return true;
    }

    private sealed class Service
    {
        public int Series { get; set; }

        /// <summary>What is counted of the calls beyond the limit of one service.</summary>
        public ExchangeSeries? Rest { get; set; }
    }
}
