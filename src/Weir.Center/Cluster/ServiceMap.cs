using System.Text.Json;
using System.Text.Json.Nodes;
using Weir.Kubernetes;
using Weir.Kubernetes.RateLimits;
using Weir.Records;
using Weir.Records.Json;
using Weir.Storage;

namespace Weir.Center.Cluster;

/// <summary>
/// Services, pods, deployments and ingresses with what ties them together: selectors, mounts, routes, and the calls of the last hour with their rate and
/// errors. ConfigMaps and Secrets are known by name only, from the pods that use them: none is read.
/// </summary>
internal sealed class ServiceMap
{
    private static readonly ResourceType s_deployments = new("apps", "v1", "deployments", "Deployment");

    private readonly Dictionary<string, JsonObject> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<(string From, string To, string Type), JsonObject> _edges = [];

    /// <param name="client">Reads the cluster.</param>
    /// <param name="store">Holds the calls.</param>
    /// <param name="from">Earliest call that counts.</param>
    /// <param name="now">For rates.</param>
    /// <param name="mostCalls">Calls that are looked at, the latest first.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="KubernetesException">The cluster cannot be read.</exception>
    public static async Task<JsonObject> ReadAsync(
        KubernetesClient client, IExchangeStore store, DateTimeOffset from, DateTimeOffset now, int mostCalls, CancellationToken cancellation)
    {
        var map = new ServiceMap();
        var services = await ClusterOverview.ListAsync(client, ResourceTypes.Services, cancellation);
        var pods = await ClusterOverview.ListAsync(client, ResourceTypes.Pods, cancellation);
        var deployments = await ClusterOverview.ListAsync(client, s_deployments, cancellation);
        var ingresses = await ClusterOverview.ListAsync(client, RateLimiter.Ingresses, cancellation);
        foreach (var service in services) map.Node("service", service)["type_detail"] = ClusterOverview.Text(service, "spec", "type") ?? "ClusterIP";
        foreach (var pod in pods) map.Pod(pod);
        foreach (var deployment in deployments) map.Node("deployment", deployment);
        foreach (var service in services) map.Select(service, pods, deployments);
        foreach (var ingress in ingresses) map.Route(ingress);
        var isComplete = map.Calls(store, from, now, mostCalls, cancellation);
        return new JsonObject
        {
            ["nodes"] = new JsonArray([.. map._nodes.Values]), ["edges"] = new JsonArray([.. map._edges.Values]), ["callsFrom"] = from.UtcDateTime.ToString("O"), ["callsComplete"] = isComplete,
        };
    }

    private static string Id(string type, string space, string name) => $"{type}_{space}_{name}";

    private JsonObject Node(string type, JsonElement one) => Node(type, ClusterOverview.Namespace(one), ClusterOverview.Name(one));

    private JsonObject Node(string type, string space, string name)
    {
        var id = Id(type, space, name);
        if (!_nodes.TryGetValue(id, out var node)) _nodes[id] = node = new JsonObject { ["id"] = id, ["type"] = type, ["name"] = name, ["namespace"] = space };
        return node;
    }

    private JsonObject Edge(string from, string to, string type)
    {
        if (!_edges.TryGetValue((from, to, type), out var edge)) _edges[(from, to, type)] = edge = new JsonObject { ["from"] = from, ["to"] = to, ["type"] = type };
        return edge;
    }

    private void Pod(JsonElement pod)
    {
        var (space, name) = (ClusterOverview.Namespace(pod), ClusterOverview.Name(pod));
        Node("pod", pod)["status"] = ClusterOverview.Text(pod, "status", "phase");
        foreach (var volume in ClusterOverview.Items(pod, "spec", "volumes"))
        {
            Mount("configmap", ClusterOverview.Text(volume, "configMap", "name"));
            Mount("secret", ClusterOverview.Text(volume, "secret", "secretName"));
        }

        foreach (var container in ClusterOverview.Items(pod, "spec", "containers").Concat(ClusterOverview.Items(pod, "spec", "initContainers")))
        {
            foreach (var source in ClusterOverview.Items(container, "envFrom"))
            {
                Mount("configmap", ClusterOverview.Text(source, "configMapRef", "name"));
                Mount("secret", ClusterOverview.Text(source, "secretRef", "name"));
            }

            foreach (var variable in ClusterOverview.Items(container, "env"))
            {
                Mount("configmap", ClusterOverview.Text(variable, "valueFrom", "configMapKeyRef", "name"));
                Mount("secret", ClusterOverview.Text(variable, "valueFrom", "secretKeyRef", "name"));
            }
        }

        void Mount(string type, string? target)
        {
            if (target is null) return;
            Node(type, space, target);
            Edge(Id("pod", space, name), Id(type, space, target), "mount");
        }
    }

