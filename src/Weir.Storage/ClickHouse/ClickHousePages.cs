using Weir.Records;
using Weir.Records.Json;

namespace Weir.Storage.ClickHouse;

/// <summary>
/// Reads one page: in stretches of time, newest first, first the places of rows that may match, then what stands there. Ends at the
/// page's limit, at the time limit, or where records were read at the scan limit; each leaves a place to continue from.
/// </summary>
internal sealed class ClickHousePages(ClickHouseClient client, ClickHouseSchema schema, ClickHouseStoreOptions options)
{
    /// <summary>Records read at once where the predicate decides: they carry bodies.</summary>
    private const int RecordStep = 200;

    private readonly StoredRows _rows = new(client, schema);
    private readonly Exchange _scratch = new();

    public ExchangePage Read(ExchangeQuery query, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var started = options.Time.GetTimestamp();
        var exact = query.Filter?.IsExact ?? true;
        var items = new List<StoredExchange>(Math.Min(query.Limit, 256));
        var newest = query.After is { } place ? Math.Min(place.StartedAtNs, query.ToNs - 1) : query.ToNs - 1;
        if (query.ToNs == long.MinValue || newest < query.FromNs) return new ExchangePage(items, null, 0);
        var windows = new TimeWindows(client, schema, query.FromNs, newest, 2 * query.Limit, cancellation);
        var after = query.After;
        var candidates = 0;
        while (windows.Next(out var from, out var to))
        {
            var range = KeySql.Range(from, to);
            while (true)
            {
                var step = exact ? query.Limit - items.Count : Math.Min(RecordStep, options.MaxScanRows - candidates);
                var (keys, isAll) = _rows.Find(range, after, query.Filter, step, cancellation);
                var filled = keys.Count > 0 && Take(query, keys, exact, items, ref after, ref candidates, cancellation);
                var spent = candidates >= options.MaxScanRows || options.Time.GetElapsedTime(started) >= options.MaxScanTime;
                if (filled || (spent && !isAll)) return Page(query, items, after, candidates, cancellation);
                if (isAll) break;
            }

            if (!windows.IsDone && (options.Time.GetElapsedTime(started) >= options.MaxScanTime || candidates >= options.MaxScanRows))
            {
                // Everything down to here was looked at: the page goes on before the first place of this instant.
                var reached = new ExchangeCursor(from, default);
                return Page(query, items, reached, candidates, cancellation);
            }
        }

        return Page(query, items, null, candidates, cancellation);
    }

    /// <summary>Reads what stands at the places and keeps what matches; true when the page is full.</summary>
    private bool Take(
        ExchangeQuery query, List<ExchangeCursor> keys, bool exact, List<StoredExchange> items,
        ref ExchangeCursor? after, ref int candidates, CancellationToken cancellation)
    {
        var full = query.Detail == ExchangeDetail.Full;
        var parts = (full || !exact ? RowParts.Record : RowParts.None) | (full ? RowParts.None : RowParts.Summary);
        var rows = _rows.Read(keys, query.Filter, parts, cancellation);
        foreach (var key in keys)
        {
            candidates++;
            after = key;
            // Deleted meanwhile, or replaced by a row that does not match.
            if (!rows.TryGetValue(key, out var row) || !row.Matches) continue;
            if (!exact && !Decide(query.Filter!, row.Record)) continue;
            items.Add(new StoredExchange(key, full ? row.Record : row.Summary));
            if (items.Count == query.Limit) return true;
        }

        return false;
    }

    private bool Decide(StoreFilter filter, byte[] record)
    {
        if (!ExchangeJsonReader.TryRead(record, _scratch, out var error)) throw new InvalidDataException(error);
        return filter.Predicate(_scratch);
    }

    /// <summary>Without a filter what was looked at is what was found; with one the server counts it.</summary>
    private ExchangePage Page(ExchangeQuery query, List<StoredExchange> items, ExchangeCursor? next, int candidates, CancellationToken cancellation)
    {
        if (query.Filter is null) return new ExchangePage(items, next, candidates);
        var range = KeySql.Range(Math.Max(query.FromNs, next?.StartedAtNs ?? query.FromNs), Math.Min(query.ToNs - 1, query.After?.StartedAtNs ?? long.MaxValue));
        var before = query.After is { } begun ? $" AND {KeySql.Before(begun)}" : "";
        var until = next is { } end ? $" AND NOT {KeySql.Before(end)}" : "";
        var scanned = client.Number($"SELECT toInt64(count()) FROM {schema.Exchanges} WHERE {range}{before}{until}", cancellation);
        return new ExchangePage(items, next, (int)Math.Min(scanned, int.MaxValue));
    }
}
