using System.Collections.Immutable;
using Weir.Manifests.Objects;

namespace Weir.Manifests.Images;

/// <summary>Severity of what a scanner finds, as it says itself.</summary>
public enum ImageSeverity : byte
{
    Unknown,
    Low,
    Medium,
    High,
    Critical,
}

/// <param name="Id">CVE or an identifier of the vendor.</param>
/// <param name="Severity">How bad.</param>
/// <param name="Package">Name of the package.</param>
/// <param name="Installed">Its version.</param>
/// <param name="Fixed">Versions that have it fixed; null when there is none.</param>
/// <param name="Status">fixed, affected, will_not_fix …; null when it is not told.</param>
/// <param name="Title">In a line; null when there is none.</param>
/// <param name="Url">Where to read on.</param>
/// <param name="Score">CVSS base score, 0 to 10, of the source that the severity is from, else the best known.</param>
/// <param name="Target">What of the image it is in.</param>
public sealed record Vulnerability(
    string Id, ImageSeverity Severity, string Package, string Installed, string? Fixed, string? Status, string? Title, string? Url, double? Score, string Target);

/// <param name="Id">Of the check.</param>
/// <param name="Severity">How bad.</param>
/// <param name="Title">What is checked.</param>
/// <param name="Message">What is wrong here.</param>
/// <param name="Resolution">What to do; null when it is not told.</param>
/// <param name="Target">The file.</param>
/// <param name="StartLine">From 1; 0 when there is no line.</param>
/// <param name="EndLine">From 1; 0 when there is no line.</param>
public sealed record Misconfiguration(string Id, ImageSeverity Severity, string Title, string Message, string? Resolution, string Target, int StartLine, int EndLine);

/// <param name="Rule">Which rule found it.</param>
/// <param name="Category">Whose secret it is.</param>
/// <param name="Severity">How bad.</param>
/// <param name="Title">What it is.</param>
/// <param name="Match">The line with the secret masked by the scanner.</param>
/// <param name="Target">The file.</param>
/// <param name="StartLine">From 1.</param>
/// <param name="EndLine">From 1.</param>
public sealed record ImageSecret(string Rule, string Category, ImageSeverity Severity, string Title, string Match, string Target, int StartLine, int EndLine);

/// <param name="Name">SPDX identifier or what stands in the file.</param>
/// <param name="Category">restricted, reciprocal, notice …</param>
/// <param name="Severity">How bad, by the category.</param>
/// <param name="Package">Empty when it is of a file.</param>
/// <param name="File">Empty when it is of a package.</param>
/// <param name="Target">Where it was found.</param>
public sealed record ImageLicense(string Name, string Category, ImageSeverity Severity, string Package, string File, string Target);

/// <summary>What a scanner found in an image (or in files).</summary>
public sealed record ImageReport
{
    /// <summary>As it was asked for.</summary>
    public required string Artifact { get; init; }

    /// <summary>container_image, filesystem, repository …</summary>
    public required string ArtifactType { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }

    public string? ScannerVersion { get; init; }

    /// <summary>Family and version of the operating system in the image; null when none was recognised.</summary>
    public string? OperatingSystem { get; init; }

    /// <summary>Its operating system gets no more updates, so that what is found is less than what there is.</summary>
    public bool IsEndOfLife { get; init; }

    /// <summary>Names with tags that the image has.</summary>
    public ImmutableArray<string> Tags { get; init; } = [];

    /// <summary>Names with digests that the image has.</summary>
    public ImmutableArray<string> Digests { get; init; } = [];

    /// <summary>What of it was looked at. None: clean, or nothing in it was recognised (an image from scratch).</summary>
    public ImmutableArray<string> Targets { get; init; } = [];

    public ImmutableArray<Vulnerability> Vulnerabilities { get; init; } = [];

    /// <summary>Only those that failed.</summary>
    public ImmutableArray<Misconfiguration> Misconfigurations { get; init; } = [];

    public ImmutableArray<ImageSecret> Secrets { get; init; } = [];

    public ImmutableArray<ImageLicense> Licenses { get; init; } = [];

    /// <summary>Everything that was found, of one severity.</summary>
    public int Count(ImageSeverity severity) => Severities.Count(one => one == severity);

    /// <summary>Of everything that was found.</summary>
    public IEnumerable<ImageSeverity> Severities => Vulnerabilities.Select(static one => one.Severity).Concat(Misconfigurations.Select(static one => one.Severity))
        .Concat(Secrets.Select(static one => one.Severity)).Concat(Licenses.Select(static one => one.Severity));

    /// <summary>Whether it is of the image that a manifest names: by digest, else by tag, else by the very text.</summary>
    internal bool IsOf(string text, ImageName image)
    {
        if (image.Digest is not null && Digests.Length > 0) return Digests.Any(one => ImageName.Parse(one) is var own && own.Digest == image.Digest);
        return Artifact == text || Tags.Append(Artifact).Any(one => Same(ImageName.Parse(one), image));
    }

    private static bool Same(ImageName left, ImageName right) =>
        left.Registry == right.Registry && left.Repository == right.Repository && left.Digest == right.Digest && (left.Tag ?? "latest") == (right.Tag ?? "latest");
}
