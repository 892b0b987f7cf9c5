using Microsoft.Data.Sqlite;
using Weir.Records.Traffic;
using Weir.Storage.Sqlite;

namespace Weir.Storage.Traffic;

/// <summary>
/// Byte counters of all probes, in a SQLite file beside that of the calls: what one writes does not hold up the other. A report is counted
/// once, however often it comes. Thread-safe.
/// </summary>
public sealed class SqliteTrafficStore : ITrafficStore, ITrafficPoints
{
    /// <summary>Rows that one deletion takes: writers wait for a few milliseconds.</summary>
    private const int DeletedAtOnce = 5000;

    private const long SecondsPerDay = 86_400;

    private readonly string _path;
    private readonly TrafficStoreLimits _limits;
    private readonly TimeProvider _time;
    private readonly bool _points;
    private readonly Lock _writing = new();
    private readonly SqliteConnection _connection;
    private readonly TrafficWriter _writer;
    private readonly ReaderPool _readers;
    private long _reports;
    private long _repeated;
    private long _deleted;
    private long _droppedPoints;
    private bool _disposed;

    /// <param name="path">Database file; its directory is there.</param>
    /// <param name="interval">What counters are put together by; whole seconds.</param>
    /// <param name="points">Keeps points for InfluxDB.</param>
    /// <param name="limits">What is kept.</param>
    /// <param name="time">Clock.</param>
    /// <exception cref="StoreException">The file can't be opened, is damaged, or is not ours.</exception>
    public SqliteTrafficStore(string path, TimeSpan interval, bool points, TrafficStoreLimits? limits = null, TimeProvider? time = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(interval, TimeSpan.FromSeconds(1));
        SQLitePCL.Batteries_V2.Init();
        (_path, _points, _limits, _time) = (Path.GetFullPath(path), points, limits ?? TrafficStoreLimits.Default, time ?? TimeProvider.System);
        Interval = TimeSpan.FromSeconds(Math.Floor(interval.TotalSeconds));
        CreateFile();
        _connection = new SqliteConnection(ConnectionString(SqliteOpenMode.ReadWriteCreate));
        try
        {
            _writer = Guard(() =>
            {
                _connection.Open();
                TrafficSchema.Prepare(_connection, _path);
                return new TrafficWriter(_connection, _limits, Interval);
            });
        }
        catch
        {
            _connection.Dispose();
            throw;
        }

        _readers = new ReaderPool(ConnectionString(SqliteOpenMode.ReadOnly), 2);
    }

    public TimeSpan Interval { get; }

    public long Reports => Interlocked.Read(ref _reports);

    public long Repeated => Interlocked.Read(ref _repeated);

    public long Deleted => Interlocked.Read(ref _deleted);

    public TimeSpan? PollTime => null;

    public long DroppedPoints => Interlocked.Read(ref _droppedPoints);

    /// <summary>Counts reports, all or none; those whose id is known change nothing.</summary>
    /// <exception cref="StoreException"><see cref="StoreException.IsTransient"/> says whether to try again.</exception>
    public void Add(IReadOnlyList<TrafficReport> reports)
    {
        lock (_writing)
        {
            var added = Guard(() => _writer.Write(reports, Now(), _points));
            Interlocked.Add(ref _reports, added);
            Interlocked.Add(ref _repeated, reports.Count - added);
        }
    }

    /// <inheritdoc/>
    /// <remarks>A file takes them at once, all or none.</remarks>
    public Task AddAsync(IReadOnlyList<TrafficReport> reports)
    {
        Add(reports);
        return Task.CompletedTask;
    }

    public TrafficAnswer Read(TrafficQuery query, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(query.StepSeconds, 1);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(_limits.MaxQueryTime);
        return Guard(() => _readers.Use(
            connection =>
            {
                using var interrupt = limit.Token.Register(() => SQLitePCL.raw.sqlite3_interrupt(connection.Handle));
                try
                {
                    return TrafficReader.Read(connection, query);
                }
                catch (SqliteException interrupted) when (interrupted.SqliteErrorCode == SQLitePCL.raw.SQLITE_INTERRUPT)
                {
                    cancellation.ThrowIfCancellationRequested();
                    throw new StoreException(StoreFailure.Busy, $"counting took longer than {_limits.MaxQueryTime.TotalSeconds:0} s: ask for less time or fewer groups", interrupted);
                }
            },
            cancellation));
    }

    /// <summary>Rows of counters, and points that wait.</summary>
    public (long Rows, long Series, long Points) Count() => Guard(() => _readers.Use(
        static connection => (
            SqliteSchema.Scalar(connection, "SELECT count(*) FROM counts"), SqliteSchema.Scalar(connection, "SELECT count(*) FROM series"),
            SqliteSchema.Scalar(connection, "SELECT count(*) FROM points WHERE size<>written")),
        CancellationToken.None));

    public long WaitingPoints() => Count().Points;

    public IReadOnlyList<TrafficPoint> UnwrittenPoints(int limit)
    {
        lock (_writing) return Guard(() => TrafficPoints.Unwritten(_connection, limit));
    }

