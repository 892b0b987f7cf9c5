using Microsoft.Data.Sqlite;
using Weir.Records;
using Weir.Records.Json;

namespace Weir.Storage.Sqlite;

/// <summary>
/// Counts in one walk, newest first, over the index columns alone as long as SQL can decide the filter. Ends at the time limit of a page; the
/// values of fields are counted for as many rows as a page may look at, the histogram for all.
/// </summary>
internal sealed class OverviewReader(SqliteStoreOptions options)
{
    /// <summary>Rows between two looks at the clock.</summary>
    private const int ClockEvery = 256;

    private const int FirstField = 5;

    private readonly Exchange _scratch = new();

    public ExchangeOverview Read(SqliteConnection connection, OverviewQuery query, CancellationToken cancellation)
    {
        var started = options.Time.GetTimestamp();
        var exact = query.Filter?.IsExact ?? true;
        using var command = Command(connection, query, exact);
        using var reader = command.ExecuteReader();
        var buckets = new long[query.Buckets][];
        for (var i = 0; i < buckets.Length; i++) buckets[i] = new long[OverviewBucket.Classes];
        var fields = query.Fields.Select(field => new ValueCounter(field)).ToArray();
        var width = query.BucketNs;
        long scanned = 0, matched = 0, counted = 0;
        long? reached = null;
        while (reader.Read())
        {
            scanned++;
            var startedNs = reader.GetInt64(0);
            if (reader.GetInt64(2) != 0 && (exact || Decides(reader, query)))
            {
                matched++;
                buckets[Math.Min((int)((startedNs - query.FromNs) / width), buckets.Length - 1)][reader.GetInt32(1)]++;
                if (scanned <= options.MaxScanRows)
                {
                    counted++;
                    for (var i = 0; i < fields.Length; i++) fields[i].Add(reader.GetString(FirstField + i));
                }
            }

            if (scanned % ClockEvery != 0) continue;
            cancellation.ThrowIfCancellationRequested();
            if (options.Time.GetElapsedTime(started) < options.MaxScanTime) continue;
            reached = startedNs;
            break;
        }

        return new ExchangeOverview
        {
            Buckets = [.. buckets.Select((counts, i) => new OverviewBucket(query.FromNs + (i * width), counts))],
            Fields = [.. fields.Select(field => field.Counts(query.Top))],
            Matched = matched,
            Scanned = scanned,
            FieldsCounted = counted,
            ReachedNs = reached,
        };
    }

    private static SqliteCommand Command(SqliteConnection connection, OverviewQuery query, bool exact)
    {
        var command = connection.CreateCommand();
        var match = query.Filter?.Sql ?? "1";
        var fields = string.Concat(query.Fields.Select(field => ", " + OverviewQuery.ColumnOf(field)));
        // A protocol that is no HTTP has codes of its own; 100 to 599 are those of RFC 9110 §15.
        const string status = $"CASE WHEN substr(protocol, 1, 5) <> 'HTTP/' THEN 6 WHEN status BETWEEN 100 AND 599 THEN status / 100 ELSE 0 END";
        var record = exact ? "NULL" : "CASE WHEN matches THEN record END";
        command.CommandText = $"""
            SELECT started_ns, {status}, matches, encoding, {record}{fields} FROM (
                SELECT *, {match} AS matches FROM exchanges WHERE started_ns >= $from AND started_ns < $to)
            ORDER BY started_ns DESC, id DESC
            """;
        command.Parameters.AddWithValue("$from", query.FromNs);
        command.Parameters.AddWithValue("$to", query.ToNs);
        for (var i = 0; i < (query.Filter?.Parameters.Count ?? 0); i++)
            command.Parameters.AddWithValue(FormattableString.Invariant($"$f{i}"), query.Filter!.Parameters[i]);
        return command;
    }

    private bool Decides(SqliteDataReader reader, OverviewQuery query)
    {
        var record = RecordCodec.Decode(reader.GetFieldValue<byte[]>(4), (RecordEncoding)reader.GetInt64(3));
        if (!ExchangeJsonReader.TryRead(record, _scratch, out var error)) throw new InvalidDataException(error);
        return query.Filter!.Predicate(_scratch);
    }
}
