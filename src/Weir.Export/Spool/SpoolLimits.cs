namespace Weir.Export.Spool;

/// <summary>How much may wait on disk for a server that is away.</summary>
/// <param name="MaxBytes">Bytes of all segments; the oldest go first. 1 GiB: hours of compressed messages of a busy node.</param>
/// <param name="MaxAge">Segments older than this are no longer sent. A day: an outage over night loses nothing.</param>
/// <param name="MaxMemoryBytes">Bytes kept in memory while the disk refuses. 64 MiB: some minutes of an ordinary node.</param>
public sealed record SpoolLimits(long MaxBytes, TimeSpan MaxAge, long MaxMemoryBytes)
{
    public static SpoolLimits Default { get; } = new(1L << 30, TimeSpan.FromDays(1), 64L << 20);
}
