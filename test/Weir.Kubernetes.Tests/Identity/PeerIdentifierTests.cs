using System.Text;
using System.Text.Json.Nodes;
using Weir.Kubernetes.Identity;
using Weir.Kubernetes.Names;
using Weir.Kubernetes.TestServer;
using Weir.Kubernetes.Watching;
using Weir.Packets;
using Weir.Records;
using Weir.Records.Filter;
using Weir.Testing;

namespace Weir.Kubernetes.Tests.Identity;

/// <summary>Who the peers of calls are, in a cluster that a server tells of.</summary>
public class PeerIdentifierTests
{
    private static readonly DateTimeOffset s_start = DateTimeOffset.UtcNow.AddHours(-1);

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Pods_have_their_workload_node_labels_and_the_service_that_was_asked(bool old, bool noSlices)
    {
        await using var town = await Town.StartAsync(new ApiServerOptions { Old = old, NoSlices = noSlices });
        var call = town.Call("10.244.1.7", "10.244.2.9", 8080, "orders");
        Assert.Equal("shop web-5c-a web/Deployment - node-1 pod_ip", Text(call.Client));
        Assert.Equal("shop orders-7d-b orders/Deployment orders node-2 pod_ip", Text(call.Server));
        Assert.Equal("{\"app\":\"web\"}", Encoding.UTF8.GetString(call.Client.Labels!.Json));
        Assert.True(Holds(call, "src.labels[\"app\"] == \"web\" && \"app\" in src.labels && size(src.labels) == 1 && dst.workload.kind == \"Deployment\""));
        Assert.True(Holds(call, "src.unknown == \"\" && src.resolution == \"pod_ip\" && dst.node.name == \"node-2\""));
    }

    [Theory]
    [InlineData("10.96.0.10", 80, "", "shop - orders/Deployment orders - cluster_ip")]
    [InlineData("203.0.113.9", 80, "", "shop - - edge - external_ip")]
    [InlineData("192.0.2.1", 30080, "", "shop - - edge node-1 node_port")]
    [InlineData("192.0.2.1", 9100, "", "kube-system exporter-x exporter/DaemonSet - node-1 host_port")]
    [InlineData("192.0.2.1", 22, "", "- - - - node-1 host_network")]
    [InlineData("192.0.2.2", 22, "", "- - - - node-2 node")]
    [InlineData("10.244.2.1", 22, "", "- - - - node-2 node")]
    [InlineData("172.16.9.9", 5432, "", "shop - - db - endpoint")]
    [InlineData("172.16.9.9", 5433, "", "- - - - - unlisted")]
    [InlineData("10.9.9.9", 80, "orders.shop.svc", "shop - orders/Deployment orders - host_header")]
    [InlineData("10.9.9.9", 80, "orders", "shop - orders/Deployment orders - host_header")]
    [InlineData("10.9.9.9", 80, "example.com", "- - - - - unlisted")]
    [InlineData("198.51.100.1", 443, "", "- - - - - external")]
    [InlineData("127.0.0.1", 80, "", "- - - - - loopback")]
    [InlineData("10.244.9.9", 80, "", "- - - - - not_then")]
    [InlineData("10.77.0.1", 80, "", "legacy - mainframe - - configured")]
    [InlineData("10.244.2.9", 8080, "both", "shop orders-7d-b orders/Deployment both node-2 pod_ip")]
    [InlineData("10.244.2.9", 8080, "", "shop orders-7d-b orders/Deployment both node-2 pod_ip")]
    [InlineData("10.244.2.9", 9999, "edge", "shop orders-7d-b orders/Deployment edge node-2 pod_ip")]
    public async Task Servers_are_named_or_it_is_said_why_not(string address, int port, string host, string expected)
    {
        await using var town = await Town.StartAsync();
        town.Put("services", Manifests.Service("shop", "both", "10.96.0.11", 8080), Manifests.Service("shop", "edge", "10.96.0.12", 80, 30080), Manifests.Service("shop", "db", "10.96.0.13", 5432));
        var edge = Manifests.Service("shop", "edge", "10.96.0.12", 80, 30080);
        edge["status"]!["loadBalancer"] = new JsonObject { ["ingress"] = new JsonArray(new JsonObject { ["ip"] = "203.0.113.9" }) };
        town.Put("services", edge);
        town.Put("endpointslices", Manifests.Slice("shop", "both", 8080, "orders-7d-b=10.244.2.9"), Manifests.Slice("shop", "db", 5432, "=172.16.9.9"));
        var exporter = Manifests.Pod("kube-system", "exporter-x", "192.0.2.1", s_start, "DaemonSet/exporter");
        exporter["spec"]!["hostNetwork"] = true;
        exporter["spec"]!["containers"]![0]!["ports"] = new JsonArray(new JsonObject { ["containerPort"] = 9100, ["hostPort"] = 9100 });
        // A job that is over and had an address that nobody has now.
        town.Put("pods", exporter, Manifests.Pod("shop", "job", "10.244.9.9", s_start).Ended(s_start.AddMinutes(1), isDeleted: false), Manifests.Pod("shop", "last", "10.244.1.200", s_start));
        await town.Until("10.244.1.200", "172.16.9.9");
        var call = town.Call("10.244.1.7", address, (ushort)port, host);
        Assert.Equal(expected, Text(call.Server));
        var isUnknown = call.Server.Pod is null && call.Server.Service is null && call.Server.Workload is null && call.Server.Resolution != PeerResolution.Node;
        Assert.Equal(isUnknown, Holds(call, "dst.unknown != \"\""));
    }

