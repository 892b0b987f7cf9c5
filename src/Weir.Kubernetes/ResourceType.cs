using System.Text;

namespace Weir.Kubernetes;

/// <summary>A kind of object as the API addresses it.</summary>
/// <param name="Group">API group; empty for the core group.</param>
/// <param name="Version">Version of the group: <c>v1</c>, <c>v1beta1</c> …</param>
/// <param name="Plural">Name in paths and in RBAC rules: <c>pods</c>.</param>
/// <param name="Kind">Name in objects: <c>Pod</c>.</param>
/// <param name="Namespaced">Objects live in namespaces.</param>
public sealed record ResourceType(string Group, string Version, string Plural, string Kind, bool Namespaced = true)
{
    /// <summary>As objects name it: <c>v1</c>, <c>apps/v1</c>.</summary>
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>As kubectl names it: <c>pods</c>, <c>deployments.apps</c>.</summary>
    public override string ToString() => Group.Length == 0 ? Plural : $"{Plural}.{Group}";

    /// <summary>Path below the server's address, without a leading slash; of all namespaces when none is named.</summary>
    public string Path(string? @namespace = null, string? name = null, string? subresource = null)
    {
        var path = new StringBuilder(Group.Length == 0 ? "api/" : "apis/").Append(ApiVersion);
        if (Namespaced && @namespace is not null) path.Append("/namespaces/").Append(Uri.EscapeDataString(@namespace));
        path.Append('/').Append(Plural);
        if (name is not null) path.Append('/').Append(Uri.EscapeDataString(name));
        if (subresource is not null) path.Append('/').Append(subresource);
        return path.ToString();
    }
}

/// <summary>The kinds that Weir itself reads. Others are found by <see cref="KubernetesClient.DiscoverAsync"/>, or written out.</summary>
public static class ResourceTypes
{
    public static ResourceType Pods { get; } = new("", "v1", "pods", "Pod");

    public static ResourceType Services { get; } = new("", "v1", "services", "Service");

    /// <summary>Where <see cref="EndpointSlices"/> are not served in any version.</summary>
    public static ResourceType Endpoints { get; } = new("", "v1", "endpoints", "Endpoints");

    public static ResourceType Nodes { get; } = new("", "v1", "nodes", "Node", Namespaced: false);

    public static ResourceType Namespaces { get; } = new("", "v1", "namespaces", "Namespace", Namespaced: false);

    /// <summary>Version v1 since Kubernetes 1.21; v1beta1 from 1.17 to 1.24 has the same fields as far as they are read here.</summary>
    public static ResourceType EndpointSlices { get; } = new("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice");

    public static ResourceType ReplicaSets { get; } = new("apps", "v1", "replicasets", "ReplicaSet");

    public static ResourceType Jobs { get; } = new("batch", "v1", "jobs", "Job");
}
