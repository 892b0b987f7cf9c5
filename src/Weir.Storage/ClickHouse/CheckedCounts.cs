using System.Globalization;
using System.Text;
using Weir.Storage.Filter;

namespace Weir.Storage.ClickHouse;

/// <summary>
/// Which part of a time the roll-up answers and which the rows: the roll-up where its cells lie within one bucket, on days on which its
/// sum is the number of rows. A server that was killed between the two, and rows that two centers stored at once, make them differ; such
/// a day is read from the rows. Of one question; the days are looked at once, when they are first needed.
/// </summary>
internal sealed class CheckedCounts(ClickHouseClient client, ClickHouseSchema schema, OverviewQuery query)
{
    /// <summary>A bucket has this many cells at least: else the cells at its ends, which are read from the rows, are most of it.</summary>
    private const int MinCells = 6;

    private const long CellsPerDay = ClickHouseSchema.PartitionNs / ClickHouseSchema.CellNs;

    private SortedSet<long>? _sound;

    /// <summary>Conditions on the roll-up and on the rows that share out the time; null when the rows answer all of it.</summary>
    public (string Cells, string Rows)? Share(long from, long to, CancellationToken cancellation)
    {
        if (query.Filter is not null || !schema.HasCheckedCounts || query.BucketNs < MinCells * ClickHouseSchema.CellNs || from < 0) return null;
        _sound ??= SoundDays(cancellation);
        var sound = _sound.GetViewBetween(from / ClickHouseSchema.PartitionNs, to / ClickHouseSchema.PartitionNs);
        if (sound.Count == 0) return null;
        var split = new SortedSet<long> { Cell(from), Cell(to) };
        for (var i = 1; i < query.Buckets; i++)
        {
            var edge = query.FromNs + (i * query.BucketNs);
            // An edge between two cells splits none.
            if (edge > from && edge <= to && edge % ClickHouseSchema.CellNs != 0) split.Add(Cell(edge));
        }

        var days = string.Join(',', sound.Select(ClickHouseDialect.Number));
        var cells = string.Create(CultureInfo.InvariantCulture,
            $"cell >= {Cell(from)} AND cell <= {Cell(to)} AND intDiv(cell, {CellsPerDay}) IN ({days}) AND cell NOT IN ({string.Join(',', split)})");
        var rows = new StringBuilder("(0");
        foreach (var cell in split) Append(rows, Math.Max(from, cell * ClickHouseSchema.CellNs), Math.Min(to, ((cell + 1) * ClickHouseSchema.CellNs) - 1));
        foreach (var (start, end) in Unsound(sound, from, to)) Append(rows, start, end);
        return (cells, rows.Append(')').ToString());
    }

    private static long Cell(long ns) => ns / ClickHouseSchema.CellNs;

    private static void Append(StringBuilder rows, long from, long to) => rows.Append(" OR ").Append(KeySql.Range(from, to));

    /// <summary>The stretches between the days that are sound.</summary>
    private static IEnumerable<(long From, long To)> Unsound(SortedSet<long> sound, long from, long to)
    {
        var next = from;
        foreach (var day in sound)
        {
            var start = day * ClickHouseSchema.PartitionNs;
            if (start > next) yield return (next, Math.Min(to, start - 1));
            next = Math.Max(next, start + ClickHouseSchema.PartitionNs);
        }

        if (next <= to) yield return (next, to);
    }

    private SortedSet<long> SoundDays(CancellationToken cancellation)
    {
        // A part's name begins with its partition, which is the day; this reads one byte a row and no key, and takes each name apart once.
        var rows = client.Rows(
            "SELECT toInt64(splitByChar('_', part)[1]) AS day, toInt64(sum(calls)) FROM "
            + $"(SELECT _part AS part, sum(in_progress = 0) AS calls FROM {schema.Exchanges} GROUP BY _part) GROUP BY day",
            static reader => (Day: reader.Int64(), Calls: reader.Int64()), cancellation).ToDictionary(static row => row.Day, static row => row.Calls);
        var counts = client.Rows(
            string.Create(CultureInfo.InvariantCulture, $"SELECT intDiv(cell, {CellsPerDay}) AS day, toInt64(sum(calls)) FROM {schema.Counts} GROUP BY day"),
            static reader => (Day: reader.Int64(), Calls: reader.Int64()), cancellation);
        return [.. counts.Where(day => rows.GetValueOrDefault(day.Day) == day.Calls).Select(static day => day.Day)];
    }
}
