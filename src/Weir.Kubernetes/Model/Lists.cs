using System.Text.Json;
using System.Text.Json.Serialization;

namespace Weir.Kubernetes.Model;

#pragma warning disable CA1002, CA2227 // The JSON reader fills it.

/// <summary>One page of a list.</summary>
public sealed class ResourceList<T>
{
    public ListMeta Metadata { get; set; } = new();

    /// <summary>Servers leave kind and apiVersion off the items.</summary>
    public List<T>? Items { get; set; }
}

#pragma warning restore CA1002, CA2227

public sealed class ListMeta
{
    /// <summary>What a watch goes on from.</summary>
    public string? ResourceVersion { get; set; }

    /// <summary>Asks for the next page; empty on the last.</summary>
    public string? Continue { get; set; }
}

/// <summary>/apis</summary>
internal sealed class GroupList
{
    public List<GroupInfo>? Groups { get; set; }
}

internal sealed class GroupInfo
{
    public string Name { get; set; } = "";

    public List<GroupVersion>? Versions { get; set; }

    public GroupVersion? PreferredVersion { get; set; }
}

internal sealed class GroupVersion
{
    public string Version { get; set; } = "";
}

/// <summary>/api/v1, /apis/GROUP/VERSION</summary>
internal sealed class ResourceInfoList
{
    public List<ResourceInfo>? Resources { get; set; }
}

internal sealed class ResourceInfo
{
    public string Name { get; set; } = "";

    public string Kind { get; set; } = "";

    public bool Namespaced { get; set; }

    public List<string>? Verbs { get; set; }
}

/// <summary>authorization/v1 SelfSubjectAccessReview: what is asked, and the answer.</summary>
internal sealed class AccessReview
{
    public string Kind { get; set; } = "SelfSubjectAccessReview";

    public string ApiVersion { get; set; } = "authorization.k8s.io/v1";

    public AccessReviewSpec Spec { get; set; } = new();

    public AccessReviewStatus? Status { get; set; }
}

internal sealed class AccessReviewSpec
{
    public AccessAttributes ResourceAttributes { get; set; } = new();
}

internal sealed class AccessAttributes
{
    public string? Namespace { get; set; }

    public string Verb { get; set; } = "";

    public string Group { get; set; } = "";

    public string Resource { get; set; } = "";

    public string? Subresource { get; set; }
}

internal sealed class AccessReviewStatus
{
    public bool Allowed { get; set; }
}

/// <summary>client.authentication.k8s.io ExecCredential, as a program prints it.</summary>
internal sealed class ExecCredentialOutput
{
    public string? ApiVersion { get; set; }

    public string? Kind { get; set; }

    public ExecCredentialStatus? Status { get; set; }
}

internal sealed class ExecCredentialStatus
{
    public string? Token { get; set; }

    public DateTimeOffset? ExpirationTimestamp { get; set; }

    public string? ClientCertificateData { get; set; }

    public string? ClientKeyData { get; set; }
}

/// <summary>Readers of every type that comes from a server. Fields that are not named are passed over: newer servers have more.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ResourceList<Pod>))]
[JsonSerializable(typeof(ResourceList<Service>))]
[JsonSerializable(typeof(ResourceList<Node>))]
[JsonSerializable(typeof(ResourceList<EndpointSlice>))]
[JsonSerializable(typeof(ResourceList<Endpoints>))]
[JsonSerializable(typeof(ResourceList<MetadataObject>))]
[JsonSerializable(typeof(ResourceList<JsonElement>))]
[JsonSerializable(typeof(ObjectMeta))]
[JsonSerializable(typeof(Status))]
[JsonSerializable(typeof(ServerVersion))]
[JsonSerializable(typeof(GroupList))]
[JsonSerializable(typeof(ResourceInfoList))]
[JsonSerializable(typeof(AccessReview))]
[JsonSerializable(typeof(ExecCredentialOutput))]
internal sealed partial class KubernetesJson : JsonSerializerContext;
