namespace Weir.Flows;

/// <summary>One of the published headers, column by column.</summary>
public sealed class FlowCsvLayout
{
    private static readonly string[] Identity = ["Flow ID", "Src IP", "Src Port", "Dst IP", "Dst Port", "Protocol", "Timestamp"];

    private static readonly FlowFeature[] Resets = [FlowFeature.FwdRstFlags, FlowFeature.BwdRstFlags];

    /// <summary>What only the meter of 2024 has.</summary>
    private static readonly FlowFeature[] Late =
    [
        FlowFeature.BwdDataPackets, FlowFeature.BwdSegmentSizeMin, FlowFeature.IcmpCode, FlowFeature.IcmpType,
        FlowFeature.FwdRetransmissions, FlowFeature.BwdRetransmissions, FlowFeature.Retransmissions, FlowFeature.ConnectionTime,
    ];

    private FlowCsvLayout(string name, IEnumerable<string> columns)
    {
        Name = name;
        Columns = [.. columns];
        Meanings = [.. Columns.Select(MeaningOf)];
    }

    /// <summary>CICFlowMeter V4: 84 columns.</summary>
    public static FlowCsvLayout V4 { get; } = new("84", [.. Identity, .. Numbers([.. Resets, .. Late]), "Label"]);

    /// <summary>The release of 2021, as the Kubernetes data of Sever and Dogan has it: 87 columns.</summary>
    public static FlowCsvLayout Release2021 { get; } = new("87", [.. Identity, .. Numbers(Late), "Total TCP Flow Time", "Label"]);

    /// <summary>The release of 2022 (improved CICIDS2017 and CSE-CIC-IDS2018): 91 columns.</summary>
    public static FlowCsvLayout Release2022 { get; } = new("91",
        ["id", .. Identity, .. Numbers(Late), "ICMP Code", "ICMP Type", "Total TCP Flow Time", "Label", "Attempted Category"]);

    /// <summary>The corrected fork of 2024: 94 columns.</summary>
    public static FlowCsvLayout Fork { get; } = new("94", [.. Identity, .. Numbers([]), "Label"]);

    public static IReadOnlyList<FlowCsvLayout> All { get; } = [V4, Release2021, Release2022, Fork];

    /// <summary>Its number of columns, by which it is asked for.</summary>
    public string Name { get; }

    public IReadOnlyList<string> Columns { get; }

    internal FlowCsvHeader.Column[] Meanings { get; }

    /// <summary>The header that a profile's own program writes; Weir's is V4's.</summary>
    public static FlowCsvLayout Of(FlowProfile profile) => profile == FlowProfile.Corrected ? Fork : V4;

    private static IEnumerable<string> Numbers(FlowFeature[] without) =>
        Enum.GetValues<FlowFeature>().Where(feature => feature != FlowFeature.Protocol && !without.Contains(feature)).Select(FlowFeatures.ColumnOf);

    private static FlowCsvHeader.Column MeaningOf(string column)
    {
        if (column == "id") return new FlowCsvHeader.Column(null, FlowIdentity.RowId);
        return ColumnNames.TryFindFeature(column, out var feature)
            ? new FlowCsvHeader.Column(feature, null)
            : new FlowCsvHeader.Column(null, ColumnNames.TryFindIdentity(column, out var identity) ? identity : throw new InvalidOperationException(column));
    }
}
