using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using Weir.Storage.ClickHouse;
using Weir.Storage.Filter;

namespace Weir.Storage.Traffic;

/// <summary>
/// Points of every center over one store, which any of them writes. Rows of points count by the attempts that count, as the counters do.
/// What a request is about is noted before it is made and crossed out after it was sure that nothing newer was overwritten: a note that
/// stays is of a center that ended in between, and what it is about is written again by another (docs/decisions/0024-what-centers-share.md).
/// </summary>
internal sealed class ClickHouseTrafficPoints(ClickHouseClient client, ClickHouseSchema schema, TrafficStoreLimits limits, string database) : ITrafficPoints
{
    /// <summary>Seconds by the server's clock in which rows are looked for at each turn; all that there is every minute.</summary>
    private const int RecentSeconds = 600;

    /// <summary>Seconds that what another center has just noted is left to it.</summary>
    private const int LeaveSeconds = 10;

    /// <summary>Seconds after which a note is that of a center that is gone: a request takes half as long at most.</summary>
    private const int GoneSeconds = 60;

    /// <summary>Seconds between two points from which on they are noted apart.</summary>
    private const long GapSeconds = 10;

    /// <summary>Points of one note that are written again.</summary>
    private const int MaxRepeated = 100_000;

    private static readonly TimeSpan s_fullTime = TimeSpan.FromMinutes(1);

    private readonly RowBinaryWriter _rows = new();
    private readonly Lock _gate = new();
    private readonly List<TrafficPoint> _repeated = [];
    private int _inHand;
    private ulong _repeatedTurn;
    private ulong _turn;
    private long _looked;
    private long _dropped;

    public TimeSpan? PollTime => TimeSpan.FromSeconds(5);

    public long DroppedPoints => Interlocked.Read(ref _dropped);

    public long WaitingPoints() => client.Number($"SELECT toInt64(count()) FROM ({Sums("1", onlyUnwritten: true)})", CancellationToken.None);

    public IReadOnlyList<TrafficPoint> UnwrittenPoints(int limit)
    {
        lock (_gate)
        {
            var notes = Notes();
            if (_repeated.Count == 0 && notes.Find(static note => note.Age >= GoneSeconds) is { Turn: > 0 } gone && gone.Turn != _turn) Repeat(gone);
            if (_repeated.Count > 0) return _repeated.GetRange(0, _inHand = Math.Min(limit, _repeated.Count));
            var full = _looked == 0 || TimeProvider.System.GetElapsedTime(_looked) >= s_fullTime;
            var taken = notes.Where(note => note.Turn != _turn && note.Age < LeaveSeconds).SelectMany(static note => note.Ranges).ToList();
            var where = full ? "1" : FormattableString.Invariant($"at IN (SELECT at FROM {schema.Points} WHERE stored >= now() - {RecentSeconds})");
            if (taken.Count > 0) where += $" AND NOT ({string.Join(" OR ", taken.Select(Within))})";
            var found = Read($"{Sums(where, onlyUnwritten: true)} ORDER BY at LIMIT {limit.ToString(CultureInfo.InvariantCulture)}");
            if (full && found.Count < limit && taken.Count == 0) _looked = TimeProvider.System.GetTimestamp();
            return found;
        }
    }

