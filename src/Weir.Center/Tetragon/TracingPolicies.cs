using System.Text.Json;
using System.Text.Json.Nodes;
using Weir.Center.Cluster;
using Weir.Kubernetes;
using Weir.Manifests.Objects;
using Weir.Manifests.Yaml;

namespace Weir.Center.Tetragon;

/// <summary>A policy of the cluster.</summary>
/// <param name="Policy">As it was read.</param>
/// <param name="IsCurated">It is one of those that come with Weir.</param>
internal sealed record ClusterPolicy(TracingPolicy Policy, bool IsCurated);

/// <summary>Policies of the cluster, through the Kubernetes API: what the agents of all nodes load, and keep over a restart. Thread-safe.</summary>
internal sealed class TracingPolicies(ClusterLink cluster)
{
    public static ResourceType Cluster { get; } = new("cilium.io", "v1alpha1", "tracingpolicies", PolicyReader.ClusterKind, Namespaced: false);

    public static ResourceType Namespaced { get; } = new("cilium.io", "v1alpha1", "tracingpoliciesnamespaced", PolicyReader.NamespacedKind);

    /// <summary>All that there are.</summary>
    /// <exception cref="KubernetesException">They cannot be read; with <see cref="KubernetesFault.NotFound"/>: Tetragon is not installed.</exception>
    public async Task<IReadOnlyList<ClusterPolicy>> ListAsync(CancellationToken cancellation)
    {
        var found = new List<ClusterPolicy>();
        foreach (var type in (ResourceType[])[Cluster, Namespaced])
        {
            var list = await cluster.Client().ListAsync(ResourceKind.Json(type), cancellation: cancellation);
            foreach (var one in list.Items ?? []) found.Add(Read(type, one));
        }

        return [.. found.OrderBy(static one => one.Policy.Namespace, StringComparer.Ordinal).ThenBy(static one => one.Policy.Name, StringComparer.Ordinal)];
    }

    /// <summary>Makes a policy or changes it, as <c>weir</c>.</summary>
    /// <param name="policy">Without problems.</param>
    /// <param name="dryRun">The server checks it and stores nothing.</param>
    /// <param name="takeOver">Also changes what others own.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="KubernetesException">The server refused; with <see cref="KubernetesFault.Conflict"/>: others own it.</exception>
    public async Task ApplyAsync(TracingPolicy policy, bool dryRun, bool takeOver, CancellationToken cancellation) => await cluster.Client().ApplyAsync(
        TypeOf(policy.IsNamespaced), policy.Namespace, policy.Name, Manifest(policy), new ChangeOptions { DryRun = dryRun, Force = takeOver }, cancellation);

    /// <summary>Deletes a policy.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="space">Null for one of the whole cluster.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="KubernetesException">The server refused, or it is not there.</exception>
    public Task DeleteAsync(string name, string? space, CancellationToken cancellation) =>
        cluster.Client().DeleteAsync(TypeOf(space is not null), space, name, cancellation: cancellation);

    private static ResourceType TypeOf(bool namespaced) => namespaced ? Namespaced : Cluster;

    private static ClusterPolicy Read(ResourceType type, JsonElement one)
    {
        var document = NodeJson.Read(one);
        var policy = PolicyReader.Read(document) with { Kind = type.Kind };
        var marked = Field.Root(document)["metadata"]["labels"][CuratedPolicies.Label].Node is { Kind: NodeKind.Text, Text: "true" };
        return new ClusterPolicy(policy, marked && CuratedPolicies.All.Any(known => known.Policy.Name == policy.Name && known.Policy.Kind == policy.Kind));
    }

    /// <summary>What somebody says of a policy; what a server adds to it (versions, owners) is not theirs to say.</summary>
    internal static byte[] Manifest(TracingPolicy policy)
    {
        var document = JsonNode.Parse(policy.Json)!.AsObject();
        var metadata = document["metadata"]!.AsObject();
        foreach (var key in metadata.Select(static member => member.Key).Except(["name", "namespace", "labels", "annotations"]).ToList()) metadata.Remove(key);
        return JsonSerializer.SerializeToUtf8Bytes(document);
    }
}