    [Fact]
    public async Task Containers_are_their_pods_whatever_address_they_use()
    {
        await using var town = await Town.StartAsync();
        var call = town.Exchange("127.0.0.1", "192.0.2.1", 80, "");
        call.Client.ContainerId = Manifests.ContainerId("shop", "web-5c-a");
        call.Server.Cgroup = $"/kubepods.slice/kubepods-pod{Manifests.Uid("shop", "orders-7d-b").Replace('-', '_')}.slice/cri-containerd-{new string('0', 64)}.scope";
        town.Identifier.Identify(call);
        Assert.Equal("shop web-5c-a web/Deployment - node-1 container", Text(call.Client));
        Assert.Equal("shop orders-7d-b orders/Deployment - node-2 container", Text(call.Server));
    }

    [Fact]
    public async Task Owners_are_followed_to_the_top_whichever_comes_first()
    {
        await using var town = await Town.StartAsync();
        town.Put("pods",
            Manifests.Pod("shop", "nightly-1-x", "10.244.1.30", s_start, "Job/nightly-1"), Manifests.Pod("shop", "db-0", "10.244.1.31", s_start, "StatefulSet/db"),
            Manifests.Pod("shop", "bare", "10.244.1.32", s_start), Manifests.Pod("kube-system", "etcd-node-1", "10.244.1.33", s_start, "Node/node-1"),
            // Its ReplicaSet cannot be read: the label tells the Deployment's name.
            Manifests.Pod("shop", "late-abc-x", "10.244.1.34", s_start, "ReplicaSet/late-abc", labels: "pod-template-hash=abc"));
        town.Put("jobs", Manifests.Owner("shop", "nightly-1", "CronJob/nightly"));
        await town.Until("10.244.1.34");
        await Lab.Until(() => town.Call("10.244.1.30", "10.244.2.9", 1, "").Client.WorkloadKind == "CronJob");
        Assert.Equal("nightly", town.Call("10.244.1.30", "10.244.2.9", 1, "").Client.Workload);
        Assert.Equal("shop db-0 db/StatefulSet - node-1 pod_ip", Text(town.Call("10.244.1.31", "10.244.2.9", 1, "").Client));
        Assert.Equal("shop bare - - node-1 pod_ip", Text(town.Call("10.244.1.32", "10.244.2.9", 1, "").Client));
        Assert.Equal("kube-system etcd-node-1 etcd/Node - node-1 pod_ip", Text(town.Call("10.244.1.33", "10.244.2.9", 1, "").Client));
        Assert.Equal("shop late-abc-x late/Deployment - node-1 pod_ip", Text(town.Call("10.244.1.34", "10.244.2.9", 1, "").Client));
    }

