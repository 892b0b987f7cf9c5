using System.Buffers;
using Weir.Center.Live;
using Weir.Records;
using Weir.Records.Json;
using Weir.Records.Status;

namespace Weir.Center.Ingest;

/// <summary>
/// Takes exchanges from capture workers, on their threads: encodes each once, shows it to the live streams and queues it for
/// the store. Never waits; what does not fit is counted.
/// </summary>
public sealed class ExchangeIngest : IExchangeSink, IStatusSource, IDisposable
{
    private readonly IngestQueue _queue;
    private readonly LiveHub _live;
    private readonly ThreadLocal<Encoder> _encoders = new(() => new Encoder());
    private long _received;
    private long _queueFull;

    internal ExchangeIngest(IngestQueue queue, LiveHub live)
    {
        _queue = queue;
        _live = live;
    }

    public string Name => "ingest";

    internal StoreWriter? Writer { get; set; }

    public void Write(Exchange exchange)
    {
        Interlocked.Increment(ref _received);
        var encoder = _encoders.Value!;
        encoder.Encode(exchange);
        _live.Publish(exchange, encoder.Summary);
        var row = _queue.Rent();
        row.Set(exchange, encoder.Summary, encoder.Record);
        if (_queue.TryEnqueue(row)) return;
        Interlocked.Increment(ref _queueFull);
        _queue.Return(row);
    }

    public void Report(IStatusReport report)
    {
        report.Counter("received", Interlocked.Read(ref _received));
        report.Gauge("queued", _queue.Rows);
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
