using Weir.Kubernetes.Model;
using Weir.Kubernetes.Watching;
using Weir.Packets;
using Weir.Records;

namespace Weir.Kubernetes.Identity;

/// <summary>
/// Follows a cluster's pods, services, endpoints, nodes, ReplicaSets and Jobs, each by one watch of the hub, and keeps by address who they
/// are. Disposing ends its part; the hub goes on.
/// </summary>
public sealed class ClusterIdentity : IAsyncDisposable
{
    private static readonly string[] s_sliceVersions = ["v1", "v1beta1"];

    private readonly InformerHub _hub;
    private readonly CancellationTokenSource _end = new();
    private readonly List<IDisposable> _subscriptions = [];
    private readonly Informer<Pod> _pods;
    private readonly IInformerState[] _essential;
    private readonly Task _endpoints;
    private readonly TaskCompletionSource<IInformerState> _endpointState = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="hub">Watches, and may do so for others too.</param>
    /// <param name="limits">Null takes the defaults.</param>
    /// <param name="time">Null takes the system's.</param>
    public ClusterIdentity(InformerHub hub, IdentityLimits? limits = null, TimeProvider? time = null)
    {
        _hub = hub;
        Tables = new ClusterTables(limits ?? IdentityLimits.Default, time ?? TimeProvider.System);
        var (replicaSets, jobs) = (hub.Get(ResourceKind.MetadataOf(ResourceTypes.ReplicaSets)), hub.Get(ResourceKind.MetadataOf(ResourceTypes.Jobs)));
        _subscriptions.Add(replicaSets.Subscribe(new Handler<MetadataObject>(one => Tables.SetOwner(one, "ReplicaSet"), Tables.RemoveOwner)));
        _subscriptions.Add(jobs.Subscribe(new Handler<MetadataObject>(one => Tables.SetOwner(one, "Job"), Tables.RemoveOwner)));
        var (nodes, services) = (hub.Get(ResourceKind.Nodes), hub.Get(ResourceKind.Services));
        _subscriptions.Add(nodes.Subscribe(new Handler<Node>(Tables.SetNode, Tables.RemoveNode)));
        _subscriptions.Add(services.Subscribe(new Handler<Service>(Tables.SetService, Tables.RemoveService)));
        _pods = hub.Get(ResourceKind.Pods);
        _subscriptions.Add(_pods.Subscribe(new Handler<Pod>(Tables.SetPod, Tables.RemovePod)));
        _essential = [_pods, services, nodes, replicaSets, jobs];
        _endpoints = FollowEndpointsAsync(_end.Token);
    }

    /// <summary>Where pods are listed: without them nothing is known.</summary>
    internal IInformerState Pods => _pods;

    internal ClusterTables Tables { get; }

    /// <summary>Each kind that is followed, for status and warnings.</summary>
    public IReadOnlyList<IInformerState> States =>
        _endpointState.Task.IsCompletedSuccessfully ? [.. _essential, _endpointState.Task.Result] : _essential;

    /// <summary>Why names are missing although somebody should tell them: the failures of the kinds, in the words of the client. Empty when all is well.</summary>
    public IReadOnlyList<string> Warnings => [.. States.Select(state => state.Failure?.Message).OfType<string>().Distinct()];

