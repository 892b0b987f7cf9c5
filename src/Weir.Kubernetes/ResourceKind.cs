using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Weir.Kubernetes.Model;

namespace Weir.Kubernetes;

/// <summary>A kind of object with how it is read. Anything that the API serves can be had as JSON by <see cref="ResourceKind.Json"/>.</summary>
/// <param name="Type">How the API addresses it.</param>
/// <param name="Object">Reads one.</param>
/// <param name="List">Reads a page of them.</param>
/// <param name="Metadata">Of one object.</param>
public sealed record ResourceKind<T>(ResourceType Type, JsonTypeInfo<T> Object, JsonTypeInfo<ResourceList<T>> List, Func<T, ObjectMeta> Metadata)
{
    /// <summary>The server is asked to send nothing but metadata (PartialObjectMetadata, since 1.15).</summary>
    public bool MetadataOnly { get; init; }
}

public static class ResourceKind
{
    public static ResourceKind<Pod> Pods { get; } =
        new(ResourceTypes.Pods, KubernetesJson.Default.Pod, KubernetesJson.Default.ResourceListPod, static pod => pod.Metadata);

    public static ResourceKind<Service> Services { get; } =
        new(ResourceTypes.Services, KubernetesJson.Default.Service, KubernetesJson.Default.ResourceListService, static service => service.Metadata);

    public static ResourceKind<Node> Nodes { get; } =
        new(ResourceTypes.Nodes, KubernetesJson.Default.Node, KubernetesJson.Default.ResourceListNode, static node => node.Metadata);

    public static ResourceKind<Endpoints> Endpoints { get; } =
        new(ResourceTypes.Endpoints, KubernetesJson.Default.Endpoints, KubernetesJson.Default.ResourceListEndpoints, static one => one.Metadata);

    /// <param name="version">v1, or v1beta1 of older servers.</param>
    public static ResourceKind<EndpointSlice> EndpointSlices(string version = "v1") => new(
        ResourceTypes.EndpointSlices with { Version = version },
        KubernetesJson.Default.EndpointSlice, KubernetesJson.Default.ResourceListEndpointSlice, static slice => slice.Metadata);

    /// <summary>Objects of which the metadata suffices; nothing else is transferred.</summary>
    public static ResourceKind<MetadataObject> MetadataOf(ResourceType type) =>
        new(type, KubernetesJson.Default.MetadataObject, KubernetesJson.Default.ResourceListMetadataObject, static one => one.Metadata) { MetadataOnly = true };

    /// <summary>Whole objects as JSON, whatever they are.</summary>
    public static ResourceKind<JsonElement> Json(ResourceType type) =>
        new(type, KubernetesJson.Default.JsonElement, KubernetesJson.Default.ResourceListJsonElement, MetadataOf);

    private static ObjectMeta MetadataOf(JsonElement element) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty("metadata"u8, out var metadata)
            ? metadata.Deserialize(KubernetesJson.Default.ObjectMeta) ?? new ObjectMeta()
            : new ObjectMeta();
}