    [Fact]
    public async Task Labels_of_a_pod_are_kept_up_to_a_number_and_without_those_that_say_nothing()
    {
        await using var town = await Town.StartAsync();
        town.Put("pods", Manifests.Pod("shop", "many", "10.244.1.40", s_start, labels: ["pod-template-hash=abc", .. Enumerable.Range(0, 40).Select(i => $"l{i:00}={i}")]));
        await town.Until("10.244.1.40");
        var labels = town.Call("10.244.1.40", "10.244.2.9", 1, "").Client.Labels!;
        Assert.Equal(Enumerable.Range(0, IdentityLimits.Default.MaxLabels).Select(i => $"l{i:00}"), labels.All.Select(one => one.Key));
    }

    [Fact]
    public async Task Before_the_first_list_without_the_right_and_without_a_server_it_is_said_why_nothing_is_known()
    {
        await using var lab = await Lab.StartAsync();
        lab.Server.Access.Forbid("list", "pods");
        await using (var hub = new InformerHub(lab.Client))
        await using (var cluster = new ClusterIdentity(hub))
        {
            var identifier = new PeerIdentifier(null, cluster, null);
            await Lab.Until(() => cluster.Pods.Failure is not null);
            Assert.Equal(PeerResolution.Forbidden, Identified(identifier));
            Assert.Contains("may not list pods", Assert.Single(cluster.Warnings), StringComparison.Ordinal);
            await Assert.ThrowsAsync<KubernetesException>(() => cluster.WhenSyncedAsync(default));
        }

        var gone = lab.FromText(lab.Server.Kubeconfig().Replace(lab.Server.Address.ToString(), "http://127.0.0.1:1/", StringComparison.Ordinal));
        using var client = new KubernetesClient(gone, Lab.Limits);
        await using (var hub = new InformerHub(client))
        await using (var cluster = new ClusterIdentity(hub))
        {
            var identifier = new PeerIdentifier(null, cluster, null);
            await Lab.Until(() => Identified(identifier) == PeerResolution.Unreachable);
        }

        static PeerResolution Identified(PeerIdentifier identifier)
        {
            var call = new Exchange();
            call.Client.Ip = IpAddress.FromV4([10, 0, 0, 1]);
            identifier.Identify(call);
            return call.Client.Resolution;
        }
    }

    [Fact]
    public async Task Missing_rights_to_all_but_pods_cost_what_they_would_tell_and_no_more()
    {
        await using var lab = await Lab.StartAsync();
        foreach (var kind in (string[])["services", "endpointslices", "nodes", "replicasets", "jobs"]) lab.Server.Access.Forbid("list", kind);
        lab.Server.Put("pods", Manifests.Pod("shop", "web-5c-a", "10.244.1.7", s_start, "ReplicaSet/web-5c", labels: "pod-template-hash=5c"));
        await using var hub = new InformerHub(lab.Client);
        await using var cluster = new ClusterIdentity(hub);
        await cluster.WhenSyncedAsync(default).WaitAsync(Lab.Patience);
        var call = new Exchange { HasRequest = true };
        call.Request.FirstByteNs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1_000_000;
        call.Client.Ip = IpAddress.FromV4([10, 244, 1, 7]);
        new PeerIdentifier(null, cluster, null).Identify(call);
        Assert.Equal("shop web-5c-a web/Deployment - node-1 pod_ip", Text(call.Client));
        await Lab.Until(() => cluster.Warnings.Count == 5);
    }

