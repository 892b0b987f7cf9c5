namespace Weir.Flows;

/// <summary>What a column of a flow table says that is not a feature.</summary>
internal enum FlowIdentity : byte
{
    FlowId,
    Source,
    SourcePort,
    Destination,
    DestinationPort,
    Timestamp,
    Label,
    AttemptedCategory,
    /// <summary>Row number of the 2022 release; says nothing of the flow.</summary>
    RowId,
}

/// <summary>
/// Understands column names. The published headers use the same words abbreviated and in another order ("Min Packet Length",
/// "Packet Length Min", "pkt_len_min"), so a name is known by its set of words.
/// </summary>
internal static class ColumnNames
{
    private static readonly Dictionary<string, string> Words = new(StringComparer.Ordinal)
    {
        ["pkt"] = "packet", ["pkts"] = "packet", ["packets"] = "packet", ["tot"] = "total", ["totlen"] = "total length",
        ["len"] = "length", ["byts"] = "bytes", ["cnt"] = "count", ["average"] = "avg", ["backward"] = "bwd", ["forward"] = "fwd",
        ["seg"] = "segment", ["var"] = "variance", ["blk"] = "bulk", ["b"] = "bulk", ["source"] = "src", ["destination"] = "dst",
        // The flag's name is CWR (RFC 3168 §6.1.2); most headers misspell it.
        ["cwe"] = "cwr",
        ["of"] = "",
    };

    private static readonly Dictionary<string, FlowFeature> Features = FeatureKeys();

    private static readonly Dictionary<string, FlowIdentity> Identities = new(StringComparer.Ordinal)
    {
        [Key("Flow ID")] = FlowIdentity.FlowId,
        [Key("Src IP")] = FlowIdentity.Source,
        [Key("Src Port")] = FlowIdentity.SourcePort,
        [Key("Dst IP")] = FlowIdentity.Destination,
        [Key("Dst Port")] = FlowIdentity.DestinationPort,
        [Key("Timestamp")] = FlowIdentity.Timestamp,
        [Key("Label")] = FlowIdentity.Label,
        [Key("Attempted Category")] = FlowIdentity.AttemptedCategory,
    };

    public static bool TryFindFeature(string column, out FlowFeature feature) => Features.TryGetValue(Key(column), out feature);

    public static bool TryFindIdentity(string column, out FlowIdentity identity) => Identities.TryGetValue(Key(column), out identity);

    private static Dictionary<string, FlowFeature> FeatureKeys()
    {
        var keys = new Dictionary<string, FlowFeature>(StringComparer.Ordinal);
        foreach (var feature in Enum.GetValues<FlowFeature>()) keys.Add(Key(FlowFeatures.ColumnOf(feature)), feature);
        // The releases of 2021 and 2022 count TCP only, the later meter UDP as well.
        keys.Add(Key("Total TCP Flow Time"), FlowFeature.ConnectionTime);
        return keys;
    }

    private static string Key(string column)
    {
        var words = new string([.. column.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : ' ')])
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(word => Words.GetValueOrDefault(word, word).Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return string.Join(' ', words.Order(StringComparer.Ordinal));
    }
}
