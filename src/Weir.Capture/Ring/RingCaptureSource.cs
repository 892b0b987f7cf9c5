using System.Diagnostics;
using Weir.Linux;
using Weir.Packets;

namespace Weir.Capture;

/// <summary>
/// Live capture on Linux through one AF_PACKET ring an interface, all polled by the thread that calls <see cref="Run"/>. Several
/// workers have a source each, which <see cref="OpenGroup"/> makes: they share the packets, a connection always at the same one.
/// Frames of one interface come in order; between interfaces the order is approximate, within
/// <see cref="LiveCaptureOptions.BlockTimeoutMs"/> as long as the sink keeps up. Interfaces may come and go.
/// </summary>
public sealed class RingCaptureSource : ICaptureSource
{
    /// <summary>Milliseconds between two calls of <see cref="IFrameSink.OnIdle"/>, quiet or busy.</summary>
    public const int IdleIntervalMs = 100;

    /// <summary>The same when frames came and no more are there: what they gave should be seen soon, but not one by one.</summary>
    private const int PromptIdleMs = 10;

    /// <summary>Blocks read of one ring before the next has its turn.</summary>
    private const int BlocksPerTurn = 4;

    /// <summary>Milliseconds after cancellation in which frames that were already in a ring are still handed over.</summary>
    private const int DrainMs = 120;

    private readonly WarningLog _warnings;
    private readonly RingInterfaceTable _table;
    private readonly RingShare _share;
    private readonly int _worker;
    private readonly PollSet _poll = new();
    private readonly Lock _runGate = new();
    private readonly int _blockTimeoutMs;
    private volatile bool _disposed;
    private readonly IdleClock _clock = new(TimeProvider.System);
    private long _latestFrameNs;
    private long _drainDeadline = long.MaxValue;

    /// <summary>Opens a ring on every wanted interface that is up.</summary>
    /// <exception cref="CaptureException">A device does not exist or an option is out of range.</exception>
    /// <exception cref="LinuxException">CAP_NET_RAW or memory is missing.</exception>
    /// <exception cref="LibpcapException">The filter is wrong, or there is one and libpcap is not installed.</exception>
    public RingCaptureSource(RingOptions options)
        : this(options, OpenTable(options, 1, out var warnings), warnings, 0)
    {
    }

    private RingCaptureSource(RingOptions options, RingInterfaceTable table, WarningLog warnings, int worker)
    {
        _blockTimeoutMs = options.BlockTimeoutMs;
        _table = table;
        _warnings = warnings;
        _worker = worker;
        _share = table.Shares[worker];
    }

    /// <summary>A source for each worker; fewer where ring memory is short. The first follows the interfaces for all.</summary>
    /// <exception cref="CaptureException">As of the constructor, like the other exceptions.</exception>
    public static IReadOnlyList<RingCaptureSource> OpenGroup(RingOptions options, int workers)
    {
        var table = OpenTable(options, workers, out var warnings);
        return [.. table.Shares.Select((_, worker) => new RingCaptureSource(options, table, warnings, worker))];
    }

    public IReadOnlyList<string> Warnings => _warnings.Snapshot();

    public IReadOnlyList<InterfaceStatistics> ReadStatistics() => _table.ReadStatistics(_worker);

    /// <summary>What the kernel says of each ring; <see cref="ReadStatistics"/> has the sum that matters.</summary>
    public IReadOnlyList<RingStatistics> ReadRingStatistics() => _table.ReadRingStatistics(_worker);

    /// <summary>One source of a group also looks after the interfaces.</summary>
    private bool Follows => _worker == 0;

