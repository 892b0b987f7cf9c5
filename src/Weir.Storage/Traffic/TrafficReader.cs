using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;

namespace Weir.Storage.Traffic;

/// <summary>Answers a query with SQL that names columns from a fixed list only; all values are parameters.</summary>
internal static class TrafficReader
{
    public static TrafficAnswer Read(SqliteConnection connection, TrafficQuery query)
    {
        var steps = Steps(connection, query);
        var (bytes, packets) = (steps.Sum(step => step.Bytes), steps.Sum(step => step.Packets));
        if (query.GroupBy.Count == 0) return new TrafficAnswer(bytes, packets, steps, [], 0, 0, 0);
        var groups = Top(connection, query, out var all);
        return new TrafficAnswer(
            bytes, packets, steps, groups, all.Groups - groups.Count,
            all.Bytes - groups.Sum(group => group.Bytes), all.Packets - groups.Sum(group => group.Packets));
    }

    private static List<TrafficStep> Steps(SqliteConnection connection, TrafficQuery query)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT {Step(query)} AS step, {Sums} FROM counts c JOIN series s ON s.id=c.series WHERE {Where(command, query)} GROUP BY step ORDER BY step";
        using var reader = command.ExecuteReader();
        var steps = new List<TrafficStep>();
        while (reader.Read()) steps.Add(new TrafficStep(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2)));
        return steps;
    }

    private static List<TrafficGroup> Top(SqliteConnection connection, TrafficQuery query, out (long Groups, long Bytes, long Packets) all)
    {
        var fields = string.Join(", ", query.GroupBy);
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT {fields}, {Sums} FROM {Rows(command, query)} GROUP BY {fields} ORDER BY b DESC, {fields}";
        var found = new List<(string[] Values, long Bytes, long Packets)>();
        all = default;
        using (var reader = command.ExecuteReader())
        {
            var width = query.GroupBy.Count;
            while (reader.Read())
            {
                var (bytes, packets) = (reader.GetInt64(width), reader.GetInt64(width + 1));
                all = (all.Groups + 1, all.Bytes + bytes, all.Packets + packets);
                if (found.Count < query.Top) found.Add(([.. Enumerable.Range(0, width).Select(reader.GetString)], bytes, packets));
            }
        }

        var steps = StepsOf(connection, query, found.ConvertAll(one => one.Values));
        return [.. found.Select((one, i) => new TrafficGroup(one.Values, one.Bytes, one.Packets, steps[i]))];
    }

    private static List<TrafficStep>[] StepsOf(SqliteConnection connection, TrafficQuery query, List<string[]> groups)
    {
        var steps = groups.ConvertAll(_ => new List<TrafficStep>()).ToArray();
        if (groups.Count == 0) return steps;
        var places = groups.Select((values, i) => KeyValuePair.Create(Key(values), i)).ToDictionary();
        var fields = string.Join(", ", query.GroupBy);
        using var command = connection.CreateCommand();
        var rows = Rows(command, query);
        var wanted = string.Join(", ", groups.Select(values => $"({string.Join(", ", values.Select(value => Parameter(command, value)))})"));
        command.CommandText = $"SELECT {fields}, {Step(query)} AS step, {Sums} FROM {rows} WHERE ({fields}) IN (VALUES {wanted}) GROUP BY {fields}, step ORDER BY step";
        using var reader = command.ExecuteReader();
        var width = query.GroupBy.Count;
        while (reader.Read())
        {
            var place = places[Key([.. Enumerable.Range(0, width).Select(reader.GetString)])];
            steps[place].Add(new TrafficStep(reader.GetInt64(width), reader.GetInt64(width + 1), reader.GetInt64(width + 2)));
        }

        return steps;
    }

    /// <summary>Sums that never overflow: beyond 2^53 bytes they are rounded.</summary>
    private const string Sums = "CAST(TOTAL(bytes) AS INTEGER) AS b, CAST(TOTAL(packets) AS INTEGER) AS p";

    private static string Step(TrafficQuery query) => FormattableString.Invariant($"(start - start % {query.StepSeconds})");

    /// <summary>Where a field of either end is asked for, each counter is there for both of its ends that have one.</summary>
    private static string Rows(SqliteCommand command, TrafficQuery query)
    {
        var either = TrafficQuery.EitherEnd.Where(query.GroupBy.Contains).ToList();
        var where = Where(command, query);
        const string Joined = "FROM counts c JOIN series s ON s.id=c.series";
        if (either.Count == 0) return $"(SELECT * {Joined} WHERE {where})";
        var ends = ((string[])["source", "destination"]).Select(end =>
            $"SELECT *, {string.Join(", ", either.Select(field => $"{end}_{field} AS {field}"))} {Joined} WHERE {where} AND ({string.Join(" OR ", either.Select(field => $"{end}_{field}<>''"))})");
        return $"({string.Join(" UNION ALL ", ends)})";
    }

    private static string Where(SqliteCommand command, TrafficQuery query)
    {
        var sql = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"start>={query.From} AND start<{query.To}"));
        foreach (var (field, value) in query.Where)
        {
            if (!TrafficQuery.Fields.Contains(field)) throw new ArgumentException($"{field} is no field", nameof(query));
            var parameter = Parameter(command, value);
            sql.Append(TrafficQuery.EitherEnd.Contains(field) ? $" AND (source_{field}={parameter} OR destination_{field}={parameter})" : $" AND {field}={parameter}");
        }

        return sql.ToString();
    }

    private static string Parameter(SqliteCommand command, string value)
    {
        var name = FormattableString.Invariant($"$v{command.Parameters.Count}");
        command.Parameters.AddWithValue(name, value);
        return name;
    }

    private static string Key(string[] values) => string.Join('\0', values);
}
