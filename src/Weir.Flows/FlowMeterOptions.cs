namespace Weir.Flows;

/// <summary>How flows are cut. Times are packet time.</summary>
public sealed record FlowMeterOptions
{
    public FlowProfile Profile { get; init; }

    /// <summary>A flow that has lasted longer is told and goes on as its next part. CICFlowMeter's default.</summary>
    public TimeSpan FlowTimeout { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>A silence longer than this divides active from idle time inside a flow. CICFlowMeter's default.</summary>
    public TimeSpan ActivityTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Profile <see cref="FlowProfile.Weir"/> only: a flow is over after such a silence. The others keep a flow until its addresses and
    /// ports speak again.
    /// </summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>
    /// Profile <see cref="FlowProfile.Weir"/> only: how long the last acknowledgments and resets of a closed connection still count as its own.
    /// </summary>
    public TimeSpan CloseLinger { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Profile <see cref="FlowProfile.Weir"/> only: a flow that goes on is told each time this has passed since its start, cumulative and
    /// marked <see cref="FlowExport.Interim"/>, so that whoever judges flows waits no longer than that. Zero tells flows once, at their end.
    /// </summary>
    public TimeSpan InterimAfter { get; init; }

    public FlowMeterLimits Limits { get; init; } = FlowMeterLimits.Default;
}

/// <summary>What the meter may hold.</summary>
public sealed record FlowMeterLimits
{
    public static FlowMeterLimits Default { get; } = new();

    /// <summary>
    /// Flows at once, some 850 bytes each; the longest silent one is told early when another needs its place. 100,000 is what a busy node
    /// has in two minutes.
    /// </summary>
    public int MaxFlows { get; init; } = 100_000;

    /// <summary>
    /// Profile <see cref="FlowProfile.Corrected"/> only: segments of all flows together, 8 bytes each, that are remembered to recognise one
    /// that comes again. The fork remembers every segment of every flow; here one that was overwritten is not recognised.
    /// </summary>
    public int SegmentMemory { get; init; } = 1 << 20;
}
