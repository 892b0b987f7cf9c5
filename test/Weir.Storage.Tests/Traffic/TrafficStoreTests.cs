using Weir.Records;
using Weir.Records.Traffic;
using Weir.Storage.Traffic;

namespace Weir.Storage.Tests.Traffic;

public sealed class TrafficStoreTests : IDisposable
{
    private const long Day = 86_400;
    private const long Start = 1_800_000_000 / Day * Day;

    private readonly string _folder = Directory.CreateTempSubdirectory("weir-traffic-store-").FullName;
    private readonly ExchangeIdGenerator _ids = new();
    private readonly Clock _clock = new();

    [Fact]
    public void Counters_older_than_the_age_are_deleted_and_their_series_with_them()
    {
        using var store = Open(TrafficStoreLimits.Default with { MaxAge = TimeSpan.FromDays(2) });
        for (var day = 0; day < 6; day++)
        {
            _clock.Now = Start + (day * Day);
            store.Add([Report(_clock.Now, ($"10.0.0.{day}", 100)), Report(_clock.Now + 1, ("10.0.0.99", 1))]);
        }

        store.ApplyRetention();
        var left = store.Read(Query());
        Assert.Equal(["10.0.0.3", "10.0.0.4", "10.0.0.5", "10.0.0.99"], left.Groups.Select(group => group.Values[0]).Order(StringComparer.Ordinal));
        Assert.Equal(303, left.Bytes);
        Assert.Equal(6, store.Deleted);
        // A day more of series than of counters.
        Assert.InRange(store.Count().Series, 4, 6);
        // One that had gone comes back.
        store.Add([Report(_clock.Now, ("10.0.0.0", 5))]);
        Assert.Equal(308, store.Read(Query()).Bytes);
    }

    [Fact]
    public void Beyond_the_number_of_rows_the_oldest_intervals_go()
    {
        using var store = Open(TrafficStoreLimits.Default with { MaxRows = 100 });
        _clock.Now = Start;
        for (var minute = 0; minute < 30; minute++) store.Add([Report(Start + (60 * minute), [.. Enumerable.Range(0, 10).Select(i => ($"10.0.0.{i}", 1L))])]);
        Assert.Equal(300, store.Count().Rows);
        store.ApplyRetention();
        Assert.Equal((100, 200), (store.Count().Rows, store.Deleted));
        Assert.Equal(Start + (60 * 20), store.Read(Query()).Steps[0].Start);
    }

    [Fact]
    public void The_id_of_a_report_is_remembered_for_a_time()
    {
        using var store = Open(TrafficStoreLimits.Default with { ReportAge = TimeSpan.FromHours(1) });
        _clock.Now = Start;
        var report = Report(Start, ("10.0.0.1", 100));
        store.Add([report, report]);
        _clock.Now += 3500;
        store.ApplyRetention();
        store.Add([report]);
        Assert.Equal((100, 1, 2), (store.Read(Query()).Bytes, store.Reports, store.Repeated));
        _clock.Now += 3700;
        store.ApplyRetention();
        store.Add([report]);
        Assert.Equal(200, store.Read(Query()).Bytes);
    }

    [Fact]
    public void Forgetting_numbers_of_series_changes_nothing_but_the_time_it_takes()
    {
        using var store = Open(TrafficStoreLimits.Default with { MaxCachedSeries = 3 });
        _clock.Now = Start;
        for (var turn = 0; turn < 5; turn++) store.Add([Report(Start + turn, [.. Enumerable.Range(0, 10).Select(i => ($"10.0.0.{i}", 1L))])]);
        Assert.Equal((10, 10), (store.Count().Rows, store.Count().Series));
        Assert.Equal(50, store.Read(Query()).Bytes);
    }

    [Fact]
    public void Reports_are_written_all_or_none()
    {
        using var store = Open();
        _clock.Now = Start;
        // A negative size is nothing that the column refuses, but a missing text is.
        var broken = Report(Start, ("10.0.0.2", 1)) with { Node = null! };
        Assert.ThrowsAny<Exception>(() => store.Add([Report(Start, ("10.0.0.1", 1)), broken]));
        Assert.Equal(0, store.Read(Query()).Bytes);
        store.Add([Report(Start, ("10.0.0.1", 1))]);
        Assert.Equal(1, store.Read(Query()).Bytes);
    }

