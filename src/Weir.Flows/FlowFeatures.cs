namespace Weir.Flows;

/// <summary>What a feature counts or measures.</summary>
public enum FlowUnit : byte
{
    Packets,
    /// <summary>Of transport payload or header, as the column says.</summary>
    Bytes,
    SquareBytes,
    Microseconds,
    BytesPerSecond,
    PacketsPerSecond,
    Ratio,
    /// <summary>A number that names something: IP protocol, ICMP type, ICMP code.</summary>
    Code,
}

/// <summary>The catalogue of flow features: their published column names and units.</summary>
public static class FlowFeatures
{
    private static readonly (string Column, FlowUnit Unit)[] Known =
    [
        ("Protocol", FlowUnit.Code),
        ("Flow Duration", FlowUnit.Microseconds),
        ("Total Fwd Packet", FlowUnit.Packets),
        ("Total Bwd packets", FlowUnit.Packets),
        ("Total Length of Fwd Packet", FlowUnit.Bytes),
        ("Total Length of Bwd Packet", FlowUnit.Bytes),
        ("Fwd Packet Length Max", FlowUnit.Bytes),
        ("Fwd Packet Length Min", FlowUnit.Bytes),
        ("Fwd Packet Length Mean", FlowUnit.Bytes),
        ("Fwd Packet Length Std", FlowUnit.Bytes),
        ("Bwd Packet Length Max", FlowUnit.Bytes),
        ("Bwd Packet Length Min", FlowUnit.Bytes),
        ("Bwd Packet Length Mean", FlowUnit.Bytes),
        ("Bwd Packet Length Std", FlowUnit.Bytes),
        ("Flow Bytes/s", FlowUnit.BytesPerSecond),
        ("Flow Packets/s", FlowUnit.PacketsPerSecond),
        ("Flow IAT Mean", FlowUnit.Microseconds),
        ("Flow IAT Std", FlowUnit.Microseconds),
        ("Flow IAT Max", FlowUnit.Microseconds),
        ("Flow IAT Min", FlowUnit.Microseconds),
        ("Fwd IAT Total", FlowUnit.Microseconds),
        ("Fwd IAT Mean", FlowUnit.Microseconds),
        ("Fwd IAT Std", FlowUnit.Microseconds),
        ("Fwd IAT Max", FlowUnit.Microseconds),
        ("Fwd IAT Min", FlowUnit.Microseconds),
        ("Bwd IAT Total", FlowUnit.Microseconds),
        ("Bwd IAT Mean", FlowUnit.Microseconds),
        ("Bwd IAT Std", FlowUnit.Microseconds),
        ("Bwd IAT Max", FlowUnit.Microseconds),
        ("Bwd IAT Min", FlowUnit.Microseconds),
        ("Fwd PSH Flags", FlowUnit.Packets),
        ("Bwd PSH Flags", FlowUnit.Packets),
        ("Fwd URG Flags", FlowUnit.Packets),
        ("Bwd URG Flags", FlowUnit.Packets),
        ("Fwd RST Flags", FlowUnit.Packets),
        ("Bwd RST Flags", FlowUnit.Packets),
        ("Fwd Header Length", FlowUnit.Bytes),
        ("Bwd Header Length", FlowUnit.Bytes),
        ("Fwd Packets/s", FlowUnit.PacketsPerSecond),
        ("Bwd Packets/s", FlowUnit.PacketsPerSecond),
        ("Packet Length Min", FlowUnit.Bytes),
        ("Packet Length Max", FlowUnit.Bytes),
        ("Packet Length Mean", FlowUnit.Bytes),
        ("Packet Length Std", FlowUnit.Bytes),
        ("Packet Length Variance", FlowUnit.SquareBytes),
        ("FIN Flag Count", FlowUnit.Packets),
        ("SYN Flag Count", FlowUnit.Packets),
        ("RST Flag Count", FlowUnit.Packets),
        ("PSH Flag Count", FlowUnit.Packets),
        ("ACK Flag Count", FlowUnit.Packets),
        ("URG Flag Count", FlowUnit.Packets),
        ("CWR Flag Count", FlowUnit.Packets),
        ("ECE Flag Count", FlowUnit.Packets),
        ("Down/Up Ratio", FlowUnit.Ratio),
        ("Average Packet Size", FlowUnit.Bytes),
        ("Fwd Segment Size Avg", FlowUnit.Bytes),
        ("Bwd Segment Size Avg", FlowUnit.Bytes),
        ("Fwd Bytes/Bulk Avg", FlowUnit.Bytes),
        ("Fwd Packet/Bulk Avg", FlowUnit.Packets),
        ("Fwd Bulk Rate Avg", FlowUnit.BytesPerSecond),
        ("Bwd Bytes/Bulk Avg", FlowUnit.Bytes),
        ("Bwd Packet/Bulk Avg", FlowUnit.Packets),
        ("Bwd Bulk Rate Avg", FlowUnit.BytesPerSecond),
        ("Subflow Fwd Packets", FlowUnit.Packets),
        ("Subflow Fwd Bytes", FlowUnit.Bytes),
        ("Subflow Bwd Packets", FlowUnit.Packets),
        ("Subflow Bwd Bytes", FlowUnit.Bytes),
        ("FWD Init Win Bytes", FlowUnit.Bytes),
        ("Bwd Init Win Bytes", FlowUnit.Bytes),
        ("Fwd Act Data Pkts", FlowUnit.Packets),
        ("Bwd Act Data Pkts", FlowUnit.Packets),
        ("Fwd Seg Size Min", FlowUnit.Bytes),
        ("Bwd Seg Size Min", FlowUnit.Bytes),
        ("Active Mean", FlowUnit.Microseconds),
        ("Active Std", FlowUnit.Microseconds),
        ("Active Max", FlowUnit.Microseconds),
        ("Active Min", FlowUnit.Microseconds),
        ("Idle Mean", FlowUnit.Microseconds),
        ("Idle Std", FlowUnit.Microseconds),
        ("Idle Max", FlowUnit.Microseconds),
        ("Idle Min", FlowUnit.Microseconds),
        ("ICMP Code", FlowUnit.Code),
        ("ICMP Type", FlowUnit.Code),
        ("Fwd TCP Retrans. Count", FlowUnit.Packets),
        ("Bwd TCP Retrans. Count", FlowUnit.Packets),
        ("Total TCP Retrans. Count", FlowUnit.Packets),
        ("Total Connection Flow Time", FlowUnit.Microseconds),
    ];

    private static readonly string[] Names = [.. Known.Select(known => known.Column)];

    /// <summary>Length of a feature vector.</summary>
    public static int Count => Known.Length;

    /// <summary>Column names, spelled as CICFlowMeter V4 and its corrected fork do, by <see cref="FlowFeature"/>.</summary>
    public static IReadOnlyList<string> Columns => Names;

    public static string ColumnOf(FlowFeature feature) => Names[(int)feature];

    public static FlowUnit UnitOf(FlowFeature feature) => Known[(int)feature].Unit;

    /// <summary>
    /// Finds the feature that a column of any published CICFlowMeter header means: V4, the corrected fork and its two releases,
    /// CICIDS2017, CSE-CIC-IDS2018 and the Python ports.
    /// </summary>
    public static bool TryFind(string column, out FlowFeature feature) => ColumnNames.TryFindFeature(column, out feature);
}
