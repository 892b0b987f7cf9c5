using Microsoft.Data.Sqlite;
using Weir.Records;
using Weir.Storage.Sqlite;

namespace Weir.Storage;

/// <summary>
/// The embedded store: one SQLite file in WAL mode, one writer, a few readers. Thread-safe. What <see cref="Append"/>
/// acknowledged survives a crash of the process; a power cut may cost the last transactions (synchronous=NORMAL), never the file.
/// </summary>
public sealed class SqliteExchangeStore : IDisposable
{
    private readonly SqliteStoreOptions _options;
    private readonly Lock _writing = new();
    private readonly SqliteWriter _writer;
    private readonly ReaderPool _readers;
    private readonly SqliteRetention _retention;
    private long _rows;
    private long _stored;
    private long _duplicates;
    private long _failures;
    private string? _lastError;
    private int _disposed;

    /// <exception cref="StoreException">The file can't be opened, is damaged, or is not ours; the message says what to do.</exception>
    public SqliteExchangeStore(SqliteStoreOptions options)
    {
        _options = options with { Path = Path.GetFullPath(options.Path) };
        _writer = Guard(Open);
        try
        {
            _rows = Guard(_writer.CountRows);
        }
        catch (StoreException)
        {
            _writer.Dispose();
            throw;
        }

        _readers = new ReaderPool(ConnectionString(SqliteOpenMode.ReadOnly), _options.MaxReaders);
        _retention = new SqliteRetention(_options);
    }

    /// <summary>
    /// Stores rows, in transactions of the batch size. An id that is there already is left as it is and counted, unless the row
    /// there is one in progress, which gives up its place. When it
    /// returns, all rows are stored; after an exception the same rows may be given again.
    /// </summary>
    /// <exception cref="StoreException">Disk full, I/O error …: <see cref="StoreException.IsTransient"/> says whether to retry.</exception>
    public AppendResult Append(ReadOnlySpan<ExchangeRow> rows)
    {
        var (stored, replaced) = (0, 0);
        var total = rows.Length;
        while (rows.Length > 0)
        {
            var batch = rows[..Math.Min(rows.Length, _options.BatchSize)];
            rows = rows[batch.Length..];
            lock (_writing)
            {
                try
                {
                    var (added, updated) = _writer.Append(batch);
                    stored += added;
                    replaced += updated;
                    Interlocked.Add(ref _rows, added);
                    Interlocked.Add(ref _stored, added);
                    Interlocked.Add(ref _duplicates, batch.Length - added - updated);
                }
                catch (StoreException failure)
                {
                    Interlocked.Increment(ref _failures);
                    Volatile.Write(ref _lastError, failure.Message);
                    throw;
                }
            }
        }

        return new AppendResult(stored, total - stored - replaced, replaced);
    }

