namespace Weir.Storage.Tests;

public class OverviewTests
{
    [Fact]
    public void A_walk_that_runs_out_of_time_says_how_far_it_came()
    {
        using var store = new TemporaryStore(options => options with { MaxScanTime = TimeSpan.Zero });
        store.Store.Append(Rows.Range(0, 1000));
        var overview = store.Store.Overview(new OverviewQuery { FromNs = 0, ToNs = long.MaxValue / 2, Buckets = 2 });
        Assert.InRange(overview.Scanned, 1, 999);
        Assert.Equal(Rows.Make(1000 - (int)overview.Scanned).StartedAtNs / 1000, overview.ReachedNs / 1000);
    }
}
