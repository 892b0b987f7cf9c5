using Weir.Flows;

namespace Weir.Detection.Features;

/// <summary>
/// Which numbers of a flow a model sees, in its order. Addresses, ports, ids and times are no features, so no set can hold them.
/// </summary>
public sealed class FeatureSet
{
    /// <summary>
    /// What tells one machine's network stack from another rather than what it does: in a captured data set the attacker is one
    /// machine, and a model that may look at these learns to recognise it.
    /// </summary>
    private static readonly FlowFeature[] s_fingerprints =
    [
        FlowFeature.FwdInitWindow, FlowFeature.BwdInitWindow, FlowFeature.FwdSegmentSizeMin, FlowFeature.BwdSegmentSizeMin,
        FlowFeature.ConnectionTime,
    ];

    /// <summary>Only some meters have them, so that a model with them would be bound to those.</summary>
    private static readonly FlowFeature[] s_rare =
    [
        FlowFeature.BwdDataPackets, FlowFeature.IcmpCode, FlowFeature.IcmpType, FlowFeature.FwdRetransmissions,
        FlowFeature.BwdRetransmissions, FlowFeature.Retransmissions,
    ];

    public FeatureSet(IEnumerable<FlowFeature> features) => Features = [.. features];

    /// <summary>What a model is made of unless told otherwise.</summary>
    public static FeatureSet Default { get; } = new(Enum.GetValues<FlowFeature>().Except(s_fingerprints).Except(s_rare));

    /// <summary>With host fingerprints: for comparison with published figures only.</summary>
    public static FeatureSet WithFingerprints { get; } = new(
        Enum.GetValues<FlowFeature>().Except(s_rare).Except([FlowFeature.BwdSegmentSizeMin]));

    public IReadOnlyList<FlowFeature> Features { get; }

    public int Count => Features.Count;

    /// <summary>Column names separated by <c>|</c>, as models store them.</summary>
    public override string ToString() => string.Join('|', Features.Select(FlowFeatures.ColumnOf));

    /// <summary>Understands <see cref="ToString"/>; false with the first name that is no feature.</summary>
    public static bool TryParse(string text, out FeatureSet? set, out string error)
    {
        (set, error) = (null, "");
        var features = new List<FlowFeature>();
        foreach (var name in text.Split('|'))
        {
            if (!FlowFeatures.TryFind(name, out var feature))
            {
                error = $"it wants a feature that no flow has: {name}";
                return false;
            }

            features.Add(feature);
        }

        set = new FeatureSet(features);
        return true;
    }

    /// <summary>Picks its features out of a flow's.</summary>
    public void Select(ReadOnlySpan<double> flow, Span<float> target)
    {
        for (var i = 0; i < Features.Count; i++) target[i] = (float)flow[(int)Features[i]];
    }
}
