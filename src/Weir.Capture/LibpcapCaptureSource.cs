using System.Diagnostics;
using Weir.Linux;
using Weir.Packets;

namespace Weir.Capture;

/// <summary>
/// Live capture through libpcap: one device, or <c>any</c>. Slower than the ring and without following single interfaces, but
/// it works wherever libpcap does.
/// </summary>
public sealed class LibpcapCaptureSource : ICaptureSource
{
    /// <summary>Frames read before time and cancellation are looked at again.</summary>
    private const int FramesPerTurn = 256;

    private const int StatisticsIntervalMs = 1000;

    private readonly WarningLog _warnings = new();
    private readonly string _device;
    private readonly PcapCapture _capture;
    private readonly LinkType _linkType;
    private readonly int _timeoutMs;
    private readonly WakeEvent? _wake;
    private readonly PollSet _poll = new();
    private readonly Lock _runGate = new();
    private volatile bool _disposed;
    private long _frames;
    private long _bytes;
    private long _truncated;
    private long _drops;
    private (uint Buffer, uint Interface) _lastDrops;

    /// <exception cref="CaptureException">More than one device was named, or its frames are of a kind Weir cannot read.</exception>
    /// <exception cref="LibpcapException">libpcap is missing, or refused the device or the filter.</exception>
    public LibpcapCaptureSource(LiveCaptureOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _device = options.Devices.Count switch
        {
            0 => "any",
            1 => options.Devices[0],
            _ => throw new CaptureException("libpcap captures on one device, or on `any`; the ring source takes several"),
        };
        _timeoutMs = options.BlockTimeoutMs;
        var settings = new PcapCaptureSettings(_device)
        {
            SnapLength = options.SnapLength,
            Promiscuous = options.Promiscuous,
            BufferBytes = (int)Math.Min(options.BufferBytes, 1 << 30),
            TimeoutMs = options.BlockTimeoutMs,
        };
        _capture = NetworkNamespace.Run(options.NetworkNamespace, () => new PcapCapture(settings));
        try
        {
            _linkType = LinkTypeOf(_capture.DataLink) ?? throw new CaptureException(
                $"{_device}: its link type (DLT {_capture.DataLink}) is not known");
            if (!options.CountHeaders && options.Filter.ToExpression(_linkType) is { } expression) _capture.SetFilter(expression);
            if (_capture.Warning is not null) _warnings.Add(_capture.Warning);
            if (_capture.SelectableFd < 0) return;
            _wake = new WakeEvent();
            _poll.Add(_wake);
            _poll.Add(_capture);
        }
        catch
        {
            _capture.Dispose();
            throw;
        }
    }

    public IReadOnlyList<string> Warnings => _warnings.Snapshot();

    public IReadOnlyList<InterfaceStatistics> ReadStatistics() =>
    [
        new(_device, Volatile.Read(ref _frames), Volatile.Read(ref _bytes), Volatile.Read(ref _drops), Volatile.Read(ref _truncated)),
    ];

    /// <summary>What frames of a DLT_ number begin with (tcpdump.org's list); null if Weir cannot read them.</summary>
    public static LinkType? LinkTypeOf(int dataLink) => dataLink switch
    {
        // DLT_RAW differs by system where LINKTYPE_RAW does not.
        12 or 14 or 101 => LinkType.Raw,
        0 => LinkType.Null,
        1 => LinkType.Ethernet,
        108 => LinkType.Loop,
        113 => LinkType.LinuxSll,
        228 => LinkType.Ipv4,
        229 => LinkType.Ipv6,
        276 => LinkType.LinuxSll2,
        _ => null,
    };

    /// <inheritdoc/>
    public void Run(IFrameSink sink, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(sink);
        lock (_runGate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            using var registration = cancellation.UnsafeRegister(static wake => (wake as WakeEvent)?.Signal(), _wake);
            try
            {
                Loop(sink, cancellation);
                UpdateDrops();
            }
            catch (LibpcapException gone)
            {
                // The device went away: its input has ended, what was read stays good.
                _warnings.Add(gone.Message);
            }
            finally
            {
                if (_disposed) Close();
            }
        }
    }

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _wake?.Signal();
        if (_runGate.IsHeldByCurrentThread) return;
        lock (_runGate) Close();
    }

    private void Loop(IFrameSink sink, CancellationToken cancellation)
    {
        var lastIdle = Stopwatch.GetTimestamp();
        var lastStatistics = lastIdle;
        var stopAt = long.MaxValue;
        var clock = new IdleClock(TimeProvider.System);
        while (true)
        {
            var now = Stopwatch.GetTimestamp();
            if (stopAt == long.MaxValue && (_disposed || cancellation.IsCancellationRequested))
                stopAt = now + ((_timeoutMs + 50L) * Stopwatch.Frequency / 1000);
            var latestNs = ReadFrames(sink);
            if (latestNs > 0) clock.Seen(latestNs);
            if (now >= stopAt) return;

            if (Stopwatch.GetElapsedTime(lastIdle).TotalMilliseconds >= RingCaptureSource.IdleIntervalMs)
            {
                sink.OnIdle(latestNs > 0 ? latestNs : clock.NowNs);
                lastIdle = Stopwatch.GetTimestamp();
            }

            if (Stopwatch.GetElapsedTime(lastStatistics).TotalMilliseconds >= StatisticsIntervalMs)
            {
                UpdateDrops();
                lastStatistics = Stopwatch.GetTimestamp();
            }

            if (latestNs == 0) Wait(stopAt != long.MaxValue ? 2 : RingCaptureSource.IdleIntervalMs);
        }
    }

    /// <summary>Hands over up to <see cref="FramesPerTurn"/> frames; the last one's time, 0 when there was none.</summary>
    private long ReadFrames(IFrameSink sink)
    {
        var latestNs = 0L;
        for (var i = 0; i < FramesPerTurn && _capture.TryRead(out var frame); i++)
        {
            latestNs = frame.TimestampNs;
            Volatile.Write(ref _frames, _frames + 1);
            Volatile.Write(ref _bytes, _bytes + frame.Data.Length);
            if (frame.Data.Length < frame.OriginalLength) Volatile.Write(ref _truncated, _truncated + 1);
            sink.OnFrame(new Frame(frame.Data, frame.OriginalLength, frame.TimestampNs, _linkType));
        }

        return latestNs;
    }

    private void Wait(int milliseconds)
    {
        if (_wake is null)
        {
            // No descriptor to wait on here: look again soon.
            Thread.Sleep(Math.Min(milliseconds, 10));
            return;
        }

        if (_poll.Wait(milliseconds) > 0 && _poll.IsReady(0)) _wake.Clear();
    }

    private void UpdateDrops()
    {
        var drops = _capture.ReadDrops();
        // libpcap counts in 32 bits; the differences survive their overflow.
        var added = unchecked(drops.Buffer - _lastDrops.Buffer) + (long)unchecked(drops.Interface - _lastDrops.Interface);
        _lastDrops = drops;
        Volatile.Write(ref _drops, _drops + added);
    }

    private void Close()
    {
        _capture.Dispose();
        _wake?.Dispose();
    }
}
