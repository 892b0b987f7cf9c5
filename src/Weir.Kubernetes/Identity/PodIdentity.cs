using Weir.Records;

namespace Weir.Kubernetes.Identity;

/// <summary>Who a pod is. Immutable: what changes makes a new one.</summary>
/// <param name="Uid">Distinguishes pods of one name.</param>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Name">Its name.</param>
/// <param name="Workload">Name of what made it, at the top: the Deployment, not the ReplicaSet. Null for a pod made by hand.</param>
/// <param name="WorkloadKind">Kind of that.</param>
/// <param name="Node">Where it runs; null until it is scheduled.</param>
/// <param name="Labels">Those that say something; null without.</param>
internal sealed record PodIdentity(string Uid, string Namespace, string Name, string? Workload, string? WorkloadKind, string? Node, PeerLabels? Labels)
{
    public void WriteTo(Peer peer, PeerResolution how)
    {
        peer.Namespace = Namespace;
        peer.Pod = Name;
        peer.Workload = Workload;
        peer.WorkloadKind = WorkloadKind;
        peer.Node = Node;
        peer.Labels = Labels;
        peer.Resolution = how;
    }
}

/// <summary>Who a service is, and what stands behind it as far as that is one thing.</summary>
internal sealed class ServiceIdentity(string @namespace, string name)
{
    private Workload? _workload;

    public string Namespace => @namespace;

    public string Name => name;

    /// <summary>The workload of all its pods; null when there are several, or none is known. Set by the writer, read by any thread.</summary>
    public Workload? Behind
    {
        get => Volatile.Read(ref _workload);
        set => Volatile.Write(ref _workload, value);
    }

    public void WriteTo(Peer peer, PeerResolution how)
    {
        peer.Namespace = Namespace;
        peer.Service = Name;
        (peer.Workload, peer.WorkloadKind) = Behind is { } behind ? (behind.Name, behind.Kind) : (null, null);
        peer.Resolution = how;
    }
}

internal sealed record Workload(string Name, string? Kind);

/// <summary>A pod's port at a node's address: of a pod in the node's network, or a hostPort.</summary>
/// <param name="Pod">Whose.</param>
/// <param name="Ports">Declared ports; empty when it declares none.</param>
internal sealed record NodePod(PodIdentity Pod, int[] Ports)
{
    public bool Has(int port) => Array.IndexOf(Ports, port) >= 0;
}
