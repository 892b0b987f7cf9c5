namespace Weir.Flows;

/// <summary>A flow with its numbers. The same object each time: valid during the call that hands it over.</summary>
public sealed class MeteredFlow
{
    private readonly double[] _features = new double[FlowFeatures.Count];

    /// <summary>Who speaks, forward direction first.</summary>
    public FlowTuple Tuple { get; internal set; }

    /// <summary>What the column Flow ID is made of: as <see cref="Tuple"/>, but where the corrected fork turned a flow's direction around.</summary>
    public FlowTuple IdTuple { get; internal set; }

    /// <summary>First packet of this part, Unix nanoseconds (the compatible profiles: whole microseconds).</summary>
    public long StartNs { get; internal set; }

    /// <summary>Last packet so far, Unix nanoseconds.</summary>
    public long EndNs { get; internal set; }

    public FlowExport Export { get; internal set; }

    /// <summary>1 for a flow's first part; one more for each part that the flow timeout cut off before it.</summary>
    public int Part { get; internal set; }

    /// <summary>Interface that its first packet came from: the index in the source's list.</summary>
    public int InterfaceId { get; internal set; }

    /// <summary>By <see cref="FlowFeature"/>, in the units of <see cref="FlowFeatures.UnitOf"/>; not a number where the profile has none.</summary>
    public ReadOnlySpan<double> Features => _features;

    internal Span<double> Vector => _features;

    public double this[FlowFeature feature] => _features[(int)feature];
}

/// <summary>Takes flows as the meter tells them, on the thread that feeds it.</summary>
public interface IMeteredFlowSink
{
    void OnFlow(MeteredFlow flow);
}
