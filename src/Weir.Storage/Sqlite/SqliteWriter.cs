using System.Buffers.Binary;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Weir.Storage.Sqlite;

/// <summary>
/// The one connection that writes. Statements are prepared once and bound from bytes directly, so that a row costs no
/// allocation. Not thread-safe: the store holds its lock around every call.
/// </summary>
internal sealed class SqliteWriter : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly sqlite3 _database;
    private readonly string _path;
    private readonly RecordCodec _codec;
    private readonly sqlite3_stmt _insert;
    private readonly sqlite3_stmt _replace;
    private readonly sqlite3_stmt _abandon;
    private readonly sqlite3_stmt _deleteOldest;
    private readonly sqlite3_stmt _deleteBefore;

    public SqliteWriter(SqliteConnection connection, string path, RecordCodec codec)
    {
        _connection = connection;
        _database = connection.Handle ?? throw new InvalidOperationException("The connection is not open.");
        _path = path;
        _codec = codec;
        string[] columns = ["id", "started_ns", .. ExchangeColumns.NumberNames, .. ExchangeColumns.TextNames, "summary", "encoding", "record"];
        var marks = string.Join(',', Enumerable.Repeat('?', columns.Length));
        _insert = Prepare($"INSERT OR IGNORE INTO exchanges({string.Join(',', columns)}) VALUES({marks})");
        var changes = columns.Select((column, index) => FormattableString.Invariant($"{column}=?{index + 1}"));
        _replace = Prepare($"UPDATE exchanges SET {string.Join(',', changes)} WHERE id=?1 AND in_progress<>0");
        _abandon = Prepare("UPDATE exchanges SET in_progress=2 WHERE key=?1");
        const string delete = "DELETE FROM exchanges WHERE key IN (SELECT key FROM exchanges";
        _deleteOldest = Prepare($"{delete} ORDER BY started_ns, id LIMIT ?1)");
        _deleteBefore = Prepare($"{delete} WHERE started_ns < ?2 ORDER BY started_ns, id LIMIT ?1)");
    }

    /// <summary>
    /// Stores all rows in one transaction, or none. Returns how many were new, and how many took the place of a row of the same
    /// id that was in progress.
    /// </summary>
    public (int Stored, int Replaced) Append(ReadOnlySpan<ExchangeRow> rows)
    {
        Run("BEGIN IMMEDIATE");
        try
        {
            var (stored, replaced) = (0, 0);
            foreach (var row in rows)
            {
                Bind(_insert, row);
                Step(_insert);
                if (raw.sqlite3_changes(_database) > 0)
                {
                    stored++;
                    continue;
                }

                Bind(_replace, row);
                Step(_replace);
                replaced += raw.sqlite3_changes(_database);
            }

            Run("COMMIT");
            return (stored, replaced);
        }
        catch (StoreException)
        {
            Rollback();
            throw;
        }
    }

    /// <summary>Version of the SQLite library.</summary>
    public string EngineVersion => _connection.ServerVersion;

    /// <summary>Some rows that are in progress, with their records.</summary>
    public IReadOnlyList<(long Key, byte[] Record)> ReadRunning(int limit)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = "SELECT key, encoding, record FROM exchanges WHERE in_progress=1 LIMIT $limit";
        command.Parameters.AddWithValue("$limit", limit);
        using var reader = command.ExecuteReader();
        var rows = new List<(long, byte[])>();
        while (reader.Read())
            rows.Add((reader.GetInt64(0), RecordCodec.Decode(reader.GetFieldValue<byte[]>(2), (RecordEncoding)reader.GetInt64(1))));
        return rows;
    }

    /// <summary>
    /// Writes rows in the place of those that are in progress, and marks them as given up: whoever runs them after all may still
    /// replace them.
    /// </summary>
    public void Abandon(IReadOnlyList<(long Key, ExchangeRow? Row)> rows)
    {
        Run("BEGIN IMMEDIATE");
        try
        {
            foreach (var (key, row) in rows)
            {
                if (row is not null)
                {
                    Bind(_replace, row);
                    Step(_replace);
                }

                raw.sqlite3_bind_int64(_abandon, 1, key);
                Step(_abandon);
            }

            Run("COMMIT");
        }
        catch (StoreException)
        {
            Rollback();
            throw;
        }
    }

    public int SaveDocuments(string kind, IReadOnlyList<(string Name, byte[] Body)> documents) => DocumentTable.Save(_connection, _codec, kind, documents);

    public int DeleteOldest(int limit)
    {
        raw.sqlite3_bind_int64(_deleteOldest, 1, limit);
        Step(_deleteOldest);
        return raw.sqlite3_changes(_database);
    }

    public int DeleteBefore(long startedNs, int limit)
    {
        raw.sqlite3_bind_int64(_deleteBefore, 1, limit);
        raw.sqlite3_bind_int64(_deleteBefore, 2, startedNs);
        Step(_deleteBefore);
        return raw.sqlite3_changes(_database);
    }

    /// <summary>Gives up to <paramref name="pages"/> free pages back to the file system.</summary>
    public void Vacuum(int pages) => Run(FormattableString.Invariant($"PRAGMA incremental_vacuum({pages})"));

    /// <summary>Bytes of pages in use, the free ones not counted: they are written again before the file grows.</summary>
    public long UsedBytes => (Pragma("page_count") - Pragma("freelist_count")) * Pragma("page_size");

    /// <summary>Bytes of the file that hold nothing.</summary>
    public long FreeBytes => Pragma("freelist_count") * Pragma("page_size");

    /// <summary>SQLite's own limit; its largest value when <paramref name="pages"/> is 0.</summary>
    public void LimitPages(long pages) =>
        Run(FormattableString.Invariant($"PRAGMA max_page_count({(pages == 0 ? 1_073_741_823 : pages)})"));

    public long CountRows() => SqliteSchema.Scalar(_connection, "SELECT count(*) FROM exchanges");

    public void Dispose()
    {
        _insert.Dispose();
        _replace.Dispose();
        _abandon.Dispose();
        _deleteOldest.Dispose();
        _deleteBefore.Dispose();
        _connection.Dispose();
    }

    private long Pragma(string name) => SqliteSchema.Scalar(_connection, "PRAGMA " + name);

    private void Bind(sqlite3_stmt statement, ExchangeRow row)
    {
        Span<byte> id = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(id, row.Id.Value);
        var index = 1;
        Check(raw.sqlite3_bind_blob(statement, index++, id));
        Check(raw.sqlite3_bind_int64(statement, index++, row.StartedAtNs));
        for (var i = 0; i < ExchangeColumns.NumberCount; i++) Check(raw.sqlite3_bind_int64(statement, index++, row.Number(i)));
        for (var i = 0; i < ExchangeColumns.TextCount; i++) BindText(statement, index++, row.Text(i));
        BindBlob(statement, index++, row.Summary);
        var record = _codec.Encode(row.Record, out var encoding);
        Check(raw.sqlite3_bind_int64(statement, index++, (long)encoding));
        BindBlob(statement, index, record);
    }

    /// <summary>An empty span has no address, and SQLite takes a null address for NULL.</summary>
    private void BindText(sqlite3_stmt statement, int index, ReadOnlySpan<byte> text) => Check(text.IsEmpty
        ? raw.sqlite3_bind_text(statement, index, "")
        : raw.sqlite3_bind_text(statement, index, text));

    private void BindBlob(sqlite3_stmt statement, int index, ReadOnlySpan<byte> blob) => Check(blob.IsEmpty
        ? raw.sqlite3_bind_zeroblob(statement, index, 0)
        : raw.sqlite3_bind_blob(statement, index, blob));

    private void Step(sqlite3_stmt statement)
    {
        var code = raw.sqlite3_step(statement);
        // The message is read before the reset, which may replace it.
        var failed = code != raw.SQLITE_DONE ? SqliteErrors.Describe(code, raw.sqlite3_errmsg(_database).utf8_to_string(), _path) : null;
        raw.sqlite3_reset(statement);
        if (failed is not null) throw failed;
    }

    private void Rollback()
    {
        // SQLite may have rolled back by itself (disk full, I/O error): then autocommit is on again and there is nothing to do.
        if (raw.sqlite3_get_autocommit(_database) == 0) raw.sqlite3_exec(_database, "ROLLBACK");
    }

    private void Run(string sql) => Check(raw.sqlite3_exec(_database, sql));

    private void Check(int code) => SqliteErrors.Check(code, _database, _path);

    private sqlite3_stmt Prepare(string sql)
    {
        Check(raw.sqlite3_prepare_v2(_database, sql, out var statement));
        return statement;
    }
}
