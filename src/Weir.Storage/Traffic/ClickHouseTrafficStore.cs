using System.Buffers.Binary;
using System.Security.Cryptography;
using Weir.Records.Traffic;
using Weir.Storage.ClickHouse;
using Weir.Storage.Filter;

namespace Weir.Storage.Traffic;

/// <summary>
/// Byte counters of all probes in the ClickHouse database of the calls, for every center that writes there. A report is counted once, also
/// when two centers get it: its rows carry the number of the attempt that brought them, and count when that attempt is the one that the
/// table of reports names. That row is written last, so what a killed center left half done counts nothing. Thread-safe.
/// </summary>
public sealed class ClickHouseTrafficStore : ITrafficStore
{
    /// <summary>From one insert to the next: many probes report in the same second, and the server makes a part of each insert.</summary>
    private static readonly TimeSpan s_pace = TimeSpan.FromMilliseconds(250);

    private const long NsPerSecond = 1_000_000_000;

    private readonly ClickHouseClient _client;
    private readonly ClickHouseSchema _schema;
    private readonly ClickHouseStoreOptions _options;
    private readonly TrafficStoreLimits _limits;
    private readonly ClickHouseTrafficPoints? _points;
    private readonly RowBinaryWriter _rows = new();
    private readonly Lock _gate = new();
    private List<Waiting> _waiting = [];
    private bool _isWriting;
    private long _reports;
    private long _repeated;
    private long _deleted;

    /// <param name="options">The store of the calls.</param>
    /// <param name="interval">What counters are put together by; whole seconds.</param>
    /// <param name="limits">Age and time of a query, and points; the number of rows is the server's matter.</param>
    /// <param name="points">Keeps points for InfluxDB.</param>
    /// <exception cref="StoreException">The server is away or refuses, or the database is not ours.</exception>
    public ClickHouseTrafficStore(ClickHouseStoreOptions options, TimeSpan interval, TrafficStoreLimits? limits = null, bool points = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(interval, TimeSpan.FromSeconds(1));
        (_options, _limits) = (options, limits ?? TrafficStoreLimits.Default);
        Interval = TimeSpan.FromSeconds(Math.Floor(interval.TotalSeconds));
        (_client, _schema) = ClickHouseSchema.Open(options);
        _points = points ? new ClickHouseTrafficPoints(_client, _schema, _limits, options.Database) : null;
    }

    /// <summary>Points for InfluxDB; null where none are kept.</summary>
    public ITrafficPoints? Points => _points;

    public TimeSpan Interval { get; }

    public long Reports => Interlocked.Read(ref _reports);

    public long Repeated => Interlocked.Read(ref _repeated);

    public long Deleted => Interlocked.Read(ref _deleted);

    /// <summary>Sees every statement; for tests.</summary>
    internal Action<string>? Trace
    {
        get => _client.Trace;
        set => _client.Trace = value;
    }

    /// <inheritdoc/>
    /// <remarks>What comes while something is written is written together after it.</remarks>
    public Task AddAsync(IReadOnlyList<TrafficReport> reports)
    {
        var waiting = new Waiting(reports);
        lock (_gate)
        {
            _waiting.Add(waiting);
            if (!_isWriting)
            {
                _isWriting = true;
                _ = Task.Run(WriteAll);
            }
        }

        return waiting.Done.Task;
    }

    public TrafficAnswer Read(TrafficQuery query, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(query.StepSeconds, 1);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(_limits.MaxQueryTime);
        try
        {
            return new ClickHouseTrafficReader(_client, _schema, limit.Token).Read(query);
        }
        catch (OperationCanceledException slow) when (!cancellation.IsCancellationRequested)
        {
            throw new StoreException(StoreFailure.Busy, $"counting took longer than {_limits.MaxQueryTime.TotalSeconds:0} s: ask for less time or fewer groups", slow);
        }
        catch (InvalidDataException torn)
        {
            throw new StoreException(StoreFailure.Corrupt, $"Store {_client.Address}: {torn.Message}", torn);
        }
    }

