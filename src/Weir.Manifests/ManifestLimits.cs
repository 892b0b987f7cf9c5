namespace Weir.Manifests;

/// <summary>What reading manifests may cost, whoever wrote them.</summary>
public sealed record ManifestLimits
{
    public static ManifestLimits Default { get; } = new();

    /// <summary>Bytes of one file or of standard input. etcd takes 1.5 MiB an object; rendered charts with CRDs have a few MiB.</summary>
    public int MaxFileBytes { get; init; } = 32 << 20;

    /// <summary>Files of one run. A monorepo's manifests are some thousands.</summary>
    public int MaxFiles { get; init; } = 20_000;

    /// <summary>Maps and lists inside one another. A CRD's schema nests some thirty deep.</summary>
    public int MaxDepth { get; init; } = 100;

    /// <summary>Scalars, maps and lists of one file, each alias counted as all that it stands for.</summary>
    public int MaxNodes { get; init; } = 1_000_000;

    /// <summary>Objects of one run. Clusters of ten thousand pods stay below.</summary>
    public int MaxObjects { get; init; } = 50_000;

    /// <summary>Findings of one run; more are counted only.</summary>
    public int MaxFindings { get; init; } = 100_000;
}
