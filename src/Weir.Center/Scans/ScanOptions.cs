using Weir.Manifests.Images;

namespace Weir.Center.Scans;

/// <summary>Scans of images that the center makes.</summary>
public sealed record ScanOptions
{
    /// <summary>How Trivy is run.</summary>
    public ImageScannerOptions Scanner { get; init; } = ImageScannerOptions.Default;

    public ScanLimits Limits { get; init; } = new();
}

/// <summary>What is kept of scans, and how many wait.</summary>
public sealed record ScanLimits
{
    /// <summary>Scans; the oldest make room.</summary>
    public int MaxScans { get; init; } = 200;

    /// <summary>Scans that are asked for and not over.</summary>
    public int MaxWaiting { get; init; } = 16;

    /// <summary>Vulnerabilities of an answer, the worst first; further ones are counted.</summary>
    public int MaxVulnerabilities { get; init; } = 5000;

    /// <summary>How long the state of the scanner is taken for its present one: telling it starts a program.</summary>
    public TimeSpan StatusAge { get; init; } = TimeSpan.FromSeconds(30);
}
