using System.Buffers;
using System.IO.Compression;
using Weir.Export.Spooling;
using Weir.Records;

namespace Weir.Export.Resurface;

/// <summary>
/// Delivers exchanges to a Resurface server: messages in bundles, each compressed, put on disk and sent until the server has
/// taken it. A capture thread only appends to the bundle; compression and disk have a thread, the network a task.
/// </summary>
public sealed class ResurfaceOutput : BatchingOutput, IOutputCounters
{
    /// <summary>Full bundles that may wait for the disk: 20 MiB at the default size.</summary>
    private const int MaxSealed = 4;

    /// <summary>How often somebody who waits for room looks whether the user wants to end.</summary>
    private const int StopCheckMs = 50;

    private readonly ResurfaceOptions _options;
    private readonly DeliverySpool _spool;
    private readonly ResurfaceSender _sender;
    private readonly OwnDeliveries _own = new();
    private readonly ExchangeIdGenerator _ids = new();
    private readonly object _gate = new();
    private readonly Queue<Bundle> _sealed = [];
    private readonly Thread _spooler;
    private Bundle _current = new();
    private bool _ending;
    private long _queueFull;
    private long _unpaired;
    private long _notHttp;
    private long _ownSeen;

    /// <exception cref="OutputException">The spool directory cannot be used.</exception>
    public ResurfaceOutput(ResurfaceOptions options, TimeProvider? time = null)
        : base(options.Url.ToString())
    {
        _options = options;
        _spool = new DeliverySpool(SpoolDirectory.Open(options.SpoolRoot, "resurface", options.Url.ToString()), options.Spool, time ?? TimeProvider.System, options.Tell);
        if (_spool.Messages > 0) options.Tell($"{_spool.Messages} messages of an earlier run wait in {_spool.Path} and are sent first");
        _sender = new ResurfaceSender(options, _spool, _own);
        _spooler = new Thread(FillSpool) { IsBackground = true, Name = "resurface spool" };
        _spooler.Start();
        if (!options.SkipSubmission) _sender.Start();
    }

    /// <summary>Messages that the server has taken.</summary>
    public long Delivered => _sender.Delivered;

    /// <summary>Messages on disk, waiting for the server.</summary>
    public long Waiting => _spool.Messages;

    public IEnumerable<KeyValuePair<string, long>> Losses()
    {
        yield return new("resurface_queue_full", Interlocked.Read(ref _queueFull));
        yield return new("resurface_spool_full", _spool.DroppedFull);
        yield return new("resurface_spool_expired", _spool.DroppedExpired);
        yield return new("resurface_spool_damaged", _spool.Damaged);
        yield return new("resurface_refused", _sender.Refused);
    }

    public IEnumerable<KeyValuePair<string, long>> Ignored()
    {
        yield return new("resurface_unpaired", Interlocked.Read(ref _unpaired));
        yield return new("resurface_not_http", Interlocked.Read(ref _notHttp));
        yield return new("resurface_own_delivery", Interlocked.Read(ref _ownSeen));
    }

    protected override IExchangeEncoder CreateEncoder() => new Encoder(this);

    protected override void Deliver(ReadOnlySpan<byte> batch, int exchanges)
    {
        if (batch.IsEmpty || _options.SkipSubmission) return;
        var messages = batch.Count((byte)'\n');
        lock (_gate)
        {
            if (!MakeRoom())
            {
                Interlocked.Add(ref _queueFull, messages);
                return;
            }

            _current.Add(batch, messages);
            // The first message starts the clock of the bundle.
            if (_current.Lines.WrittenCount >= _options.BundleBytes) Seal();
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Everything written goes into the spool, and from there to the server while the time for it lasts.</summary>
    protected override void Close()
    {
        lock (_gate)
        {
            _ending = true;
            Monitor.PulseAll(_gate);
        }

        _spooler.Join();
        _sender.Finish(_options.DrainTime);
        if (_spool.Messages > 0 && !_options.SkipSubmission)
        {
            _options.Tell($"{_spool.Messages} messages were not delivered: they stay in {_spool.Path} and are sent by the next run with this URL");
        }

        _sender.Dispose();
        _spool.Dispose();
    }

    private bool MakeRoom()
    {
        while (_sealed.Count >= MaxSealed)
        {
            if (!_options.WaitForRoom || _options.Stop.IsCancellationRequested) return false;
            Monitor.Wait(_gate, StopCheckMs);
        }

        return true;
    }

    private void Seal()
    {
        _sealed.Enqueue(_current);
        _current = new Bundle();
    }

    private void FillSpool()
    {
        while (NextBundle() is { } bundle)
        {
            var id = _ids.Next(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1_000_000);
            var batch = new SpoolBatch(id, bundle.Messages, !_options.SkipCompression, Pack(bundle.Lines.WrittenSpan));
            while (!_spool.TryAppend(batch, mayDrop: !_options.WaitForRoom || _options.Stop.IsCancellationRequested)) Thread.Sleep(StopCheckMs);
            _sender.Wake();
        }
    }

    /// <summary>Waits for a bundle that is full or old enough; null at the end.</summary>
    private Bundle? NextBundle()
    {
        lock (_gate)
        {
            while (_sealed.Count == 0)
            {
                var rest = _options.BundleTime - (DateTime.UtcNow - _current.Since);
                if (_current.Messages > 0 && (_ending || rest <= TimeSpan.Zero)) Seal();
                else if (_ending) return null;
                else if (_current.Messages == 0) Monitor.Wait(_gate);
                else Monitor.Wait(_gate, rest);
            }

            var bundle = _sealed.Dequeue();
            Monitor.PulseAll(_gate);
            return bundle;
        }
    }

    private byte[] Pack(ReadOnlySpan<byte> lines)
    {
        if (_options.SkipCompression) return lines.ToArray();
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest)) zlib.Write(lines);
        return packed.ToArray();
    }

    private sealed class Bundle
    {
        public ArrayBufferWriter<byte> Lines { get; } = new();

        public int Messages { get; private set; }

        public DateTime Since { get; private set; }

        public void Add(ReadOnlySpan<byte> lines, int messages)
        {
            if (Messages == 0) Since = DateTime.UtcNow;
            Lines.Write(lines);
            Messages += messages;
        }
    }

    private sealed class Encoder(ResurfaceOutput output) : IExchangeEncoder
    {
        private readonly ResurfaceMessageWriter _messages = new();

        public void Encode(Exchange exchange, IBufferWriter<byte> writer)
        {
            if (output._own.Made(exchange.Request))
            {
                Interlocked.Increment(ref output._ownSeen);
                return;
            }

            switch (_messages.Write(exchange, writer))
            {
                case ResurfaceOutcome.Written: writer.Write("\n"u8); break;
                case ResurfaceOutcome.Unpaired: Interlocked.Increment(ref output._unpaired); break;
                case ResurfaceOutcome.NotHttp: Interlocked.Increment(ref output._notHttp); break;
                case ResurfaceOutcome.InProgress: break;
            }
        }
    }
}
