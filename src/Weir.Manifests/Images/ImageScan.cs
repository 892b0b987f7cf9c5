namespace Weir.Manifests.Images;

/// <summary>Why an image was not scanned; each says whom to ask.</summary>
public enum ScanFailure
{
    /// <summary>It was.</summary>
    None,
    /// <summary>The caller: that can be no name of an image.</summary>
    BadName,
    /// <summary>The operator: Trivy is not installed where Weir runs.</summary>
    ScannerMissing,
    /// <summary>The caller: no source has the image.</summary>
    ImageNotFound,
    /// <summary>The operator: the registry refuses the account that Trivy has.</summary>
    AccessDenied,
    /// <summary>The operator: there is no database in the cache, and none may be fetched.</summary>
    DatabaseMissing,
    /// <summary>The network, or the database's registry.</summary>
    DatabaseDownload,
    /// <summary>The operator: database and Trivy do not fit together; update one.</summary>
    DatabaseVersion,
    /// <summary>The image is too large, or the registry too slow, for the time that is given.</summary>
    Timeout,
    /// <summary>The machine: out of memory, most often.</summary>
    Killed,
    /// <summary>The operator: this Trivy does not know an option that Weir uses; update it.</summary>
    ScannerTooOld,
    /// <summary>The report is larger than allowed.</summary>
    ReportTooLarge,
    /// <summary>What came is no report.</summary>
    BadReport,
    /// <summary>Something else; the message is Trivy's own.</summary>
    Other,
}

/// <summary>The outcome of a scan.</summary>
/// <param name="Report">Null when it failed.</param>
/// <param name="Failure">Why.</param>
/// <param name="Message">In a sentence what happened and what to do; empty when it did not fail.</param>
/// <param name="Detail">The end of what Trivy said; empty when it said nothing.</param>
public sealed record ImageScan(ImageReport? Report, ScanFailure Failure, string Message, string Detail)
{
    /// <summary>The report as Trivy wrote it; empty when it failed.</summary>
    public ReadOnlyMemory<byte> Document { get; init; }

    internal static ImageScan Of(ImageReport report, ReadOnlyMemory<byte> document) => new(report, ScanFailure.None, "", "") { Document = document };

    internal static ImageScan Failed(ScanFailure failure, string message, string detail = "") => new(null, failure, message, detail);
}

/// <summary>Whether images can be scanned.</summary>
/// <param name="IsAvailable">Trivy can be started.</param>
/// <param name="Version">Its version; null when it is not told.</param>
/// <param name="DatabaseUpdatedAt">Of the vulnerability database in the cache; null when there is none.</param>
/// <param name="Reason">Why not, or what is missing; empty when all is well.</param>
public sealed record ImageScannerStatus(bool IsAvailable, string? Version, DateTimeOffset? DatabaseUpdatedAt, string Reason);
