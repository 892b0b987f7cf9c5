using System.Buffers;
using Weir.Center.Inventory;
using Weir.Center.Live;
using Weir.Center.Respond.Incidents;
using Weir.Records;
using Weir.Records.Json;
using Weir.Records.Metrics;
using Weir.Records.Status;

namespace Weir.Center.Ingest;

/// <summary>A place in the queue before the store: rows taken until then, and rows that the store had refused.</summary>
public readonly record struct StoreMark(long Taken, long Lost);

/// <summary>
/// Takes exchanges from capture workers, on their threads: encodes each once, shows it to the live streams and queues it for
/// the store. Never waits; what does not fit is counted.
/// </summary>
public sealed class ExchangeIngest : IExchangeSink, IStatusSource, IDisposable
{
    /// <summary>How often somebody who waits for the store looks.</summary>
    private static readonly TimeSpan StoredCheck = TimeSpan.FromMilliseconds(10);

    private readonly IngestQueue _queue;
    private readonly LiveHub _live;
    private readonly LiveCatalogue _catalogue;
    private readonly ExchangeMetrics _metrics;
    private readonly IncidentWatch _incidents;
    private readonly ThreadLocal<Encoder> _encoders = new(() => new Encoder());
    private long _received;
    private long _queueFull;

    internal ExchangeIngest(IngestQueue queue, LiveHub live, LiveCatalogue catalogue, ExchangeMetrics metrics, IncidentWatch incidents)
    {
        _queue = queue;
        _live = live;
        _catalogue = catalogue;
        _metrics = metrics;
        _incidents = incidents;
    }

    public string Name => "ingest";

    internal StoreWriter? Writer { get; set; }

    /// <summary>A call that lasts is shown and stored while it runs; its end takes the place of that.</summary>
    public bool TakesInProgress => true;

    /// <summary>The queue is nearly full.</summary>
    public bool IsSaturated => _queue.IsSaturated;

    public void Write(Exchange exchange) => TryWrite(exchange);

    /// <summary>False when there was no room, which is counted.</summary>
    public bool TryWrite(Exchange exchange)
    {
        if (TryOffer(exchange)) return true;
        _metrics.Write(exchange);
        if (!exchange.InProgress) Interlocked.Increment(ref _queueFull);
        return false;
    }

    /// <summary>False when there was no room: for senders that come again with the same exchange, so that nothing is lost.</summary>
    public bool TryOffer(Exchange exchange)
    {
        if (!exchange.InProgress) Interlocked.Increment(ref _received);
        // Before it is encoded: the record names its endpoint.
        _catalogue.Observe(exchange);
        var encoder = _encoders.Value!;
        encoder.Encode(exchange);
        _live.Publish(exchange, encoder.Summary);
        var row = _queue.Rent();
        row.Set(exchange, encoder.Summary, encoder.Record);
        if (!_queue.TryEnqueue(row))
        {
            _queue.Return(row);
            return false;
        }

        // Not before: what was refused comes again.
        _metrics.Write(exchange);
        _incidents.Observe(exchange);
        return true;
    }

    /// <summary>Waits until everything written before has left the queue. False when the store refused any row meanwhile.</summary>
    public Task<bool> StoredAsync(CancellationToken cancellation) => StoredAsync(Mark(), cancellation);

    /// <summary>As above, of everything written before the mark.</summary>
    public async Task<bool> StoredAsync(StoreMark mark, CancellationToken cancellation)
    {
        while (!_queue.HasLeft(mark.Taken)) await Task.Delay(StoredCheck, cancellation);
        return (Writer?.Lost ?? 0) == mark.Lost;
    }

    /// <summary>Where the queue and the store stand now.</summary>
    public StoreMark Mark() => new(_queue.Taken, Writer?.Lost ?? 0);

    public void Report(IStatusReport report)
    {
        report.Counter("received", Interlocked.Read(ref _received));
        report.Gauge("queued", _queue.Rows);
        report.Gauge("queue_limit", _queue.Limits.MaxRows);
        report.Gauge("queued_bytes", _queue.Bytes);
        report.Gauge("queue_limit_bytes", _queue.Limits.MaxBytes);
        report.Dropped(new Loss(Loss.Anywhere, Loss.Anywhere, "ingest_queue_full", Interlocked.Read(ref _queueFull)));
        Writer?.Report(report);
    }

    public void Dispose() => _encoders.Dispose();

    /// <summary>Buffers of one capture thread.</summary>
    private sealed class Encoder
    {
        private readonly ArrayBufferWriter<byte> _summary = new(1024);
        private readonly ArrayBufferWriter<byte> _record = new(4096);
        private readonly ExchangeJsonWriter _summaryWriter = new(ExchangeDetail.Summary);
        private readonly ExchangeJsonWriter _recordWriter = new(ExchangeDetail.Full);

        public ReadOnlySpan<byte> Summary => _summary.WrittenSpan;

        public ReadOnlySpan<byte> Record => _record.WrittenSpan;

        public void Encode(Exchange exchange)
        {
            _record.ResetWrittenCount();
            _recordWriter.Write(exchange, _record);
            // After the record: decoding a body can add an anomaly, which the summary then names too.
            _summary.ResetWrittenCount();
            _summaryWriter.Write(exchange, _summary);
        }
    }
}
