namespace Weir.Records;

/// <summary>
/// How it is known who a peer is, or why it is not. Names on the record: snake_case of the member (<c>pod_ip</c>, <c>not_synced</c>).
/// </summary>
public enum PeerResolution : byte
{
    /// <summary>Nobody looked.</summary>
    None,
    /// <summary>Somebody gave the address a name.</summary>
    Configured,
    /// <summary>It stands in the hosts file of this host.</summary>
    HostsFile,
    /// <summary>The process belongs to a container of the pod.</summary>
    Container,
    /// <summary>The pod had the address then.</summary>
    PodIp,
    /// <summary>The address is a service's inside the cluster.</summary>
    ClusterIp,
    /// <summary>The address leads to a service from outside: an external IP, or that of a load balancer.</summary>
    ExternalIp,
    /// <summary>A node's address, and a port that every node opens for the service.</summary>
    NodePort,
    /// <summary>A node's address, and a port that one pod of that node declares.</summary>
    HostPort,
    /// <summary>No pod, but an endpoint that a service names: a database outside the cluster, for instance.</summary>
    Endpoint,
    /// <summary>A node: a process of its own, or traffic that was translated to its address.</summary>
    Node,
    /// <summary>The address is of nobody known; the request asked for this service.</summary>
    HostHeader,

    /// <summary>A node's address that pods of its network share, and nothing tells which of them.</summary>
    HostNetwork,
    /// <summary>An address that every pod and host has for itself; the process behind it was not seen.</summary>
    Loopback,
    /// <summary>A public address of nobody in the cluster.</summary>
    External,
    /// <summary>A private address that no pod, service, node or endpoint has, or recently had.</summary>
    Unlisted,
    /// <summary>Pods had the address, but as far as is remembered none at that time.</summary>
    NotThen,
    /// <summary>The cluster's pods are not listed yet.</summary>
    NotSynced,
    /// <summary>This probe may not list the cluster's pods.</summary>
    Forbidden,
    /// <summary>The API server did not answer so far.</summary>
    Unreachable,
}

public static class PeerResolutions
{
    /// <summary>Nothing names the peer, or nothing but its node: the member is the reason.</summary>
    public static bool IsUnknown(this PeerResolution resolution) => resolution >= PeerResolution.HostNetwork;
}