    [Fact]
    public async Task Naming_a_call_allocates_nothing()
    {
        await using var town = await Town.StartAsync();
        var calls = new[]
        {
            town.Exchange("10.244.1.7", "10.244.2.9", 8080, "orders"), town.Exchange("192.0.2.1", "10.96.0.10", 80, "orders.shop.svc.cluster.local"),
            town.Exchange("10.9.9.9", "198.51.100.1", 443, "www.example.com"), town.Exchange("127.0.0.1", "10.9.9.9", 80, "web-0.orders.shop.svc"),
        };
        calls[3].Client.Cgroup = $"/kubepods/burstable/pod{Manifests.Uid("shop", "web-5c-a")}/x";
        calls[3].Client.ContainerId = Manifests.ContainerId("shop", "nobody");
        Assert.Equal(0, SteadyState.AllocatedBytes(() =>
        {
            for (var i = 0; i < 1000; i++) town.Identifier.Identify(calls[i % calls.Length]);
        }));
    }

    [Fact]
    public async Task Flows_are_named_as_calls_are_and_a_record_that_is_used_again_forgets()
    {
        await using var town = await Town.StartAsync();
        var flow = new FlowRecord { EndedAtNs = Town.NowNs };
        flow.Client.Peer.Ip = IpAddress.FromV4([10, 244, 1, 7]);
        (flow.Server.Peer.Ip, flow.Server.Peer.Port) = (IpAddress.FromV4([10, 244, 2, 9]), 8080);
        town.Identifier.Identify(flow);
        Assert.Equal("shop orders-7d-b orders/Deployment orders node-2 pod_ip", Text(flow.Server.Peer));
        flow.Server.Peer.Ip = IpAddress.FromV4([198, 51, 100, 1]);
        town.Identifier.Identify(flow);
        Assert.Equal("- - - - - external", Text(flow.Server.Peer));
        Assert.Null(flow.Server.Peer.Labels);
    }

    [Fact]
    public void Outside_of_a_cluster_names_come_from_files_and_nothing_is_explained()
    {
        Assert.True(NameTable.TryParse("10.0.0.1 shop/db", out var names, out _));
        var identifier = new PeerIdentifier(names, null, NameTable.OfHosts("10.0.0.2 build-host"));
        var call = new Exchange();
        (call.Client.Ip, call.Server.Ip) = (IpAddress.FromV4([10, 0, 0, 2]), IpAddress.FromV4([10, 0, 0, 1]));
        identifier.Identify(call);
        Assert.Equal("- - build-host - - hosts_file", Text(call.Client));
        Assert.Equal("shop - db - - configured", Text(call.Server));
        call.Client.Ip = IpAddress.FromV4([10, 0, 0, 3]);
        identifier.Identify(call);
        Assert.Equal("- - - - - none", Text(call.Client));
    }

    private static string Text(Peer peer) =>
        $"{peer.Namespace ?? "-"} {peer.Pod ?? "-"} {peer.Workload ?? "-"}{(peer.WorkloadKind is { } kind ? $"/{kind}" : "")} {peer.Service ?? "-"} {peer.Node ?? "-"} {WireNames.Of(peer.Resolution)}";

    private static bool Holds(Exchange call, string filter)
    {
        Assert.True(ExchangeFilter.TryCompile(filter, out var predicate, out var error), error?.ToString());
        return predicate(call);
    }

    /// <summary>A shop of two workloads on two nodes.</summary>
    private sealed class Town : IAsyncDisposable
    {
        private readonly Lab _lab;
        private readonly InformerHub _hub;
        private readonly ClusterIdentity _cluster;

        private Town(Lab lab)
        {
            _lab = lab;
            _hub = new InformerHub(lab.Client);
            _cluster = new ClusterIdentity(_hub);
            Assert.True(NameTable.TryParse("10.77.0.0/16 legacy/mainframe", out var names, out _));
            Identifier = new PeerIdentifier(names, _cluster, null);
        }

