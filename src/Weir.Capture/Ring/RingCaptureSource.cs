using System.Diagnostics;
using Weir.Linux;
using Weir.Packets;

namespace Weir.Capture;

/// <summary>
/// Live capture on Linux through one AF_PACKET ring an interface, all polled by the thread that calls <see cref="Run"/>.
/// Frames of one interface come in order; between interfaces the order is approximate, within
/// <see cref="LiveCaptureOptions.BlockTimeoutMs"/> as long as the sink keeps up. Interfaces may come and go.
/// </summary>
public sealed class RingCaptureSource : ICaptureSource
{
    /// <summary>Milliseconds between two calls of <see cref="IFrameSink.OnIdle"/>, quiet or busy.</summary>
    public const int IdleIntervalMs = 100;

    /// <summary>Blocks read of one ring before the next has its turn.</summary>
    private const int BlocksPerTurn = 4;

    /// <summary>Milliseconds after cancellation in which frames that were already in a ring are still handed over.</summary>
    private const int DrainMs = 120;

    private readonly WarningLog _warnings = new();
    private readonly RingInterfaceTable _table;
    private readonly WakeEvent _wake;
    private readonly PollSet _poll = new();
    private readonly Lock _runGate = new();
    private readonly int _blockTimeoutMs;
    private volatile bool _disposed;
    private long _latestFrameNs;
    private long _drainDeadline = long.MaxValue;

    /// <summary>Opens a ring on every wanted interface that is up.</summary>
    /// <exception cref="CaptureException">A device does not exist or an option is out of range.</exception>
    /// <exception cref="LinuxException">CAP_NET_RAW or memory is missing.</exception>
    /// <exception cref="LibpcapException">The filter is wrong, or there is one and libpcap is not installed.</exception>
    public RingCaptureSource(RingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _blockTimeoutMs = options.BlockTimeoutMs;
        _wake = new WakeEvent();
        try
        {
            _table = new RingInterfaceTable(options, _warnings);
        }
        catch
        {
            _wake.Dispose();
            throw;
        }
    }

    public IReadOnlyList<string> Warnings => _warnings.Snapshot();

    public IReadOnlyList<InterfaceStatistics> ReadStatistics() => _table.ReadStatistics();

    /// <summary>What the kernel says of each ring; <see cref="ReadStatistics"/> has the sum that matters.</summary>
    public IReadOnlyList<RingStatistics> ReadRingStatistics() => _table.ReadRingStatistics();

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
        RebuildPollSet();
        var lastIdle = Stopwatch.GetTimestamp();
        var quietSince = lastIdle;
        while (true)
        {
            var deadline = Volatile.Read(ref _drainDeadline);
            var draining = deadline != long.MaxValue;
            var now = Stopwatch.GetTimestamp();
            var worked = ReadRings(sink);
            if (worked || !draining) quietSince = now;
            if (draining && now >= deadline)
            {
                Abandon();
                return;
            }

            // The kernel closes a started block when its timeout passes: quiet for longer than that means empty.
            if (draining && MillisecondsSince(quietSince) > _blockTimeoutMs + 10) return;

            if (MillisecondsSince(lastIdle) >= IdleIntervalMs)
            {
                // While frames wait in the rings, time has come only as far as the frames that were handed over.
                sink.OnIdle(worked ? _latestFrameNs : UnixNowNs());
                lastIdle = Stopwatch.GetTimestamp();
            }

            var patience = worked ? 0 : draining ? 2 : (int)(IdleIntervalMs - MillisecondsSince(lastIdle));
            if (_poll.Wait(Math.Clamp(patience, 0, IdleIntervalMs)) > 0) Attend(draining);
        }
    }

    /// <summary>Looks after what is no frame: a signal, interfaces that changed, sockets whose interface went down.</summary>
    private void Attend(bool draining)
    {
        if (_poll.IsReady(0)) _wake.Clear();
        foreach (var open in _table.Open)
        {
            if (_poll.HasError(open.PollMember)) open.Ring!.TakeError();
        }

        if (!draining && _poll.IsReady(1) && _table.Follow()) RebuildPollSet();
    }

    private bool ReadRings(IFrameSink sink)
    {
        var worked = false;
        foreach (var open in _table.Open)
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
        foreach (var open in _table.Open)
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
        _wake.Signal();
    }

    private void RebuildPollSet()
    {
        _poll.Reset();
        _poll.Add(_wake);
        _poll.Add(_table.Links);
        foreach (var open in _table.Open) open.PollMember = _poll.Add(open.Ring!);
    }

    private void Close()
    {
        _table.Dispose();
        _wake.Dispose();
    }

    private static double MillisecondsSince(long timestamp) => Stopwatch.GetElapsedTime(timestamp).TotalMilliseconds;

    private static long UnixNowNs() => (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;
}
