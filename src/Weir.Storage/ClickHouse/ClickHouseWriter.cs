using Weir.Records;
using Weir.Storage.Filter;

namespace Weir.Storage.ClickHouse;

/// <summary>
/// Writes rows so that each exchange counts once. Before an insert the server is asked which ids it has; after it, whether another
/// center stored some of them meanwhile. Rows of one id replace each other by version when the server merges, and until then queries
/// choose by version. Not thread-safe: the store holds its lock around every call.
/// </summary>
internal sealed class ClickHouseWriter(ClickHouseClient client, ClickHouseSchema schema, ClickHouseStoreOptions options, SharedDocuments documents)
{
    /// <summary>Versions of rows that are over begin here, so that none in progress goes before them.</summary>
    private const ulong Over = 1UL << 63;

    /// <summary>How often the server is asked whether an insert of unknown fate still runs.</summary>
    private static readonly TimeSpan s_settleCheck = TimeSpan.FromMilliseconds(100);

    private readonly RowBinaryWriter _rows = new();
    private readonly FeedWriter _feed = new(client, schema);
    private string? _unsettled;
    private ulong _lastVersion;

    /// <summary>By which other centers know this one.</summary>
    public ulong Self => _feed.Writer;

    /// <summary>Writes a batch, and tells other centers of it.</summary>
    public (int Stored, int Replaced) Append(ReadOnlySpan<ExchangeRow> rows)
    {
        var result = Store(rows, out var keys);
        _feed.Tell(keys);
        return result;
    }

    private (int Stored, int Replaced) Store(ReadOnlySpan<ExchangeRow> rows, out HashSet<ExchangeCursor> keys)
    {
        Settle();
        keys = new HashSet<ExchangeCursor>(rows.Length);
        foreach (var row in rows) keys.Add(KeyOf(row));
        var there = Ask(keys, onlyRepeated: false);
        // Place in the list of what to insert; -1 for what is over on the server.
        var chosen = new Dictionary<ExchangeCursor, int>(rows.Length);
        var insert = new List<ExchangeRow>(rows.Length);
        var (stored, replaced) = (0, 0);
        foreach (var row in rows)
        {
            var key = KeyOf(row);
            if (chosen.TryGetValue(key, out var place))
            {
                if (place < 0 || !IsRunning(insert[place])) continue;
                insert[place] = row;
                replaced++;
                continue;
            }

            if (there.TryGetValue(key, out var isOver) && isOver)
            {
                chosen.Add(key, -1);
                continue;
            }

            chosen.Add(key, insert.Count);
            insert.Add(row);
            if (there.ContainsKey(key)) replaced++;
            else stored++;
        }

        if (insert.Count == 0) return (0, 0);
        // First: counts must know of a second row before it is there.
        MarkRevised([.. insert.Where(IsRunning).Select(KeyOf)]);
        Insert(insert, abandoned: false);
        var added = insert.Where(static row => !IsRunning(row)).Select(KeyOf).ToHashSet();
        if (added.Count > 0) MarkRevised([.. Ask(added, onlyRepeated: true).Keys]);
        return (stored, replaced);
    }

    /// <summary>Writes rows in the place of those in progress, as given up: whoever runs them after all may still replace them.</summary>
    public void Abandon(IReadOnlyList<ExchangeRow> rows)
    {
        Settle();
        MarkRevised([.. rows.Select(KeyOf)]);
        Insert(rows, abandoned: true);
    }

    public void SaveDocuments(string kind, IReadOnlyList<(string Name, byte[] Body)> written)
    {
        // Another center, whose clock is ahead, may have written one of them: the later word has the larger version all the same.
        var version = Math.Max(NextVersion(), documents.LatestVersion(kind, [.. written.Select(static one => one.Name)]) + 1);
        _rows.Clear();
        foreach (var (name, body) in written)
        {
            _rows.Text(kind);
            _rows.Text(name);
            _rows.UInt64(version);
            _rows.Text(body);
        }

        client.Insert($"{schema.Documents} (kind,name,version,body)", _rows.Written, NewId());
    }

