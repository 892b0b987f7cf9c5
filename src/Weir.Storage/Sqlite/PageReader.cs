using System.Buffers.Binary;
using Microsoft.Data.Sqlite;
using Weir.Records;
using Weir.Records.Json;

namespace Weir.Storage.Sqlite;

/// <summary>
/// Reads one page: walks the rows newest first by the (started, id) index and stops at the page's limit, at the scan limit
/// or at the time limit, each of which leaves a place to continue from. The filter is a column of the statement and not its
/// WHERE, so that rows that do not match are counted, and time is checked, on the way.
/// </summary>
internal sealed class PageReader(SqliteStoreOptions options)
{
    /// <summary>Rows between two looks at the clock.</summary>
    private const int ClockEvery = 64;

    private readonly Exchange _scratch = new();

    public ExchangePage Read(SqliteConnection connection, ExchangeQuery query, CancellationToken cancellation)
    {
        var started = options.Time.GetTimestamp();
        var exact = query.Filter?.IsExact ?? true;
        using var command = Command(connection, query, exact);
        using var reader = command.ExecuteReader();
        var items = new List<StoredExchange>(Math.Min(query.Limit, 256));
        var position = default(ExchangeCursor);
        var scanned = 0;
        while (reader.Read())
        {
            scanned++;
            position = new ExchangeCursor(reader.GetInt64(0), Id(reader, 1));
            if (reader.GetInt64(2) != 0 && Item(reader, query, exact) is { } json) items.Add(new StoredExchange(position, json));
            if (items.Count == query.Limit || scanned == options.MaxScanRows) return new ExchangePage(items, position, scanned);
            if (scanned % ClockEvery != 0) continue;
            cancellation.ThrowIfCancellationRequested();
            if (options.Time.GetElapsedTime(started) >= options.MaxScanTime) return new ExchangePage(items, position, scanned);
        }

        return new ExchangePage(items, null, scanned);
    }

    private static SqliteCommand Command(SqliteConnection connection, ExchangeQuery query, bool exact)
    {
        var command = connection.CreateCommand();
        var full = query.Detail == ExchangeDetail.Full;
        var match = query.Filter?.Sql ?? "1";
        // CASE keeps SQLite from reading the large columns of rows that do not match.
        var summary = full ? "NULL" : "CASE WHEN matches THEN summary END";
        var record = full || !exact ? "CASE WHEN matches THEN record END" : "NULL";
        command.CommandText = $"""
            SELECT started_ns, id, matches, {summary}, encoding, {record} FROM (
                SELECT *, {match} AS matches FROM exchanges
                WHERE started_ns >= $from AND started_ns < $to AND (started_ns, id) < ($started, $id))
            ORDER BY started_ns DESC, id DESC
            """;
        var after = query.After ?? new ExchangeCursor(long.MaxValue, new ExchangeId(UInt128.MaxValue));
        command.Parameters.AddWithValue("$from", query.FromNs);
        command.Parameters.AddWithValue("$to", query.ToNs);
        command.Parameters.AddWithValue("$started", after.StartedAtNs);
        command.Parameters.AddWithValue("$id", Bytes(after.Id));
        if (query.Filter is null) return command;
        for (var i = 0; i < query.Filter.Parameters.Count; i++)
        {
            command.Parameters.AddWithValue(FormattableString.Invariant($"$f{i}"), query.Filter.Parameters[i]);
        }

        return command;
    }

    /// <summary>The row's JSON, or null when the predicate says no.</summary>
    private byte[]? Item(SqliteDataReader reader, ExchangeQuery query, bool exact)
    {
        var full = query.Detail == ExchangeDetail.Full;
        if (exact && !full) return reader.GetFieldValue<byte[]>(3);
        var record = RecordCodec.Decode(reader.GetFieldValue<byte[]>(5), (RecordEncoding)reader.GetInt64(4));
        if (!exact)
        {
            if (!ExchangeJsonReader.TryRead(record, _scratch, out var error)) throw new InvalidDataException(error);
            if (!query.Filter!.Predicate(_scratch)) return null;
        }

        return full ? record : reader.GetFieldValue<byte[]>(3);
    }

    public static byte[]? Find(SqliteConnection connection, ExchangeId id)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT encoding, record FROM exchanges WHERE id = $id";
        command.Parameters.AddWithValue("$id", Bytes(id));
        using var reader = command.ExecuteReader();
        return reader.Read()
            ? RecordCodec.Decode(reader.GetFieldValue<byte[]>(1), (RecordEncoding)reader.GetInt64(0))
            : null;
    }

    public static long? Edge(SqliteConnection connection, string function)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT {function}(started_ns) FROM exchanges";
        return command.ExecuteScalar() is long value ? value : null;
    }

    private static ExchangeId Id(SqliteDataReader reader, int column) =>
        new(BinaryPrimitives.ReadUInt128BigEndian(reader.GetFieldValue<byte[]>(column)));

    private static byte[] Bytes(ExchangeId id)
    {
        var bytes = new byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, id.Value);
        return bytes;
    }
}