    public void Writing(IReadOnlyList<TrafficPoint> points)
    {
        // Nobody else writes: what is more after a request is unwritten by its size, and its order with the next one is this process's.
    }

    public IReadOnlyList<TrafficPoint> Outdated(IReadOnlyList<TrafficPoint> points) => [];

    public void Written(IReadOnlyList<TrafficPoint> points)
    {
        lock (_writing) Guard(() =>
        {
            TrafficPoints.Written(_connection, points);
            return 0;
        });
    }

    /// <inheritdoc/>
    /// <remarks>In chunks between which writers get their turn.</remarks>
    public void ApplyRetention(CancellationToken cancellation = default)
    {
        var now = Now();
        var oldest = now - (long)_limits.MaxAge.TotalSeconds;
        var deleted = Delete($"DELETE FROM counts WHERE (start, series) IN (SELECT start, series FROM counts WHERE start<{oldest} LIMIT {DeletedAtOnce})", cancellation);
        var surplus = Scalar("SELECT count(*) FROM counts") - _limits.MaxRows;
        while (surplus > 0 && !cancellation.IsCancellationRequested)
        {
            var some = Delete($"DELETE FROM counts WHERE (start, series) IN (SELECT start, series FROM counts ORDER BY start LIMIT {Math.Min(surplus, DeletedAtOnce)})", cancellation, once: true);
            if (some == 0) break;
            (surplus, deleted) = (surplus - some, deleted + some);
        }

        Interlocked.Add(ref _deleted, deleted);
        Delete($"DELETE FROM reports WHERE id IN (SELECT id FROM reports WHERE stored<{now - (long)_limits.ReportAge.TotalSeconds} LIMIT {DeletedAtOnce})", cancellation);
        if (Delete($"DELETE FROM series WHERE id IN (SELECT id FROM series WHERE last_day<{(oldest / SecondsPerDay) - 1} LIMIT {DeletedAtOnce})", cancellation) > 0)
            lock (_writing) _writer.Forget();
        RetainPoints(now, cancellation);
        lock (_writing) Guard(() => Execute("PRAGMA incremental_vacuum(1024)"));
    }

    public void Dispose()
    {
        lock (_writing)
        {
            if (_disposed) return;
            _disposed = true;
            _writer.Dispose();
            _connection.Dispose();
        }

        _readers.Dispose();
    }

    /// <summary>Pages the file may grow to; 0 lifts the limit. Lets a test fill the disk without filling one.</summary>
    internal void LimitPages(long pages)
    {
        lock (_writing) SqliteSchema.Execute(_connection, FormattableString.Invariant($"PRAGMA max_page_count={(pages == 0 ? 0xFFFF_FFFE : pages)}"));
    }

    private void RetainPoints(long now, CancellationToken cancellation)
    {
        const string Key = "(at, probe, source, destination)";
        const string Keys = "SELECT at, probe, source, destination FROM points";
        Delete($"DELETE FROM points WHERE {Key} IN ({Keys} WHERE size=written AND touched<{now - (long)_limits.PointAge.TotalSeconds} LIMIT {DeletedAtOnce})", cancellation);
        var surplus = Scalar("SELECT count(*) FROM points WHERE size<>written") - _limits.MaxPoints;
        while (surplus > 0 && !cancellation.IsCancellationRequested)
        {
            var some = Delete($"DELETE FROM points WHERE {Key} IN ({Keys} WHERE size<>written ORDER BY at LIMIT {Math.Min(surplus, DeletedAtOnce)})", cancellation, once: true);
            if (some == 0) break;
            surplus -= some;
            Interlocked.Add(ref _droppedPoints, some);
        }
    }

    private long Delete(FormattableString sql, CancellationToken cancellation, bool once = false)
    {
        long all = 0;
        while (!cancellation.IsCancellationRequested)
        {
            int some;
            lock (_writing) some = Guard(() => Execute(FormattableString.Invariant(sql)));
            all += some;
            if (once || some < DeletedAtOnce) break;
        }

        return all;
    }

    private long Scalar(string sql) => Guard(() => _readers.Use(connection => SqliteSchema.Scalar(connection, sql), CancellationToken.None));

    private int Execute(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteNonQuery();
    }

    private T Guard<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (SqliteException exception)
        {
            throw SqliteErrors.Describe(exception, _path);
        }
    }

    /// <summary>Who talks to whom is for the owner alone, as the calls are.</summary>
    private void CreateFile()
    {
        try
        {
            if (OperatingSystem.IsWindows() || File.Exists(_path)) return;
            using var created = new FileStream(_path, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(StoreFailure.CannotOpen, $"The store {_path} can't be created: {exception.Message}", exception);
        }
    }

    private string ConnectionString(SqliteOpenMode mode) =>
        new SqliteConnectionStringBuilder { DataSource = _path, Mode = mode, Pooling = false, DefaultTimeout = 5 }.ToString();

    private long Now() => _time.GetUtcNow().ToUnixTimeSeconds();
}
