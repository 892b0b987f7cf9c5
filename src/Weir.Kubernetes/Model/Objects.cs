using System.Text.Json.Serialization;

namespace Weir.Kubernetes.Model;

#pragma warning disable CA1002 // The JSON reader fills lists; these objects are read and then thrown away.

/// <summary>meta/v1 ObjectMeta, without what can be large: annotations and managed fields.</summary>
public class ObjectMeta
{
    public string Name { get; set => field = value ?? ""; } = "";

    public string? Namespace { get; set; }

    public string Uid { get; set => field = value ?? ""; } = "";

    public string? ResourceVersion { get; set; }

    public DateTimeOffset? CreationTimestamp { get; set; }

    public DateTimeOffset? DeletionTimestamp { get; set; }

    public Dictionary<string, string>? Labels { get; set; }

    public List<OwnerReference>? OwnerReferences { get; set; }

    /// <summary>The owner that controls the object; null when nobody does.</summary>
    public OwnerReference? Controller => OwnerReferences?.Find(static owner => owner.Controller == true);
}

public sealed class OwnerReference
{
    public string Kind { get; set => field = value ?? ""; } = "";

    public string Name { get; set => field = value ?? ""; } = "";

    public string Uid { get; set => field = value ?? ""; } = "";

    public bool? Controller { get; set; }
}

/// <summary>Any object of which the metadata suffices.</summary>
public sealed class MetadataObject
{
    public ObjectMeta Metadata { get; set => field = value ?? new ObjectMeta(); } = new();
}

/// <summary>core/v1 Pod, as far as identity needs it.</summary>
public sealed class Pod
{
    public ObjectMeta Metadata { get; set => field = value ?? new ObjectMeta(); } = new();

    public PodSpec? Spec { get; set; }

    public PodStatus? Status { get; set; }
}

public sealed class PodSpec
{
    public string? NodeName { get; set; }

    public bool HostNetwork { get; set; }

    public List<Container>? Containers { get; set; }
}

public sealed class Container
{
    public List<ContainerPort>? Ports { get; set; }
}

public sealed class ContainerPort
{
    [JsonPropertyName("containerPort")]
    public int Number { get; set; }

    public int HostPort { get; set; }
}

public sealed class PodStatus
{
    public string? Phase { get; set; }

    public string? HostIP { get; set; }

    public string? PodIP { get; set; }

    public List<PodAddress>? PodIPs { get; set; }

    public DateTimeOffset? StartTime { get; set; }

    public List<ContainerStatus>? ContainerStatuses { get; set; }

    public List<ContainerStatus>? InitContainerStatuses { get; set; }

    public List<ContainerStatus>? EphemeralContainerStatuses { get; set; }
}

public sealed class PodAddress
{
    public string? Ip { get; set; }
}

public sealed class ContainerStatus
{
    /// <summary><c>containerd://0123…</c></summary>
    public string? ContainerID { get; set; }

    public ContainerState? State { get; set; }
}

public sealed class ContainerState
{
    public ContainerEnd? Terminated { get; set; }
}

public sealed class ContainerEnd
{
    public DateTimeOffset? FinishedAt { get; set; }
}

/// <summary>core/v1 Service, as far as identity needs it.</summary>
public sealed class Service
{
    public ObjectMeta Metadata { get; set => field = value ?? new ObjectMeta(); } = new();

    public ServiceSpec? Spec { get; set; }

    public ServiceStatus? Status { get; set; }
}

public sealed class ServiceSpec
{
    /// <summary><c>None</c> of a headless service.</summary>
    public string? ClusterIP { get; set; }

    public List<string>? ClusterIPs { get; set; }

    public List<string>? ExternalIPs { get; set; }

    public List<ServicePort>? Ports { get; set; }
}

public sealed class ServicePort
{
    public int NodePort { get; set; }
}

public sealed class ServiceStatus
{
    public LoadBalancerStatus? LoadBalancer { get; set; }
}

public sealed class LoadBalancerStatus
{
    public List<PodAddress>? Ingress { get; set; }
}

/// <summary>core/v1 Node, as far as identity needs it.</summary>
public sealed class Node
{
    public NodeMeta Metadata { get; set => field = value ?? new NodeMeta(); } = new();

    public NodeSpec? Spec { get; set; }

    public NodeStatus? Status { get; set; }
}

/// <summary>Network plugins keep addresses of the node in annotations.</summary>
public sealed class NodeMeta : ObjectMeta
{
    public Dictionary<string, string>? Annotations { get; set; }
}

public sealed class NodeSpec
{
    public string? PodCIDR { get; set; }

    public List<string>? PodCIDRs { get; set; }
}

public sealed class NodeStatus
{
    public List<NodeAddress>? Addresses { get; set; }
}

public sealed class NodeAddress
{
    public string? Address { get; set; }
}

/// <summary>discovery/v1 EndpointSlice; v1beta1 has the same fields.</summary>
public sealed class EndpointSlice
{
    public ObjectMeta Metadata { get; set => field = value ?? new ObjectMeta(); } = new();

    public List<Endpoint>? Endpoints { get; set; }

    public List<EndpointPort>? Ports { get; set; }
}

public sealed class Endpoint
{
    public List<string>? Addresses { get; set; }

    public ObjectReference? TargetRef { get; set; }
}

public sealed class EndpointPort
{
    /// <summary>Null: every port.</summary>
    public int? Port { get; set; }
}

public sealed class ObjectReference
{
    public string? Kind { get; set; }

    public string? Uid { get; set; }
}

/// <summary>core/v1 Endpoints, for servers without slices.</summary>
public sealed class Endpoints
{
    public ObjectMeta Metadata { get; set => field = value ?? new ObjectMeta(); } = new();

    public List<EndpointSubset>? Subsets { get; set; }
}

public sealed class EndpointSubset
{
    public List<EndpointAddress>? Addresses { get; set; }

    public List<EndpointAddress>? NotReadyAddresses { get; set; }

    public List<EndpointPort>? Ports { get; set; }
}

public sealed class EndpointAddress
{
    public string? Ip { get; set; }

    public ObjectReference? TargetRef { get; set; }
}

#pragma warning restore CA1002
