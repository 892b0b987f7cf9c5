using Microsoft.Data.Sqlite;
using Weir.Records.Traffic;
using Weir.Storage.Sqlite;

namespace Weir.Storage.Traffic;

/// <summary>One point for InfluxDB: the sum of all that came for the same second, probe and pair.</summary>
/// <param name="At">Unix seconds.</param>
/// <param name="Probe">Address of the probe.</param>
/// <param name="Source">Address that sent.</param>
/// <param name="Destination">Address that received.</param>
/// <param name="Size">Bytes.</param>
public sealed record TrafficPoint(long At, string Probe, string Source, string Destination, long Size)
{
    private const long NsPerSecond = 1_000_000_000;

    /// <summary>A report in the terms of wakizashi: who sent how much to whom, whatever the device and the protocol.</summary>
    public static IEnumerable<TrafficPoint> Of(TrafficReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var sizes = new Dictionary<(string, string), long>();
        foreach (var count in report.Counts)
        {
            if (count.Source.Length == 0) continue;
            var ends = (count.Source, count.Destination);
            sizes[ends] = sizes.GetValueOrDefault(ends) + count.Bytes;
        }

        var probe = report.Address.Length > 0 ? report.Address : report.Node;
        return sizes.Select(one => new TrafficPoint(report.StartNs / NsPerSecond, probe, one.Key.Item1, one.Key.Item2, one.Value));
    }
}

/// <summary>
/// The table of points. A point with the same time and tags replaces the one before in InfluxDB, so what comes late is added here and the
/// sum is written again; for that, points are remembered for a while after they were written.
/// </summary>
internal static class TrafficPoints
{
    public static IReadOnlyList<TrafficPoint> Unwritten(SqliteConnection connection, int limit)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT at, probe, source, destination, size FROM points WHERE size<>written ORDER BY at LIMIT $limit";
        command.Parameters.AddWithValue("$limit", limit);
        using var reader = command.ExecuteReader();
        var points = new List<TrafficPoint>();
        while (reader.Read()) points.Add(new TrafficPoint(reader.GetInt64(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetInt64(4)));
        return points;
    }

    /// <summary>What was added meanwhile is still unwritten: the size that was written is kept beside the size.</summary>
    public static void Written(SqliteConnection connection, IReadOnlyList<TrafficPoint> points)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "UPDATE points SET written=$size WHERE at=$at AND probe=$probe AND source=$source AND destination=$destination";
        Atomically.Run(connection, () =>
        {
            foreach (var point in points)
            {
                command.Parameters.Clear();
                command.Parameters.AddWithValue("$at", point.At);
                command.Parameters.AddWithValue("$probe", point.Probe);
                command.Parameters.AddWithValue("$source", point.Source);
                command.Parameters.AddWithValue("$destination", point.Destination);
                command.Parameters.AddWithValue("$size", point.Size);
                command.ExecuteNonQuery();
            }

            return points.Count;
        });
    }
}
