namespace Weir.Export.Retention;

/// <summary>Where frames are kept as they were captured, and how many.</summary>
public sealed record RetentionOptions
{
    /// <summary>Created for its owner alone when it is missing. One process writes to it at a time.</summary>
    public required string Directory { get; init; }

    /// <summary>Bytes of all files; beyond, the oldest are deleted. At least twice <see cref="SegmentBytes"/>. 1 GiB: two minutes of a busy 100 Mbit/s.</summary>
    public long BudgetBytes { get; init; } = 1L << 30;

    /// <summary>Older files are deleted. A day: whoever hears of a trouble in the morning finds the night.</summary>
    public TimeSpan Age { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Bytes of one file: what is deleted, and skipped when reading, at once. 64 MiB: a sixteenth of the budget.</summary>
    public long SegmentBytes { get; init; } = DefaultSegmentBytes;

    public RetentionLimits Limits { get; init; } = RetentionLimits.Default;

    /// <summary>Takes what the user should know: a disk that is full, and that it is no longer.</summary>
    public Action<string> Tell { get; init; } = static _ => { };

    internal const long DefaultSegmentBytes = 64L << 20;

    /// <summary>What is wrong with the sizes, in words; null when nothing is.</summary>
    public string? Problem()
    {
        if (SegmentBytes < 2L * Limits.BatchBytes) return $"a segment has at least {2 * Limits.BatchBytes} bytes";
        if (SegmentBytes > 1L << 30) return "a segment has at most 1 GiB";
        if (BudgetBytes < 2 * SegmentBytes) return "the budget holds at least two segments";
        return Age < TimeSpan.FromSeconds(1) ? "frames are kept for at least a second" : null;
    }
}

/// <summary>Bounds of what keeping frames may cost beside the disk.</summary>
/// <param name="BatchBytes">Bytes that a worker hands to the writer at once. 1 MiB: few system calls, and the largest frame fits.</param>
/// <param name="QueueBytes">Bytes of all batches, those being filled included. 32 MiB: a second of a slow disk at 250 Mbit/s.</param>
/// <param name="RetryTime">How long nothing is written after the disk refused. 1 s: a full disk is not hammered.</param>
/// <param name="MaxReaders">Questions of centers that are answered at once. 2: reading takes the disk from writing.</param>
public sealed record RetentionLimits(int BatchBytes, long QueueBytes, TimeSpan RetryTime, int MaxReaders)
{
    public static RetentionLimits Default { get; } = new(1 << 20, 32L << 20, TimeSpan.FromSeconds(1), 2);
}
