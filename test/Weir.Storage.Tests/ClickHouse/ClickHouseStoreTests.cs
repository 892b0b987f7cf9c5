using Weir.Storage.ClickHouse;

namespace Weir.Storage.Tests.ClickHouse;

/// <summary>What only a store on a server meets: other centers, merges, schemas of other versions, days.</summary>
public sealed class ClickHouseStoreTests(ClickHouseFixture fixture) : IClassFixture<ClickHouseFixture>
{
    private static readonly OverviewQuery s_all = new() { FromNs = Rows.Epoch, ToNs = Rows.Epoch + 10_000_000_000, Buckets = 4, Fields = ["method"] };

    [SkippableFact]
    public void What_two_centers_store_at_the_same_moment_counts_once_before_and_after_merges()
    {
        var options = ClickHouseServer.Options(fixture.Server.Address);
        using var one = new ClickHouseExchangeStore(options);
        using var other = new ClickHouseExchangeStore(options);
        // After the first has asked what is there and before it inserts.
        var raced = false;
        one.Trace = sql =>
        {
            if (raced || !sql.StartsWith($"INSERT INTO `{options.Database}`.exchanges ", StringComparison.Ordinal)) return;
            raced = true;
            other.Append(Rows.Range(0, 300));
        };
        Assert.Equal(new AppendResult(300, 0), one.Append(Rows.Range(0, 300)));
        Assert.True(raced);
        Assert.Equal("600", fixture.Server.Ask($"SELECT count() FROM {options.Database}.exchanges"));
        AssertOnce(one);
        Assert.Equal(new AppendResult(0, 300), other.Append(Rows.Range(0, 300)));
        fixture.Server.Ask($"OPTIMIZE TABLE {options.Database}.exchanges FINAL");
        Assert.Equal("300", fixture.Server.Ask($"SELECT count() FROM {options.Database}.exchanges"));
        AssertOnce(other);

        static void AssertOnce(ClickHouseExchangeStore store)
        {
            Assert.Equal(300, store.Count);
            Assert.Equal(Enumerable.Range(0, 300).Reverse().Select(n => Rows.Make(n).Id), Pages.ReadAll(store, new ExchangeQuery { Limit = 33 }).Items);
            var overview = store.Overview(s_all);
            Assert.Equal((300, 300), (overview.Matched, overview.FieldsCounted));
            Assert.Equal(300, overview.Buckets.Sum(bucket => bucket.Counts.Sum()));
        }
    }

    [SkippableFact]
    public void Running_calls_count_once_after_merges_too()
    {
        var options = ClickHouseServer.Options(fixture.Server.Address);
        using var store = new ClickHouseExchangeStore(options);
        var exchange = Rows.Make(3);
        exchange.InProgress = true;
        for (var i = 0; i < 3; i++) store.Append([Rows.Row(exchange)]);
        store.Append([Rows.Row(3)]);
        Assert.Equal((1, 1L), (store.Overview(s_all).Matched, store.Count));
        fixture.Server.Ask($"OPTIMIZE TABLE {options.Database}.exchanges FINAL");
        Assert.Equal("1", fixture.Server.Ask($"SELECT count() FROM {options.Database}.exchanges"));
        Assert.Equal((1, 1L), (store.Overview(s_all).Matched, store.Count));
        Assert.Equal(Rows.Row(3).Record.ToArray(), store.Get(Rows.Make(3).Id));
    }

    [SkippableFact]
    public void A_center_that_starts_ends_no_calls_of_which_another_told_a_moment_ago()
    {
        var options = ClickHouseServer.Options(fixture.Server.Address) with { RunningTimeout = TimeSpan.FromMinutes(10) };
        using var store = new ClickHouseExchangeStore(options);
        var exchange = Rows.Make(3);
        exchange.InProgress = true;
        store.Append([Rows.Row(exchange)]);
        using var starting = new ClickHouseExchangeStore(options);
        Assert.Equal(0, starting.EndRunning());
        using var later = new ClickHouseExchangeStore(options with { RunningTimeout = TimeSpan.Zero });
        Assert.Equal(1, later.EndRunning());
        Assert.Equal(0, later.EndRunning());
    }

    [SkippableFact]
    public void The_roll_up_is_used_and_not_believed_where_it_differs_from_the_rows()
    {
        var options = ClickHouseServer.Options(fixture.Server.Address);
        using var store = new ClickHouseExchangeStore(options);
        store.Append(Rows.Range(0, 500));
        var query = s_all with { FromNs = Rows.Epoch - 3_600_000_000_000, ToNs = Rows.Epoch + 3_600_000_000_000, Buckets = 7, Fields = [] };
        var asked = new List<string>();
        store.Trace = asked.Add;
        Assert.Equal(500, store.Overview(query).Matched);
        Assert.Contains(asked, sql => sql.Contains("cell NOT IN", StringComparison.Ordinal));
        // As after a kill between the rows and their counts.
        fixture.Server.Ask($"INSERT INTO {options.Database}.exchange_counts VALUES ({Rows.Epoch / ClickHouseSchema.CellNs}, 2, 17)");
        asked.Clear();
        Assert.Equal(500, store.Overview(query).Matched);
        Assert.DoesNotContain(asked, sql => sql.Contains("cell NOT IN", StringComparison.Ordinal));
    }

