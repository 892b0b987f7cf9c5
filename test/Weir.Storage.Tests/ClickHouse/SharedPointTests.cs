using Weir.Records;
using Weir.Records.Traffic;
using Weir.Storage.Traffic;

namespace Weir.Storage.Tests.ClickHouse;

/// <summary>Points for InfluxDB that several centers keep in one database, and that any of them writes.</summary>
public sealed class SharedPointTests(ClickHouseFixture fixture) : IClassFixture<ClickHouseFixture>
{
    private const long Start = 1_800_000_000 / 86_400 * 86_400;

    private static readonly TimeSpan s_interval = TimeSpan.FromMinutes(1);

    private readonly ExchangeIdGenerator _ids = new();
    private readonly ClickHouseStoreOptions? _options = ClickHouseServer.Missing is null || ClickHouseServer.Other is not null ? ClickHouseServer.Options(fixture.Server.Address) : null;

    [SkippableFact]
    public async Task Parts_of_a_point_that_two_centers_get_are_one_sum_and_each_report_counts_once()
    {
        using var one = Open();
        using var other = Open();
        var report = Report(Start + 7, ("10.0.0.1", 100), ("10.0.0.1", 20), ("10.0.0.2", 0), ("", 9));
        await one.AddAsync([report]);
        await other.AddAsync([report, Report(Start + 7, ("10.0.0.1", 3))]);
        Assert.Equal([Point(7, "10.0.0.1", 123), Point(7, "10.0.0.2", 0)], one.Points!.UnwrittenPoints(10).OrderBy(static point => point.Source));
        Assert.Equal(2, other.Points!.WaitingPoints());
        Assert.Single(other.Points!.UnwrittenPoints(1));
        Assert.Empty(Write(one));
        Assert.Empty(other.Points!.UnwrittenPoints(10));
        // What comes late, to the other.
        await other.AddAsync([Report(Start + 7, ("10.0.0.1", 1))]);
        Assert.Equal([Point(7, "10.0.0.1", 124)], one.Points!.UnwrittenPoints(10));
        Assert.Equal([Point(7, "10.0.0.1", 124)], other.Points!.UnwrittenPoints(10));
    }

    [SkippableFact]
    public async Task What_a_center_left_half_done_is_no_part_of_a_sum()
    {
        using var one = Open();
        var report = Report(Start + 7, ("10.0.0.1", 100));
        one.Trace = static sql =>
        {
            if (sql.Contains("traffic_reports (", StringComparison.Ordinal)) throw new StoreException(StoreFailure.Unreachable, "killed here");
        };
        await Assert.ThrowsAsync<StoreException>(() => one.AddAsync([report]));
        using var other = Open();
        Assert.Empty(other.Points!.UnwrittenPoints(10));
        await other.AddAsync([report]);
        Assert.Equal([Point(7, "10.0.0.1", 100)], other.Points!.UnwrittenPoints(10));
    }

    [SkippableFact]
    public async Task A_write_that_came_late_is_made_good_by_its_center()
    {
        using var one = Open();
        using var other = Open();
        await one.AddAsync([Report(Start + 7, ("10.0.0.1", 100), ("10.0.0.2", 1))]);
        var late = one.Points!.UnwrittenPoints(10);
        one.Points!.Writing(late);
        // Meanwhile the other gets more, waits for a while, and writes the sum.
        await other.AddAsync([Report(Start + 7, ("10.0.0.1", 50))]);
        Assert.Empty(other.Points!.UnwrittenPoints(10));
        Age(11);
        Assert.Empty(Write(other));
        // Only now InfluxDB gets what the first one read.
        one.Points!.Written(late);
        var again = one.Points!.Outdated(late);
        Assert.Equal([Point(7, "10.0.0.1", 150)], again);
        one.Points!.Written(again);
        Assert.Empty(one.Points!.Outdated(again));
        Assert.Equal(0, other.Points!.WaitingPoints());
        Assert.Empty(other.Points!.UnwrittenPoints(10));
    }