    /// <summary>One page, newest first. Bounded in rows and time; continue from <see cref="ExchangePage.Next"/>.</summary>
    public ExchangePage Query(ExchangeQuery query, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Limit, 1);
        return Read(connection => new PageReader(_options).Read(connection, query, cancellation), cancellation);
    }

    /// <summary>Counts calls by time and by values of fields. Bounded in time: <see cref="ExchangeOverview.ReachedNs"/> says how far it came.</summary>
    public ExchangeOverview Overview(OverviewQuery query, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Buckets, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(query.ToNs, query.FromNs);
        return Read(connection => new OverviewReader(_options).Read(connection, query, cancellation), cancellation);
    }

    /// <summary>Version of the SQLite library in use.</summary>
    public string EngineVersion
    {
        get
        {
            lock (_writing) return _writer.EngineVersion;
        }
    }

    /// <summary>
    /// Ends the calls that are stored as running: whoever ran them was killed, so their records say that their end is unknown
    /// (<see cref="Anomaly.EndUnknown"/>). To be called before the first <see cref="Append"/> by the one who feeds this store. A row
    /// that comes for such a call after all takes its place.
    /// </summary>
    /// <returns>How many there were.</returns>
    /// <exception cref="StoreException">As of <see cref="Append"/>.</exception>
    public int EndRunning()
    {
        var ended = 0;
        while (true)
        {
            lock (_writing)
            {
                var running = Guard(() => _writer.ReadRunning(_options.BatchSize));
                if (running.Count == 0) return ended;
                _writer.Abandon([.. running.Select(one => (one.Key, AbandonedRecord.Of(one.Record)))]);
                ended += running.Count;
            }
        }
    }

    /// <summary>Pages the file may grow to; 0 lifts the limit. Lets a test fill the disk without filling one.</summary>
    internal void LimitPages(long pages)
    {
        lock (_writing) _writer.LimitPages(pages);
    }

    /// <summary>The complete record as UTF-8 JSON, or null when it is not (or no longer) there.</summary>
    public byte[]? Get(ExchangeId id, CancellationToken cancellation = default) =>
        Read(connection => PageReader.Find(connection, id), cancellation);

    /// <summary>Writes documents of a kind, all or none; one of the same name gives up its place.</summary>
    /// <exception cref="StoreException">As of <see cref="Append"/>.</exception>
    public void SaveDocuments(string kind, IReadOnlyList<(string Name, byte[] Body)> documents)
    {
        lock (_writing) Guard(() => _writer.SaveDocuments(kind, documents));
    }

    /// <summary>All documents of a kind, by name.</summary>
    /// <exception cref="StoreException">The store can't be read.</exception>
    public IReadOnlyList<(string Name, byte[] Body)> LoadDocuments(string kind, CancellationToken cancellation = default) =>
        Read(connection => DocumentTable.Load(connection, kind), cancellation);

    public long Count => Interlocked.Read(ref _rows);

    public StoreStatistics ReadStatistics(CancellationToken cancellation = default)
    {
        var (oldest, newest) = Read(
            static connection => (PageReader.Edge(connection, "min"), PageReader.Edge(connection, "max")), cancellation);
        return new StoreStatistics
        {
            Exchanges = Count,
            DatabaseBytes = FileBytes(""),
            LogBytes = FileBytes("-wal"),
            OldestNs = oldest,
            NewestNs = newest,
            Stored = Interlocked.Read(ref _stored),
            Duplicates = Interlocked.Read(ref _duplicates),
            DeletedByAge = _retention.DeletedByAge,
            DeletedBySize = _retention.DeletedBySize,
            Failures = Interlocked.Read(ref _failures),
            LastError = Volatile.Read(ref _lastError),
        };
    }

    /// <summary>
    /// Deletes what is too old or too much, oldest first, in chunks between which writers get their turn. Call it now and
    /// then; returns how many exchanges were deleted.
    /// </summary>
    public long ApplyRetention(CancellationToken cancellation = default)
    {
        long deleted = 0;
        while (!cancellation.IsCancellationRequested)
        {
            int chunk;
            lock (_writing)
            {
                chunk = Guard(() => _retention.DeleteChunk(_writer));
                Interlocked.Add(ref _rows, -chunk);
            }

            deleted += chunk;
            if (chunk == 0) break;
        }

        return deleted;
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        _readers.Dispose();
        lock (_writing) _writer.Dispose();
    }

    private T Read<T>(Func<SqliteConnection, T> read, CancellationToken cancellation) =>
        Guard(() => _readers.Use(read, cancellation));

    private T Guard<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (SqliteException exception)
        {
            throw SqliteErrors.Describe(exception, _options.Path);
        }
        catch (InvalidDataException exception)
        {
            throw new StoreException(StoreFailure.Corrupt, $"Store {_options.Path}: {exception.Message}", exception);
        }
    }

    private SqliteWriter Open()
    {
        SQLitePCL.Batteries_V2.Init();
        StoreFiles.Create(_options.Path);
        var connection = new SqliteConnection(ConnectionString(SqliteOpenMode.ReadWriteCreate));
        try
        {
            connection.Open();
            SqliteSchema.Prepare(connection, _options.Path);
            return new SqliteWriter(connection, _options.Path, new RecordCodec(_options.CompressFromBytes));
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private string ConnectionString(SqliteOpenMode mode) => new SqliteConnectionStringBuilder
    {
        DataSource = _options.Path,
        Mode = mode,
        // Connections are kept by the store itself, so that closing it really closes the file.
        Pooling = false,
        DefaultTimeout = 5,
    }.ToString();

    private long FileBytes(string suffix) =>
        new FileInfo(_options.Path + suffix) is { Exists: true } file ? file.Length : 0;
}
