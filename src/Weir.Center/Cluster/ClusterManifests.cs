using System.Runtime.CompilerServices;
using System.Text.Json;
using Weir.Kubernetes;
using Weir.Manifests.Scanning;

namespace Weir.Center.Cluster;

/// <summary>
/// What runs in a cluster, for the checks of manifests. Kinds that the server does not have, or does not show, are left out and told. Secrets are
/// never read: nobody has to be allowed to see them.
/// </summary>
/// <param name="client">Reads the cluster.</param>
/// <param name="space">Only this namespace, and no kinds without one; null for all.</param>
public sealed class ClusterManifests(KubernetesClient client, string? space) : IManifestSource
{
    /// <summary>Everything a check looks at, workloads first: what goes beyond a limit is the least of it.</summary>
    private static readonly ResourceType[] s_types =
    [
        new("apps", "v1", "deployments", "Deployment"), new("apps", "v1", "statefulsets", "StatefulSet"), new("apps", "v1", "daemonsets", "DaemonSet"),
        new("batch", "v1", "cronjobs", "CronJob"), ResourceTypes.Jobs, ResourceTypes.ReplicaSets, new("", "v1", "replicationcontrollers", "ReplicationController"),
        ResourceTypes.Pods, ResourceTypes.Services, new("networking.k8s.io", "v1", "ingresses", "Ingress"), new("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy"),
        new("autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler"), new("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget"),
        new("", "v1", "serviceaccounts", "ServiceAccount"), new("rbac.authorization.k8s.io", "v1", "roles", "Role"), new("rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding"),
        new("", "v1", "configmaps", "ConfigMap"), new("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim"), new("", "v1", "limitranges", "LimitRange"),
        new("", "v1", "resourcequotas", "ResourceQuota"), ResourceTypes.Namespaces, new("rbac.authorization.k8s.io", "v1", "clusterroles", "ClusterRole", Namespaced: false),
        new("rbac.authorization.k8s.io", "v1", "clusterrolebindings", "ClusterRoleBinding", Namespaced: false),
    ];

    private readonly List<string> _notes = [];

    public string Name => "cluster";

    /// <summary>What was not looked at, each in a sentence; complete once all was read.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <exception cref="KubernetesException">The server cannot be asked at all.</exception>
    public async IAsyncEnumerable<JsonElement> ReadAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        var asked = s_types.Where(type => space is null || type.Namespaced).ToList();
        foreach (var type in asked)
        {
            await using var pages = client.ListPagesAsync(ResourceKind.Json(type), new ListOptions { Namespace = space }, cancel).GetAsyncEnumerator(cancel);
            while (await NextAsync(pages, type).ConfigureAwait(false))
                foreach (var one in pages.Current.Items ?? []) yield return Whole(type, one);
        }

        // A server that shows no kind at all is not one without smells.
        if (_notes.Count == asked.Count) throw new KubernetesException(KubernetesFault.Forbidden, _notes[0]);
    }

    private async Task<bool> NextAsync<T>(IAsyncEnumerator<T> pages, ResourceType type)
    {
        try
        {
            return await pages.MoveNextAsync().ConfigureAwait(false);
        }
        catch (KubernetesException e) when (e.Fault is KubernetesFault.Forbidden or KubernetesFault.NotFound)
        {
            _notes.Add($"{type.Plural} were not looked at: {e.Message}");
            return false;
        }
    }

    /// <summary>Items of a list leave out what they are, and field managers say more than all the rest.</summary>
    private static JsonElement Whole(ResourceType type, JsonElement one)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("apiVersion", type.ApiVersion);
            json.WriteString("kind", type.Kind);
            foreach (var member in one.EnumerateObject())
            {
                if (member.NameEquals("apiVersion") || member.NameEquals("kind") || member.NameEquals("status")) continue;
                if (member.NameEquals("metadata") && member.Value.ValueKind == JsonValueKind.Object) Metadata(json, member.Value);
                else member.WriteTo(json);
            }

            json.WriteEndObject();
        }

        return JsonElement.Parse(buffer.WrittenSpan);
    }

    private static void Metadata(Utf8JsonWriter json, JsonElement metadata)
    {
        json.WriteStartObject("metadata");
        foreach (var member in metadata.EnumerateObject())
            if (!member.NameEquals("managedFields")) member.WriteTo(json);
        json.WriteEndObject();
    }
}