    [SkippableFact]
    public void A_database_of_the_first_schema_is_brought_up_to_date()
    {
        var options = ClickHouseServer.Options(fixture.Server.Address);
        using (var store = new ClickHouseExchangeStore(options)) store.Append(Rows.Range(0, 100));
        fixture.Server.Ask($"DROP TABLE {options.Database}.exchange_counts_feed");
        fixture.Server.Ask($"DROP TABLE {options.Database}.exchange_counts");
        foreach (var table in (string[])["live_feed", "traffic_counts", "traffic_reports", "leases", "traffic_points", "traffic_points_written", "traffic_point_turns"]) fixture.Server.Ask($"DROP TABLE {options.Database}.{table}");
        fixture.Server.Ask($"DROP TABLE {options.Database}.schema_versions");
        fixture.Server.Ask($"CREATE TABLE {options.Database}.schema_versions (version UInt32, applied_at DateTime) ENGINE = MergeTree() ORDER BY version");
        fixture.Server.Ask($"INSERT INTO {options.Database}.schema_versions VALUES (1, now())");
        using var migrated = new ClickHouseExchangeStore(options);
        migrated.Append(Rows.Range(90, 20));
        Assert.Equal(110, migrated.Count);
        Assert.Equal(110, Pages.ReadAll(migrated, new ExchangeQuery { Limit = 9 }).Items.Count);
        Assert.Equal(110, migrated.Overview(s_all with { FromNs = 0, ToNs = long.MaxValue / 2 }).Matched);
        Assert.Equal("5", fixture.Server.Ask($"SELECT max(version) FROM {options.Database}.schema_versions"));
    }

    [SkippableFact]
    public void A_newer_schema_and_another_programs_tables_are_refused()
    {
        var options = ClickHouseServer.Options(fixture.Server.Address);
        using (new ClickHouseExchangeStore(options))
            fixture.Server.Ask($"INSERT INTO {options.Database}.schema_versions VALUES (999, now())");
        var failure = Assert.Throws<StoreException>(() => new ClickHouseExchangeStore(options));
        Assert.Equal(StoreFailure.WrongSchema, failure.Failure);
        Assert.Contains("999", failure.Message, StringComparison.Ordinal);

        var others = ClickHouseServer.Options(fixture.Server.Address);
        fixture.Server.Ask($"CREATE DATABASE {others.Database}");
        fixture.Server.Ask($"CREATE TABLE {others.Database}.exchanges (rate Float64) ENGINE = Log");
        Assert.Equal(StoreFailure.WrongSchema, Assert.Throws<StoreException>(() => new ClickHouseExchangeStore(others)).Failure);
    }

    [SkippableFact]
    public void Days_that_are_too_old_or_too_much_go_and_the_newest_stays()
    {
        const long day = ClickHouseSchema.PartitionNs;
        var rows = Enumerable.Range(0, 300).Select(n =>
        {
            var exchange = Rows.Make(n);
            exchange.HasRequest = true;
            exchange.Request.FirstByteNs = Rows.Epoch + ((n / 100) * day) + (n * 1000);
            return Rows.Row(exchange);
        }).ToArray();
        var options = ClickHouseServer.Options(fixture.Server.Address) with
        {
            // So long that no server is told of it, which would go by its own clock. The first day has been over for that long at noon of
            // the second day after it.
            MaxAge = TimeSpan.FromDays(4000),
            Time = new FixedTime(Rows.Epoch + (4001 * day)),
        };
        using (var store = new ClickHouseExchangeStore(options))
        {
            store.Append(rows);
            Assert.Equal(100, store.ApplyRetention());
            Assert.Equal(0, store.ApplyRetention());
            Assert.Equal((200, 100), (store.Count, store.ReadStatistics().DeletedByAge));
            Assert.Equal(rows[100].StartedAtNs, store.ReadStatistics().OldestNs);
        }

        using (var store = new ClickHouseExchangeStore(options with { MaxBytes = 1 }))
        {
            Assert.Equal(100, store.ApplyRetention());
            Assert.Equal(0, store.ApplyRetention());
            Assert.Equal(rows[200..].Select(row => row.Id).Reverse(), Pages.ReadAll(store, new ExchangeQuery()).Items);
            Assert.Equal(100, store.ReadStatistics().DeletedBySize);
        }
    }

    private sealed class FixedTime(long unixNs) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(unixNs / 100);
    }
}
