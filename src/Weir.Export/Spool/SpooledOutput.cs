using System.Buffers;
using System.Diagnostics;
using System.IO.Compression;
using Weir.Records;

namespace Weir.Export.Spool;

/// <summary>
/// Delivers lines in bundles, each packed, put on disk and sent until the other end has taken it. A capture thread only appends to the
/// bundle; packing and disk have a thread, the network is the affair of a <see cref="BatchSender"/>.
/// </summary>
public abstract class SpooledOutput : BatchingOutput
{
    /// <summary>Bytes of full bundles from which on no more may come to wait for the disk.</summary>
    private const long MaxSealedBytes = 20 << 20;

    /// <summary>How often somebody who waits for room looks whether the user wants to end.</summary>
    private const int StopCheckMs = 50;

    private readonly SpoolingOptions _options;
    private readonly ExchangeIdGenerator _ids = new();
    private readonly object _gate = new();
    private readonly Queue<Bundle> _sealed = [];
    private readonly Thread _spooler;
    private BatchSender? _sender;
    private Bundle _current = new();
    private bool _ending;
    private long _sealedBytes;
    private long _queueFull;

    /// <exception cref="OutputException">The spool directory cannot be used.</exception>
    private protected SpooledOutput(string name, SpoolingOptions options, TimeProvider? time)
        : base(name)
    {
        _options = options;
        Spool = new DeliverySpool(
            SpoolDirectory.Open(options.Kind, options.Root, options.Destination), options.Limits, time ?? TimeProvider.System, options.Tell, options.BondAge);
        if (Waiting > 0) options.Tell($"{Waiting} messages of an earlier run wait in {Spool.Path} and are sent first");
        _spooler = new Thread(FillSpool) { IsBackground = true, Name = $"{options.Kind} spool" };
    }

    /// <summary><c>resurface</c> or <c>center</c>.</summary>
    public string Kind => _options.Kind;

    /// <summary>Messages that the other end has taken.</summary>
    public long Delivered => _sender?.Delivered ?? 0;

    /// <summary>Messages on disk, waiting.</summary>
    public long Waiting => Spool.Messages;

    /// <summary>Messages that found the queue before the spool full.</summary>
    protected long QueueFull => Interlocked.Read(ref _queueFull);

    private protected DeliverySpool Spool { get; }

    /// <summary>To be called once, by the constructor that made the sender.</summary>
    private protected void Begin(BatchSender sender)
    {
        _sender = sender;
        _spooler.Start();
        if (!_options.Discard) sender.Start();
    }

    protected override void Deliver(ReadOnlySpan<byte> batch, int exchanges)
    {
        if (batch.IsEmpty || _options.Discard) return;
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
        _sender?.Finish(_options.DrainTime);
        if (Waiting > 0 && !_options.Discard)
        {
            _options.Tell($"{Waiting} messages were not delivered: they stay in {Spool.Path} and are sent by the next run with this destination");
        }

        _sender?.Dispose();
        Spool.Dispose();
    }

    private bool MakeRoom()
    {
        while (_sealedBytes >= MaxSealedBytes)
        {
            if (!_options.WaitForRoom || _options.Stop.IsCancellationRequested) return false;
            Monitor.Wait(_gate, StopCheckMs);
        }

        return true;
    }

    private void Seal()
    {
        _sealed.Enqueue(_current);
        _sealedBytes += _current.Lines.WrittenCount;
        _current = new Bundle();
    }

    private void FillSpool()
    {
        while (NextBundle() is { } bundle)
        {
            var id = _ids.Next(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1_000_000);
            var batch = new SpoolBatch(id, bundle.Messages, _options.Compress, Pack(bundle.Lines.WrittenSpan));
            while (!Spool.TryAppend(batch, mayDrop: !_options.WaitForRoom || _options.Stop.IsCancellationRequested)) Thread.Sleep(StopCheckMs);
            _sender!.Wake();
        }
    }

    /// <summary>Waits for a bundle that is full or old enough; null at the end.</summary>
    private Bundle? NextBundle()
    {
        lock (_gate)
        {
            while (_sealed.Count == 0)
            {
                var rest = _options.BundleTime - Stopwatch.GetElapsedTime(_current.Since);
                if (_current.Messages > 0 && (_ending || rest <= TimeSpan.Zero)) Seal();
                else if (_ending) return null;
                else if (_current.Messages == 0) Monitor.Wait(_gate);
                else Monitor.Wait(_gate, rest);
            }

            var bundle = _sealed.Dequeue();
            _sealedBytes -= bundle.Lines.WrittenCount;
            Monitor.PulseAll(_gate);
            return bundle;
        }
    }

    private byte[] Pack(ReadOnlySpan<byte> lines)
    {
        if (!_options.Compress) return lines.ToArray();
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest)) zlib.Write(lines);
        return packed.ToArray();
    }

    private sealed class Bundle
    {
        public ArrayBufferWriter<byte> Lines { get; } = new();

        public int Messages { get; private set; }

        /// <summary>Timestamp: a wall clock that is set back would hold the bundle for as long.</summary>
        public long Since { get; private set; }

        public void Add(ReadOnlySpan<byte> lines, int messages)
        {
            if (Messages == 0) Since = Stopwatch.GetTimestamp();
            Lines.Write(lines);
            Messages += messages;
        }
    }
}