    [Fact]
    public void Points_wait_up_to_a_number_and_are_remembered_for_a_time_after_they_were_written()
    {
        using var store = Open(TrafficStoreLimits.Default with { MaxPoints = 5, PointAge = TimeSpan.FromMinutes(15) }, points: true);
        _clock.Now = Start;
        for (var i = 0; i < 8; i++) store.Add([Report(Start + i, ("10.0.0.1", 10))]);
        store.ApplyRetention();
        Assert.Equal((5, 3), (store.Count().Points, store.DroppedPoints));
        var waiting = store.UnwrittenPoints(100);
        Assert.Equal([Start + 3, Start + 4, Start + 5, Start + 6, Start + 7], waiting.Select(point => point.At));
        // Something is added to one of them while it is on its way: the sum has to be written again.
        store.Add([Report(Start + 7, ("10.0.0.1", 1))]);
        store.Written(waiting);
        Assert.Equal(new TrafficPoint(Start + 7, "10.9.9.9", "10.0.0.1", "10.1.1.1", 11), Assert.Single(store.UnwrittenPoints(100)));
        store.Written(store.UnwrittenPoints(100));
        _clock.Now += 800;
        store.ApplyRetention();
        store.Add([Report(Start + 7, ("10.0.0.1", 1))]);
        Assert.Equal(12, Assert.Single(store.UnwrittenPoints(100)).Size);
        store.Written(store.UnwrittenPoints(100));
        _clock.Now += 1000;
        store.ApplyRetention();
        store.Add([Report(Start + 7, ("10.0.0.1", 1))]);
        Assert.Equal(1, Assert.Single(store.UnwrittenPoints(100)).Size);
    }

    [Fact]
    public void A_query_that_takes_too_long_is_ended()
    {
        using var store = Open(TrafficStoreLimits.Default with { MaxQueryTime = TimeSpan.Zero });
        _clock.Now = Start;
        for (var i = 0; i < 40; i++) store.Add([Report(Start + (60 * i), [.. Enumerable.Range(0, 250).Select(n => ($"10.0.{n}.{i}", 1L))])]);
        // Interrupting before a statement runs is without effect, so some may pass.
        var failure = Enumerable.Range(0, 200).Select(_ => Record.Exception(() => store.Read(Query()))).FirstOrDefault(one => one is not null);
        Assert.Equal(StoreFailure.Busy, Assert.IsType<StoreException>(failure).Failure);
    }

    [Fact]
    public void The_file_is_its_owners_and_no_other_programs()
    {
        using (var store = Open()) store.Add([Report(Start, ("10.0.0.1", 1))]);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_folder, "traffic.db")));
        using (var calls = new SqliteExchangeStore(new SqliteStoreOptions { Path = Path.Combine(_folder, "weir.db") })) Assert.Equal(0, calls.Count);
        var failure = Assert.Throws<StoreException>(() => new SqliteTrafficStore(Path.Combine(_folder, "weir.db"), TimeSpan.FromMinutes(1), points: false));
        Assert.Equal(StoreFailure.WrongSchema, failure.Failure);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private SqliteTrafficStore Open(TrafficStoreLimits? limits = null, bool points = false) =>
        new(Path.Combine(_folder, "traffic.db"), TimeSpan.FromMinutes(1), points, limits, _clock);

    private static TrafficQuery Query() => new() { From = 0, To = long.MaxValue, StepSeconds = 60, GroupBy = ["source"], Top = 100 };

    private TrafficReport Report(long at, params (string Source, long Bytes)[] counts) => new()
    {
        Id = _ids.Next(at * 1_000_000_000),
        Node = "node-1",
        Address = "10.9.9.9",
        StartNs = at * 1_000_000_000,
        IntervalNs = 1_000_000_000,
        Counts = [.. counts.Select(count => new TrafficCount { Device = "eth0", Source = count.Source, Destination = "10.1.1.1", Protocol = "tcp", Bytes = count.Bytes, Packets = 1 })],
    };

    private sealed class Clock : TimeProvider
    {
        public long Now { get; set; } = Start;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeSeconds(Now);
    }
}
