namespace Weir.Capture;

/// <summary>
/// CPU time of the plane. The programs take the time of every 64th of their runs (bpf/include/plane.h), so what a run costs is measured on
/// this machine, at the level of now, with the calls that there are; Weir's own part is what its thread used.
/// </summary>
internal sealed class PlaneCost
{
    /// <summary>
    /// Nanoseconds of a call outside of the timed runs: the tracepoint's way to the program, and the programs of TLS and io_uring beside it. A
    /// loop of sends and receives on a connection that nobody watches takes so much longer per call (docs/performance.md).
    /// </summary>
    public const int AroundNs = 200;

    /// <summary>Timed runs between two looks from which on their mean is believed; below, the last one is.</summary>
    private const long EnoughRuns = 16;

    /// <summary>What a run takes until any was timed.</summary>
    private double _runNs = 500;

    private long _runs;
    private long _timedRuns;
    private long _timedNs;
    private double _programsNs;

    /// <summary>Nanoseconds since the start, all CPUs together.</summary>
    public long TotalNs(long drainedNs) => (long)_programsNs + drainedNs;

    /// <summary>Takes the programs' counters as they are now.</summary>
    public void Count(long runs, long timedRuns, long timedNs)
    {
        var timed = timedRuns - _timedRuns;
        if (timed >= EnoughRuns)
        {
            _runNs = (timedNs - _timedNs) / (double)timed;
            (_timedRuns, _timedNs) = (timedRuns, timedNs);
        }

        _programsNs += (runs - _runs) * (_runNs + AroundNs);
        _runs = runs;
    }
}
