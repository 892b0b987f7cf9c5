using System.Collections.Concurrent;
using Weir.Kubernetes.Model;
using Weir.Packets;

namespace Weir.Kubernetes.Identity;

/// <summary>
/// What is known of a cluster's addresses, by the handlers of its informers. Writers take turns; readers take no lock and see each
/// change at once.
/// </summary>
internal sealed class ClusterTables(IdentityLimits limits, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Owners _owners = new(limits);

    /// <summary>Live pods by uid.</summary>
    private readonly Dictionary<string, KnownPod> _pods = new(StringComparer.Ordinal);

    /// <summary>Pods whose owner is not known yet, by the owner's uid.</summary>
    private readonly Dictionary<string, HashSet<string>> _waiting = new(StringComparer.Ordinal);
    private readonly Queue<(string Container, long EndedNs)> _pastContainers = new();

    /// <summary>Pods by container id and by pod uid: what a control group tells.</summary>
    public ConcurrentDictionary<string, PodIdentity> Containers { get; } = new(StringComparer.Ordinal);

    public Holders Holders { get; } = new(limits);

    /// <summary>Pods in the network of a node, and pods with a port of it, by the node's address.</summary>
    public ConcurrentDictionary<IpAddress, NodePod[]> NodePods { get; } = new();

    /// <summary>Nodes by every address that traffic of theirs comes from.</summary>
    public NodeTable Nodes { get; } = new();

    public ServiceTable Services { get; } = new(limits);

    public int Pods
    {
        get
        {
            lock (_gate) return _pods.Count;
        }
    }

    public void SetPod(Pod pod)
    {
        lock (_gate)
        {
            var now = NowNs();
            var identity = _owners.Identify(pod, out var waitsFor);
            if (waitsFor is not null)
            {
                if (!_waiting.TryGetValue(waitsFor, out var pods)) _waiting[waitsFor] = pods = new HashSet<string>(StringComparer.Ordinal);
                pods.Add(identity.Uid);
            }

            var endedNs = PodTimes.EndedNs(pod);
            _pods.TryGetValue(identity.Uid, out var known);
            if (endedNs is { } over && known is not null)
            {
                End(known, over, now);
                return;
            }

            Place(pod, identity, known, endedNs, now);
        }
    }

    public void RemovePod(Pod pod)
    {
        lock (_gate)
        {
            var now = NowNs();
            if (_pods.TryGetValue(pod.Metadata.Uid, out var known)) End(known, PodTimes.EndedNs(pod) ?? now, now);
        }
    }

    public void SetOwner(MetadataObject owner, string kind)
    {
        lock (_gate)
        {
            _owners.Set(owner, kind);
            if (!_waiting.Remove(owner.Metadata.Uid, out var pods)) return;
            foreach (var uid in pods)
            {
                if (!_pods.TryGetValue(uid, out var known)) continue;
                var identity = _owners.Identify(known.Pod, out _);
                if (identity.Workload == known.Identity.Workload && identity.WorkloadKind == known.Identity.WorkloadKind) continue;
                Place(known.Pod, identity, known, null, NowNs());
            }
        }
    }

    public void RemoveOwner(MetadataObject owner)
    {
        // Its pods may outlive it by seconds; they keep their identity.
        lock (_gate) _owners.Remove(owner);
    }

    public void SetService(Service service)
    {
        lock (_gate) Services.Set(service);
    }

    public void RemoveService(Service service)
    {
        lock (_gate) Services.Remove(service);
    }

    public void SetSlice(string key, string @namespace, string service, IEnumerable<SliceEndpoint> endpoints)
    {
        lock (_gate) Services.SetSlice(key, @namespace, service, [.. endpoints], WorkloadOf, NowNs());
    }

    public void RemoveSlice(string key)
    {
        lock (_gate) Services.RemoveSlice(key, WorkloadOf, NowNs());
    }

    public void SetNode(Node node)
    {
        lock (_gate) Nodes.Set(node);
    }

    public void RemoveNode(Node node)
    {
        lock (_gate) Nodes.Remove(node.Metadata.Name);
    }

    private long NowNs() => (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;

    private Workload? WorkloadOf(string uid) =>
        _pods.TryGetValue(uid, out var known) && known.Identity.Workload is { } name ? new Workload(name, known.Identity.WorkloadKind) : null;

    private void Place(Pod pod, PodIdentity identity, KnownPod? known, long? endedNs, long now)
    {
        var since = PodTimes.StartedNs(pod, now);
        var isOver = endedNs is not null;
        var place = new KnownPod(pod, identity, [.. PodAddresses.Own(pod)], [.. PodAddresses.OfNode(pod)], [.. PodAddresses.Containers(pod)]);
        foreach (var gone in known?.Addresses.Except(place.Addresses) ?? []) Holders.End(gone, identity.Uid, now, now);
        foreach (var address in place.Addresses)
        {
            // An address that came later, after a restart of the node, was not the pod's since its start.
            var from = known is { Addresses.Length: > 0 } && !known.Addresses.Contains(address) ? Math.Max(since, now - PodTimes.ReportLagNs) : since;
            Holders.Begin(address, identity, from, endedNs ?? long.MaxValue, now);
        }

        if (isOver) return;
        foreach (var (address, _) in known?.AtNode.Where(one => !place.AtNode.Contains(one)) ?? []) LeaveNode(address, identity.Uid);
        foreach (var (address, ports) in place.AtNode) JoinNode(address, new NodePod(identity, ports));
        foreach (var container in place.Containers) Containers[container] = identity;
        // A container that was replaced is remembered until the pod is gone: it is at most a restart count of strings.
        _pods[identity.Uid] = place with { Containers = [.. place.Containers.Union(known?.Containers ?? []).Take(PodAddresses.MaxContainers)] };
        foreach (var container in known?.Containers ?? [])
        {
            if (_pods[identity.Uid].Containers.Contains(container)) Containers[container] = identity;
            else Containers.TryRemove(container, out _);
        }

        if (known?.Identity.Workload != identity.Workload || known is null) Services.PodIsKnown(identity.Uid, WorkloadOf);
    }

    private void End(KnownPod known, long endedNs, long now)
    {
        _pods.Remove(known.Identity.Uid);
        foreach (var address in known.Addresses) Holders.End(address, known.Identity.Uid, endedNs, now);
        foreach (var (address, _) in known.AtNode) LeaveNode(address, known.Identity.Uid);
        foreach (var container in known.Containers) _pastContainers.Enqueue((container, now));
        var oldest = now - (limits.PastTime.Ticks * 100);
        while (_pastContainers.TryPeek(out var past) && (_pastContainers.Count > limits.MaxPast || past.EndedNs < oldest))
        {
            Containers.TryRemove(past.Container, out _);
            _pastContainers.Dequeue();
        }

        Holders.Forget(now);
    }

    private void JoinNode(IpAddress address, NodePod pod)
    {
        var old = NodePods.GetValueOrDefault(address) ?? [];
        NodePods[address] = [.. old.Where(one => one.Pod.Uid != pod.Pod.Uid), pod];
    }

    private void LeaveNode(IpAddress address, string uid)
    {
        if (!NodePods.TryGetValue(address, out var old)) return;
        var left = Array.FindAll(old, one => one.Pod.Uid != uid);
        if (left.Length > 0) NodePods[address] = left;
        else NodePods.TryRemove(address, out _);
    }

    /// <param name="Pod">As it was last told, for when its owner becomes known.</param>
    /// <param name="Identity">Who it is.</param>
    /// <param name="Addresses">Its own.</param>
    /// <param name="AtNode">Ports at its node's addresses.</param>
    /// <param name="Containers">Container ids, and its uid.</param>
    private sealed record KnownPod(Pod Pod, PodIdentity Identity, IpAddress[] Addresses, (IpAddress Address, int[] Ports)[] AtNode, string[] Containers);
}
