namespace Weir.Export.GoReplay;

/// <summary>How files are cut. With a limit the names get an index: <c>calls_0.gor</c>, <c>calls_1.gor</c> …</summary>
public sealed record GorFileOptions
{
    /// <summary>Goes on at the end of a file that is there.</summary>
    public bool Append { get; init; }

    /// <summary>Bytes (before compression) after which another file begins; null for one file.</summary>
    public long? MaxFileBytes { get; init; }

    /// <summary>Records after which another file begins; null for any number.</summary>
    public long? MaxFileRecords { get; init; }

    /// <summary>Bytes (before compression) of all files, after which nothing more is written; null for no end.</summary>
    public long? MaxTotalBytes { get; init; }

    public bool HasChunks => MaxFileBytes is not null || MaxFileRecords is not null;
}
