using Weir.Linux.Bpf;

namespace Weir.Capture;

/// <summary>What the governor looks at, once a second.</summary>
/// <param name="Calls">Calls that the programs looked at since the start.</param>
/// <param name="RingFull">Calls that found the ring full since the start.</param>
/// <param name="RingFill">Highest share of the ring that was in use since the last look, 0 to 1.</param>
public readonly record struct PlaneLoad(long Calls, long RingFull, double RingFill);

/// <summary>Bounds of the kernel plane's cost.</summary>
public sealed record GovernorLimits
{
    /// <summary>Percent of the node's CPUs that the plane may take. Default a quarter: a node busy to the brim with small calls still is seen.</summary>
    public int MaxCpuPercent { get; init; } = 25;

    /// <summary>Percent of the ring in use at which less is sent. Default 75: before anything is lost.</summary>
    public int MaxRingPercent { get; init; } = 75;

    /// <summary>Nanoseconds of calm, below half of every bound, until more is sent again. Default 20 s.</summary>
    public long CalmNs { get; init; } = 20_000_000_000;

    /// <summary>Nanoseconds of load until less is sent. Default 3 s: a burst is no load.</summary>
    public long LoadNs { get; init; } = 3_000_000_000;
}

/// <summary>
/// Steps the plane down under load, one level at a time, from bodies to headers to metadata to off, and up again after a calm. A ring
/// that overflows is reason at once.
/// </summary>
/// <param name="cpus">Of the node.</param>
/// <param name="limits">Bounds.</param>
public sealed class Governor(int cpus, GovernorLimits limits)
{
    /// <summary>Nanoseconds of CPU that a call on a socket costs, program and Weir's part together, as bench/live shows them.</summary>
    public const int CallCostNs = 1500;

    private readonly double _maxShare = limits.MaxCpuPercent / 100.0;
    private readonly double _maxFill = limits.MaxRingPercent / 100.0;
    private long _lastNs = -1;
    private long _loadedSinceNs = -1;
    private long _calmSinceNs = -1;
    private PlaneLoad _last;

    /// <summary>What may be sent now.</summary>
    public CaptureLevel Level { get; private set; } = CaptureLevel.Bodies;

    /// <summary>Times it stepped down.</summary>
    public long StepsDown { get; private set; }

    /// <summary>Whole nanoseconds that the plane was off: what happened then was counted nowhere.</summary>
    public long OffNs { get; private set; }

    /// <summary>Looks at the load; returns why the level changed, or null when it did not.</summary>
    /// <param name="nowNs">Monotonic.</param>
    /// <param name="load">Counters now.</param>
    public string? Look(long nowNs, PlaneLoad load)
    {
        if (_lastNs < 0)
        {
            (_lastNs, _last) = (nowNs, load);
            return null;
        }

        var elapsedNs = Math.Max(1, nowNs - _lastNs);
        if (Level == CaptureLevel.Off) OffNs += elapsedNs;
        var share = (load.Calls - _last.Calls) * (double)CallCostNs / elapsedNs / cpus;
        var overflowed = load.RingFull - _last.RingFull;
        (_lastNs, _last) = (nowNs, load);
        if (overflowed > 0) return StepDown(nowNs, $"{overflowed} calls found the ring full");
        if (share > _maxShare || load.RingFill > _maxFill)
        {
            _calmSinceNs = -1;
            if (_loadedSinceNs < 0) _loadedSinceNs = nowNs;
            if (nowNs - _loadedSinceNs < limits.LoadNs) return null;
            return StepDown(nowNs, share > _maxShare
                ? $"calls on sockets would take {share * 100:F0} % of the CPUs, {limits.MaxCpuPercent} % are allowed"
                : $"the ring was {load.RingFill * 100:F0} % full");
        }

        _loadedSinceNs = -1;
        var calm = share < _maxShare / 2 && load.RingFill < _maxFill / 2;
        if (!calm) _calmSinceNs = -1;
        else if (_calmSinceNs < 0) _calmSinceNs = nowNs;
        else if (Level < CaptureLevel.Bodies && nowNs - _calmSinceNs >= limits.CalmNs) return StepUp(nowNs);
        return null;
    }

    private string? StepDown(long nowNs, string reason)
    {
        (_loadedSinceNs, _calmSinceNs) = (nowNs, -1);
        if (Level == CaptureLevel.Off) return null;
        Level--;
        StepsDown++;
        return $"backed off to {Name(Level)}: {reason}";
    }

    private string StepUp(long nowNs)
    {
        _calmSinceNs = nowNs;
        Level++;
        return $"back to {Name(Level)} after a calm";
    }

    private static string Name(CaptureLevel level) => level switch
    {
        CaptureLevel.Bodies => "bodies",
        CaptureLevel.Headers => "headers",
        CaptureLevel.Metadata => "metadata",
        _ => "off",
    };
}
