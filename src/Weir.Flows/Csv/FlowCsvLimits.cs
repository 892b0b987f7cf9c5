namespace Weir.Flows;

/// <summary>What a CSV file may demand of memory.</summary>
public sealed record FlowCsvLimits
{
    public static FlowCsvLimits Default { get; } = new();

    /// <summary>Bytes of one line; a longer one is a malformed row. Ninety numbers take about 1 KiB.</summary>
    public int MaxLineBytes { get; init; } = 64 << 10;

    /// <summary>Columns of the header; more make it no flow table. The widest published one has 94.</summary>
    public int MaxColumns { get; init; } = 512;

    /// <summary>Different labels that are kept as shared strings; further ones are made anew for each row.</summary>
    public int MaxSharedLabels { get; init; } = 1024;
}
