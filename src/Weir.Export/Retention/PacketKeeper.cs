using Weir.Packets;
using Weir.Records.Status;

namespace Weir.Export.Retention;

/// <summary>
/// Keeps frames as they were captured in a folder, within a budget (docs/decisions/0022). Workers hand batches to one thread that writes; when
/// that is too slow, or the disk refuses, frames are counted and capture goes on. What is kept is not redacted.
/// </summary>
public sealed class PacketKeeper : IStatusSource, IDisposable
{
    private static readonly TimeSpan s_tick = TimeSpan.FromSeconds(1);

    private readonly RetentionOptions _options;
    private readonly TimeProvider _time;
    private readonly FileStream _lock;
    private readonly TunnelOptions _tunnels;
    private readonly SegmentStore _store;
    private readonly Thread _thread;
    private readonly object _gate = new();
    private readonly Queue<KeptBatch> _queue = new();
    private readonly Stack<KeptBatch> _free = new();
    private readonly List<KeeperLane> _lanes = [];
    private readonly List<(string Name, LinkType LinkType)> _interfaces = [];
    private IReadOnlyList<byte[]> _blocks = [];
    private readonly int _maxBatches;
    private int _batches;
    private volatile bool _hasRoom = true;
    private bool _stopped;
    private bool _writing;
    private long _kept;
    private long _notWritten;
    private long? _refusedAt;

    /// <exception cref="OutputException">The folder can't be used.</exception>
    /// <exception cref="ArgumentException">The sizes do not go together (<see cref="RetentionOptions.Problem"/>).</exception>
    public PacketKeeper(RetentionOptions options, TunnelOptions? tunnels = null, TimeProvider? time = null)
    {
        if (options.Problem() is { } problem) throw new ArgumentException(problem, nameof(options));
        (_options, _time) = (options, time ?? TimeProvider.System);
        _maxBatches = (int)Math.Max(2, options.Limits.QueueBytes / options.Limits.BatchBytes);
        _lock = RetentionFolder.Lock(options.Directory);
        _tunnels = tunnels ?? TunnelOptions.Default;
        _store = new SegmentStore(options, _tunnels, _time);
        _thread = new Thread(Run) { Name = "weir-keeper", IsBackground = true };
        _thread.Start();
    }

    public string Name => "retention";

    public string Directory => _options.Directory;

    /// <summary>Frames that were not kept because the writer was too slow.</summary>
    public long QueueFull
    {
        get
        {
            lock (_gate) return _lanes.Sum(lane => lane.Lost);
        }
    }

    /// <summary>Frames that were not kept because the disk refused them.</summary>
    public long NotWritten => Interlocked.Read(ref _notWritten);

    public RetentionState State => _store.State with { Lost = QueueFull + NotWritten, Suspended = IsSuspended };

    private bool IsSuspended
    {
        get
        {
            lock (_gate) return _refusedAt is not null;
        }
    }

    /// <summary>A way in for one worker.</summary>
    /// <param name="names">Names an interface by its id; null when it has none.</param>
    public KeeperLane OpenLane(Func<int, string?> names)
    {
        var lane = new KeeperLane(this, names);
        lock (_gate) _lanes.Add(lane);
        return lane;
    }

    /// <summary>What is kept, for whoever asks from elsewhere; to be disposed of by the caller.</summary>
    public KeptPackets Share() => new(new PacketArchive(Directory, _tunnels), () => State, _options.Limits.MaxReaders);

    public void Report(IStatusReport report)
    {
        var state = State;
        report.Gauge("bytes", state.Bytes);
        report.Gauge("budget_bytes", state.BudgetBytes);
        report.Gauge("segments", state.Segments);
        report.Gauge("oldest_timestamp_seconds", state.OldestNs / 1_000_000_000);
        report.Gauge("suspended", state.Suspended ? 1 : 0);
        report.Counter("frames", Interlocked.Read(ref _kept));
    }

    /// <summary>Waits until what lanes handed over is on disk, as far as the disk takes it.</summary>
    public void Flush()
    {
        lock (_gate)
            while ((_queue.Count > 0 || _writing) && !_stopped) Monitor.Wait(_gate, s_tick);
    }

    /// <summary>Writes what was handed over; lanes must be flushed before.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopped = true;
            Monitor.PulseAll(_gate);
        }

        _thread.Join();
        _store.Dispose();
        _lock.Dispose();
    }

    /// <summary>Null when all batches are under way.</summary>
    internal KeptBatch? Rent()
    {
        if (!_hasRoom) return null;
        lock (_gate)
        {
            if (_free.TryPop(out var used)) return used;
            _hasRoom = _batches < _maxBatches;
            if (!_hasRoom || _stopped) return null;
            _batches++;
        }

        return new KeptBatch(_options.Limits.BatchBytes);
    }

    internal void Return(KeptBatch batch)
    {
        batch.Clear();
        lock (_gate) _free.Push(batch);
        _hasRoom = true;
    }

    internal void Post(KeptBatch batch)
    {
        lock (_gate)
        {
            _queue.Enqueue(batch);
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>The number of an interface in all segments.</summary>
    internal int NumberOf(string name, LinkType linkType)
    {
        lock (_gate)
        {
            var known = _interfaces.IndexOf((name, linkType));
            if (known >= 0) return known;
            _interfaces.Add((name, linkType));
            _blocks = [.. _blocks, PcapNgBlocks.Interface(name, linkType)];
            return _interfaces.Count - 1;
        }
    }

    private void Run()
    {
        Guarded(_store.Recover);
        var ticked = _time.GetTimestamp();
        while (Take(out var batch))
        {
            if (batch is not null)
            {
                Write(batch);
                Return(batch);
                lock (_gate)
                {
                    _writing = false;
                    Monitor.PulseAll(_gate);
                }
            }

            if (_time.GetElapsedTime(ticked) < s_tick) continue;
            ticked = _time.GetTimestamp();
            Guarded(_store.Age);
        }

        Guarded(_store.Finish);
    }

    /// <summary>False at the end; null when there is nothing for now.</summary>
    private bool Take(out KeptBatch? batch)
    {
        lock (_gate)
        {
            if (_queue.Count == 0 && !_stopped) Monitor.Wait(_gate, s_tick);
            _writing = _queue.TryDequeue(out batch);
            return _writing || !_stopped;
        }
    }

    private void Write(KeptBatch batch)
    {
        IReadOnlyList<byte[]> blocks;
        long? refusedAt;
        lock (_gate) (blocks, refusedAt) = (_blocks, _refusedAt);
        if (refusedAt is { } at && _time.GetElapsedTime(at) < _options.Limits.RetryTime)
        {
            Interlocked.Add(ref _notWritten, batch.Frames);
            return;
        }

        if (!Guarded(() => _store.Write(batch, blocks)))
        {
            Interlocked.Add(ref _notWritten, batch.Frames);
            return;
        }

        Interlocked.Add(ref _kept, batch.Frames);
        if (Resume()) _options.Tell($"packets are kept in {_options.Directory} again");
    }

    /// <summary>False when the disk refuses, which is told once until a batch was written again.</summary>
    private bool Guarded(Action write)
    {
        try
        {
            write();
            return true;
        }
        catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException)
        {
            bool first;
            lock (_gate)
            {
                first = _refusedAt is null;
                _refusedAt = _time.GetTimestamp();
            }

            if (first) _options.Tell($"packets are not kept for now; capture goes on: {refusal.Message}");
            return false;
        }
    }

    private bool Resume()
    {
        lock (_gate)
        {
            if (_refusedAt is null) return false;
            _refusedAt = null;
            return true;
        }
    }
}
