using System.Threading.Channels;
using Weir.Detection;
using Weir.Detection.Baseline;
using Weir.Detection.Findings;
using Weir.Flows;
using Weir.Packets;
using Weir.Records;
using Weir.Records.Json;
using Weir.Records.Status;
using Weir.Storage;

namespace Weir.Center.Respond.Incidents;

/// <summary>
/// The baseline detector over the calls that come in, under one lock that is held for some microseconds; what becomes of an incident leaves through a
/// queue. After a start, the usual is learned from what is stored, so that a restart is no blind time.
/// </summary>
internal sealed class IncidentWatch : IIncidentSink, IStatusSource
{
    private const byte Tcp = 6;
    private const long NsPerMs = 1_000_000;

    /// <summary>Time beyond the learning time that is read again.</summary>
    private static readonly TimeSpan s_margin = TimeSpan.FromMinutes(10);

    private readonly Lock _lock = new();
    private readonly TrafficDetector _detector;
    private readonly RespondOptions _options;
    private readonly TimeProvider _time;
    private readonly Channel<(IncidentRecord Record, IncidentChange Change)> _events;
    private readonly Dictionary<ServiceKey, (string? Namespace, string? Service)> _names = [];
    private readonly Dictionary<FlowTuple, long> _connections = [];
    private readonly Dictionary<long, (string Id, long Number)> _numbers = [];
    private readonly Dictionary<string, Incident> _open = new(StringComparer.Ordinal);
    private readonly ExchangeIdGenerator _ids = new();
    private long _nextNumber = 1;
    private bool _isReplaying;
    private long _trafficNs;
    private DateTimeOffset _observedAt;
    private long _queueFull;
    private long _replayed;

    public IncidentWatch(RespondOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        _detector = new TrafficDetector(new DetectorOptions { Baseline = options.Baseline, Incidents = options.Incidents }, this);
        _events = Channel.CreateBounded<(IncidentRecord, IncidentChange)>(new BoundedChannelOptions(options.Limits.MaxQueued) { SingleReader = true });
    }

    public string Name => "incidents";

    public ChannelReader<(IncidentRecord Record, IncidentChange Change)> Events => _events.Reader;

    /// <summary>Nothing is reported yet.</summary>
    public bool IsLearning
    {
        get
        {
            lock (_lock) return _detector.IsLearning;
        }
    }

    public void Observe(Exchange exchange)
    {
        if (exchange.InProgress || !exchange.HasRequest) return;
        lock (_lock)
        {
            Remember(exchange);
            _trafficNs = Math.Max(_trafficNs, exchange.StartedAtNs);
            _observedAt = _time.GetUtcNow();
            OnConnection(exchange);
            _detector.OnExchange(exchange);
        }
    }

    /// <summary>An incident as it is at this moment: what is kept is written only when it begins, gets worse and ends.</summary>
    public IncidentRecord Now(IncidentRecord record)
    {
        lock (_lock) return _open.TryGetValue(record.Id, out var incident) ? Snapshot(incident, IncidentChange.Worse, (record.Id, record.Number)) : record;
    }

    /// <summary>Time goes on while nobody asks anything: incidents end.</summary>
    public void Advance()
    {
        lock (_lock)
        {
            if (_trafficNs == 0) return;
            var since = _time.GetUtcNow() - _observedAt;
            _detector.Advance(_trafficNs + Math.Max(0, (long)since.TotalMilliseconds * NsPerMs));
        }
    }

    /// <summary>Learns from what is stored. Nothing is reported of it: it was, when it happened.</summary>
    /// <exception cref="StoreException">The store can't be read.</exception>
    public void Replay(IExchangeStore store, long nextNumber, CancellationToken cancellation)
    {
        var from = _time.GetUtcNow() - _options.Baseline.Learning - s_margin;
        var query = new ExchangeQuery { FromNs = from.ToUnixTimeMilliseconds() * NsPerMs, Limit = 1000 };
        var stored = new Stack<byte[]>();
        while (stored.Count < _options.Limits.MaxReplayedCalls)
        {
            var page = store.Query(query, cancellation);
            foreach (var item in page.Items) stored.Push(item.Json);
            if (page.Next is null) break;
            query = query with { After = page.Next };
        }

        var exchange = new Exchange();
        lock (_lock) (_isReplaying, _nextNumber) = (true, nextNumber);
        while (stored.TryPop(out var json))
        {
            cancellation.ThrowIfCancellationRequested();
            if (!ExchangeJsonReader.TryRead(json, exchange, out _)) continue;
            Observe(exchange);
            _replayed++;
        }

        lock (_lock) _isReplaying = false;
    }