    /// <summary>Microseconds since 1970, counted on where the clock stands still: later rows have later versions.</summary>
    private ulong NextVersion()
    {
        var now = (ulong)Math.Max(0, (options.Time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / 10);
        return _lastVersion = Math.Max(now, _lastVersion + 1);
    }

    /// <summary>When a row in progress was written, by its version.</summary>
    public static DateTimeOffset WrittenAt(ulong version) => DateTimeOffset.UnixEpoch.AddTicks((long)version * 10);

    private static ExchangeCursor KeyOf(ExchangeRow row) => new(row.StartedAtNs, row.Id);

    private static bool IsRunning(ExchangeRow row) => row.Number(ExchangeColumns.InProgress) != 0;

    private static string NewId() => Guid.NewGuid().ToString("N");

    /// <summary>Of the keys, those that are there, with whether they are over; or those with more than one row.</summary>
    private Dictionary<ExchangeCursor, bool> Ask(IReadOnlyCollection<ExchangeCursor> keys, bool onlyRepeated)
    {
        var found = new Dictionary<ExchangeCursor, bool>();
        var sql = $"SELECT {KeySql.Columns}, toUInt8(max(in_progress = 0)) FROM {schema.Exchanges} WHERE {KeySql.Among(keys)} GROUP BY {KeySql.Columns}"
            + (onlyRepeated ? " HAVING count() > 1" : "");
        client.Read(
            sql,
            reader =>
            {
                while (reader.Next()) found.Add(KeySql.Read(reader), reader.Byte() != 0);
                return true;
            },
            CancellationToken.None);
        return found;
    }

    private void MarkRevised(IReadOnlyCollection<ExchangeCursor> keys)
    {
        if (keys.Count == 0) return;
        _rows.Clear();
        foreach (var key in keys)
        {
            _rows.Int64(key.StartedAtNs);
            _rows.UInt64((ulong)(key.Id.Value >> 64));
            _rows.UInt64((ulong)key.Id.Value);
        }

        client.Insert($"{schema.Revised} ({KeySql.Columns})", _rows.Written, NewId());
    }

    private void Insert(IReadOnlyList<ExchangeRow> rows, bool abandoned)
    {
        _rows.Clear();
        foreach (var row in rows) Write(row, abandoned);
        var id = NewId();
        try
        {
            client.Insert($"{schema.Exchanges} ({ClickHouseSchema.ColumnList})", _rows.Written, id);
        }
        catch (StoreException failure) when (failure.Failure == StoreFailure.Unreachable)
        {
            _unsettled = id;
            throw;
        }
    }

    /// <summary>
    /// An insert whose answer never came may still run on the server. Until it has ended nothing is asked or inserted: what it brings
    /// would be missed, and stored again. What it runs on other servers of a cluster has a name of its own there, and tells its origin.
    /// </summary>
    private void Settle()
    {
        if (_unsettled is not { } id) return;
        var started = options.Time.GetTimestamp();
        while (client.Number($"SELECT toInt64(count()) FROM {schema.Processes} WHERE query_id = {ClickHouseDialect.Text(id)} OR initial_query_id = {ClickHouseDialect.Text(id)}", CancellationToken.None) > 0)
        {
            if (options.Time.GetElapsedTime(started) > options.Timeout)
                throw new StoreException(StoreFailure.Busy, $"Store {client.Address}: an earlier insert still runs on the server. Tried again.");
            Thread.Sleep(s_settleCheck);
        }

        _unsettled = null;
    }

    private void Write(ExchangeRow row, bool abandoned)
    {
        _rows.UInt64((ulong)(row.Id.Value >> 64));
        _rows.UInt64((ulong)row.Id.Value);
        _rows.Int64(row.StartedAtNs);
        var next = NextVersion();
        // Of rows that are over the earliest stays: the first that was stored.
        _rows.UInt64(abandoned || IsRunning(row) ? next : Over + ((1UL << 62) - next));
        for (var i = 0; i < ExchangeColumns.NumberCount; i++)
        {
            var number = abandoned && i == ExchangeColumns.InProgress ? 2 : row.Number(i);
            switch (i)
            {
                case ExchangeColumns.DurationUs or ExchangeColumns.RequestBytes or ExchangeColumns.ResponseBytes: _rows.Int64(number); break;
                case ExchangeColumns.Complete or ExchangeColumns.HasRequest or ExchangeColumns.InProgress: _rows.Byte((byte)number); break;
                default: _rows.Int32((int)number); break;
            }
        }

        for (var i = 0; i < ExchangeColumns.TextCount; i++) _rows.Text(row.Text(i));
        _rows.Text(row.Summary);
        _rows.Text(row.Record);
    }
}
