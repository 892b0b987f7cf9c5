namespace Weir.Storage;

/// <summary>Where the embedded store lives, how much it keeps, and how far one query may look.</summary>
public sealed record SqliteStoreOptions
{
    /// <summary>Database file. Its directory is created when missing.</summary>
    public required string Path { get; init; }

    /// <summary>Bytes of database content beyond which the oldest exchanges are deleted. 2 GiB: about two million exchanges.</summary>
    public long MaxBytes { get; init; } = 2L << 30;

    /// <summary>Age beyond which exchanges are deleted. A week: last week's same hour can still be compared.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Rows of one transaction of <see cref="SqliteExchangeStore.Append"/>. 1000: the commit no longer shows in the cost of a row.</summary>
    public int BatchSize { get; init; } = 1000;

    /// <summary>Rows deleted in one transaction by retention. 500: a writer waits for a few milliseconds at most.</summary>
    public int RetentionChunkRows { get; init; } = 500;

    /// <summary>Rows one page of a query may look at. 50 000: a tenth of a second when SQL decides, a second when records are read.</summary>
    public int MaxScanRows { get; init; } = 50_000;

    /// <summary>Time one page of a query may take before it returns what it has. 2 s: what a person waits for.</summary>
    public TimeSpan MaxScanTime { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Queries that run at once; more wait. 4: the page cache of each connection is bounded, and so is their sum.</summary>
    public int MaxReaders { get; init; } = 4;

    /// <summary>Records of at least this many bytes are stored compressed. 1 KiB: below it Brotli saves less than a page fragment.</summary>
    public int CompressFromBytes { get; init; } = 1024;

    /// <summary>Time source of retention and scan limits.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
