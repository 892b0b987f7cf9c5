using System.Diagnostics;
using System.Globalization;

namespace Weir.Storage.Tests.ClickHouse;

/// <summary>Two servers of one cluster with ZooKeeper between them: replicas of each other, or a shard each.</summary>
internal sealed class ClickHouseCluster(bool sharded) : IDisposable
{
    private const string Name = "pair";

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly ZooKeeperServer _zooKeeper = new();

    /// <summary>Why there is none on this machine; null when there is.</summary>
    public static string? Missing => ClickHouseServer.Missing ?? ZooKeeperServer.Missing;

    public ClickHouseServer[] Servers { get; } = [new(), new()];

    public void Start()
    {
        _zooKeeper.Start();
        for (var i = 0; i < Servers.Length; i++)
        {
            var server = Servers[i];
            server.Extra = Configuration(i);
            server.Start();
            // 18.16 ends itself when it is asked for something on the cluster before its worker for that has begun, which makes this path.
            Until(() => HasWorker(server));
        }
    }

    /// <summary>A database of its own, through the first server.</summary>
    public ClickHouseStoreOptions Options() => ClickHouseServer.Options(Servers[0].Address) with { Cluster = Name, Timeout = TimeSpan.FromSeconds(60) };

    public static void Until(Func<bool> condition)
    {
        for (var clock = Stopwatch.StartNew(); !condition(); Thread.Sleep(100)) Assert.True(clock.Elapsed < s_patience, "what the test waits for did not happen");
    }

    /// <summary>False also where the store says that it cannot at the moment.</summary>
    public static bool Try(Func<bool> condition)
    {
        try
        {
            return condition();
        }
        catch (StoreException away) when (away.IsTransient)
        {
            return false;
        }
    }

    /// <summary>False also while its session with ZooKeeper is not there yet.</summary>
    private static bool HasWorker(ClickHouseServer server)
    {
        try
        {
            return server.Ask("SELECT count() FROM system.zookeeper WHERE path = '/' AND name = 'clickhouse'") == "1";
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        foreach (var server in Servers) server.Dispose();
        _zooKeeper.Dispose();
    }

    /// <summary>The ratio: of a table of few parts most are not yet known to ZooKeeper when their server is killed, which 18.16 takes for damage and ends itself.</summary>
    private string Configuration(int self)
    {
        const string open = "<shard><internal_replication>true</internal_replication>";
        const string close = "</shard>";
        var replicas = Servers.Select(server => string.Create(
            CultureInfo.InvariantCulture, $"<replica><host>127.0.0.1</host><port>{server.NativePort}</port></replica>"));
        return string.Create(CultureInfo.InvariantCulture, $"""
            <zookeeper><node><host>127.0.0.1</host><port>{_zooKeeper.Port}</port></node><session_timeout_ms>5000</session_timeout_ms></zookeeper>
            <remote_servers><{Name}>{open}{string.Join(sharded ? close + open : "", replicas)}{close}</{Name}></remote_servers>
            <macros><shard>{(sharded ? self : 0)}</shard><replica>r{self}</replica></macros>
            <merge_tree><replicated_max_ratio_of_wrong_parts>1</replicated_max_ratio_of_wrong_parts></merge_tree>
            <distributed_ddl><path>/clickhouse/task_queue/ddl</path></distributed_ddl>
            """);
    }
}
