using System.Diagnostics;
using System.Globalization;
using Weir.Records;
using Weir.Records.Traffic;
using Weir.Storage.Traffic;
using Xunit.Abstractions;

namespace Weir.Storage.Tests.ClickHouse;

/// <summary>What only several shards meet; that they keep the contract of stores is in <see cref="Contract.ShardedContractTests"/>.</summary>
[Collection(ShardedFixture.Name)]
public sealed class ShardTests(ShardedFixture fixture, ITestOutputHelper log)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);
    private static readonly OverviewQuery s_all = new() { FromNs = Rows.Epoch - 3_600_000_000_000, ToNs = Rows.Epoch + 3_600_000_000_000, Buckets = 4, Fields = ["method"] };
    private static readonly TrafficQuery s_bytes = new() { From = 0, To = long.MaxValue, StepSeconds = 60, GroupBy = ["source"], Top = 100 };

    private ClickHouseServer[] Servers => fixture.Cluster.Servers;

    [SkippableFact]
    public async Task Calls_and_counters_are_spread_over_the_shards_and_each_is_there_once_whoever_brings_it_again()
    {
        var options = fixture.Cluster.Options();
        using var one = new ClickHouseExchangeStore(options);
        using var other = Other(options);
        Assert.Equal(new AppendResult(300, 0), one.Append(Rows.Range(0, 300)));
        // A part of it is new, and either part is on both shards.
        Assert.Equal(new AppendResult(100, 200), other.Append(Rows.Range(100, 300)));
        Assert.Equal(new AppendResult(0, 400), one.Append(Rows.Range(0, 400)));
        foreach (var store in (ClickHouseExchangeStore[])[one, other]) Check(store, 400);
        var shares = Servers.Select(server => Number(server, $"SELECT count() FROM {options.Database}.exchanges_local")).ToList();
        Assert.Equal(400, shares.Sum());
        Assert.All(shares, share => Assert.InRange(share, 100, 300));
        Assert.Equal(400, Number(Servers[0], $"SELECT uniqExact(id_high, id_low) FROM {options.Database}.exchanges"));
        // The same call is always the same shard's.
        for (var i = 0; i < Servers.Length; i++)
            Assert.Equal(0, Number(Servers[i], $"SELECT count() FROM {options.Database}.exchanges_local WHERE cityHash64(id_high, id_low) % 2 <> {i}"));

        // Each center tells the other of calls on both shards.
        var batches = other.FeedAfter(new Dictionary<ulong, long>(), 10);
        Assert.Equal([(0L, 300), (300, 400)], batches.Select(batch => (batch.First, batch.Count)));
        Assert.Equal(300, other.FeedRecords(other.FeedCalls(batches[0])!, full: true).Count);

        using var counters = new ClickHouseTrafficStore(options, TimeSpan.FromMinutes(1));
        using var others = new ClickHouseTrafficStore(options with { Address = Servers[1].Address }, TimeSpan.FromMinutes(1));
        var reports = Enumerable.Range(1, 40).Select(static n => Report(n, n)).ToList();
        foreach (var report in reports) await (report.Id.Value % 2 == 0 ? counters : others).AddAsync([report]);
        ClickHouseCluster.Until(() => Servers.All(server => Number(server, $"SELECT count() FROM {options.Database}.traffic_reports") == 40));
        await Task.WhenAll(counters.AddAsync(reports), others.AddAsync(reports));
        foreach (var store in (ClickHouseTrafficStore[])[counters, others])
        {
            Assert.Equal(820, store.Read(s_bytes).Bytes);
            Assert.Equal(Enumerable.Range(0, 5).Select(n => 164 + ((n - 2) * 8L)).Order(), store.Read(s_bytes).Groups.Select(static group => group.Bytes).Order());
        }

        Assert.All(Servers, server => Assert.InRange(Number(server, $"SELECT count() FROM {options.Database}.traffic_counts_local"), 1, 39));
    }

    [SkippableFact]
    public void What_two_centers_store_at_the_same_moment_counts_once_on_two_shards()
    {
        var options = fixture.Empty();
        using var one = new ClickHouseExchangeStore(options);
        using var other = Other(options);
        var raced = false;
        one.Trace = sql =>
        {
            if (raced || !sql.StartsWith($"INSERT INTO `{options.Database}`.exchanges ", StringComparison.Ordinal)) return;
            raced = true;
            other.Append(Rows.Range(0, 200));
        };
        Assert.Equal(new AppendResult(200, 0), one.Append(Rows.Range(0, 200)));
        Assert.True(raced);
        Assert.Equal(400, Number(Servers[0], $"SELECT count() FROM {options.Database}.exchanges"));
        foreach (var store in (ClickHouseExchangeStore[])[one, other]) Check(store, 200);
        foreach (var server in Servers) server.Ask($"OPTIMIZE TABLE {options.Database}.exchanges_local FINAL");
        Assert.Equal(200, Number(Servers[1], $"SELECT count() FROM {options.Database}.exchanges"));
        foreach (var store in (ClickHouseExchangeStore[])[one, other]) Check(store, 200);
        Assert.Equal(200, Number(Servers[1], $"SELECT count() FROM {options.Database}.exchanges FINAL"));
    }

    [SkippableFact]
    public void Days_that_are_too_old_go_on_every_shard()
    {
        const long day = 86_400_000_000_000;
        var options = fixture.Empty() with { MaxAge = TimeSpan.FromDays(4000), Time = new FixedTime(Rows.Epoch + (4001 * day)) };
        using var one = new ClickHouseExchangeStore(options);
        using var other = Other(options);
        one.Append([.. Enumerable.Range(0, 300).Select(static n =>
        {
            var exchange = Rows.Make(n);
            exchange.HasRequest = true;
            exchange.Request.FirstByteNs = Rows.Epoch + ((n / 100) * day) + (n * 1000);
            return Rows.Row(exchange);
        })]);
        Assert.Equal(100, other.ApplyRetention());
        Assert.Equal((200L, 200L), (one.Count, other.Count));
        Assert.All(Servers, server => Assert.InRange(Number(server, $"SELECT count() FROM {options.Database}.exchanges_local"), 50, 150));
        Assert.Equal(0, one.ApplyRetention());
    }

    [SkippableFact]
    public void A_shard_that_is_away_is_told_and_nothing_is_acknowledged_that_it_does_not_have()
    {
        var options = fixture.Empty();
        using var one = new ClickHouseExchangeStore(options);
        using var other = Other(options);
        one.Append(Rows.Range(0, 100));
        Servers[1].Kill();
        try
        {
            foreach (var act in (Action[])[() => one.Append(Rows.Range(50, 100)), () => _ = one.Count, () => one.Query(new ExchangeQuery()), () => one.Overview(s_all)])
            {
                var told = Assert.Throws<StoreException>(act);
                Assert.True(told.IsTransient, told.Message);
                Assert.Contains("another server of the cluster", told.Message, StringComparison.Ordinal);
            }

            // What is on every server goes on, and a center may begin.
            one.SaveDocuments("catalogue", [("orders", "kept"u8.ToArray())]);
            using var begun = new ClickHouseExchangeStore(options);
            Assert.Equal("kept"u8.ToArray(), Assert.Single(begun.LoadDocuments("catalogue")).Body);
        }
        finally
        {
            Servers[1].Start();
        }

        ClickHouseCluster.Until(() => ClickHouseCluster.Try(() => one.Count >= 100 && one.Append(Rows.Range(50, 100)) is { Duplicates: >= 50 }));
        Check(one, 150);
        Check(other, 150);
        ClickHouseCluster.Until(() => other.LoadDocuments("catalogue").Count == 1);
    }

    [SkippableFact]
    public void A_shard_that_is_killed_within_inserts_loses_nothing_and_stores_nothing_twice()
    {
        const int batches = 60;
        var options = fixture.Empty();
        using var store = new ClickHouseExchangeStore(options);
        using var other = Other(options);
        var inserting = new SemaphoreSlim(0);
        store.Trace = sql =>
        {
            if (sql.StartsWith("INSERT", StringComparison.Ordinal)) inserting.Release();
        };
        var failures = new List<string>();
        var writer = Task.Run(() =>
        {
            for (var i = 0; i < batches; i++) Append(store, Rows.Range(i * 100, 100), failures);
        });
        var random = new Random(7);
        for (var kill = 0; kill < 2; kill++)
        {
            for (var i = 0; i < 15; i++) Assert.True(inserting.Wait(s_patience));
            Thread.Sleep(random.Next(12));
            Servers[1].Kill();
            Servers[1].Start();
        }

        Assert.True(writer.Wait(s_patience));
        Assert.NotEmpty(failures);
        foreach (var failure in failures.Distinct()) log.WriteLine(failure);
        const int sent = batches * 100;
        Check(store, sent);
        ClickHouseCluster.Until(() => ClickHouseCluster.Try(() => other.Count == sent));
        Check(other, sent);
        Assert.Equal(sent, Number(Servers[0], $"SELECT uniqExact(id_high, id_low) FROM {options.Database}.exchanges"));
    }

    private ClickHouseExchangeStore Other(ClickHouseStoreOptions options) => new(options with { Address = Servers[1].Address });

    private static long Number(ClickHouseServer server, string sql) => long.Parse(server.Ask(sql), CultureInfo.InvariantCulture);

    private static void Check(ClickHouseExchangeStore store, int calls)
    {
        Assert.Equal(calls, store.Count);
        Assert.Equal(Enumerable.Range(0, calls).Reverse().Select(static n => Rows.Make(n).Id), Pages.ReadAll(store, new ExchangeQuery { Limit = 777 }).Items);
        var overview = store.Overview(s_all);
        Assert.Equal((calls, calls), (overview.Matched, overview.FieldsCounted));
    }

    private static void Append(ClickHouseExchangeStore store, ExchangeRow[] rows, List<string> failures)
    {
        for (var clock = Stopwatch.StartNew(); ; Thread.Sleep(50))
        {
            try
            {
                store.Append(rows);
                return;
            }
            catch (StoreException away) when (away.IsTransient && clock.Elapsed < s_patience)
            {
                failures.Add(away.Message);
            }
        }
    }

    private static TrafficReport Report(int id, long bytes) => new()
    {
        Id = new ExchangeId((UInt128)id),
        Node = "node-1",
        StartNs = Rows.Epoch,
        IntervalNs = 1_000_000_000,
        Counts = [new TrafficCount { Source = $"10.0.0.{id % 5}", Destination = "10.0.0.2", Bytes = bytes, Packets = 1 }],
    };

    private sealed class FixedTime(long unixNs) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(unixNs / 100);
    }
}