    [SkippableFact]
    public async Task What_a_killed_center_may_have_written_is_written_again_by_another()
    {
        using (var killed = Open())
        {
            await killed.AddAsync([Report(Start + 7, ("10.0.0.1", 100)), Report(Start + 8, ("10.0.0.1", 1)), Report(Start + 9000, ("10.0.0.1", 2))]);
            var late = killed.Points!.UnwrittenPoints(10);
            killed.Points!.Writing([late[0], late[2]]);
        }

        using var other = Open();
        Age(11);
        Assert.Empty(Write(other, limit: 2));
        Assert.Empty(Write(other));
        // InfluxDB may have been given what is older after that: nobody knows.
        Age(61);
        var again = other.Points!.UnwrittenPoints(1);
        Assert.Equal([Point(7, "10.0.0.1", 100)], again);
        // A request that failed is made again.
        other.Points!.Writing(again);
        Assert.Equal(again, other.Points!.UnwrittenPoints(1));
        Assert.Empty(Write(other, limit: 1));
        Assert.Equal([Point(9000, "10.0.0.1", 2)], other.Points!.UnwrittenPoints(10));
        Assert.Empty(Write(other));
        Assert.Empty(other.Points!.UnwrittenPoints(10));
        Assert.Equal("0", fixture.Server.Ask($"SELECT count() FROM (SELECT turn FROM {_options!.Database}.traffic_point_turns GROUP BY turn HAVING max(is_over) = 0)"));
    }

    [SkippableFact]
    public async Task Hours_that_are_written_go_and_beyond_the_number_of_points_also_those_that_are_not()
    {
        using var store = Open(TrafficStoreLimits.Default with { MaxPoints = 100 });
        for (var hour = 0; hour < 5; hour++) await store.AddAsync([Report(Start + hour, [.. Enumerable.Range(0, 30).Select(static n => ($"10.0.0.{n}", 1L))])]);
        // Each hour's as if it had been stored then.
        var table = $"{_options!.Database}.traffic_points";
        fixture.Server.Ask($"INSERT INTO {table} SELECT at, probe, source, destination, size, start, attempt, now() - 3600 * (8 - toUInt32(at - {Start})) FROM {table}");
        fixture.Server.Ask($"ALTER TABLE {table} DROP PARTITION {fixture.Server.Ask("SELECT intDiv(toUInt32(now()), 3600)")}");
        store.ApplyRetention();
        Assert.Equal((90, 60L), (int.Parse(fixture.Server.Ask($"SELECT count() FROM {table}"), System.Globalization.CultureInfo.InvariantCulture), store.Points!.DroppedPoints));
        store.ApplyRetention();
        Assert.Equal(90, store.Points!.WaitingPoints());
        Assert.Empty(Write(store));
        store.ApplyRetention();
        Assert.Equal(("0", 60L), (fixture.Server.Ask($"SELECT count() FROM {table}"), store.Points!.DroppedPoints));
        Assert.Equal(0, store.Points!.WaitingPoints());
    }

    /// <summary>Writes what waits, as to an InfluxDB that takes all; what has to be written again.</summary>
    private static IReadOnlyList<TrafficPoint> Write(ClickHouseTrafficStore store, int limit = 1000)
    {
        var points = store.Points!.UnwrittenPoints(limit);
        Assert.NotEmpty(points);
        store.Points!.Writing(points);
        store.Points!.Written(points);
        return store.Points!.Outdated(points);
    }

    /// <summary>As if what was noted had been noted so many seconds earlier.</summary>
    private void Age(int seconds)
    {
        var table = $"{_options!.Database}.traffic_point_turns";
        fixture.Server.Ask($"CREATE TABLE {table}_copy AS {table} ENGINE = Memory");
        fixture.Server.Ask($"INSERT INTO {table}_copy SELECT turn, first, last, is_over, stored - {seconds} FROM {table}");
        foreach (var hour in fixture.Server.Ask($"SELECT DISTINCT partition FROM system.parts WHERE active AND database = '{_options!.Database}' AND table = 'traffic_point_turns'").Split('\n'))
            fixture.Server.Ask($"ALTER TABLE {table} DROP PARTITION {hour}");
        fixture.Server.Ask($"INSERT INTO {table} SELECT * FROM {table}_copy");
        fixture.Server.Ask($"DROP TABLE {table}_copy");
    }

    private ClickHouseTrafficStore Open(TrafficStoreLimits? limits = null)
    {
        _ = fixture.Server;
        return new ClickHouseTrafficStore(_options!, s_interval, limits, points: true);
    }

    private static TrafficPoint Point(long at, string source, long size) => new(Start + at, "10.9.9.9", source, "10.1.1.1", size);

    private TrafficReport Report(long at, params (string Source, long Bytes)[] counts) => new()
    {
        Id = _ids.Next(at * 1_000_000_000),
        Node = "node-1",
        Address = "10.9.9.9",
        StartNs = at * 1_000_000_000,
        IntervalNs = 1_000_000_000,
        Counts = [.. counts.Select(static count => new TrafficCount { Source = count.Source, Destination = "10.1.1.1", Bytes = count.Bytes, Packets = 1 })],
    };
}
