using System.Globalization;
using Weir.Records;
using Weir.Records.Json;
using Weir.Storage.Filter;

namespace Weir.Storage.ClickHouse;

/// <summary>
/// Counts calls. Where SQL decides the filter the server counts; else records are read, newest first, until time runs out. Rows that are
/// over count one each; of the few keys that may have several rows all are read, and the one that counts is counted instead.
/// </summary>
internal sealed class ClickHouseOverview(ClickHouseClient client, ClickHouseSchema schema, ClickHouseStoreOptions options)
{
    /// <summary>Rows counted between two looks at the clock, about.</summary>
    private const int RowsAtOnce = 20_000_000;

    /// <summary>Records read at once where the predicate decides.</summary>
    private const int RecordStep = 200;

    private readonly StoredRows _rows = new(client, schema);
    private readonly Exchange _scratch = new();

    public ExchangeOverview Read(OverviewQuery query, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var tally = new Tally(query);
        var started = options.Time.GetTimestamp();
        var exact = query.Filter?.IsExact ?? true;
        var windows = new TimeWindows(client, schema, query.FromNs, query.ToNs - 1, exact ? RowsAtOnce : RecordStep, cancellation);
        var counts = new CheckedCounts(client, schema, query);
        long? reached = null;
        while (windows.Next(out var from, out var to))
        {
            if (exact) Count(tally, counts, from, to, cancellation);
            else if (Walk(tally, from, to, started, cancellation) is { } place) reached = place;
            reached ??= options.Time.GetElapsedTime(started) >= options.MaxScanTime && from > query.FromNs ? from : null;
            if (reached is not null) break;
        }

        if (exact && query.Fields.Count > 0) CountFields(tally, reached ?? query.FromNs, cancellation);
        return tally.Overview(reached);
    }

    private void Count(Tally tally, CheckedCounts counts, long from, long to, CancellationToken cancellation)
    {
        var query = tally.Query;
        var filter = query.Filter is null ? "" : $" AND {query.Filter.ClickHouse}";
        var (start, width, last) = (ClickHouseDialect.Number(query.FromNs), ClickHouseDialect.Number(query.BucketNs), query.Buckets - 1);
        string Bucket(string ns) => string.Create(CultureInfo.InvariantCulture, $"toInt64(least(intDiv({ns} - {start}, {width}), toInt64({last})))");
        const string nobody = "toUInt64(0), toUInt64(0), toUInt64(0)";
        var share = counts.Share(from, to, cancellation);
        var sql = $"SELECT toUInt8(0), {Bucket("started_ns")} AS bucket, {ClickHouseSchema.StatusClassSql} AS class, toInt64(count()), {nobody} "
            + $"FROM {schema.Exchanges} WHERE {share?.Rows ?? KeySql.Range(from, to)} AND in_progress = 0{filter} GROUP BY bucket, class";
        if (share is { } part)
        {
            sql += string.Create(CultureInfo.InvariantCulture,
                $" UNION ALL SELECT toUInt8(0), {Bucket($"(cell * {ClickHouseSchema.CellNs})")} AS bucket, class, toInt64(sum(calls)), {nobody} "
                + $"FROM {schema.Counts} WHERE {part.Cells} GROUP BY bucket, class");
        }

        // In the same query, so that both see the same rows.
        sql += $" UNION ALL SELECT toUInt8(1 + in_progress), started_ns, {ClickHouseSchema.StatusClassSql}, toInt64({query.Filter?.ClickHouse ?? "1"}), id_high, id_low, version "
            + $"FROM {schema.Exchanges} WHERE {KeySql.Range(from, to)} AND ({KeySql.Columns}) {schema.In} (SELECT {KeySql.Columns} FROM {schema.Revised} WHERE {KeySql.Range(from, to)})";
        var revised = new Dictionary<ExchangeCursor, (ulong Version, int Class, bool Matches)>();
        client.Read(
            sql,
            reader =>
            {
                while (reader.Next())
                {
                    var (kind, place, status, count) = (reader.Byte(), reader.Int64(), reader.Byte(), reader.Int64());
                    var id = new ExchangeId(new UInt128(reader.UInt64(), reader.UInt64()));
                    var version = reader.UInt64();
                    if (kind == 0)
                    {
                        tally.Add((int)place, status, count);
                        continue;
                    }

                    // The server counted this row if it is over; the winner of its key is counted below.
                    if (kind == 1 && count != 0) tally.Add(tally.BucketOf(place), status, -1);
                    var key = new ExchangeCursor(place, id);
                    if (!revised.TryGetValue(key, out var other) || version > other.Version) revised[key] = (version, status, count != 0);
                }

                return true;
            },
            cancellation);
        foreach (var (key, winner) in revised)
        {
            tally.Winners[key] = winner.Version;
            if (winner.Matches) tally.Add(tally.BucketOf(key.StartedAtNs), winner.Class, 1);
        }

        tally.Scanned += query.Filter is null ? 0 : client.Number($"SELECT toInt64(count()) FROM {schema.Exchanges} WHERE {KeySql.Range(from, to)}", cancellation);
    }

