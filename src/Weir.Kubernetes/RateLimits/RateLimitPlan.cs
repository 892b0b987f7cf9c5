using System.Text.Json.Nodes;

namespace Weir.Kubernetes.RateLimits;

/// <summary>How a provider counts.</summary>
public enum BucketKind : byte
{
    /// <summary>nginx: one request may go, and burst more at once (ngx_http_limit_req_module).</summary>
    Leaky,
    /// <summary>A bucket that is full at first, and filled in steps or evenly.</summary>
    Token,
}

/// <summary>One rate as the provider will count it.</summary>
/// <param name="Requests">In each <paramref name="Seconds"/>.</param>
/// <param name="Seconds">1 or 60.</param>
/// <param name="AtOnce">Requests that are let through at one moment after a silence.</param>
public readonly record struct EffectiveRate(int Requests, int Seconds, int AtOnce);

/// <summary>What a plan does in the end, whatever was asked for.</summary>
public sealed record EffectiveLimit(BucketKind Bucket, IReadOnlyList<EffectiveRate> Rates, int? Connections, int StatusCode);

/// <summary>A field that had a value before, and who set it.</summary>
/// <param name="Value">As it was.</param>
/// <param name="Manager">Its field manager; null when the server did not know.</param>
public sealed record PreviousValue(string Value, string? Manager);

/// <summary>One object that a plan changes.</summary>
/// <param name="Type">Its kind.</param>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Name">Its name.</param>
/// <param name="Body">What is applied (server-side, field manager weir): a whole object, or annotations of one.</param>
public sealed record RateLimitChange(ResourceType Type, string Namespace, string Name, JsonObject Body)
{
    /// <summary>What is there now, as far as <see cref="Body"/> touches it; null when the object is made.</summary>
    public JsonObject? Before { get; init; }

    /// <summary>The object is Weir's own, and goes with the limit.</summary>
    public bool IsOwn { get; init; }

    /// <summary>Annotations that have no meaning and go: left over from tools that wrote them.</summary>
    public IReadOnlyList<string> Obsolete { get; init; } = [];
}

/// <summary>A field that others own, or an object of theirs that stands in the way.</summary>
/// <param name="Field">Path of the field, or the name of the object.</param>
/// <param name="Manager">Who owns it.</param>
/// <param name="IsGitOps">It is a controller that puts back what it finds changed.</param>
public sealed record RateLimitConflict(string Field, string Manager, bool IsGitOps);

/// <summary>What would be done, before anything is.</summary>
public sealed record RateLimitPlan
{
    public required RateLimitRequest Request { get; init; }

    /// <summary><c>ingress-nginx</c>, <c>envoy-gateway</c>, <c>nginx-gateway-fabric</c> or <c>traefik</c>.</summary>
    public required string Provider { get; init; }

    /// <summary>In the order in which they are applied; taken back in the other.</summary>
    public required IReadOnlyList<RateLimitChange> Changes { get; init; }

    public required EffectiveLimit Effective { get; init; }

    /// <summary>What was asked for and cannot be said to this provider, and what else one should know.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }

    /// <summary>What the server would refuse unless it is taken over.</summary>
    public IReadOnlyList<RateLimitConflict> Conflicts { get; init; } = [];

    /// <summary>Why it can't be applied by this server, though the objects can be read here; null when it can.</summary>
    public string? Unavailable { get; init; }

    /// <summary>Annotation with which Weir marks what it has changed: <see cref="RateLimitMark"/>.</summary>
    public const string MarkAnnotation = "weir.io/managed-rate-limit";
}

/// <summary>Why a limit cannot be planned or applied.</summary>
public enum RateLimitFault : byte
{
    /// <summary>The request is wrong.</summary>
    Invalid,
    /// <summary>The target is not there.</summary>
    NotFound,
    /// <summary>No provider of this class is known, or it can't say what was asked for.</summary>
    Unsupported,
    /// <summary>The server does not serve the provider's kind of object.</summary>
    MissingKind,
    /// <summary>Somebody else owns a field.</summary>
    Conflict,
    /// <summary>RBAC refuses; the message names the rule.</summary>
    Forbidden,
    /// <summary>The server did not answer, or failed.</summary>
    Unavailable,
}

public sealed class RateLimitException : Exception
{
    public RateLimitException()
    {
    }

    public RateLimitException(string message)
        : base(message)
    {
    }

    public RateLimitException(string message, Exception inner)
        : base(message, inner)
    {
    }

    public RateLimitException(RateLimitFault fault, string message, Exception? inner = null)
        : base(message, inner) => Fault = fault;

    public RateLimitFault Fault { get; init; }

    public IReadOnlyList<RateLimitConflict> Conflicts { get; init; } = [];

    internal static RateLimitException Of(KubernetesException failure) => new(
        failure.Fault switch
        {
            KubernetesFault.NotFound => RateLimitFault.NotFound,
            KubernetesFault.Forbidden or KubernetesFault.Unauthorized => RateLimitFault.Forbidden,
            KubernetesFault.Conflict => RateLimitFault.Conflict,
            KubernetesFault.Invalid => RateLimitFault.Unsupported,
            _ => RateLimitFault.Unavailable,
        }, failure.Message, failure)
    {
        Conflicts = [.. failure.Conflicts.Select(static one => new RateLimitConflict(one.Field, FieldOwners.ManagerIn(one.Message), FieldOwners.IsGitOps(FieldOwners.ManagerIn(one.Message))))],
    };
}
