using Weir.Linux.Bpf;

namespace Weir.Capture;

/// <summary>What the governor looks at, once a second.</summary>
/// <param name="CostNs">CPU time that the plane took since the start, nanoseconds of all CPUs together (<see cref="PlaneCost"/>).</param>
/// <param name="Calls">Calls on watched connections since the start, also those that were let go while the plane was off.</param>
/// <param name="RingFull">Calls that found the ring full since the start.</param>
/// <param name="RingFill">Highest share of the ring that was in use since the last look, 0 to 1.</param>
public readonly record struct PlaneLoad(long CostNs, long Calls, long RingFull, double RingFill);

/// <summary>Bounds of the kernel plane's cost.</summary>
public sealed record GovernorLimits
{
    /// <summary>
    /// Percent of the node's CPUs that the plane may take. Default 12: what it costs others, in caches and in waiting, comes on top, and a
    /// server that has all CPUs to itself shall lose no more than 15 % of its throughput.
    /// </summary>
    public int MaxCpuPercent { get; init; } = 12;

    /// <summary>Percent of the ring in use at which less is sent. Default 75: before anything is lost.</summary>
    public int MaxRingPercent { get; init; } = 75;

    /// <summary>Nanoseconds of calm until more is sent again: more would take three quarters of the bound at most. Default 20 s.</summary>
    public long CalmNs { get; init; } = 20_000_000_000;

    /// <summary>Nanoseconds of load until less is sent. Default 3 s: a burst is no load.</summary>
    public long LoadNs { get; init; } = 3_000_000_000;

    /// <summary>
    /// Nanoseconds after which more is tried although it was too much the last time: calls change. Default 60 s, of which
    /// <see cref="LoadNs"/> are a twentieth.
    /// </summary>
    public long RetryNs { get; init; } = 60_000_000_000;
}

/// <summary>
/// Steps the plane down under load, one level at a time, from bodies to headers to metadata, to the bodies of
/// one connection in sixteen, to off. It remembers what a call cost at each
/// level, and goes up again when the calls that there are now would be within bounds there. A ring that overflows is reason at once.
/// </summary>
/// <param name="cpus">Of the node.</param>
/// <param name="limits">Bounds.</param>
public sealed class Governor(int cpus, GovernorLimits limits)
{
    /// <summary>Calls between two looks from which on their cost is taken for that of the level.</summary>
    private const long EnoughCalls = 1000;

    private readonly double _maxShare = limits.MaxCpuPercent / 100.0;
    private readonly double _maxFill = limits.MaxRingPercent / 100.0;

    /// <summary>Nanoseconds that a watched call took at each level when it was last there; 0 where it never was.</summary>
    private readonly double[] _callNs = new double[(int)CaptureLevel.Bodies + 1];

    private long _lastNs = -1;
    private long _loadedSinceNs = -1;
    private long _calmSinceNs = -1;
    private long _changedNs;
    private PlaneLoad _last;

    /// <summary>What may be sent now.</summary>
    public CaptureLevel Level { get; private set; } = CaptureLevel.Bodies;

    /// <summary>Times it stepped down.</summary>
    public long StepsDown { get; private set; }

    /// <summary>Whole nanoseconds that the plane was off: what happened then was counted nowhere.</summary>
    public long OffNs { get; private set; }

    /// <summary>Share of the CPUs that the plane took between the last two looks, 0 to 1.</summary>
    public double Share { get; private set; }

    /// <summary>Looks at the load; returns why the level changed, or null when it did not.</summary>
    /// <param name="nowNs">Monotonic.</param>
    /// <param name="load">Counters now.</param>
    public string? Look(long nowNs, PlaneLoad load)
    {
        if (_lastNs < 0)
        {
            (_lastNs, _last, _changedNs) = (nowNs, load, nowNs);
            return null;
        }

        var elapsedNs = Math.Max(1, nowNs - _lastNs);
        if (Level == CaptureLevel.Off) OffNs += elapsedNs;
        var calls = load.Calls - _last.Calls;
        var costNs = load.CostNs - _last.CostNs;
        var overflowed = load.RingFull - _last.RingFull;
        (_lastNs, _last) = (nowNs, load);
        Share = costNs / (double)elapsedNs / cpus;
        if (calls >= EnoughCalls) _callNs[(int)Level] = costNs / (double)calls;
        if (overflowed > 0) return StepDown(nowNs, $"{overflowed} calls found the ring full");
        if (Share > _maxShare || load.RingFill > _maxFill)
        {
            _calmSinceNs = -1;
            if (_loadedSinceNs < 0) _loadedSinceNs = nowNs;
            if (nowNs - _loadedSinceNs < limits.LoadNs) return null;
            return StepDown(nowNs, Share > _maxShare
                ? $"watching sockets takes {Share * 100:F0} % of the CPUs, {limits.MaxCpuPercent} % are allowed"
                : $"the ring was {load.RingFill * 100:F0} % full");
        }

        _loadedSinceNs = -1;
        if (Level == CaptureLevel.Bodies) return null;
        if (nowNs - _changedNs >= limits.RetryNs) return StepUp(nowNs, "to see what it takes now");
        var calm = ShareAbove(calls, elapsedNs) < _maxShare * 3 / 4 && load.RingFill < _maxFill / 2;
        if (!calm) _calmSinceNs = -1;
        else if (_calmSinceNs < 0) _calmSinceNs = nowNs;
        else if (nowNs - _calmSinceNs >= limits.CalmNs) return StepUp(nowNs, "after a calm");
        return null;
    }

    /// <summary>What these calls would take one level up, no less than here.</summary>
    private double ShareAbove(long calls, long elapsedNs) =>
        Math.Max(Share, calls * _callNs[(int)Level + 1] / elapsedNs / cpus);

    private string? StepDown(long nowNs, string reason)
    {
        (_loadedSinceNs, _calmSinceNs, _changedNs) = (nowNs, -1, nowNs);
        if (Level == CaptureLevel.Off) return null;
        Level--;
        StepsDown++;
        return $"backed off to {Name(Level)}: {reason}";
    }

    private string StepUp(long nowNs, string reason)
    {
        (_calmSinceNs, _changedNs) = (nowNs, nowNs);
        Level++;
        return $"back to {Name(Level)} {reason}";
    }

    private static string Name(CaptureLevel level) => level switch
    {
        CaptureLevel.Bodies => "bodies",
        CaptureLevel.Headers => "headers",
        CaptureLevel.Metadata => "metadata",
        CaptureLevel.Sample => "one connection in sixteen",
        _ => "off",
    };
}
