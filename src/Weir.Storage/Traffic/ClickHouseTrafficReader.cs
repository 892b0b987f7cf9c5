using System.Globalization;
using System.Text;
using Weir.Storage.ClickHouse;
using Weir.Storage.Filter;

namespace Weir.Storage.Traffic;

/// <summary>Answers a query of counters with ClickHouse's SQL: columns are from a fixed list, values are literals.</summary>
internal sealed class ClickHouseTrafficReader(ClickHouseClient client, ClickHouseSchema schema, CancellationToken cancellation)
{
    /// <summary>Sums as floating point, which never wraps: beyond 2^53 bytes they are rounded.</summary>
    private const string Sums = "toInt64(least(sum(toFloat64(bytes)), 9e18)) AS b, toInt64(least(sum(toFloat64(packets)), 9e18)) AS p";

    public TrafficAnswer Read(TrafficQuery query)
    {
        var steps = client.Rows(
            $"SELECT {Step(query)} AS at, {Sums} FROM {schema.TrafficCounts} WHERE {Where(query)} GROUP BY at ORDER BY at",
            static reader => new TrafficStep(reader.Int64(), reader.Int64(), reader.Int64()), cancellation);
        var (bytes, packets) = (steps.Sum(static step => step.Bytes), steps.Sum(static step => step.Packets));
        if (query.GroupBy.Count == 0) return new TrafficAnswer(bytes, packets, steps, [], 0, 0, 0);
        var (fields, rows) = (string.Join(", ", query.GroupBy), Rows(query));
        var (count, allBytes, allPackets) = client.Rows(
            $"SELECT toInt64(uniqExact({fields})) AS n, {Sums} FROM {rows}", static reader => (reader.Int64(), reader.Int64(), reader.Int64()), cancellation)[0];
        var found = client.Rows(
            FormattableString.Invariant($"SELECT {fields}, {Sums} FROM {rows} GROUP BY {fields} ORDER BY b DESC, {fields} LIMIT {query.Top}"),
            reader => (Values: Texts(reader, query.GroupBy.Count), Bytes: reader.Int64(), Packets: reader.Int64()), cancellation);
        var parts = StepsOf(query, found.ConvertAll(static group => group.Values), fields, rows);
        return new TrafficAnswer(
            bytes, packets, steps, [.. found.Select((group, i) => new TrafficGroup(group.Values, group.Bytes, group.Packets, parts[i]))],
            count - found.Count, allBytes - found.Sum(static group => group.Bytes), allPackets - found.Sum(static group => group.Packets));
    }

    private List<TrafficStep>[] StepsOf(TrafficQuery query, List<string[]> groups, string fields, string rows)
    {
        var steps = groups.ConvertAll(static _ => new List<TrafficStep>()).ToArray();
        if (groups.Count == 0) return steps;
        var places = groups.Select((values, i) => KeyValuePair.Create(string.Join('\0', values), i)).ToDictionary();
        // Of a single field a tuple would be a text in brackets: the same.
        var wanted = string.Join(", ", groups.Select(static values => $"({string.Join(", ", values.Select(ClickHouseDialect.Text))})"));
        var found = client.Rows(
            $"SELECT {fields}, {Step(query)} AS at, {Sums} FROM {rows} WHERE ({fields}) IN ({wanted}) GROUP BY {fields}, at ORDER BY at",
            reader => (Values: Texts(reader, query.GroupBy.Count), Step: new TrafficStep(reader.Int64(), reader.Int64(), reader.Int64())), cancellation);
        foreach (var (values, step) in found) steps[places[string.Join('\0', values)]].Add(step);
        return steps;
    }

    private static string[] Texts(RowBinaryReader reader, int count)
    {
        var texts = new string[count];
        for (var i = 0; i < count; i++) texts[i] = reader.Text();
        return texts;
    }

    private static string Step(TrafficQuery query) => FormattableString.Invariant($"(intDiv(start, {query.StepSeconds}) * {query.StepSeconds})");

    /// <summary>Where a field of either end is asked for, each counter is there for both of its ends that have one.</summary>
    private string Rows(TrafficQuery query)
    {
        var either = TrafficQuery.EitherEnd.Where(query.GroupBy.Contains).ToList();
        var where = Where(query);
        if (either.Count == 0) return $"(SELECT * FROM {schema.TrafficCounts} WHERE {where})";
        var ends = ((string[])["source", "destination"]).Select(end =>
            $"SELECT *, {string.Join(", ", either.Select(field => $"{end}_{field} AS {field}"))} FROM {schema.TrafficCounts} "
            + $"WHERE {where} AND ({string.Join(" OR ", either.Select(field => $"{end}_{field} <> ''"))})");
        return $"({string.Join(" UNION ALL ", ends)})";
    }

    /// <summary>Of attempts to store a report the one with the smallest number counts.</summary>
    private string Where(TrafficQuery query)
    {
        var time = string.Create(CultureInfo.InvariantCulture, $"start >= {ClickHouseDialect.Number(query.From)} AND start < {ClickHouseDialect.Number(query.To)}");
        var sql = new StringBuilder($"{time} AND attempt {schema.In} (SELECT min(attempt) FROM {schema.TrafficReports} WHERE {time} GROUP BY id_high, id_low)");
        foreach (var (field, value) in query.Where)
        {
            if (!TrafficQuery.Fields.Contains(field)) throw new ArgumentException($"{field} is no field", nameof(query));
            var literal = ClickHouseDialect.Text(value);
            sql.Append(TrafficQuery.EitherEnd.Contains(field) ? $" AND (source_{field} = {literal} OR destination_{field} = {literal})" : $" AND {field} = {literal}");
        }

        return sql.ToString();
    }
}
