using Weir.Records;
using Weir.Records.Traffic;
using Weir.Storage.Traffic;

namespace Weir.Storage.Tests.ClickHouse;

/// <summary>Two servers that are replicas of each other, with ZooKeeper between them, as <c>store.cluster</c> makes the tables.</summary>
public sealed class ReplicaTests : IDisposable
{
    private static readonly OverviewQuery s_all = new() { FromNs = Rows.Epoch, ToNs = Rows.Epoch + 10_000_000_000, Buckets = 4, Fields = ["method"] };
    private static readonly TrafficQuery s_bytes = new() { From = 0, To = long.MaxValue, StepSeconds = 60, GroupBy = ["source"] };

    private readonly ClickHouseCluster _cluster = new(sharded: false);

    public void Dispose() => _cluster.Dispose();

    [SkippableFact]
    public async Task What_was_written_through_one_replica_is_read_through_the_other_once_whoever_dies()
    {
        Skip.If(ClickHouseCluster.Missing is not null, ClickHouseCluster.Missing);
        _cluster.Start();
        var options = _cluster.Options();
        using var one = new ClickHouseExchangeStore(options);
        using var other = new ClickHouseExchangeStore(options with { Address = _cluster.Servers[1].Address });
        using var counters = new ClickHouseTrafficStore(options, TimeSpan.FromMinutes(1));
        using var others = new ClickHouseTrafficStore(options with { Address = _cluster.Servers[1].Address }, TimeSpan.FromMinutes(1));
        Assert.Equal("Distributed\nReplicatedReplacingMergeTree\nReplicatedReplacingMergeTree", _cluster.Servers[1].Ask(
            $"SELECT engine FROM system.tables WHERE database = '{options.Database}' AND name IN ('exchanges', 'exchanges_local', 'live_feed') ORDER BY name"));

        Assert.Equal(new AppendResult(200, 0), one.Append(Rows.Range(0, 200)));
        one.SaveDocuments("catalogue", [("orders", "kept"u8.ToArray())]);
        var report = Report(1, 100);
        await counters.AddAsync([report]);
        ClickHouseCluster.Until(() => other.Count == 200 && others.Read(s_bytes).Bytes == 100 && other.LoadDocuments("catalogue").Count == 1);
        Assert.Equal(200, Assert.Single(other.FeedEnds()).Value);
        // A batch that comes again, through the other.
        Assert.Equal(new AppendResult(50, 150), other.Append(Rows.Range(50, 200)));
        await others.AddAsync([report, Report(2, 10)]);
        ClickHouseCluster.Until(() => one.Count == 250 && counters.Read(s_bytes).Bytes == 110);
        Check(one, 250);
        Check(other, 250);

        _cluster.Servers[0].Kill();
        Check(other, 250);
        Assert.Throws<StoreException>(() => one.Append(Rows.Range(250, 50)));
        Assert.Equal(new AppendResult(50, 50), other.Append(Rows.Range(200, 100)));
        await others.AddAsync([report, Report(3, 1)]);
        Assert.Equal(111, others.Read(s_bytes).Bytes);
        Check(other, 300);
        Assert.Equal("kept"u8.ToArray(), Assert.Single(other.LoadDocuments("catalogue")).Body);
        // A center that begins meanwhile does not wait for the one that is away.
        using (var begun = new ClickHouseExchangeStore(options with { Address = _cluster.Servers[1].Address, Timeout = TimeSpan.FromSeconds(20) })) Check(begun, 300);

        _cluster.Servers[0].Start();
        ClickHouseCluster.Until(() => ClickHouseCluster.Try(() => one.Count == 300 && counters.Read(s_bytes).Bytes == 111));
        Assert.Equal(new AppendResult(0, 100), one.Append(Rows.Range(250, 50).Concat(Rows.Range(0, 50)).ToArray()));
        Check(one, 300);
        Check(other, 300);
        // The two calls of one instant that both replicas took are one after the merge, too.
        foreach (var server in _cluster.Servers) server.Ask($"OPTIMIZE TABLE {options.Database}.exchanges_local FINAL");
        Check(one, 300);
        Check(other, 300);
        using var trimming = new ClickHouseExchangeStore(options with { MaxAge = TimeSpan.FromDays(1) });
        Assert.Equal(300, trimming.ApplyRetention());
        ClickHouseCluster.Until(() => other.Count == 0);
    }

    private static void Check(ClickHouseExchangeStore store, int calls)
    {
        Assert.Equal(calls, store.Count);
        Assert.Equal(Enumerable.Range(0, calls).Reverse().Select(n => Rows.Make(n).Id), Pages.ReadAll(store, new ExchangeQuery { Limit = 77 }).Items);
        var overview = store.Overview(s_all);
        Assert.Equal((calls, calls), (overview.Matched, overview.FieldsCounted));
    }

    private static TrafficReport Report(int id, long bytes) => new()
    {
        Id = new ExchangeId((UInt128)id),
        Node = "node-1",
        StartNs = Rows.Epoch,
        IntervalNs = 1_000_000_000,
        Counts = [new TrafficCount { Source = "10.0.0.1", Destination = "10.0.0.2", Bytes = bytes, Packets = 1 }],
    };
}
