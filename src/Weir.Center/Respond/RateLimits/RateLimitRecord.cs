using System.Text.Json.Nodes;
using Weir.Center.Respond.Shared;
using Weir.Kubernetes;
using Weir.Kubernetes.RateLimits;

namespace Weir.Center.Respond.RateLimits;

public enum RateLimitState : byte
{
    /// <summary>It is being applied; found after a start, it is taken back.</summary>
    Applying,
    Active,
    /// <summary>Its time is over or somebody wants it gone, and the cluster has not let it go yet.</summary>
    Reverting,
    /// <summary>It is gone, and what was there before is back.</summary>
    Reverted,
    /// <summary>Another limit on the same target took its place.</summary>
    Replaced,
    /// <summary>It never came to be.</summary>
    Failed,
    /// <summary>The server checked it, and nothing was changed.</summary>
    DryRun,
}

/// <summary>An object of a limit, for taking it back.</summary>
public sealed record AppliedObject(string Group, string Version, string Plural, string Kind, string Namespace, string Name, JsonObject Body, bool IsOwn)
{
    internal static AppliedObject Of(RateLimitChange change) => new(
        change.Type.Group, change.Type.Version, change.Type.Plural, change.Type.Kind, change.Namespace, change.Name, (JsonObject)change.Body.DeepClone(), change.IsOwn);

    internal RateLimitChange ToChange() => new(new ResourceType(Group, Version, Plural, Kind), Namespace, Name, Body) { IsOwn = IsOwn };
}

/// <summary>A limit from its beginning to its end.</summary>
public sealed record RateLimitRecord
{
    /// <summary>A ULID; it stands in the mark on the objects too.</summary>
    public required string Id { get; init; }

    /// <summary>Counts up; each center counts for itself.</summary>
    public required long Number { get; init; }

    public required RateLimitState State { get; init; }

    public required RateLimitRequest Request { get; init; }

    public required string Provider { get; init; }

    public required EffectiveLimit Effective { get; init; }

    public required IReadOnlyList<AppliedObject> Objects { get; init; }

    public IReadOnlyList<string> Warnings { get; init; } = [];

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>A user, or <c>auto</c>.</summary>
    public required string By { get; init; }

    public string? Reason { get; init; }

    /// <summary>The incident that set it; null where a person did.</summary>
    public string? Incident { get; init; }

    /// <summary>Why it could not be applied or taken back, so far.</summary>
    public string? Error { get; init; }

    /// <summary>What others had changed and therefore stayed.</summary>
    public IReadOnlyList<string> Left { get; init; } = [];

    /// <summary>Where it is written down, when that is another center's; null for one of this center.</summary>
    internal DocumentPlace? Place { get; init; }

    /// <summary>How far it has come: a limit never goes back, so of two words about one the larger is the later.</summary>
    internal int Progress => State switch { RateLimitState.Applying => 0, RateLimitState.Active => 1, RateLimitState.Reverting => 2, _ => 3 };

    internal bool IsOpen => State is RateLimitState.Applying or RateLimitState.Active or RateLimitState.Reverting;

    internal IReadOnlyList<RateLimitChange> Changes => [.. Objects.Select(static one => one.ToChange())];
}
