using Weir.Kubernetes.Names;
using Weir.Records;
using Weir.Records.Status;

namespace Weir.Kubernetes.Identity;

/// <summary>
/// Says who the peers of exchanges and flows are: by the names somebody configured, the container of the process, the cluster's
/// addresses at that time, the hosts file, and last the service that the request asked for. See docs/guides/kubernetes-identity.md.
/// </summary>
/// <param name="configured">Names that win over everything; null without.</param>
/// <param name="cluster">The cluster; null outside of one.</param>
/// <param name="hosts">The hosts file of this host; null when the traffic is not this host's.</param>
public sealed class PeerIdentifier(NameTable? configured, ClusterIdentity? cluster, NameTable? hosts) : IPeerIdentifier, IStatusSource
{
    public string Name => "identity";

    /// <inheritdoc/>
    public void Identify(Exchange exchange)
    {
        var atNs = exchange.StartedAtNs;
        Identify(exchange.Client, atNs, isServer: false);
        Identify(exchange.Server, atNs, isServer: true);
        NameService(exchange.Server, exchange.Request[exchange.Request.Host], exchange.Client.Namespace, atNs);
    }

    /// <inheritdoc/>
    public void Identify(FlowRecord flow)
    {
        // The end: a flow may have begun before the pods it is of were known.
        var atNs = flow.EndedAtNs;
        Identify(flow.Client.Peer, atNs, isServer: false);
        Identify(flow.Server.Peer, atNs, isServer: true);
        NameService(flow.Server.Peer, default, null, atNs);
    }

    /// <inheritdoc/>
    public void Report(IStatusReport report)
    {
        if (cluster is null) return;
        var tables = cluster.Tables;
        report.Gauge("pods", tables.Pods);
        report.Gauge("services", tables.Services.Count);
        report.Gauge("nodes", tables.Nodes.Count);
        report.Gauge("addresses", tables.Holders.Addresses);
        report.Gauge("past_pods", tables.Holders.Past);
        report.Gauge("addresses_left_out", tables.Holders.LeftOut);
        foreach (var state in cluster.States)
        {
            var kind = state.Type.Plural;
            report.Gauge($"{kind}_synced", state.HasSynced ? 1 : 0);
            report.Gauge($"{kind}_failing", state.Failure is null ? 0 : 1);
            report.Counter($"{kind}_events", state.Events);
            report.Counter($"{kind}_lists", state.Lists);
            report.Counter($"{kind}_watches", state.Watches);
            report.Counter($"{kind}_failures", state.Failures);
            report.Gauge($"{kind}_left_out", state.LeftOut);
        }
    }

    private void Identify(Peer peer, long atNs, bool isServer)
    {
        peer.ClearIdentity();
        if (configured?.TryName(peer) == true) return;
        if (cluster is not null && TryCluster(cluster.Tables, peer, atNs, isServer)) return;
        if (hosts?.TryName(peer) == true) return;
        // Outside of a cluster nobody promised names, and there is nothing to explain.
        if (cluster is not null) peer.Resolution = Why(cluster, peer, atNs);
    }

    private static bool TryCluster(ClusterTables tables, Peer peer, long atNs, bool isServer)
    {
        if (OfContainer(tables, peer) is { } own)
        {
            own.WriteTo(peer, PeerResolution.Container);
            return true;
        }

        if (peer.Ip.IsLoopback) return false;
        if (tables.Holders.Find(peer.Ip, atNs, out var pod) == HolderAnswer.Found)
        {
            pod!.WriteTo(peer, PeerResolution.PodIp);
            return true;
        }

        if (tables.Services.TryFind(peer.Ip, out var found))
        {
            found.Service.WriteTo(peer, found.How);
            return true;
        }

        return TryNode(tables, peer, isServer);
    }

    private static PodIdentity? OfContainer(ClusterTables tables, Peer peer)
    {
        if (peer.ContainerId is { } container && tables.Containers.TryGetValue(container, out var pod)) return pod;
        return peer.Cgroup is { } group ? ControlGroup.Find(group, tables.Containers) : null;
    }

    /// <summary>A node's address may be a pod's that uses the node's network, a pod's with a port of it, or lead to a service.</summary>
    private static bool TryNode(ClusterTables tables, Peer peer, bool isServer)
    {
        var node = tables.Nodes.Find(peer.Ip);
        if (!tables.NodePods.TryGetValue(peer.Ip, out var pods) && node is null) return false;
        foreach (var one in isServer ? pods ?? [] : [])
        {
            if (!one.Has(peer.Port)) continue;
            one.Pod.WriteTo(peer, PeerResolution.HostPort);
            return true;
        }

        if (isServer && tables.Services.OfNodePort(peer.Port) is { } service)
        {
            service.WriteTo(peer, PeerResolution.NodePort);
            peer.Node = node;
            return true;
        }

        peer.Node = node ?? pods![0].Pod.Node;
        peer.Resolution = pods is { Length: > 0 } ? PeerResolution.HostNetwork : PeerResolution.Node;
        return true;
    }

    /// <summary>The service that was asked, of a server that is a pod or nobody known.</summary>
    private void NameService(Peer server, ReadOnlySpan<byte> host, string? callerNamespace, long atNs)
    {
        if (cluster is null || server.Service is not null || server.Resolution == PeerResolution.Configured) return;
        var services = cluster.Tables.Services;
        var asked = HostName.Find(host, callerNamespace ?? server.Namespace, services);
        if (services.OfEndpoint(server.Ip, server.Port, asked, atNs) is { } behind)
        {
            if (server.Pod is null) behind.WriteTo(server, PeerResolution.Endpoint);
            else server.Service = behind.Name;
        }
        else if (asked is null)
        {
            return;
        }
        else if (server.Pod is null && server.Resolution.IsUnknown())
        {
            var node = server.Node;
            asked.WriteTo(server, PeerResolution.HostHeader);
            server.Node = node;
        }
        else if (server.Pod is not null && asked.Namespace == server.Namespace)
        {
            // Asked by name, and its endpoints do not list the port, or cannot be read.
            server.Service = asked.Name;
        }
    }

    private static PeerResolution Why(ClusterIdentity cluster, Peer peer, long atNs)
    {
        if (peer.Ip.IsLoopback) return PeerResolution.Loopback;
        if (!cluster.Pods.HasSynced)
        {
            return cluster.Pods.Failure switch
            {
                null => PeerResolution.NotSynced,
                { Fault: KubernetesFault.Forbidden or KubernetesFault.Unauthorized } => PeerResolution.Forbidden,
                _ => PeerResolution.Unreachable,
            };
        }

        if (cluster.Tables.Holders.Find(peer.Ip, atNs, out _) == HolderAnswer.NotThen) return PeerResolution.NotThen;
        return AddressRanges.IsPublic(peer.Ip) ? PeerResolution.External : PeerResolution.Unlisted;
    }
}
