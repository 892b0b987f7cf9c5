namespace Weir.Storage.Tests.ClickHouse;

/// <summary>What each writer of a database tells the others.</summary>
public sealed class SharedFeedTests(ClickHouseFixture fixture) : IClassFixture<ClickHouseFixture>
{
    private static readonly Dictionary<ulong, long> s_nowhere = [];

    [SkippableFact]
    public void Each_writer_tells_the_others_what_it_was_given_in_order_and_itself_nothing()
    {
        var options = ClickHouseServer.Options(fixture.Server.Address);
        using var one = new ClickHouseExchangeStore(options);
        using var other = new ClickHouseExchangeStore(options);
        one.Append(Rows.Range(0, 30));
        one.Append(Rows.Range(30, 5));
        // What it has already is told all the same: whoever stored it may have been killed before it could.
        other.Append(Rows.Range(20, 20));
        Assert.Equal(20, Assert.Single(one.FeedAfter(s_nowhere, 10)).Count);
        var batches = other.FeedAfter(s_nowhere, 10);
        Assert.Equal([(0L, 30), (30, 5)], batches.Select(batch => (batch.First, batch.Count)));
        Assert.Equal(Enumerable.Range(0, 35).Select(n => Rows.Make(n).Id), batches.SelectMany(batch => other.FeedCalls(batch)!).Select(call => call.Id));
        Assert.Equal(35, Assert.Single(other.FeedEnds()).Value);

        var places = new Dictionary<ulong, long> { [batches[0].Writer] = 12 };
        Assert.Equal(2, other.FeedAfter(places, 10).Count);
        places[batches[0].Writer] = 30;
        Assert.Equal(batches[1], Assert.Single(other.FeedAfter(places, 10)));
        places[batches[0].Writer] = 35;
        Assert.Empty(other.FeedAfter(places, 10));
        Assert.Null(other.FeedCalls(batches[1] with { First = 99 }));

        var calls = other.FeedCalls(batches[1])!;
        var found = other.FeedRecords([.. calls, new ExchangeCursor(5, Rows.Make(999).Id)], full: true);
        Assert.Equal(calls.OrderBy(call => call.StartedAtNs), found.Keys.OrderBy(call => call.StartedAtNs));
        Assert.Equal(Rows.Row(31).Record.ToArray(), found[calls[1]].Record);
        Assert.Equal(Rows.Row(31).Summary.ToArray(), found[calls[1]].Summary);
        Assert.Empty(other.FeedRecords(calls, full: false)[calls[0]].Record);
    }

    [SkippableFact]
    public void What_could_not_be_told_is_told_before_the_next_under_the_same_count()
    {
        var options = ClickHouseServer.Options(fixture.Server.Address);
        using var one = new ClickHouseExchangeStore(options);
        using var other = new ClickHouseExchangeStore(options);
        var broken = true;
        one.Trace = sql =>
        {
            if (broken && sql.Contains("live_feed", StringComparison.Ordinal)) throw new StoreException(StoreFailure.Unreachable, "away");
        };
        Assert.Throws<StoreException>(() => one.Append(Rows.Range(0, 10)));
        Assert.Empty(other.FeedAfter(s_nowhere, 10));
        broken = false;
        Assert.Equal(new AppendResult(0, 10), one.Append(Rows.Range(0, 10)));
        Assert.Equal((0L, 10), Assert.Single(other.FeedAfter(s_nowhere, 10).Select(batch => (batch.First, batch.Count))));
        broken = true;
        Assert.Throws<StoreException>(() => one.Append(Rows.Range(10, 10)));
        broken = false;
        one.Append(Rows.Range(20, 10));
        Assert.Equal([(0L, 10), (10, 10), (20, 10)], other.FeedAfter(s_nowhere, 10).Select(batch => (batch.First, batch.Count)));
        Assert.Equal(10, one.Append(Rows.Range(10, 10)).Duplicates);
    }

    [SkippableFact]
    public void What_nobody_reads_any_more_goes()
    {
        var options = ClickHouseServer.Options(fixture.Server.Address);
        using var store = new ClickHouseExchangeStore(options);
        store.Append(Rows.Range(0, 10));
        fixture.Server.Ask($"INSERT INTO {options.Database}.live_feed SELECT 7, 0, 1, 'x', now() - 3600 * number FROM numbers(3)");
        Assert.Equal("4", fixture.Server.Ask($"SELECT count() FROM {options.Database}.live_feed"));
        store.ApplyRetention();
        Assert.Equal("2", fixture.Server.Ask($"SELECT count() FROM {options.Database}.live_feed"));
    }
}