        public static long NowNs => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1_000_000;

        public PeerIdentifier Identifier { get; }

        public static async Task<Town> StartAsync(ApiServerOptions? options = null)
        {
            var lab = await Lab.StartAsync(options);
            var town = new Town(lab);
            town.Put("nodes", Manifests.Node("node-1", "192.0.2.1", "10.244.1.0/24"), Manifests.Node("node-2", "192.0.2.2", "10.244.2.0/24"));
            town.Put("replicasets", Manifests.Owner("shop", "web-5c", "Deployment/web"), Manifests.Owner("shop", "orders-7d", "Deployment/orders"));
            town.Put("services", Manifests.Service("shop", "orders", "10.96.0.10"));
            var slice = Manifests.Slice("shop", "orders", 8080, "orders-7d-b=10.244.2.9");
            if (options?.NoSlices == true) town.Put("endpoints", AsEndpoints(slice));
            else town.Put("endpointslices", slice);
            var host = Manifests.Pod("kube-system", "kube-proxy-x", "192.0.2.1", s_start, "DaemonSet/kube-proxy");
            host["spec"]!["hostNetwork"] = true;
            town.Put("pods",
                Manifests.Pod("shop", "web-5c-a", "10.244.1.7", s_start, "ReplicaSet/web-5c", "node-1", "app=web", "pod-template-hash=5c"),
                Manifests.Pod("shop", "orders-7d-b", "10.244.2.9", s_start, "ReplicaSet/orders-7d", "node-2", "app=orders"), host);
            await town._cluster.WhenSyncedAsync(default).WaitAsync(Lab.Patience);
            await Lab.Until(() => town._cluster.Tables is { Pods: 3, Services.Count: 1, Nodes.Count: 2 } && town.Call("10.244.1.7", "10.96.0.10", 80, "").Server.Workload == "orders");
            return town;
        }

        public void Put(string plural, params JsonObject[] objects)
        {
            foreach (var one in objects) _lab.Server.Put(plural, one);
        }

        /// <summary>Waits until addresses of pods or endpoints are known.</summary>
        public Task Until(params string[] addresses) => Lab.Until(() => addresses.All(address => Call(address, address, 5432, "").Server.Resolution is PeerResolution.PodIp or PeerResolution.Endpoint));

        public Exchange Call(string client, string server, ushort port, string host)
        {
            var call = Exchange(client, server, port, host);
            Identifier.Identify(call);
            return call;
        }

        public Exchange Exchange(string client, string server, ushort port, string host)
        {
            var call = new Exchange { HasRequest = true };
            Assert.True(IpAddress.TryParse(client, out var from));
            Assert.True(IpAddress.TryParse(server, out var to));
            (call.Client.Ip, call.Client.Port, call.Server.Ip, call.Server.Port) = (from, 51324, to, port);
            call.Request.Host = call.Request.Text.Append(Encoding.ASCII.GetBytes(host));
            call.Request.FirstByteNs = NowNs;
            return call;
        }

        public async ValueTask DisposeAsync()
        {
            await _cluster.DisposeAsync();
            await _hub.DisposeAsync();
            await _lab.DisposeAsync();
        }

        private static JsonObject AsEndpoints(JsonObject slice) => new()
        {
            ["metadata"] = new JsonObject { ["name"] = "orders", ["namespace"] = "shop" },
            ["subsets"] = new JsonArray(new JsonObject
            {
                ["addresses"] = new JsonArray(new JsonObject { ["ip"] = "10.244.2.9", ["targetRef"] = slice["endpoints"]![0]!["targetRef"]!.DeepClone() }),
                ["ports"] = new JsonArray(new JsonObject { ["port"] = 8080 }),
            }),
        };
    }
}
