using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Weir.Kubernetes;

namespace Weir.Center.Cluster;

/// <summary>Nodes, pods, load and latest events of the cluster, in the shape that an older dashboard reads.</summary>
internal static class ClusterOverview
{
    private const int LatestEvents = 5;

    private static readonly ResourceType s_deployments = new("apps", "v1", "deployments", "Deployment");
    private static readonly ResourceType s_events = new("", "v1", "events", "Event");
    private static readonly ResourceType s_nodeMetrics = new("metrics.k8s.io", "v1beta1", "nodes", "NodeMetrics", Namespaced: false);

    /// <exception cref="KubernetesException">The cluster cannot be read.</exception>
    public static async Task<JsonObject> ReadAsync(KubernetesClient client, CancellationToken cancellation)
    {
        var nodes = await ListAsync(client, ResourceTypes.Nodes, cancellation);
        var pods = await ListAsync(client, ResourceTypes.Pods, cancellation);
        var namespaces = await ListAsync(client, ResourceTypes.Namespaces, cancellation);
        var deployments = await ListAsync(client, s_deployments, cancellation);
        var byNamespace = pods.ToLookup(Namespace);
        return new JsonObject
        {
            ["nodes"] = new JsonObject { ["total"] = nodes.Count, ["ready"] = nodes.Count(IsReady) },
            ["pods"] = new JsonObject { ["total"] = pods.Count, ["running"] = pods.Count(static pod => Phase(pod) == "Running"), ["pending"] = pods.Count(static pod => Phase(pod) == "Pending") },
            ["resources"] = await LoadAsync(client, nodes, cancellation),
            ["deployments"] = deployments.Count,
            ["events"] = await EventsAsync(client, cancellation),
            ["namespaces"] = new JsonArray([.. namespaces.Select(Name).Order(StringComparer.Ordinal).Select(space => (JsonNode)new JsonObject
            {
                ["name"] = space, ["pods"] = new JsonArray([.. byNamespace[space].OrderBy(Name, StringComparer.Ordinal).Select(Pod)]),
            })]),
        };
    }

    internal static async Task<List<JsonElement>> ListAsync(KubernetesClient client, ResourceType type, CancellationToken cancellation) =>
        (await client.ListAsync(ResourceKind.Json(type), cancellation: cancellation)).Items ?? [];

    internal static string Name(JsonElement one) => Text(one, "metadata", "name") ?? "";

    internal static string Namespace(JsonElement one) => Text(one, "metadata", "namespace") ?? "";

    internal static string? Text(JsonElement one, params ReadOnlySpan<string> path)
    {
        foreach (var part in path)
            if (one.ValueKind != JsonValueKind.Object || !one.TryGetProperty(part, out one)) return null;
        return one.ValueKind == JsonValueKind.String ? one.GetString() : null;
    }

    internal static IEnumerable<JsonElement> Items(JsonElement one, params ReadOnlySpan<string> path)
    {
        foreach (var part in path)
            if (one.ValueKind != JsonValueKind.Object || !one.TryGetProperty(part, out one)) return [];
        return one.ValueKind == JsonValueKind.Array ? one.EnumerateArray() : [];
    }

    private static string? Phase(JsonElement pod) => Text(pod, "status", "phase");

    private static bool IsReady(JsonElement node) =>
        Items(node, "status", "conditions").Any(static condition => Text(condition, "type") == "Ready" && Text(condition, "status") == "True");

    private static JsonNode Pod(JsonElement pod) => new JsonObject
    {
        ["name"] = Name(pod), ["status"] = Phase(pod), ["node"] = Text(pod, "spec", "nodeName"), ["ip"] = Text(pod, "status", "podIP"),
        ["containers"] = new JsonArray([.. Items(pod, "spec", "containers").Select(static one => JsonValue.Create(Text(one, "name")))]),
    };

    /// <summary>Per cent of what pods may use, by the metrics API; null where there is none. Nobody in the API knows how full disks are.</summary>
    private static async Task<JsonObject> LoadAsync(KubernetesClient client, List<JsonElement> nodes, CancellationToken cancellation)
    {
        List<JsonElement> used;
        try
        {
            used = await ListAsync(client, s_nodeMetrics, cancellation);
        }
        catch (KubernetesException e) when (e.Fault is KubernetesFault.NotFound or KubernetesFault.Throttled or KubernetesFault.Forbidden)
        {
            used = [];
        }

        return new JsonObject { ["cpu"] = Share("cpu"), ["memory"] = Share("memory"), ["storage"] = null };

        double? Share(string resource)
        {
            var allocatable = nodes.Sum(node => Quantity(Text(node, "status", "allocatable", resource)));
            return used.Count == 0 || allocatable <= 0 ? null : Math.Round(100 * used.Sum(one => Quantity(Text(one, "usage", resource))) / allocatable, 1);
        }
    }

    private static async Task<JsonArray> EventsAsync(KubernetesClient client, CancellationToken cancellation)
    {
        List<JsonElement> events;
        try
        {
            events = await ListAsync(client, s_events, cancellation);
        }
        catch (KubernetesException e) when (e.Fault is KubernetesFault.NotFound or KubernetesFault.Forbidden)
        {
            events = [];
        }

        return new JsonArray([.. events.OrderByDescending(Time, StringComparer.Ordinal).Take(LatestEvents).Select(static one => (JsonNode)new JsonObject
        {
            ["type"] = Text(one, "type"), ["resource"] = $"{Text(one, "involvedObject", "kind")}/{Text(one, "involvedObject", "name")}", ["message"] = Text(one, "message"), ["time"] = Time(one),
        })]);
    }

    private static string Time(JsonElement one) => Text(one, "lastTimestamp") ?? Text(one, "eventTime") ?? Text(one, "metadata", "creationTimestamp") ?? "";

    /// <summary>Kubernetes' quantities: <c>250m</c>, <c>1500Mi</c>, <c>4</c>; 0 for what is none.</summary>
    internal static double Quantity(string? text)
    {
        if (string.IsNullOrEmpty(text)) return 0;
        var digits = text.AsSpan().TrimEnd("numKMGTPEik");
        var scale = text[digits.Length..] switch
        {
            "n" => 1e-9, "u" => 1e-6, "m" => 1e-3, "" => 1, "k" => 1e3, "M" => 1e6, "G" => 1e9, "T" => 1e12, "P" => 1e15, "E" => 1e18,
            "Ki" => 1024.0, "Mi" => 1048576.0, "Gi" => 1073741824.0, "Ti" => 1099511627776.0, "Pi" => 1125899906842624.0, _ => 0,
        };
        return double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value * scale : 0;
    }
}
