using System.Globalization;
using System.Text.Json.Nodes;

namespace Weir.Kubernetes.TestServer;

/// <summary>Objects as controllers and kubelets would write them, with what Weir reads of them.</summary>
public static class Manifests
{
    public static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <param name="space">Namespace.</param>
    /// <param name="name">Name; its uid follows from both.</param>
    /// <param name="ip">Address; null before it has one.</param>
    /// <param name="start">When the kubelet took it on.</param>
    /// <param name="owner">KIND/NAME; null for a pod made by hand.</param>
    /// <param name="node">Where it runs.</param>
    /// <param name="labels">KEY=VALUE.</param>
    public static JsonObject Pod(string space, string name, string? ip, DateTimeOffset start, string? owner = null, string node = "node-1", params string[] labels)
    {
        var pod = new JsonObject
        {
            ["metadata"] = Metadata(space, name, owner, labels),
            ["spec"] = new JsonObject { ["nodeName"] = node, ["containers"] = new JsonArray(new JsonObject { ["name"] = "main", ["image"] = "registry.example/app:1" }) },
            ["status"] = new JsonObject { ["phase"] = "Running", ["hostIP"] = "192.0.2.1", ["startTime"] = Time(start) },
        };
        pod["metadata"]!["creationTimestamp"] = Time(start);
        if (ip is null) return pod;
        pod["status"]!["podIP"] = ip;
        pod["status"]!["podIPs"] = new JsonArray(new JsonObject { ["ip"] = ip });
        pod["status"]!["containerStatuses"] = new JsonArray(new JsonObject
        {
            ["name"] = "main", ["containerID"] = $"containerd://{ContainerId(space, name)}", ["state"] = new JsonObject { ["running"] = new JsonObject { ["startedAt"] = Time(start) } },
        });
        return pod;
    }

    /// <summary>The same pod, whose container has ended.</summary>
    public static JsonObject Ended(this JsonObject pod, DateTimeOffset at, bool isDeleted)
    {
        pod = (JsonObject)pod.DeepClone();
        if (isDeleted) pod["metadata"]!["deletionTimestamp"] = Time(at.AddSeconds(-1));
        else pod["status"]!["phase"] = "Succeeded";
        pod["status"]!["containerStatuses"]![0]!["state"] = new JsonObject { ["terminated"] = new JsonObject { ["exitCode"] = 0, ["finishedAt"] = Time(at) } };
        return pod;
    }

    /// <summary>64 hexadecimal digits that follow from the pod's name.</summary>
    public static string ContainerId(string space, string name) =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{space}/{name}")));

    public static string Uid(string space, string name)
    {
        var id = ContainerId(space, name);
        return $"{id[..8]}-{id[8..12]}-{id[12..16]}-{id[16..20]}-{id[20..32]}";
    }

    public static JsonObject Owner(string space, string name, string? owner) => new() { ["metadata"] = Metadata(space, name, owner, []) };

    public static JsonObject Service(string space, string name, string clusterIp, int port = 80, int nodePort = 0)
    {
        var open = new JsonObject { ["port"] = port, ["targetPort"] = port };
        if (nodePort > 0) open["nodePort"] = nodePort;
        return new JsonObject
        {
            ["metadata"] = Metadata(space, name, null, []),
            ["spec"] = new JsonObject { ["clusterIP"] = clusterIp, ["clusterIPs"] = new JsonArray(clusterIp), ["type"] = nodePort > 0 ? "NodePort" : "ClusterIP", ["ports"] = new JsonArray(open) },
            ["status"] = new JsonObject { ["loadBalancer"] = new JsonObject() },
        };
    }

    /// <param name="space">Namespace.</param>
    /// <param name="service">That the slice is of.</param>
    /// <param name="port">Of each endpoint.</param>
    /// <param name="endpoints">POD=ADDRESS, or =ADDRESS where it is no pod.</param>
    public static JsonObject Slice(string space, string service, int port, params string[] endpoints)
    {
        var list = new JsonArray();
        foreach (var one in endpoints)
        {
            var (pod, address) = (one.Split('=')[0], one.Split('=')[1]);
            var endpoint = new JsonObject { ["addresses"] = new JsonArray(address), ["conditions"] = new JsonObject { ["ready"] = true } };
            if (pod.Length > 0) endpoint["targetRef"] = new JsonObject { ["kind"] = "Pod", ["name"] = pod, ["namespace"] = space, ["uid"] = Uid(space, pod) };
            list.Add(endpoint);
        }

        return new JsonObject
        {
            ["metadata"] = Metadata(space, $"{service}-x1", null, [$"kubernetes.io/service-name={service}"]),
            ["addressType"] = "IPv4", ["endpoints"] = list, ["ports"] = new JsonArray(new JsonObject { ["name"] = "http", ["port"] = port, ["protocol"] = "TCP" }),
        };
    }

    public static JsonObject Node(string name, string address, string podNetwork) => new()
    {
        ["metadata"] = Metadata(null, name, null, []),
        ["spec"] = new JsonObject { ["podCIDR"] = podNetwork, ["podCIDRs"] = new JsonArray(podNetwork) },
        ["status"] = new JsonObject { ["addresses"] = new JsonArray(new JsonObject { ["type"] = "InternalIP", ["address"] = address }, new JsonObject { ["type"] = "Hostname", ["address"] = name }) },
    };

    private static JsonObject Metadata(string? space, string name, string? owner, string[] labels)
    {
        var metadata = new JsonObject { ["name"] = name, ["uid"] = Uid(space ?? "", name) };
        if (space is not null) metadata["namespace"] = space;
        if (labels.Length > 0) metadata["labels"] = new JsonObject(labels.Select(label => KeyValuePair.Create(label.Split('=')[0], (JsonNode?)JsonValue.Create(label.Split('=')[1]))));
        if (owner is null) return metadata;
        metadata["ownerReferences"] = new JsonArray(new JsonObject
        {
            ["apiVersion"] = "v1", ["kind"] = owner.Split('/')[0], ["name"] = owner.Split('/')[1], ["uid"] = Uid(space ?? "", owner.Split('/')[1]), ["controller"] = true,
        });
        return metadata;
    }
}