    /// <inheritdoc/>
    /// <remarks>Whole days (UTC) go.</remarks>
    public void ApplyRetention(CancellationToken cancellation = default)
    {
        _points?.ApplyRetention(cancellation);
        var oldest = _options.Time.GetUtcNow().ToUnixTimeSeconds() - (long)_limits.MaxAge.TotalSeconds;
        var days = _client.Rows(
            $"SELECT toInt64(partition), toInt64(sum(rows)) FROM {_schema.Parts} WHERE active AND database = {ClickHouseDialect.Text(_options.Database)} "
            + $"AND table = {ClickHouseDialect.Text(_schema.LocalName("traffic_counts"))} GROUP BY partition",
            static reader => (Day: reader.Int64(), Rows: reader.Int64()), cancellation);
        foreach (var (day, rows) in days.Where(one => (one.Day + 1) * ClickHouseSchema.DaySeconds <= oldest))
        {
            _schema.DropTrafficDay(day);
            Interlocked.Add(ref _deleted, rows);
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task WriteAll()
    {
        while (true)
        {
            List<Waiting> some;
            lock (_gate)
            {
                if (_waiting.Count == 0)
                {
                    _isWriting = false;
                    return;
                }

                (some, _waiting) = (_waiting, []);
            }

            try
            {
                Write([.. some.SelectMany(static one => one.Reports)]);
                foreach (var one in some) one.Done.SetResult();
            }
            catch (Exception failure)
            {
                // Whoever gave the reports is told.
                foreach (var one in some) one.Done.SetException(failure);
            }

            await Task.Delay(s_pace);
        }
    }

    private void Write(List<TrafficReport> reports)
    {
        var fresh = New(reports);
        Interlocked.Add(ref _repeated, reports.Count - fresh.Count);
        if (fresh.Count == 0) return;
        // One for each report: of those written together one may count and another not.
        var attempts = fresh.ConvertAll(static _ => BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(8)));
        _rows.Clear();
        foreach (var (report, attempt) in fresh.Zip(attempts))
            foreach (var count in report.Counts) Write(report, count, attempt);
        if (_rows.Written.Length > 0)
            _client.Insert($"{_schema.TrafficCounts} (start,attempt,bytes,packets,{string.Join(',', TrafficSchema.Columns)})", _rows.Written, Guid.NewGuid().ToString("N"));
        if (_points is not null) WritePoints(fresh.Zip(attempts));
        _rows.Clear();
        foreach (var (report, attempt) in fresh.Zip(attempts))
        {
            _rows.Int64(StartOf(report));
            _rows.UInt64((ulong)(report.Id.Value >> 64));
            _rows.UInt64((ulong)report.Id.Value);
            _rows.UInt64(attempt);
        }

        _client.Insert($"{_schema.TrafficReports} (start,id_high,id_low,attempt)", _rows.Written, Guid.NewGuid().ToString("N"));
        Interlocked.Add(ref _reports, fresh.Count);
    }

    private void WritePoints(IEnumerable<(TrafficReport Report, ulong Attempt)> reports)
    {
        _rows.Clear();
        foreach (var (report, attempt) in reports)
        {
            foreach (var point in TrafficPoint.Of(report))
            {
                _rows.Int64(point.At);
                _rows.Text(point.Probe);
                _rows.Text(point.Source);
                _rows.Text(point.Destination);
                _rows.Int64(point.Size);
                _rows.Int64(StartOf(report));
                _rows.UInt64(attempt);
            }
        }

        if (_rows.Written.Length > 0)
            _client.Insert($"{_schema.Points} (at,probe,source,destination,size,start,attempt)", _rows.Written, Guid.NewGuid().ToString("N"));
    }

    /// <summary>Those that are not there, each once.</summary>
    private List<TrafficReport> New(List<TrafficReport> reports)
    {
        var ids = string.Join(',', reports.Select(static report => FormattableString.Invariant($"({(ulong)(report.Id.Value >> 64)},{(ulong)report.Id.Value})")));
        var known = _client.Rows(
            $"SELECT id_high, id_low FROM {_schema.TrafficReports} WHERE start >= {ClickHouseDialect.Number(reports.Min(StartOf))} "
            + $"AND start <= {ClickHouseDialect.Number(reports.Max(StartOf))} AND (id_high, id_low) IN ({ids})",
            static reader => new UInt128(reader.UInt64(), reader.UInt64()), CancellationToken.None).ToHashSet();
        return reports.FindAll(report => known.Add(report.Id.Value));
    }

    private long StartOf(TrafficReport report)
    {
        var start = report.StartNs / NsPerSecond;
        return start - (start % (long)Interval.TotalSeconds);
    }

    private void Write(TrafficReport report, TrafficCount count, ulong attempt)
    {
        _rows.Int64(StartOf(report));
        _rows.UInt64(attempt);
        _rows.Int64(count.Bytes);
        _rows.Int64(count.Packets);
        var (from, to) = (count.SourcePeer, count.DestinationPeer);
        foreach (var text in (ReadOnlySpan<string>)[
            report.Node, count.Device, count.Direction, count.Protocol, count.Source, count.Destination,
            TrafficWriter.Full(from, from.Pod), TrafficWriter.Full(from, from.Workload), TrafficWriter.Full(from, from.Service),
            TrafficWriter.Full(to, to.Pod), TrafficWriter.Full(to, to.Workload), TrafficWriter.Full(to, to.Service)]) _rows.Text(text);
    }

    private sealed record Waiting(IReadOnlyList<TrafficReport> Reports)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
