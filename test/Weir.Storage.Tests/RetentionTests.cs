namespace Weir.Storage.Tests;

public class RetentionTests
{
    [Fact]
    public void Too_old_is_deleted_and_counted()
    {
        var rows = Rows.Range(0, 100);
        var clock = new FixedTime(rows[60].StartedAtNs + (TimeSpan.FromDays(7).Ticks * 100));
        using var store = new TemporaryStore(o => o with { MaxAge = TimeSpan.FromDays(7), Time = clock, RetentionChunkRows = 7 });
        store.Store.Append(rows);
        Assert.Equal(60, store.Store.ApplyRetention());
        Assert.Equal(rows[60..].Select(row => row.Id).Reverse(), store.Store.Query(new ExchangeQuery()).Items.Select(i => i.Id));
        Assert.Equal((60, 0, 40), (store.Store.ReadStatistics().DeletedByAge, store.Store.ReadStatistics().DeletedBySize, store.Store.Count));
        Assert.Equal(0, store.Store.ApplyRetention());
    }

    [Fact]
    public void Too_much_is_deleted_oldest_first_and_the_file_stops_growing()
    {
        const long limit = 2_000_000;
        using var store = new TemporaryStore(o => o with { MaxBytes = limit, RetentionChunkRows = 50, CompressFromBytes = int.MaxValue });
        long largest = 0;
        for (var i = 0; i < 40; i++)
        {
            store.Store.Append(Rows.Range(i * 100, 100));
            store.Store.ApplyRetention();
            store.Execute("PRAGMA wal_checkpoint(PASSIVE)");
            largest = Math.Max(largest, store.Store.ReadStatistics().DatabaseBytes);
        }

        var statistics = store.Store.ReadStatistics();
        Assert.True(statistics.DeletedBySize > 0);
        Assert.Equal(4000, statistics.Exchanges + statistics.DeletedBySize);
        // One batch of 100 may stand above the limit before it is cut again.
        Assert.InRange(largest, limit / 2, limit + 1_000_000);
        var kept = store.Store.Query(new ExchangeQuery { Limit = 4000 }).Items;
        Assert.Equal(Rows.Make(3999).Id, kept[0].Id);
        Assert.Equal(Rows.Make(4000 - kept.Count).Id, kept[^1].Id);
    }

    [Fact]
    public void An_unused_limit_deletes_nothing()
    {
        using var store = new TemporaryStore();
        store.Store.Append(Rows.Range(0, 100));
        Assert.Equal(0, store.Store.ApplyRetention());
        Assert.Equal(100, store.Store.Count);
    }

    private sealed class FixedTime(long unixNs) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(unixNs / 100);
    }
}
