using System.Collections.Frozen;
using Weir.Manifests.Yaml;

namespace Weir.Manifests.Objects;

/// <summary>One object: what every kind has.</summary>
public sealed class KubernetesObject
{
    private static readonly FrozenSet<string> s_cluster = new[]
    {
        "Namespace", "Node", "PersistentVolume", "ClusterRole", "ClusterRoleBinding", "StorageClass", "PriorityClass", "IngressClass", "GatewayClass",
        "CustomResourceDefinition", "APIService", "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration", "RuntimeClass", "CSIDriver",
        "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "PodSecurityPolicy", "ClusterIssuer", "ClusterPolicy", "TracingPolicy",
    }.ToFrozenSet(StringComparer.Ordinal);

    internal KubernetesObject(string file, Field root)
    {
        (File, Root) = (file, root);
        ApiVersion = root["apiVersion"].Text ?? "";
        Kind = root["kind"].Text ?? "";
        Metadata = root["metadata"];
        Name = Metadata["name"].Text ?? Metadata["generateName"].Text ?? "";
        Namespace = Metadata["namespace"].Text;
    }

    public string File { get; }

    public Field Root { get; }

    public string ApiVersion { get; }

    /// <summary>Of the API, without its version: <c>apps</c>; empty for the core.</summary>
    public string Group => ApiVersion.Contains('/', StringComparison.Ordinal) ? ApiVersion.Split('/')[0] : "";

    public string Kind { get; }

    public string Name { get; }

    /// <summary>As written; null when it is not.</summary>
    public string? Namespace { get; }

    /// <summary>Where it lands when nobody says otherwise.</summary>
    public string Home => string.IsNullOrEmpty(Namespace) ? "default" : Namespace;

    public bool IsClusterScoped => s_cluster.Contains(Kind) || Kind.StartsWith("Cluster", StringComparison.Ordinal);

    public Field Metadata { get; }

    public Field Spec => Root["spec"];

    public Field Annotations => Metadata["annotations"];

    public override string ToString() => $"{Kind} {(Namespace is null ? "" : Namespace + "/")}{Name}";

    internal static bool Is(Node node) => node.Kind == NodeKind.Map && node.TryGet("apiVersion", out _) && node.TryGet("kind", out _);
}
