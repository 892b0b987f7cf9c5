using System.Diagnostics;

namespace Weir.Capture;

/// <summary>Turns the kernel's monotonic time into Unix time. The difference is measured again as the wall clock is set and slewed.</summary>
internal sealed class KernelClock
{
    private const long MeasureEveryNs = 1_000_000_000;

    private long _offsetNs;
    private long _measuredNs = long.MinValue / 2;

    /// <summary>CLOCK_MONOTONIC, which on Linux the stopwatch counts in nanoseconds.</summary>
    public static long MonotonicNs => Stopwatch.GetTimestamp() * (1_000_000_000 / Stopwatch.Frequency);

    public void Measure()
    {
        var now = MonotonicNs;
        if (now - _measuredNs < MeasureEveryNs) return;
        _measuredNs = now;
        _offsetNs = ((DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100) - now;
    }

    public long ToUnixNs(long monotonicNs) => monotonicNs + _offsetNs;
}
