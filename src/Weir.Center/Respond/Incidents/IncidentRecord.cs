using Weir.Detection.Findings;

namespace Weir.Center.Respond.Incidents;

public enum IncidentState : byte
{
    Open,
    Closed,
}

/// <summary>One number that made an incident, beside what it usually is; null where nothing is known.</summary>
public sealed record IncidentReason(string Feature, double? Usual, double? Present);

/// <summary>An incident as it is kept and shown.</summary>
public sealed record IncidentRecord
{
    /// <summary>A ULID.</summary>
    public required string Id { get; init; }

    /// <summary>Counts up over the life of the store; each center counts for itself.</summary>
    public required long Number { get; init; }

    public IncidentState State { get; init; }

    public required FindingKind Kind { get; init; }

    public required Severity Severity { get; init; }

    public double Score { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset DetectedAt { get; init; }

    public required DateTimeOffset LastAt { get; init; }

    /// <summary>Address of who does it; null when it is many.</summary>
    public string? Source { get; init; }

    /// <summary>Address and port of who is asked; null when it is many.</summary>
    public string? Server { get; init; }

    public string? Namespace { get; init; }

    public string? Service { get; init; }

    public long Findings { get; init; }

    public IReadOnlyList<IncidentReason> Reasons { get; init; } = [];

    /// <summary>Ids of calls and flows.</summary>
    public IReadOnlyList<string> Evidence { get; init; } = [];

    /// <summary>The same thing whenever it happens: kind, who and whom.</summary>
    public string Key => $"{IncidentJsonWriter.NameOf(Kind)}/{Source ?? "*"}/{(Service is null ? Server ?? "*" : $"{Namespace}/{Service}")}";
}
