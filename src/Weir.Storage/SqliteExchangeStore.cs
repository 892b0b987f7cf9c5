using Microsoft.Data.Sqlite;
using Weir.Records;
using Weir.Storage.Sqlite;

namespace Weir.Storage;

/// <summary>
/// The embedded store: one SQLite file in WAL mode, one writer, a few readers. Thread-safe. What <see cref="Append"/>
/// acknowledged survives a crash of the process; a power cut may cost the last transactions (synchronous=NORMAL), never the file.
/// </summary>
public sealed class SqliteExchangeStore : IExchangeStore
{
    private readonly SqliteStoreOptions _options;
    private readonly Lock _writing = new();
    private readonly SqliteWriter _writer;
    private readonly BatchedAppend _append;
    private readonly ReaderPool _readers;
    private readonly SqliteRetention _retention;
    private long _rows;
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

        _append = new BatchedAppend(_options.BatchSize, Write);
        _readers = new ReaderPool(ConnectionString(SqliteOpenMode.ReadOnly), _options.MaxReaders);
        _retention = new SqliteRetention(_options);
    }

    /// <inheritdoc/>
    /// <remarks>In transactions of the batch size.</remarks>
    public AppendResult Append(ReadOnlySpan<ExchangeRow> rows) => _append.Append(rows);

    public ExchangePage Query(ExchangeQuery query, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Limit, 1);
        return Read(connection => new PageReader(_options).Read(connection, query, cancellation), cancellation);
    }

    public ExchangeOverview Overview(OverviewQuery query, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Buckets, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(query.ToNs, query.FromNs);
        return Read(connection => new OverviewReader(_options).Read(connection, query, cancellation), cancellation);
    }

    public string Engine => $"SQLite {EngineVersion}";

    public bool IsShared => false;

    /// <summary>Version of the SQLite library in use.</summary>
    public string EngineVersion
    {
        get
        {
            lock (_writing) return _writer.EngineVersion;
        }
    }

    /// <inheritdoc/>
    /// <remarks>All of them: nobody else feeds this store.</remarks>
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

    public byte[]? Get(ExchangeId id, CancellationToken cancellation = default) =>
        Read(connection => PageReader.Find(connection, id), cancellation);

    public void SaveDocuments(string kind, IReadOnlyList<(string Name, byte[] Body)> documents)
    {
        lock (_writing) Guard(() => _writer.SaveDocuments(kind, documents));
    }

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
            Stored = _append.Stored,
            Duplicates = _append.Duplicates,
            DeletedByAge = _retention.DeletedByAge,
            DeletedBySize = _retention.DeletedBySize,
            Failures = _append.Failures,
            LastError = _append.LastError,
        };
    }

    /// <inheritdoc/>
    /// <remarks>In chunks, between which writers get their turn.</remarks>
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

    private (int Stored, int Replaced) Write(ReadOnlySpan<ExchangeRow> batch)
    {
        lock (_writing)
        {
            var written = _writer.Append(batch);
            Interlocked.Add(ref _rows, written.Stored);
            return written;
        }
    }
}
