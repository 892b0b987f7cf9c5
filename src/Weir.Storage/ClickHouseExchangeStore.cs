using System.Globalization;
using Weir.Records;
using Weir.Records.Filter;
using Weir.Storage.ClickHouse;
using Weir.Storage.Filter;

namespace Weir.Storage;

/// <summary>
/// Calls in ClickHouse, for when one machine is not enough. Several centers may share one: each exchange counts once, also when two
/// store it at the same moment, and also before the server has merged its parts. Thread-safe.
/// </summary>
public sealed class ClickHouseExchangeStore : IExchangeStore, ISharedFeed, ISharedDocuments
{
    /// <summary>Running calls whose records are ended at once.</summary>
    private const int EndStep = 500;

    private static readonly StoreFilter s_running = ExchangeFilter.TryParse("in_progress", out var expression, out _)
        ? new StoreFilter(expression)
        : throw new InvalidOperationException("in_progress is no filter");

    private readonly ClickHouseStoreOptions _options;
    private readonly ClickHouseClient _client;
    private readonly ClickHouseSchema _schema;
    private readonly ClickHouseWriter _writer;
    private readonly FeedReader _feed;
    private readonly SharedDocuments _documents;
    private readonly Lock _writing = new();
    private readonly BatchedAppend _append;
    private long _deletedByAge;
    private long _deletedBySize;

    /// <exception cref="StoreException">The server is away or refuses, or the database is not ours; the message says what to do.</exception>
    public ClickHouseExchangeStore(ClickHouseStoreOptions options)
    {
        StoreAddress.CheckName(options.Database);
        if (options.Cluster is { } cluster) StoreAddress.CheckName(cluster);
        _options = options;
        (_client, _schema) = ClickHouseSchema.Open(options);

        _documents = new SharedDocuments(_client, _schema);
        _writer = new ClickHouseWriter(_client, _schema, options, _documents);
        _feed = new FeedReader(_client, _schema, _writer.Self);
        _append = new BatchedAppend(options.BatchSize, Write);
    }

    public string Engine => $"ClickHouse {_schema.Server}";

    public bool IsShared => true;

    public long Count
    {
        get
        {
            var rows = _client.Number($"SELECT toInt64(count()) FROM {_schema.Exchanges}", CancellationToken.None);
            var more = _client.Number(
                $"SELECT toInt64(sum(n - 1)) FROM (SELECT {KeySql.Columns}, count() AS n FROM {_schema.Exchanges} "
                + $"WHERE ({KeySql.Columns}) {_schema.In} (SELECT {KeySql.Columns} FROM {_schema.Revised}) GROUP BY {KeySql.Columns})",
                CancellationToken.None);
            return rows - more;
        }
    }

    /// <summary>Sees every statement; for tests.</summary>
    internal Action<string>? Trace
    {
        get => _client.Trace;
        set => _client.Trace = value;
    }

    public AppendResult Append(ReadOnlySpan<ExchangeRow> rows) => _append.Append(rows);