    /// <summary>Ends when everything was listed once, or cannot be: what is forbidden is not waited for.</summary>
    /// <exception cref="KubernetesException">The pods cannot be listed at all.</exception>
    public async Task WhenSyncedAsync(CancellationToken cancellation)
    {
        await WhenSyncedOrRefusedAsync(_pods, cancellation).ConfigureAwait(false);
        if (!_pods.HasSynced) throw _pods.Failure ?? new KubernetesException("the pods of the cluster cannot be listed");
        foreach (var state in _essential) await WhenSyncedOrRefusedAsync(state, cancellation).ConfigureAwait(false);
        await WhenSyncedOrRefusedAsync(await _endpointState.Task.WaitAsync(cancellation).ConfigureAwait(false), cancellation).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        if (_end.IsCancellationRequested) return;
        await _end.CancelAsync().ConfigureAwait(false);
        await _endpoints.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var subscription in _subscriptions) subscription.Dispose();
        _end.Dispose();
    }

    private static async Task WhenSyncedOrRefusedAsync(IInformerState state, CancellationToken cancellation)
    {
        var synced = state.WhenSyncedAsync(cancellation);
        while (!synced.IsCompleted && state.Failure is not { Fault: KubernetesFault.Forbidden or KubernetesFault.Unauthorized or KubernetesFault.NotFound or KubernetesFault.Configuration })
            await Task.WhenAny(synced, Task.Delay(50, cancellation)).ConfigureAwait(false);
        if (synced.IsCompleted) await synced.ConfigureAwait(false);
    }

    /// <summary>Slices where they are served; on servers before 1.21 in their first version, and without any the old Endpoints.</summary>
    private async Task FollowEndpointsAsync(CancellationToken cancellation)
    {
        var backoff = new Backoff(_hub.Client.Limits.MinBackoff, _hub.Client.Limits.MaxBackoff);
        while (true)
        {
            try
            {
                var versions = await ApiCatalog.VersionsAsync(_hub.Client, ResourceTypes.EndpointSlices.Group, cancellation).ConfigureAwait(false);
                if (s_sliceVersions.FirstOrDefault(versions.Contains) is { } version) FollowSlices(version);
                else FollowEndpoints();
                return;
            }
            catch (KubernetesException)
            {
                // The pods' informer meets the same server and tells the same failure.
                await Task.Delay(backoff.Next(), cancellation).ConfigureAwait(false);
            }
        }
    }

    private void FollowSlices(string version)
    {
        var informer = _hub.Get(ResourceKind.EndpointSlices(version));
        Follow(informer, new Handler<EndpointSlice>(
            slice =>
            {
                if (slice.Metadata.Labels?.GetValueOrDefault("kubernetes.io/service-name") is { Length: > 0 } service)
                    Tables.SetSlice(Key(slice.Metadata), slice.Metadata.Namespace ?? "", service, EndpointsOf(slice));
            },
            slice => Tables.RemoveSlice(Key(slice.Metadata))));
    }

    private void FollowEndpoints()
    {
        var informer = _hub.Get(ResourceKind.Endpoints);
        Follow(informer, new Handler<Endpoints>(
            one => Tables.SetSlice(Key(one.Metadata), one.Metadata.Namespace ?? "", one.Metadata.Name, EndpointsOf(one)),
            one => Tables.RemoveSlice(Key(one.Metadata))));
    }

    private void Follow<T>(Informer<T> informer, IResourceHandler<T> handler)
    {
        _subscriptions.Add(informer.Subscribe(handler));
        _endpointState.SetResult(informer);
    }

    private static IEnumerable<SliceEndpoint> EndpointsOf(EndpointSlice slice)
    {
        var ports = Ports(slice.Ports);
        foreach (var endpoint in slice.Endpoints ?? [])
            foreach (var address in (endpoint.Addresses ?? []).SelectMany(PodAddresses.Parse))
                yield return new SliceEndpoint(address, ports, PodUid(endpoint.TargetRef));
    }

    private static IEnumerable<SliceEndpoint> EndpointsOf(Endpoints endpoints)
    {
        foreach (var subset in endpoints.Subsets ?? [])
        {
            var ports = Ports(subset.Ports);
            foreach (var one in (subset.Addresses ?? []).Concat(subset.NotReadyAddresses ?? []))
                foreach (var address in PodAddresses.Parse(one.Ip))
                    yield return new SliceEndpoint(address, ports, PodUid(one.TargetRef));
        }
    }

    /// <summary>Of no ports, or one without a number: all.</summary>
    private static int[] Ports(List<EndpointPort>? ports) =>
        ports is null || ports.Exists(port => port.Port is null) ? [] : [.. ports.Select(port => port.Port!.Value).Distinct().Order()];

    private static string? PodUid(ObjectReference? target) => target is { Kind: "Pod", Uid: { Length: > 0 } uid } ? uid : null;

    private static string Key(ObjectMeta metadata) => $"{metadata.Namespace}/{metadata.Name}";

    private sealed class Handler<T>(Action<T> changed, Action<T> deleted) : IResourceHandler<T>
    {
        public void OnChanged(T resource) => changed(resource);

        public void OnDeleted(T resource) => deleted(resource);
    }
}
