using Weir.Records;

namespace Weir.Storage.ClickHouse;

/// <summary>Finds the places of rows, and reads what stands there, of several rows of one id the one that counts.</summary>
internal sealed class StoredRows(ClickHouseClient client, ClickHouseSchema schema)
{
    /// <summary>Nanoseconds around the time that an id tells in which its call began: an id has milliseconds, a clock may be set.</summary>
    private const long NearNs = 1_000_000_000;

    /// <summary>
    /// Places of rows that SQL lets through, newest first, each once. A row that another one replaces may be among them; it is told
    /// apart when it is read.
    /// </summary>
    /// <param name="range">Condition on the start.</param>
    /// <param name="after">Only what stands behind this place; null for all.</param>
    /// <param name="filter">Null for all.</param>
    /// <param name="limit">Rows at most.</param>
    /// <param name="cancellation">Ends the query.</param>
    /// <returns>The places, and whether there may be more.</returns>
    public (List<ExchangeCursor> Keys, bool IsAll) Find(
        string range, ExchangeCursor? after, StoreFilter? filter, int limit, CancellationToken cancellation)
    {
        var where = range + (after is { } place ? $" AND {KeySql.Before(place)}" : "") + (filter is null ? "" : $" AND {filter.ClickHouse}");
        var rows = client.Rows(
            FormattableString.Invariant($"SELECT {KeySql.Columns} FROM {schema.Exchanges} WHERE {where} {KeySql.NewestFirst} LIMIT {limit}"),
            KeySql.Read, cancellation);
        var isAll = rows.Count < limit;
        return ([.. rows.Distinct()], isAll);
    }

    /// <summary>What stands at the places: one row each, in no order.</summary>
    /// <param name="keys">At least one.</param>
    /// <param name="filter">Decides <see cref="StoredRow.Matches"/>; null lets all through.</param>
    /// <param name="parts">Which forms of the record are read.</param>
    /// <param name="cancellation">Ends the query.</param>
    public Dictionary<ExchangeCursor, StoredRow> Read(
        IReadOnlyCollection<ExchangeCursor> keys, StoreFilter? filter, RowParts parts, CancellationToken cancellation)
    {
        var summary = parts.HasFlag(RowParts.Summary) ? "summary" : "''";
        var record = parts.HasFlag(RowParts.Record) ? "record" : "''";
        var sql = $"SELECT {KeySql.Columns}, version, toUInt8({filter?.ClickHouse ?? "1"}), {summary}, {record} FROM {schema.Exchanges} WHERE {KeySql.Among(keys)}";
        return client.Read(sql, static reader => Winners(reader), cancellation);
    }

    /// <summary>The record of an id, which tells when its call began.</summary>
    public byte[]? Get(ExchangeId id, CancellationToken cancellation)
    {
        // The id holds the millisecond of the start; what was not made so (a test, a foreign writer) is looked for everywhere.
        var startNs = (long)(ulong)(id.Value >> 80) * 1_000_000;
        return Get(id, $" AND {KeySql.Range(startNs - NearNs, startNs + NearNs)}", cancellation) ?? Get(id, "", cancellation);
    }

    private byte[]? Get(ExchangeId id, string near, CancellationToken cancellation) => client.Rows(
        FormattableString.Invariant(
            $"SELECT record FROM {schema.Exchanges} WHERE id_high = {(ulong)(id.Value >> 64)} AND id_low = {(ulong)id.Value}{near} ORDER BY version DESC LIMIT 1"),
        static reader => reader.Bytes(), cancellation).FirstOrDefault();

    private static Dictionary<ExchangeCursor, StoredRow> Winners(RowBinaryReader reader)
    {
        var rows = new Dictionary<ExchangeCursor, StoredRow>();
        while (reader.Next())
        {
            var key = KeySql.Read(reader);
            var row = new StoredRow(reader.UInt64(), reader.Byte() != 0, reader.Bytes(), reader.Bytes());
            if (!rows.TryGetValue(key, out var other) || row.Version > other.Version) rows[key] = row;
        }

        return rows;
    }
}

/// <summary>What of a row is read.</summary>
[Flags]
internal enum RowParts
{
    None = 0,
    Summary = 1,
    Record = 2,
}

/// <summary>A row as it was read.</summary>
/// <param name="Version">The largest counts.</param>
/// <param name="Matches">What SQL says of the filter.</param>
/// <param name="Summary">Empty when it was not asked for.</param>
/// <param name="Record">Empty when it was not asked for.</param>
internal readonly record struct StoredRow(ulong Version, bool Matches, byte[] Summary, byte[] Record);
