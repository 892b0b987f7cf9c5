using Weir.Records;

namespace Weir.Storage.Tests;

/// <summary>Counts agree with what a look at every exchange finds, whoever decides the filter.</summary>
public class OverviewTests
{
    private const int Count = 400;

    /// <summary>Rows are 1.234567 ms apart.</summary>
    private const long StepNs = 1_234_567;

    /// <summary>Two of them, as they are stored: in whole microseconds.</summary>
    private const long PairNs = 2_469_000;

    [Theory]
    [InlineData(null)]
    [InlineData("status_code >= 400")]
    [InlineData("""path.matches("orders")""")]
    [InlineData("""request.headers["content-type"] == "application/json" && complete""")]
    public void Counts_are_those_of_the_exchanges(string? filter)
    {
        using var store = new TemporaryStore();
        store.Store.Append(Rows.Range(0, Count));
        var predicate = filter is null ? _ => true : TemporaryStore.Filter(filter).Predicate;
        var all = Enumerable.Range(0, Count).Select(Rows.Make).Where(predicate).ToList();

        var overview = store.Store.Overview(new OverviewQuery
        {
            Filter = filter is null ? null : TemporaryStore.Filter(filter),
            FromNs = Rows.Epoch,
            ToNs = Rows.Epoch + (Count * StepNs),
            Buckets = 7,
            Fields = ["method", "protocol", "anomalies", "dst.name"],
            Top = 3,
        });

        Assert.Equal(all.Count, overview.Matched);
        Assert.Equal(all.Count, overview.FieldsCounted);
        Assert.Null(overview.ReachedNs);
        Assert.Equal(7, overview.Buckets.Count);
        Assert.Equal(all.Count, overview.Buckets.Sum(bucket => bucket.Counts.Sum()));
        Assert.Equal(all.Count(IsHttpOf(400)), overview.Buckets.Sum(bucket => bucket[StatusClass.ClientError]));
        Assert.Equal(all.Count(IsHttpOf(500)), overview.Buckets.Sum(bucket => bucket[StatusClass.ServerError]));
        Assert.Equal(all.Count(e => !IsHttp(e)), overview.Buckets.Sum(bucket => bucket[StatusClass.Other]));
        var protocols = overview.Fields.Single(field => field.Field == "protocol");
        foreach (var (value, count) in protocols.Values) Assert.Equal(all.Count(e => e.Protocol == value), count);
        var methods = overview.Fields.Single(field => field.Field == "method");
        Assert.Equal(3, methods.Values.Count);
        Assert.Equal(all.Count(e => e.HasRequest), methods.Values.Sum(value => value.Count) + methods.Others);
        Assert.Equal([.. methods.Values.Select(value => value.Count).OrderDescending()], methods.Values.Select(value => value.Count));
        var odd = overview.Fields.Single(field => field.Field == "anomalies");
        Assert.Equal(all.Count(e => e.Anomalies.Contains(Anomaly.ResponseGap)), odd.Values.Single(value => value.Value == "response_gap").Count);
    }

    [Fact]
    public void Each_call_is_in_the_bucket_of_its_start()
    {
        using var store = new TemporaryStore();
        store.Store.Append(Rows.Range(0, 10));
        var overview = store.Store.Overview(new OverviewQuery
        {
            FromNs = Rows.Epoch,
            ToNs = Rows.Epoch + (5 * PairNs),
            Buckets = 5,
        });
        Assert.All(overview.Buckets, bucket => Assert.Equal(2, bucket.Counts.Sum()));
        Assert.Equal(Rows.Epoch + PairNs, overview.Buckets[1].StartNs);
    }

    [Fact]
    public void What_lies_outside_is_not_counted_and_a_remainder_falls_into_the_last_bucket()
    {
        using var store = new TemporaryStore();
        store.Store.Append(Rows.Range(0, 10));
        // Three rows of ten, and a length that three does not divide.
        var overview = store.Store.Overview(new OverviewQuery
        {
            FromNs = Rows.Epoch + (2 * PairNs),
            ToNs = Rows.Epoch + (6 * StepNs) + 1000,
            Buckets = 3,
        });
        Assert.Equal(3, overview.Matched);
        Assert.Equal(3, overview.Buckets.Sum(bucket => bucket.Counts.Sum()));
    }

    [Fact]
    public void A_walk_that_runs_out_of_time_says_how_far_it_came()
    {
        using var store = new TemporaryStore(options => options with { MaxScanTime = TimeSpan.Zero });
        store.Store.Append(Rows.Range(0, 1000));
        var overview = store.Store.Overview(new OverviewQuery { FromNs = 0, ToNs = long.MaxValue / 2, Buckets = 2 });
        Assert.InRange(overview.Scanned, 1, 999);
        Assert.Equal(Rows.Make(1000 - (int)overview.Scanned).StartedAtNs / 1000, overview.ReachedNs / 1000);
    }

    [Fact]
    public void Fields_are_counted_for_as_many_rows_as_a_page_may_look_at()
    {
        using var store = new TemporaryStore(options => options with { MaxScanRows = 10 });
        store.Store.Append(Rows.Range(0, 100));
        var overview = store.Store.Overview(new OverviewQuery { FromNs = 0, ToNs = long.MaxValue / 2, Buckets = 1, Fields = ["method"] });
        Assert.Equal(100, overview.Matched);
        Assert.Equal(10, overview.FieldsCounted);
    }

    private static bool IsHttp(Exchange exchange) => exchange.Protocol.StartsWith("HTTP/", StringComparison.Ordinal);

    private static Func<Exchange, bool> IsHttpOf(int status) =>
        exchange => IsHttp(exchange) && exchange.HasResponse && exchange.Response.Status / 100 == status / 100;
}