    public void Stop() => _events.Writer.TryComplete();

    public void Report(IStatusReport report)
    {
        lock (_lock)
        {
            report.Counter("calls", _detector.Calls);
            report.Counter("findings", _detector.Findings);
            report.Counter("opened", _detector.Incidents);
            report.Gauge("services", _detector.Services);
            report.Gauge("learning", _detector.IsLearning ? 1 : 0);
            report.Counter("replayed_calls", _replayed);
        }

        report.Counter("queue_full", Interlocked.Read(ref _queueFull));
    }

    void IIncidentSink.OnIncident(Incident incident, IncidentChange change)
    {
        if (_isReplaying) return;
        if (!_numbers.TryGetValue(incident.Number, out var known))
        {
            // One that began before the start is told of from here on; one that only ends is not.
            if (change == IncidentChange.Closed) return;
            _numbers[incident.Number] = known = (_ids.Next(incident.First.DetectedNs).ToString(), _nextNumber++);
        }

        if (change == IncidentChange.Closed)
        {
            _numbers.Remove(incident.Number);
            _open.Remove(known.Id);
        }
        else
        {
            _open[known.Id] = incident;
        }

        if (!_events.Writer.TryWrite((Snapshot(incident, change, known), change))) Interlocked.Increment(ref _queueFull);
    }

    private IncidentRecord Snapshot(Incident incident, IncidentChange change, (string Id, long Number) known)
    {
        var service = incident.Service ?? incident.Worst.Service;
        var name = service is { } key ? _names.GetValueOrDefault(key) : default;
        return new IncidentRecord
        {
            Id = known.Id,
            Number = known.Number,
            State = change == IncidentChange.Closed ? IncidentState.Closed : IncidentState.Open,
            Kind = incident.Kind,
            Severity = incident.Severity,
            Score = Math.Round(incident.Worst.Score, 4),
            StartedAt = Time(incident.StartedNs),
            DetectedAt = Time(incident.First.DetectedNs),
            LastAt = Time(incident.LastNs),
            // Of the first finding: an incident keeps its key when others join in.
            Source = incident.First.Source?.ToString(),
            Server = incident.Service?.ToString(),
            Namespace = name.Namespace,
            Service = name.Service,
            Findings = incident.Findings,
            Reasons = [.. incident.Worst.Reasons.Select(static one => new IncidentReason(one.Feature, Finite(one.Usual), Finite(one.Present)))],
            Evidence = incident.Worst.Evidence,
        };
    }

    private void Remember(Exchange exchange)
    {
        if (exchange.Server.Service is null && exchange.Server.Workload is null) return;
        if (_names.Count >= _options.Limits.MaxServices) _names.Clear();
        _names[new ServiceKey(exchange.Server.Ip, exchange.Server.Port, Tcp)] = (exchange.Server.Namespace, exchange.Server.Service ?? exchange.Server.Workload);
    }

    /// <summary>The center has no flows, but each connection shows by its first call: that is what floods are counted by.</summary>
    private void OnConnection(Exchange exchange)
    {
        var tuple = new FlowTuple(exchange.Client.Ip, exchange.Server.Ip, exchange.Client.Port, exchange.Server.Port, Tcp);
        if (_connections.ContainsKey(tuple)) return;
        if (_connections.Count >= _options.Limits.MaxConnections) _connections.Clear();
        _connections[tuple] = exchange.StartedAtNs;
        _detector.OnFlow(
            new FlowObservation(tuple, exchange.StartedAtNs, exchange.StartedAtNs, IsNew: true, IsOver: false)
            {
                ForwardBytes = Math.Max(1, exchange.Request.BodyBytes), BackwardBytes = Math.Max(1, exchange.Response.BodyBytes), HasBeginning = true, IsAnswered = true,
            }, []);
    }

    private static double? Finite(double value) => double.IsFinite(value) ? Math.Round(value, 3) : null;

    private static DateTimeOffset Time(long unixNs) => DateTimeOffset.UnixEpoch.AddTicks(unixNs / 100);
}
