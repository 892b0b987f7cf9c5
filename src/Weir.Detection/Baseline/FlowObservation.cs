using Weir.Flows;

namespace Weir.Detection.Baseline;

/// <summary>What the baseline looks at in a flow.</summary>
/// <param name="Tuple">Who speaks to whom.</param>
/// <param name="StartNs">First packet, Unix nanoseconds.</param>
/// <param name="NowNs">When it is told.</param>
/// <param name="IsNew">It was not told before.</param>
/// <param name="IsOver">It will not be told again.</param>
public readonly record struct FlowObservation(FlowTuple Tuple, long StartNs, long NowNs, bool IsNew, bool IsOver)
{
    private const byte Tcp = 6;

    public double ForwardBytes { get; init; }

    public double BackwardBytes { get; init; }

    /// <summary>It was seen to begin: a SYN, or a protocol that has none.</summary>
    public bool HasBeginning { get; init; }

    /// <summary>The other side has said something, if only by a packet.</summary>
    public bool IsAnswered { get; init; }

    /// <summary>Tried and got nothing: refused, ignored, or closed without a word.</summary>
    public bool IsSilent => BackwardBytes == 0 && (Tuple.Protocol != Tcp || ForwardBytes == 0);

    public long AgeNs => NowNs - StartNs;

    /// <summary>A row of a flow table, or the last word on a flow.</summary>
    public static FlowObservation OfWhole(ReadOnlySpan<double> features, in FlowTuple tuple, long startNs)
    {
        var duration = features[(int)FlowFeature.FlowDuration];
        var end = startNs + (double.IsFinite(duration) ? (long)(Math.Clamp(duration, 0, 1e12) * 1000) : 0);
        return Of(features, tuple, startNs, end, isNew: true, isOver: true);
    }

    /// <summary>A flow as a meter tells it, perhaps again.</summary>
    /// <param name="flow">By the meter.</param>
    /// <param name="nowNs">Traffic time.</param>
    /// <param name="interim">The meter's <see cref="FlowMeterOptions.InterimAfter"/>; zero when flows are told once.</param>
    public static FlowObservation Of(MeteredFlow flow, long nowNs, TimeSpan interim)
    {
        var between = (long)interim.TotalMilliseconds * 1_000_000;
        var isInterim = flow.Export == FlowExport.Interim;
        var age = nowNs - flow.StartNs;
        var isNew = flow.Part == 1 && (between == 0 || age < (isInterim ? 2 * between : between));
        return Of(flow.Features, flow.Tuple, flow.StartNs, nowNs, isNew, !isInterim && flow.Export != FlowExport.Timeout);
    }

    private static FlowObservation Of(ReadOnlySpan<double> features, in FlowTuple tuple, long startNs, long nowNs, bool isNew, bool isOver) =>
        new(tuple, startNs, nowNs, isNew, isOver)
        {
            ForwardBytes = features[(int)FlowFeature.FwdBytes],
            BackwardBytes = features[(int)FlowFeature.BwdBytes],
            IsAnswered = features[(int)FlowFeature.BwdPackets] > 0,
            HasBeginning = tuple.Protocol != Tcp || features[(int)FlowFeature.SynFlags] >= 1,
        };
}