    /// <inheritdoc/>
    /// <remarks>Returns within 200 ms of the cancellation, after what was in the rings has been handed over.</remarks>
    public void Run(IFrameSink sink, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(sink);
        lock (_runGate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            Volatile.Write(ref _drainDeadline, long.MaxValue);
            using var registration = cancellation.UnsafeRegister(static source => ((RingCaptureSource)source!).BeginDrain(), this);
            try
            {
                Loop(sink);
            }
            finally
            {
                // A sink that disposes the source it is fed by: the rings had to outlive the frame it held.
                if (_disposed) Close();
            }
        }
    }

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        BeginDrain();
        if (_runGate.IsHeldByCurrentThread) return;
        lock (_runGate) Close();
    }

    private void Loop(IFrameSink sink)
    {
        _share.Update();
        RebuildPollSet();
        var lastIdle = Stopwatch.GetTimestamp();
        var quietSince = lastIdle;
        var held = false;
        while (true)
        {
            var deadline = Volatile.Read(ref _drainDeadline);
            var draining = deadline != long.MaxValue;
            var now = Stopwatch.GetTimestamp();
            _latestFrameNs = 0;
            var worked = ReadRings(sink);
            if (_latestFrameNs > 0) _clock.Seen(_latestFrameNs);
            if (worked || !draining) quietSince = now;
            if (draining && now >= deadline)
            {
                Abandon();
                return;
            }

            // The kernel closes a started block when its timeout passes: quiet for longer than that means empty.
            if (draining && MillisecondsSince(quietSince) > _blockTimeoutMs + 10) return;

            held |= worked;
            var interval = held && !worked ? PromptIdleMs : IdleIntervalMs;
            if (MillisecondsSince(lastIdle) >= interval)
            {
                // While frames wait in the rings, time has come only as far as the frames that were handed over.
                sink.OnIdle(worked ? _clock.FrameNs : _clock.NowNs);
                lastIdle = Stopwatch.GetTimestamp();
                held = false;
                interval = IdleIntervalMs;
            }

            var patience = worked ? 0 : draining ? 2 : (int)Math.Ceiling(interval - MillisecondsSince(lastIdle));
            if (_poll.Wait(Math.Clamp(patience, 0, IdleIntervalMs)) > 0) Attend(draining);
        }
    }

    /// <summary>Looks after what is no frame: a signal, interfaces that changed, sockets whose interface went down.</summary>
    private void Attend(bool draining)
    {
        if (_poll.IsReady(0)) _share.Wake.Clear();
        foreach (var open in _share.Open)
        {
            if (_poll.HasError(open.PollMember)) open.Ring!.TakeError();
        }

        if (Follows && !draining && _poll.IsReady(1)) _table.Follow();
        if (_share.Update()) RebuildPollSet();
    }

    private bool ReadRings(IFrameSink sink)
    {
        var worked = false;
        foreach (var open in _share.Open)
        {
            var ring = open.Ring!;
            for (var turn = 0; turn < BlocksPerTurn && ring.TryReadBlock(out var block); turn++)
            {
                worked = true;
                ReadBlock(ref block, open, sink);
                ring.ReleaseBlock();
            }
        }

        return worked;
    }

    private void ReadBlock(ref RingBlock block, RingInterface from, IFrameSink sink)
    {
        while (block.Next(out var frame))
        {
            from.Deliver(frame, sink);
            _latestFrameNs = Math.Max(_latestFrameNs, frame.TimestampNs);
            var deadline = Volatile.Read(ref _drainDeadline);
            if (deadline == long.MaxValue || block.Remaining == 0 || Stopwatch.GetTimestamp() < deadline) continue;
            CountAbandoned(from, block.Remaining);
            return;
        }
    }

    /// <summary>The sink was too slow for the time that was left: what it did not get is counted as lost.</summary>
    private void Abandon()
    {
        foreach (var open in _share.Open)
        {
            var ring = open.Ring!;
            for (var i = 0; i < ring.Geometry.BlockCount && ring.TryReadBlock(out var block); i++)
            {
                CountAbandoned(open, block.Remaining);
                ring.ReleaseBlock();
            }
        }
    }

    private void CountAbandoned(RingInterface from, int frames)
    {
        if (frames == 0) return;
        from.CountAbandoned(frames);
        _warnings.Add($"{from.Link.Name}: stopped before all captured frames were read; they count as dropped");
    }

    private void BeginDrain()
    {
        var deadline = Stopwatch.GetTimestamp() + (DrainMs * Stopwatch.Frequency / 1000);
        Interlocked.CompareExchange(ref _drainDeadline, deadline, long.MaxValue);
        _share.Wake.Signal();
    }

    private static RingInterfaceTable OpenTable(RingOptions options, int workers, out WarningLog warnings)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        warnings = new WarningLog();
        return new RingInterfaceTable(options, workers, warnings);
    }

    private void RebuildPollSet()
    {
        _poll.Reset();
        _poll.Add(_share.Wake);
        if (Follows) _poll.Add(_table.Links);
        foreach (var open in _share.Open) open.PollMember = _poll.Add(open.Ring!);
    }

    private void Close()
    {
        if (Follows) _table.Dispose();
        _share.Dispose();
    }

    private static double MillisecondsSince(long timestamp) => Stopwatch.GetElapsedTime(timestamp).TotalMilliseconds;
}