    /// <summary>The values of the newest calls that match, as many as a query may look at.</summary>
    private void CountFields(Tally tally, long from, CancellationToken cancellation)
    {
        var query = tally.Query;
        var where = query.Filter is null ? "" : $" AND {query.Filter.ClickHouse}";
        var oldest = tally.StartOfNewest(options.MaxScanRows, from);
        if (tally.Matched > options.MaxScanRows)
        {
            // Sorting one column finds where the last of them begins; their fields are then read from there on.
            var edge = client.Rows(
                FormattableString.Invariant($"SELECT started_ns FROM {schema.Exchanges} WHERE {KeySql.Range(oldest, query.ToNs - 1)}{where} ORDER BY started_ns DESC LIMIT {options.MaxScanRows - 1}, 1"),
                static reader => reader.Int64(), cancellation);
            if (edge.Count > 0) oldest = edge[0];
        }

        var fields = string.Concat(query.Fields.Select(static field => ", " + OverviewQuery.ColumnOf(field)));
        var last = default(ExchangeCursor);
        client.Read(
            FormattableString.Invariant(
                $"SELECT {KeySql.Columns}, version{fields} FROM {schema.Exchanges} WHERE {KeySql.Range(oldest, query.ToNs - 1)}{where} {KeySql.NewestFirst} LIMIT {options.MaxScanRows + tally.Winners.Count}"),
            reader =>
            {
                while (reader.Next())
                {
                    var key = KeySql.Read(reader);
                    var version = reader.UInt64();
                    var counts = tally.FieldsCounted < options.MaxScanRows && key != last && (!tally.Winners.TryGetValue(key, out var winner) || winner == version);
                    tally.AddFields(reader, counts);
                    if (counts) last = key;
                }

                return true;
            },
            cancellation);
    }

    /// <summary>Reads records; returns where time ran out, or null when it did not.</summary>
    private long? Walk(Tally tally, long from, long to, long started, CancellationToken cancellation)
    {
        var query = tally.Query;
        var fields = string.Concat(query.Fields.Select(static field => ", " + OverviewQuery.ColumnOf(field)));
        ExchangeCursor? after = null;
        while (true)
        {
            var (keys, isAll) = _rows.Find(KeySql.Range(from, to), after, query.Filter, RecordStep, cancellation);
            if (keys.Count == 0) return null;
            after = keys[^1];
            var matching = new Dictionary<ExchangeCursor, ulong>();
            foreach (var (key, row) in _rows.Read(keys, query.Filter, RowParts.Record, cancellation))
            {
                if (!row.Matches) continue;
                if (!ExchangeJsonReader.TryRead(row.Record, _scratch, out var error)) throw new InvalidDataException(error);
                if (!query.Filter!.Predicate(_scratch)) continue;
                tally.Add(tally.BucketOf(key.StartedAtNs), (int)ClassOf(_scratch), 1);
                matching.Add(key, row.Version);
            }

            tally.Scanned += keys.Count;
            if (matching.Count > 0 && fields.Length > 0 && tally.FieldsCounted < options.MaxScanRows)
            {
                client.Read(
                    $"SELECT {KeySql.Columns}, version{fields} FROM {schema.Exchanges} WHERE {KeySql.Among(matching.Keys)}",
                    reader =>
                    {
                        while (reader.Next()) tally.AddFields(reader, matching.GetValueOrDefault(KeySql.Read(reader)) == reader.UInt64());
                        return true;
                    },
                    cancellation);
            }
            else if (fields.Length == 0)
            {
                tally.FieldsCounted += matching.Count;
            }

            if (isAll) return null;
            if (options.Time.GetElapsedTime(started) >= options.MaxScanTime) return keys[^1].StartedAtNs;
        }
    }

    private static StatusClass ClassOf(Exchange exchange)
    {
        if (!exchange.Protocol.StartsWith("HTTP/", StringComparison.Ordinal)) return StatusClass.Other;
        return exchange is { HasResponse: true, Response.Status: >= 100 and <= 599 } ? (StatusClass)(exchange.Response.Status / 100) : StatusClass.None;
    }
}
