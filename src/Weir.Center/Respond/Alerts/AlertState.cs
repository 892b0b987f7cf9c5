using Weir.Export.Alerts;

namespace Weir.Center.Respond.Alerts;

/// <summary>What is not told for a time. Each part that is set must fit; patterns have <c>*</c> for any characters.</summary>
public sealed record Silence
{
    /// <summary>A ULID.</summary>
    public required string Id { get; init; }

    public string? Namespace { get; init; }

    public string? Service { get; init; }

    public string? Kind { get; init; }

    public string? Source { get; init; }

    public required DateTimeOffset StartsAt { get; init; }

    public required DateTimeOffset EndsAt { get; init; }

    public string? Comment { get; init; }

    /// <summary>Who asked for it.</summary>
    public required string By { get; init; }

    public bool Covers(Alert alert, DateTimeOffset now) => StartsAt <= now && now < EndsAt
        && Fits(Namespace, alert.Namespace) && Fits(Service, alert.Service) && Fits(Kind, alert.Kind) && Fits(Source, alert.Source);

    private static bool Fits(string? pattern, string? text) => pattern is null || (text is not null && Glob.Matches(pattern, text));
}

/// <summary>Alerts for one receiver that wait to be told together.</summary>
public sealed record AlertGroup
{
    /// <summary>A ULID, of the notification that it becomes.</summary>
    public required string Id { get; init; }

    public required string Route { get; init; }

    /// <summary>What its alerts have in common.</summary>
    public required Dictionary<string, string> Labels { get; init; }

    public required DateTimeOffset Since { get; init; }

    /// <summary>Nothing joins any more: it was handed on, perhaps, when the process ended.</summary>
    public bool IsSealed { get; set; }

    public required List<Alert> Alerts { get; init; }

    public int Omitted { get; set; }
}

/// <summary>What a receiver was told last of a thing.</summary>
public sealed record KnownAlert(string Route, string Key, AlertStatus Status, AlertSeverity Severity, DateTimeOffset At);

/// <summary>All of it that must outlive the process.</summary>
internal sealed record AlertState
{
    public List<AlertGroup> Groups { get; init; } = [];

    public List<KnownAlert> Known { get; init; } = [];

    public List<Silence> Silences { get; init; } = [];
}
