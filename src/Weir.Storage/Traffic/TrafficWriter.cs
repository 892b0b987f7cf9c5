using System.Buffers.Binary;
using Microsoft.Data.Sqlite;
using Weir.Records;
using Weir.Records.Traffic;
using Weir.Storage.Sqlite;

namespace Weir.Storage.Traffic;

/// <summary>Writes reports: which series there are is remembered, so that a row costs one statement. One thread at a time.</summary>
internal sealed class TrafficWriter : IDisposable
{
    private const long NsPerSecond = 1_000_000_000;
    private const long SecondsPerDay = 86_400;

    private readonly SqliteConnection _connection;
    private readonly TrafficStoreLimits _limits;
    private readonly long _intervalSeconds;
    private readonly SqliteCommand _report;
    private readonly SqliteCommand _series;
    private readonly SqliteCommand _count;
    private readonly SqliteCommand _point;
    private readonly Dictionary<Series, (long Id, long Day)> _known = [];

    public TrafficWriter(SqliteConnection connection, TrafficStoreLimits limits, TimeSpan interval)
    {
        (_connection, _limits, _intervalSeconds) = (connection, limits, (long)interval.TotalSeconds);
        _report = Command("INSERT OR IGNORE INTO reports(id, stored) VALUES($0, $1)", 2);
        var columns = string.Join(", ", TrafficSchema.Columns);
        _series = Command(
            $"INSERT INTO series({columns}, last_day) VALUES({string.Join(", ", Enumerable.Range(0, TrafficSchema.Columns.Length + 1).Select(n => $"${n}"))}) "
            + $"ON CONFLICT({columns}) DO UPDATE SET last_day=max(last_day, excluded.last_day) RETURNING id", TrafficSchema.Columns.Length + 1);
        _count = Command(
            "INSERT INTO counts(start, series, bytes, packets) VALUES($0, $1, $2, $3) "
            + "ON CONFLICT(start, series) DO UPDATE SET bytes=bytes+excluded.bytes, packets=packets+excluded.packets", 4);
        _point = Command(
            "INSERT INTO points(at, probe, source, destination, size, written, touched) VALUES($0, $1, $2, $3, $4, -1, $5) "
            + "ON CONFLICT(at, probe, source, destination) DO UPDATE SET size=size+excluded.size, touched=excluded.touched", 6);
    }

    /// <summary>Writes what is not known yet; how many reports that were.</summary>
    /// <param name="reports">All or none are written.</param>
    /// <param name="nowSeconds">Unix seconds.</param>
    /// <param name="points">Keeps them for InfluxDB as well.</param>
    public int Write(IReadOnlyList<TrafficReport> reports, long nowSeconds, bool points)
    {
        try
        {
            return Atomically.Run(_connection, () =>
            {
                var added = 0;
                foreach (var report in reports)
                {
                    if (Execute(_report, Bytes(report.Id), nowSeconds) == 0) continue;
                    added++;
                    Write(report);
                    if (!points) continue;
                    foreach (var point in TrafficPoint.Of(report)) Execute(_point, point.At, point.Probe, point.Source, point.Destination, point.Size, nowSeconds);
                }

                return added;
            });
        }
        catch
        {
            // Numbers of series that were not written after all.
            _known.Clear();
            throw;
        }
    }

    /// <summary>Forgets the numbers of series: some were deleted.</summary>
    public void Forget() => _known.Clear();

    public void Dispose()
    {
        foreach (var command in (SqliteCommand[])[_report, _series, _count, _point]) command.Dispose();
    }

    private void Write(TrafficReport report)
    {
        var start = report.StartNs / NsPerSecond;
        start -= start % _intervalSeconds;
        foreach (var count in report.Counts) Execute(_count, start, SeriesOf(report.Node, count, start / SecondsPerDay), count.Bytes, count.Packets);
    }

    private long SeriesOf(string node, TrafficCount count, long day)
    {
        var series = new Series(node, count.Device, count.Direction, count.Protocol, count.Source, count.Destination, count.SourcePeer, count.DestinationPeer);
        if (_known.TryGetValue(series, out var known) && known.Day >= day) return known.Id;
        if (_known.Count >= _limits.MaxCachedSeries) _known.Clear();
        var (from, to) = (count.SourcePeer, count.DestinationPeer);
        Bind(
            _series, node, count.Device, count.Direction, count.Protocol, count.Source, count.Destination,
            Full(from, from.Pod), Full(from, from.Workload), Full(from, from.Service), Full(to, to.Pod), Full(to, to.Workload), Full(to, to.Service), day);
        var id = (long)_series.ExecuteScalar()!;
        _known[series] = (id, day);
        return id;
    }

    /// <summary>With its namespace: the same name elsewhere is another one's.</summary>
    public static string Full(TrafficPeer peer, string name) => name.Length == 0 || peer.Namespace.Length == 0 ? name : $"{peer.Namespace}/{name}";

    private static byte[] Bytes(ExchangeId id)
    {
        var bytes = new byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, id.Value);
        return bytes;
    }

    private static int Execute(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        Bind(command, values);
        return command.ExecuteNonQuery();
    }

    private static void Bind(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i];
    }

    private SqliteCommand Command(string sql, int parameters)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        for (var i = 0; i < parameters; i++) command.Parameters.Add(new SqliteParameter { ParameterName = FormattableString.Invariant($"${i}") });
        return command;
    }

    private readonly record struct Series(
        string Node, string Device, string Direction, string Protocol, string Source, string Destination, TrafficPeer From, TrafficPeer To);
}
