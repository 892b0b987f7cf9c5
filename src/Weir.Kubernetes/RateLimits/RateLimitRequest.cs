using System.Net;

namespace Weir.Kubernetes.RateLimits;

/// <summary>What is limited.</summary>
/// <param name="Kind"><c>Ingress</c>, <c>HTTPRoute</c>, <c>GRPCRoute</c> or <c>Gateway</c>.</param>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Name">Its name.</param>
public sealed record RateLimitTarget(string Kind, string Namespace, string Name)
{
    public override string ToString() => $"{Kind} {Namespace}/{Name}";
}

/// <summary>
/// A limit, in words that no provider owns. All counts are for each client address and each replica of the controller, because that is what all of
/// them count without a store of their own.
/// </summary>
public sealed record RateLimitRequest
{
    /// <summary>Largest count that is taken: beyond it is no limit but a mistake.</summary>
    private const int Most = 1_000_000;

    public required RateLimitTarget Target { get; init; }

    public int? RequestsPerSecond { get; init; }

    public int? RequestsPerMinute { get; init; }

    /// <summary>Requests beyond the rate that are let through at once; null is five times the rate, ingress-nginx's default.</summary>
    public int? Burst { get; init; }

    /// <summary>Connections at the same time.</summary>
    public int? Connections { get; init; }

    /// <summary>Addresses and networks that are not limited.</summary>
    public IReadOnlyList<string> Allow { get; init; } = [];

    /// <summary>Answer to what is refused; null is the provider's.</summary>
    public int? StatusCode { get; init; }

    /// <summary>The provider counts and refuses nothing, where it can do that.</summary>
    public bool Shadow { get; init; }

    /// <summary>What is wrong with it; null when nothing is.</summary>
    public string? Check()
    {
        if (RequestsPerSecond is null && RequestsPerMinute is null && Connections is null) return "a limit needs requests per second, requests per minute or connections";
        foreach (var (name, value) in new[] { ("rps", RequestsPerSecond), ("rpm", RequestsPerMinute), ("burst", Burst), ("connections", Connections) })
            if (value is < 1 or > Most) return $"{name} is from 1 to {Most}";
        if (Burst is not null && RequestsPerSecond is null && RequestsPerMinute is null) return "a burst goes with requests per second or per minute";
        if (StatusCode is < 400 or > 599) return "the status code is from 400 to 599";
        if (Allow.Count > 32) return "at most 32 networks are not limited";
        if (Allow.FirstOrDefault(static one => !IPNetwork.TryParse(one, out _) && !IPAddress.TryParse(one, out _)) is { } wrong) return $"{wrong} is no address and no network";
        if (Target.Kind is not ("Ingress" or "HTTPRoute" or "GRPCRoute" or "Gateway")) return $"{Target.Kind} is none of Ingress, HTTPRoute, GRPCRoute and Gateway";
        if (!KubernetesName.IsLabel(Target.Namespace)) return "the namespace is no name of Kubernetes (RFC 1123 label)";
        return KubernetesName.IsSubdomain(Target.Name) ? null : "the name is no name of Kubernetes (RFC 1123 subdomain)";
    }
}
