namespace Weir.Storage.Sqlite;

/// <summary>
/// Decides what goes, a chunk at a time: first what is too old, then the oldest while the content exceeds its size. Free
/// pages are written again; those beyond a tenth of the limit go back to the file system.
/// </summary>
internal sealed class SqliteRetention(SqliteStoreOptions options)
{
    /// <summary>Free pages given back at once: 4 MiB of 4 KiB pages, a few milliseconds.</summary>
    private const int VacuumPages = 1024;

    /// <summary>Once too large, content is cut to this share of the limit, so that deleting does not run for every batch.</summary>
    private const double LowWater = 0.95;

    private bool _shrinking;
    private long _byAge;
    private long _bySize;

    public long DeletedByAge => Interlocked.Read(ref _byAge);

    public long DeletedBySize => Interlocked.Read(ref _bySize);

    /// <summary>Deletes at most one chunk; 0 means there is nothing to delete.</summary>
    public int DeleteChunk(SqliteWriter writer)
    {
        var oldest = (options.Time.GetUtcNow().UtcTicks - DateTime.UnixEpoch.Ticks - options.MaxAge.Ticks) * 100;
        var deleted = writer.DeleteBefore(oldest, options.RetentionChunkRows);
        Interlocked.Add(ref _byAge, deleted);
        if (deleted == 0)
        {
            var used = writer.UsedBytes;
            _shrinking = used > options.MaxBytes || (_shrinking && used > options.MaxBytes * LowWater);
            if (_shrinking) deleted = writer.DeleteOldest(options.RetentionChunkRows);
            Interlocked.Add(ref _bySize, deleted);
        }

        if (writer.FreeBytes > options.MaxBytes / 10) writer.Vacuum(VacuumPages);
        return deleted;
    }
}