    public void Writing(IReadOnlyList<TrafficPoint> points)
    {
        lock (_gate)
        {
            if (_turn == 0) _turn = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(8)) | 1;
            Note(_turn, Ranges(points), isOver: false);
        }
    }

    public void Written(IReadOnlyList<TrafficPoint> points)
    {
        lock (_gate)
        {
            _rows.Clear();
            foreach (var point in points)
            {
                _rows.Int64(point.At);
                _rows.Text(point.Probe);
                _rows.Text(point.Source);
                _rows.Text(point.Destination);
                _rows.Int64(point.Size);
            }

            Insert($"{schema.PointsWritten} (at,probe,source,destination,size)");
        }
    }

    public IReadOnlyList<TrafficPoint> Outdated(IReadOnlyList<TrafficPoint> points)
    {
        lock (_gate)
        {
            var sent = points.ToDictionary(static point => (point.At, point.Probe, point.Source, point.Destination), static point => point.Size);
            var times = string.Join(',', points.Select(static point => point.At).Distinct().Select(ClickHouseDialect.Number));
            var outdated = Read(Sums($"at IN ({times})", onlyUnwritten: false))
                .FindAll(point => sent.TryGetValue((point.At, point.Probe, point.Source, point.Destination), out var size) && point.Size > size);
            if (outdated.Count > 0) return outdated;
            if (_turn != 0) Note(_turn, [(0, 0)], isOver: true);
            _turn = 0;
            if (_inHand == 0) return [];
            if (_inHand == _repeated.Count) Note(_repeatedTurn, [(0, 0)], isOver: true);
            _repeated.RemoveRange(0, _inHand);
            _inHand = 0;
            return [];
        }
    }

    /// <summary>Hours that are past and written go; beyond the limit the oldest hours, written or not, but never the newest.</summary>
    public void ApplyRetention(CancellationToken cancellation)
    {
        var hours = client.Rows(
            "SELECT toInt64(partition), toInt64(sum(if(table = 'traffic_points', rows, 0))), toInt64(toUInt32(now())) FROM system.parts WHERE active "
            + $"AND database = {ClickHouseDialect.Text(database)} AND table IN ('traffic_points', 'traffic_points_written', 'traffic_point_turns') GROUP BY partition",
            static reader => (Hour: reader.Int64(), Rows: reader.Int64(), Now: reader.Int64()), cancellation).OrderBy(static one => one.Hour).ToList();
        var rows = hours.Sum(static one => one.Rows);
        foreach (var (hour, count, now) in hours.SkipLast(1))
        {
            var isPast = ((hour + 1) * ClickHouseSchema.PointPartitionSeconds) + limits.PointAge.TotalSeconds <= now;
            if (!isPast && rows <= limits.MaxPoints) return;
            var ofHour = FormattableString.Invariant($"at IN (SELECT at FROM {schema.Points} WHERE intDiv(toUInt32(stored), {ClickHouseSchema.PointPartitionSeconds}) = {hour})");
            var unwritten = count == 0 ? 0 : client.Number($"SELECT toInt64(count()) FROM ({Sums(ofHour, onlyUnwritten: true)})", cancellation);
            if (unwritten > 0 && rows <= limits.MaxPoints) return;
            foreach (var table in (string[])[schema.Points, schema.PointsWritten, schema.PointTurns])
                client.Execute($"ALTER TABLE {table} DROP PARTITION {ClickHouseDialect.Number(hour)}", cancellation);
            Interlocked.Add(ref _dropped, unwritten);
            rows -= count;
        }
    }

    private static string Within((long First, long Last) range) =>
        $"(at >= {ClickHouseDialect.Number(range.First)} AND at <= {ClickHouseDialect.Number(range.Last)})";

    /// <summary>Stretches of time that hold all of them, and little else.</summary>
    private static List<(long First, long Last)> Ranges(IEnumerable<TrafficPoint> points)
    {
        var ranges = new List<(long First, long Last)>();
        foreach (var at in points.Select(static point => point.At).Distinct().Order())
        {
            if (ranges.Count > 0 && at - ranges[^1].Last <= GapSeconds) ranges[^1] = (ranges[^1].First, at);
            else ranges.Add((at, at));
        }

        return ranges;
    }

    /// <summary>
    /// Sums of points, and which of them InfluxDB got. A sum only grows: where it is less than what was written, rows are still on their way
    /// to the replica that is asked.
    /// </summary>
    private string Sums(string where, bool onlyUnwritten) =>
        "SELECT at, probe, source, destination, toInt64(sum(part)) AS total, max(got) AS written FROM ("
        + $"SELECT at, probe, source, destination, size AS part, toInt64(-1) AS got, toUInt8(1) AS is_row FROM {schema.Points} WHERE {where} AND attempt IN "
        + $"(SELECT min(attempt) FROM {schema.TrafficReports} WHERE start >= (SELECT min(start) FROM {schema.Points}) GROUP BY id_high, id_low) "
        + $"UNION ALL SELECT at, probe, source, destination, toInt64(0) AS part, size AS got, toUInt8(0) AS is_row FROM {schema.PointsWritten} WHERE {where}"
        + $") GROUP BY at, probe, source, destination HAVING max(is_row) = 1{(onlyUnwritten ? " AND total > written" : "")}";

    private List<TrafficPoint> Read(string sql) => client.Rows(
        sql,
        static reader =>
        {
            var point = new TrafficPoint(reader.Int64(), reader.Text(), reader.Text(), reader.Text(), reader.Int64());
            _ = reader.Int64();
            return point;
        },
        CancellationToken.None);

    /// <summary>Requests that are not known to be over.</summary>
    private List<OpenTurn> Notes()
    {
        var rows = client.Rows(
            $"SELECT turn, first, last, is_over, toInt64(toUInt32(now())) - toInt64(toUInt32(stored)) FROM {schema.PointTurns}",
            static reader => (Turn: reader.UInt64(), First: reader.Int64(), Last: reader.Int64(), IsOver: reader.Byte() != 0, Age: reader.Int64()), CancellationToken.None);
        return
        [
            .. rows.GroupBy(static row => row.Turn).Where(static turn => !turn.Any(static row => row.IsOver))
                .Select(static turn => new OpenTurn(turn.Key, [.. turn.Select(static row => (row.First, row.Last)).Distinct()], turn.Min(static row => row.Age)))
                .OrderByDescending(static turn => turn.Age),
        ];
    }

    private void Repeat(OpenTurn gone)
    {
        foreach (var point in Read($"{Sums($"({string.Join(" OR ", gone.Ranges.Select(Within))})", onlyUnwritten: false)} ORDER BY at LIMIT {MaxRepeated.ToString(CultureInfo.InvariantCulture)}"))
            _repeated.Add(point);
        if (_repeated.Count == 0) Note(gone.Turn, [(0, 0)], isOver: true);
        else (_repeatedTurn, _inHand) = (gone.Turn, 0);
    }

    private void Note(ulong turn, IReadOnlyList<(long First, long Last)> ranges, bool isOver)
    {
        _rows.Clear();
        foreach (var (first, last) in ranges)
        {
            _rows.UInt64(turn);
            _rows.Int64(first);
            _rows.Int64(last);
            _rows.Byte(isOver ? (byte)1 : (byte)0);
        }

        Insert($"{schema.PointTurns} (turn,first,last,is_over)");
    }

    private void Insert(string into) => client.Insert(into, _rows.Written, Guid.NewGuid().ToString("N"));

    /// <param name="Turn">A number that its center made up; never 0.</param>
    /// <param name="Ranges">What it is about: seconds, both ends included.</param>
    /// <param name="Age">Seconds since it was noted last.</param>
    private readonly record struct OpenTurn(ulong Turn, IReadOnlyList<(long First, long Last)> Ranges, long Age);
}
