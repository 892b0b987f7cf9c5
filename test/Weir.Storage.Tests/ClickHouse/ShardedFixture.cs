namespace Weir.Storage.Tests.ClickHouse;

/// <summary>A cluster of two shards for several classes of tests, which are run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class ShardedFixture : ICollectionFixture<ShardedFixture>, IDisposable
{
    public const string Name = "two shards";

    private static readonly string[] s_tables = ["exchanges_local", "revised_exchanges_local", "exchange_counts_local"];

    private readonly ClickHouseCluster? _cluster;
    private ClickHouseStoreOptions? _reused;

    public ShardedFixture()
    {
        if (ClickHouseCluster.Missing is not null) return;
        _cluster = new ClickHouseCluster(sharded: true);
        _cluster.Start();
    }

    internal ClickHouseCluster Cluster
    {
        get
        {
            Skip.If(_cluster is null, ClickHouseCluster.Missing);
            return _cluster!;
        }
    }

    /// <summary>
    /// The same database each time, emptied: to make one on a cluster takes seconds. What makes <c>documents</c> is not asked for often; it
    /// is on every server and is emptied by the one that has a replica's log to tell the other by.
    /// </summary>
    internal ClickHouseStoreOptions Empty()
    {
        if (_reused is null)
        {
            _reused = Cluster.Options();
            new ClickHouseExchangeStore(_reused).Dispose();
            return _reused;
        }

        foreach (var server in Cluster.Servers)
            foreach (var table in s_tables) server.Ask($"TRUNCATE TABLE {_reused.Database}.{table}");
        if (Cluster.Servers[0].Ask($"SELECT count() FROM {_reused.Database}.documents") != "0") Cluster.Servers[0].Ask($"TRUNCATE TABLE {_reused.Database}.documents");
        foreach (var server in Cluster.Servers) ClickHouseCluster.Until(() => server.Ask($"SELECT count() FROM {_reused.Database}.documents") == "0");
        return _reused;
    }

    public void Dispose() => _cluster?.Dispose();
}