    public ExchangePage Query(ExchangeQuery query, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Limit, 1);
        return Guard(() => new ClickHousePages(_client, _schema, _options).Read(query, cancellation));
    }

    public ExchangeOverview Overview(OverviewQuery query, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Buckets, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(query.ToNs, query.FromNs);
        return Guard(() => new ClickHouseOverview(_client, _schema, _options).Read(query, cancellation));
    }

    public byte[]? Get(ExchangeId id, CancellationToken cancellation = default) => new StoredRows(_client, _schema).Get(id, cancellation);

    /// <inheritdoc/>
    /// <remarks>
    /// Only those of which nobody told for <see cref="ClickHouseStoreOptions.RunningTimeout"/>: other centers' calls go on.
    /// A record that cannot be read stays as it is.
    /// </remarks>
    public int EndRunning()
    {
        var running = _client.Rows(
            $"SELECT DISTINCT {KeySql.Columns} FROM {_schema.Exchanges} WHERE in_progress = 1", KeySql.Read, CancellationToken.None);
        var until = _options.Time.GetUtcNow() - _options.RunningTimeout;
        var ended = 0;
        foreach (var keys in running.Chunk(EndStep))
        {
            var rows = new StoredRows(_client, _schema).Read(keys, s_running, RowParts.Record, CancellationToken.None);
            var abandoned = rows.Values
                .Where(row => row.Matches && ClickHouseWriter.WrittenAt(row.Version) <= until)
                .Select(static row => AbandonedRecord.Of(row.Record)).OfType<ExchangeRow>().ToList();
            if (abandoned.Count == 0) continue;
            lock (_writing) _writer.Abandon(abandoned);
            ended += abandoned.Count;
        }

        return ended;
    }

    public void SaveDocuments(string kind, IReadOnlyList<(string Name, byte[] Body)> documents)
    {
        if (documents.Count == 0) return;
        lock (_writing) _writer.SaveDocuments(kind, documents);
    }

    public IReadOnlyList<(string Name, byte[] Body)> LoadDocuments(string kind, CancellationToken cancellation = default) => _client.Rows(
        $"SELECT name, argMax(body, version) FROM {_schema.Documents} WHERE kind = {ClickHouseDialect.Text(kind)} GROUP BY name ORDER BY name",
        static reader => (reader.Text(), reader.Bytes()), cancellation);

    public IReadOnlyList<(string Name, byte[] Body)> LoadDocuments(string kind, IReadOnlyCollection<string> names, CancellationToken cancellation = default) =>
        Guard(() => _documents.Load(kind, names, cancellation));

    public IReadOnlyList<DocumentMark> DocumentMarks(string kindPrefix, CancellationToken cancellation = default) => Guard(() => _documents.Marks(kindPrefix, cancellation));

    public IReadOnlyList<SharedLease> Leases(CancellationToken cancellation = default) => Guard(() => _documents.Leases(cancellation));

    public void Hold(string name, string holder) => _documents.Hold(name, holder);

    public StoreStatistics ReadStatistics(CancellationToken cancellation = default)
    {
        var (oldest, newest) = (Edge(isNewest: false, cancellation), Edge(isNewest: true, cancellation));
        return new StoreStatistics
        {
            Exchanges = Count,
            DatabaseBytes = Partitions(cancellation).Sum(static day => day.Bytes),
            OldestNs = oldest,
            NewestNs = newest,
            Stored = _append.Stored,
            Duplicates = _append.Duplicates,
            DeletedByAge = Interlocked.Read(ref _deletedByAge),
            DeletedBySize = Interlocked.Read(ref _deletedBySize),
            Failures = _append.Failures,
            LastError = _append.LastError,
        };
    }

    /// <inheritdoc/>
    /// <remarks>Whole days (UTC) go, which costs the server next to nothing; the newest day stays, whatever its size.</remarks>
    public long ApplyRetention(CancellationToken cancellation = default)
    {
        // First: a day waits for every server of a cluster, and this grows by the minute.
        _schema.TrimFeed(cancellation);
        var nowNs = (_options.Time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
        var oldestNs = nowNs - (long)Math.Min(_options.MaxAge.Ticks * 100.0, nowNs);
        var days = new Queue<(long Day, long Rows, long Bytes)>(Partitions(cancellation).OrderBy(static day => day.Day));
        var bytes = days.Sum(static day => day.Bytes);
        var deleted = 0L;
        while (days.TryPeek(out var day))
        {
            var isOld = (day.Day + 1) * ClickHouseSchema.PartitionNs <= oldestNs;
            if (!isOld && (bytes <= _options.MaxBytes || days.Count == 1)) break;
            cancellation.ThrowIfCancellationRequested();
            lock (_writing) _schema.DropPartition(day.Day);
            bytes -= day.Bytes;
            deleted += day.Rows;
            if (isOld) Interlocked.Add(ref _deletedByAge, day.Rows);
            else Interlocked.Add(ref _deletedBySize, day.Rows);
            days.Dequeue();
        }

        return deleted;
    }

    public IReadOnlyDictionary<ulong, long> FeedEnds(CancellationToken cancellation = default) => Guard(() => _feed.Ends(cancellation));

    public IReadOnlyList<FeedBatch> FeedAfter(IReadOnlyDictionary<ulong, long> places, int limit, CancellationToken cancellation = default) =>
        Guard(() => _feed.After(places, limit, cancellation));

    public IReadOnlyList<ExchangeCursor>? FeedCalls(FeedBatch batch, CancellationToken cancellation = default) => Guard(() => _feed.Calls(batch, cancellation));

    public IReadOnlyDictionary<ExchangeCursor, FedCall> FeedRecords(IReadOnlyCollection<ExchangeCursor> calls, bool full, CancellationToken cancellation = default) =>
        Guard(() => _feed.Records(calls, full, cancellation));

    public void Dispose() => _client.Dispose();

    /// <summary>The start of the first or last exchange. The roll-up says where to look; what it lacks lies beyond its edge and is found too.</summary>
    private long? Edge(bool isNewest, CancellationToken cancellation)
    {
        var function = isNewest ? "max" : "min";
        var cells = _client.Rows(
            $"SELECT {function}(cell), toInt64(count()) FROM {_schema.Counts}", static reader => (Cell: reader.Int64(), Count: reader.Int64()), cancellation);
        var where = cells is [{ Count: > 0 } edge]
            ? isNewest
                ? string.Create(CultureInfo.InvariantCulture, $" WHERE started_ns >= {edge.Cell * ClickHouseSchema.CellNs}")
                : string.Create(CultureInfo.InvariantCulture, $" WHERE started_ns < {(edge.Cell + 1) * ClickHouseSchema.CellNs}")
            : "";
        var found = _client.Rows(
            $"SELECT {function}(started_ns), toInt64(count()) FROM {_schema.Exchanges}{where}",
            static reader => (Ns: reader.Int64(), Count: reader.Int64()), cancellation);
        return found is [{ Count: > 0 } one] ? one.Ns : null;
    }

    private List<(long Day, long Rows, long Bytes)> Partitions(CancellationToken cancellation) => _client.Rows(
        $"SELECT toInt64(partition), toInt64(sum(rows)), toInt64(sum(bytes_on_disk)) FROM {_schema.Parts} WHERE active "
        + $"AND database = {ClickHouseDialect.Text(_options.Database)} AND table = {ClickHouseDialect.Text(_schema.LocalName("exchanges"))} GROUP BY partition",
        static reader => (reader.Int64(), reader.Int64(), reader.Int64()), cancellation);

    private T Guard<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (InvalidDataException exception)
        {
            throw new StoreException(StoreFailure.Corrupt, $"Store {_client.Address}: {exception.Message}", exception);
        }
    }

    private (int Stored, int Replaced) Write(ReadOnlySpan<ExchangeRow> batch)
    {
        lock (_writing) return _writer.Append(batch);
    }
}
