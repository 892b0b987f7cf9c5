using Weir.Records;

namespace Weir.Storage.Tests.Contract;

public abstract partial class StoreContract
{
    [SkippableTheory]
    [InlineData(null)]
    [InlineData("status_code >= 400")]
    [InlineData("""path.matches("orders")""")]
    [InlineData("""request.headers["content-type"] == "application/json" && complete""")]
    public void Counts_are_those_of_the_exchanges(string? filter)
    {
        using var store = Open();
        store.Append(Rows.Range(0, Calls));
        var predicate = filter is null ? _ => true : TemporaryStore.Filter(filter).Predicate;
        var all = Enumerable.Range(0, Calls).Select(Rows.Make).Where(predicate).ToList();

        var overview = store.Overview(new OverviewQuery
        {
            Filter = filter is null ? null : TemporaryStore.Filter(filter),
            FromNs = Rows.Epoch,
            ToNs = Rows.Epoch + (Calls * StepNs),
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

    [SkippableFact]
    public void Each_call_is_in_the_bucket_of_its_start()
    {
        using var store = Open();
        store.Append(Rows.Range(0, 10));
        var overview = store.Overview(new OverviewQuery
        {
            FromNs = Rows.Epoch,
            ToNs = Rows.Epoch + (5 * PairNs),
            Buckets = 5,
        });
        Assert.All(overview.Buckets, bucket => Assert.Equal(2, bucket.Counts.Sum()));
        Assert.Equal(Rows.Epoch + PairNs, overview.Buckets[1].StartNs);
    }

    [SkippableFact]
    public void What_lies_outside_is_not_counted_and_a_remainder_falls_into_the_last_bucket()
    {
        using var store = Open();
        store.Append(Rows.Range(0, 10));
        // Three rows of ten, and a length that three does not divide.
        var overview = store.Overview(new OverviewQuery
        {
            FromNs = Rows.Epoch + (2 * PairNs),
            ToNs = Rows.Epoch + (6 * StepNs) + 1000,
            Buckets = 3,
        });
        Assert.Equal(3, overview.Matched);
        Assert.Equal(3, overview.Buckets.Sum(bucket => bucket.Counts.Sum()));
    }

    [SkippableFact]
    public void Fields_are_counted_for_as_many_rows_as_a_page_may_look_at()
    {
        using var store = Open(new StoreTestOptions { MaxScanRows = 10 });
        store.Append(Rows.Range(0, 100));
        var overview = store.Overview(new OverviewQuery { FromNs = 0, ToNs = long.MaxValue / 2, Buckets = 1, Fields = ["method"] });
        Assert.Equal(100, overview.Matched);
        Assert.Equal(10, overview.FieldsCounted);
    }

    [SkippableFact]
    public void A_call_that_runs_counts_once_however_often_it_was_told()
    {
        using var store = Open();
        store.Append(Rows.Range(0, 20));
        store.Append([Rows.Row(Running(21))]);
        store.Append([Rows.Row(Running(21))]);
        store.Append([Rows.Row(Running(23))]);
        store.Append([Rows.Row(23)]);
        var query = new OverviewQuery { FromNs = Rows.Epoch, ToNs = Rows.Epoch + (Calls * StepNs), Buckets = 3, Fields = ["protocol"] };
        var overview = store.Overview(query);
        Assert.Equal((22, 22, 22L), (overview.Matched, overview.FieldsCounted, store.Count));
        Assert.Equal(22, overview.Buckets.Sum(bucket => bucket.Counts.Sum()));
        Assert.All(overview.Buckets, bucket => Assert.All(bucket.Counts, count => Assert.True(count >= 0)));
        Assert.Equal(1, store.Overview(query with { Filter = TemporaryStore.Filter("in_progress") }).Matched);
        Assert.Equal(21, store.Overview(query with { Filter = TemporaryStore.Filter("!in_progress") }).Matched);
        Assert.Equal(22, store.Query(new ExchangeQuery { Limit = 100 }).Items.Count);
    }

    [SkippableFact]
    public void A_long_time_is_counted_to_the_call()
    {
        using var store = Open();
        // A call every 7 s for 20 hours: several days of UTC, buckets that no cell of a roll-up fits.
        var calls = Enumerable.Range(0, 10_000).Select(static n =>
        {
            var exchange = Rows.Make(n % 50);
            exchange.Id = new ExchangeId((UInt128)(uint)n + 1);
            exchange.HasRequest = true;
            exchange.Request.FirstByteNs = Rows.Epoch + (n * 7_000_003_000L);
            return exchange;
        }).ToList();
        foreach (var part in calls.Chunk(1000)) store.Append([.. part.Select(Rows.Row)]);
        var (from, to) = (Rows.Epoch + 3_333_333_000, Rows.Epoch + 69_999_999_999_000);
        foreach (var buckets in (int[])[1, 60, 500])
        {
            var overview = store.Overview(new OverviewQuery { FromNs = from, ToNs = to, Buckets = buckets });
            var width = (to - from) / buckets;
            var expected = new long[buckets];
            foreach (var call in calls.Where(call => call.StartedAtNs / 1000 * 1000 >= from && call.StartedAtNs / 1000 * 1000 < to))
                expected[Math.Min((call.StartedAtNs / 1000 * 1000 - from) / width, buckets - 1)]++;
            Assert.Equal(expected, overview.Buckets.Select(bucket => bucket.Counts.Sum()));
        }
    }
}
