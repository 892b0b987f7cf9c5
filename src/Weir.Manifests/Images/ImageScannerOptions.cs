using System.Collections.Immutable;

namespace Weir.Manifests.Images;

/// <summary>How Trivy is run.</summary>
public sealed record ImageScannerOptions
{
    public static ImageScannerOptions Default { get; } = new();

    /// <summary>Name found through PATH, or a path.</summary>
    public string Program { get; init; } = "trivy";

    public ImageScannerLimits Limits { get; init; } = ImageScannerLimits.Default;

    /// <summary>vuln, secret, misconfig, license. Secrets take most of the time.</summary>
    public ImmutableArray<string> Scanners { get; init; } = ["vuln"];

    /// <summary>Where Trivy keeps database and layers; null for its own default.</summary>
    public string? CacheDirectory { get; init; }

    /// <summary>Nothing is fetched: the database has to be in the cache.</summary>
    public bool Offline { get; init; }

    /// <summary>OCI repository of the vulnerability database; null for Trivy's own.</summary>
    public string? DatabaseRepository { get; init; }

    /// <summary>OCI repository of the database of Java packages; null for Trivy's own.</summary>
    public string? JavaDatabaseRepository { get; init; }

    /// <summary>Trivy server that keeps the database: <c>http://host:4954</c>. Its token goes through the variable TRIVY_TOKEN.</summary>
    public string? Server { get; init; }

    /// <summary>Where images are looked for, in this order: docker, containerd, podman, remote; empty for Trivy's own order.</summary>
    public ImmutableArray<string> ImageSources { get; init; } = [];

    /// <summary>Platform of an image that has several: <c>linux/amd64</c>.</summary>
    public string? Platform { get; init; }

    /// <summary>Leaves out what has no fix.</summary>
    public bool IgnoreUnfixed { get; init; }
}

/// <summary>What a scan may cost.</summary>
public sealed record ImageScannerLimits
{
    public static ImageScannerLimits Default { get; } = new();

    /// <summary>After it Trivy gives up by itself.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>What it has beyond that to end; then it is killed.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Bytes of a report. Those of images with thousands of packages have some 20 MiB.</summary>
    public int MaxReportBytes { get; init; } = 64 << 20;

    /// <summary>Bytes of Trivy's messages that are kept, of the end.</summary>
    public int MaxMessageBytes { get; init; } = 64 << 10;
}