    /// <summary>Selectors reach into their own namespace only.</summary>
    private void Select(JsonElement service, List<JsonElement> pods, List<JsonElement> deployments)
    {
        if (!service.TryGetProperty("spec", out var spec) || !spec.TryGetProperty("selector", out var selector) || selector.ValueKind != JsonValueKind.Object || !selector.EnumerateObject().Any()) return;
        var (space, id) = (ClusterOverview.Namespace(service), Id("service", ClusterOverview.Namespace(service), ClusterOverview.Name(service)));
        foreach (var pod in pods)
            if (ClusterOverview.Namespace(pod) == space && Fits(selector, pod, "metadata", "labels")) Edge(id, Id("pod", space, ClusterOverview.Name(pod)), "selector");
        foreach (var deployment in deployments)
            if (ClusterOverview.Namespace(deployment) == space && Fits(selector, deployment, "spec", "template", "metadata", "labels")) Edge(Id("deployment", space, ClusterOverview.Name(deployment)), id, "manages");
    }

    private static bool Fits(JsonElement selector, JsonElement one, params ReadOnlySpan<string> path)
    {
        foreach (var part in path)
            if (one.ValueKind != JsonValueKind.Object || !one.TryGetProperty(part, out one)) return false;
        foreach (var wanted in selector.EnumerateObject())
            if (ClusterOverview.Text(one, wanted.Name) != wanted.Value.GetString()) return false;
        return true;
    }

    private void Route(JsonElement ingress)
    {
        var space = ClusterOverview.Namespace(ingress);
        Node("ingress", ingress);
        var backends = ClusterOverview.Items(ingress, "spec", "rules").SelectMany(static rule => ClusterOverview.Items(rule, "http", "paths"))
            .Select(static path => ClusterOverview.Text(path, "backend", "service", "name")).Append(ClusterOverview.Text(ingress, "spec", "defaultBackend", "service", "name"));
        foreach (var service in backends.OfType<string>().Distinct())
        {
            Node("service", space, service);
            Edge(Id("ingress", space, ClusterOverview.Name(ingress)), Id("service", space, service), "route");
        }
    }

    /// <returns>False when there were more calls than are looked at.</returns>
    private bool Calls(IExchangeStore store, DateTimeOffset from, DateTimeOffset now, int most, CancellationToken cancellation)
    {
        var query = new ExchangeQuery { FromNs = from.ToUnixTimeMilliseconds() * 1_000_000, Limit = 1000 };
        var counts = new Dictionary<(string From, string To), (long Calls, long Errors)>();
        var exchange = new Exchange();
        var (read, isComplete) = (0, true);
        while (true)
        {
            var page = store.Query(query, cancellation);
            foreach (var item in page.Items)
            {
                read++;
                if (!ExchangeJsonReader.TryRead(item.Json, exchange, out _) || Place(exchange.Client) is not { } caller || Place(exchange.Server) is not { } server) continue;
                var (calls, errors) = counts.GetValueOrDefault((caller, server));
                counts[(caller, server)] = (calls + 1, errors + (exchange.HasResponse && exchange.Response.Status >= 500 ? 1 : 0));
            }

            if (page.Next is null) break;
            if (read >= most)
            {
                isComplete = false;
                break;
            }

            query = query with { After = page.Next };
        }

        var seconds = Math.Max(1, (now - from).TotalSeconds);
        foreach (var (ends, count) in counts)
        {
            var edge = Edge(ends.From, ends.To, "calls");
            (edge["calls"], edge["errors"], edge["perSecond"]) = (count.Calls, count.Errors, Math.Round(count.Calls / seconds, 4));
        }

        return isComplete;
    }

    /// <summary>The service, or else the pod, or the workload; null where the peer is not of the cluster.</summary>
    private string? Place(Peer peer)
    {
        if (peer.Namespace is not { } space) return null;
        var (type, name) = peer.Service is { } service ? ("service", service) : peer.Pod is { } pod ? ("pod", pod) : ("workload", peer.Workload);
        return name is null ? null : (string?)Node(type, space, name)["id"];
    }
}
