using System.Text.Json;
using System.Text.Json.Serialization;

namespace Weir.Export.Alerts;

/// <summary>How soon someone should look.</summary>
public enum AlertSeverity : byte
{
    Info,
    Low,
    Medium,
    High,
    Critical,
}

public enum AlertStatus : byte
{
    Firing,
    Resolved,
}

/// <summary>One fact beside the text: a number that was unusual, who did it.</summary>
public sealed record AlertDetail(string Name, string Value);

/// <summary>Something that people are told.</summary>
public sealed record Alert
{
    /// <summary>A ULID, new for each thing that is told: receivers with keys know a repetition by it.</summary>
    public required string Id { get; init; }

    /// <summary>What it is about: the same from the first word to the last.</summary>
    public required string Key { get; init; }

    public required AlertSeverity Severity { get; init; }

    public AlertStatus Status { get; init; }

    /// <summary><c>flood</c>, <c>password_guessing</c> …</summary>
    public required string Kind { get; init; }

    /// <summary>One line.</summary>
    public required string Title { get; init; }

    public string Text { get; init; } = "";

    public string? Namespace { get; init; }

    public string? Service { get; init; }

    /// <summary>Address of who does it.</summary>
    public string? Source { get; init; }

    public required DateTimeOffset StartsAt { get; init; }

    /// <summary>Null while it lasts.</summary>
    public DateTimeOffset? EndsAt { get; init; }

    public IReadOnlyList<AlertDetail> Details { get; init; } = [];

    /// <summary>Where to read more.</summary>
    public Uri? Link { get; init; }
}

/// <summary>Alerts that are told together.</summary>
public sealed record AlertNotification
{
    /// <summary>A ULID; a repeated delivery carries the same.</summary>
    public required string Id { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>What its alerts have in common.</summary>
    public IReadOnlyDictionary<string, string> Group { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Oldest first, at least one.</summary>
    public required IReadOnlyList<Alert> Alerts { get; init; }

    /// <summary>Alerts of the group that found no room here.</summary>
    public int Omitted { get; init; }

    [JsonIgnore]
    public AlertSeverity Worst => Alerts.Max(static alert => alert.Severity);

    [JsonIgnore]
    public bool IsOver => Alerts.All(static alert => alert.Status == AlertStatus.Resolved);
}

/// <summary>How alerts wait on disk and how webhooks get them.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, UseStringEnumConverter = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AlertNotification))]
public sealed partial class AlertJson : JsonSerializerContext;
