using Weir.Detection.Baseline;
using Weir.Detection.Findings;
using Weir.Export.Alerts;
using Weir.Export.Spool;
using Weir.Kubernetes.RateLimits;

namespace Weir.Center.Respond;

/// <summary>What the center does about what it sees.</summary>
public sealed record RespondOptions
{
    /// <summary>What counts as unusual.</summary>
    public BaselineOptions Baseline { get; init; } = BaselineOptions.Default;

    public IncidentOptions Incidents { get; init; } = IncidentOptions.Default;

    /// <summary>Opens the way to the cluster when it is first needed; null has none, and what needs it says so.</summary>
    public Func<Kubernetes.KubernetesClient>? Cluster { get; init; }

    public AlertOptions Alerts { get; init; } = new();

    public RateLimitOptions RateLimits { get; init; } = new();

    public RespondLimits Limits { get; init; } = RespondLimits.Default;

    public FollowOptions Follow { get; init; } = new();
}

/// <summary>How centers over one store follow each other's incidents, silences, limits and changes.</summary>
public sealed record FollowOptions
{
    /// <summary>Time between two looks at what others wrote. 2 s: a person who looks at another center does not wait.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Time between two times that a center says that it is there. 10 s.</summary>
    public TimeSpan HoldInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Silence by the store's clock, after which a center is gone: its incidents are over, and others end its limits. 60 s: a restart may take less.</summary>
    public TimeSpan GoneAfter { get; init; } = TimeSpan.FromSeconds(60);
}

/// <summary>Who is told, and how often.</summary>
public sealed record AlertOptions
{
    public IReadOnlyList<AlertRoute> Routes { get; init; } = [];

    /// <summary>The first alert of a group waits so long for others.</summary>
    public TimeSpan GroupWait { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>What goes together: <c>namespace</c>, <c>service</c>, <c>kind</c>.</summary>
    public IReadOnlyList<string> GroupBy { get; init; } = ["namespace", "kind"];

    /// <summary>The same thing, not over and not worse, is told again after this time.</summary>
    public TimeSpan Repeat { get; init; } = TimeSpan.FromHours(4);

    /// <summary>Where the page is, for links; null without.</summary>
    public Uri? Page { get; init; }

    public AlertQueueLimits Queue { get; init; } = AlertQueueLimits.Default;

    public DeliveryRetry Retry { get; init; } = new();
}

/// <summary>A receiver and what it is told.</summary>
/// <param name="Name">As the configuration calls it.</param>
/// <param name="Channel">How it is told.</param>
public sealed record AlertRoute(string Name, IAlertChannel Channel)
{
    public AlertSeverity MinSeverity { get; init; } = AlertSeverity.Medium;

    /// <summary>Namespaces, with <c>*</c> for any characters; empty for all, also for what has none.</summary>
    public IReadOnlyList<string> Namespaces { get; init; } = [];

    /// <summary>Kinds of finding; empty for all.</summary>
    public IReadOnlyList<string> Kinds { get; init; } = [];

    /// <summary>Also tells that it is over.</summary>
    public bool Resolved { get; init; } = true;

    public bool Wants(Alert alert) =>
        (alert.Severity >= MinSeverity || alert.Status == AlertStatus.Resolved)
        && (alert.Status == AlertStatus.Firing || Resolved)
        && (Namespaces.Count == 0 || (alert.Namespace is { } space && Namespaces.Any(pattern => Glob.Matches(pattern, space))))
        && (Kinds.Count == 0 || Kinds.Contains(alert.Kind));
}

/// <summary>Limits on traffic.</summary>
public sealed record RateLimitOptions
{
    /// <summary>What <c>/apply_rate_limit</c> limits, which names no target; null refuses it.</summary>
    public RateLimitTarget? Default { get; init; }

    /// <summary>A limit that does not say ends after this time.</summary>
    public TimeSpan Ttl { get; init; } = TimeSpan.FromHours(1);

    /// <summary>No limit lasts longer.</summary>
    public TimeSpan MaxTtl { get; init; } = TimeSpan.FromDays(7);

    public AutoLimitOptions Auto { get; init; } = new();
}

/// <summary>Limits that incidents set by themselves. Off, and only told of at first.</summary>
public sealed record AutoLimitOptions
{
    public bool Enabled { get; init; }

    /// <summary>The server checks each change and stores none of them.</summary>
    public bool DryRun { get; init; } = true;

    /// <summary>Targets that may be limited: <c>NAMESPACE/NAME</c>, with <c>*</c>; empty allows none.</summary>
    public IReadOnlyList<string> Allow { get; init; } = [];

    public Severity Severity { get; init; } = Severity.High;

    /// <summary>Kinds of finding that a limit helps against.</summary>
    public IReadOnlyList<string> Kinds { get; init; } = ["flood", "password_guessing"];

    public int? RequestsPerSecond { get; init; } = 10;

    public int? RequestsPerMinute { get; init; }

    public int? Burst { get; init; }

    public int? Connections { get; init; }

    public TimeSpan Ttl { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Changes within an hour; further ones are told of and not made.</summary>
    public int MaxPerHour { get; init; } = 4;
}

/// <summary>What is kept of incidents, alerts and limits.</summary>
public sealed record RespondLimits
{
    public static RespondLimits Default { get; } = new();

    /// <summary>Incidents; the oldest make room.</summary>
    public int MaxIncidents { get; init; } = 1000;

    /// <summary>Incidents that wait for the store and the receivers.</summary>
    public int MaxQueued { get; init; } = 1024;

    /// <summary>Groups of alerts that wait for others.</summary>
    public int MaxGroups { get; init; } = 256;

    /// <summary>Alerts in one notification; further ones are counted.</summary>
    public int MaxAlertsPerGroup { get; init; } = 50;

    /// <summary>Things that were told of and are remembered, so that they are not told of again.</summary>
    public int MaxKnown { get; init; } = 1000;

    public int MaxSilences { get; init; } = 256;

    /// <summary>Limits, those that are over included.</summary>
    public int MaxRateLimits { get; init; } = 200;

    /// <summary>Changes that are remembered with who made them.</summary>
    public int MaxChanges { get; init; } = 1000;

    /// <summary>Stored calls that a preview looks at.</summary>
    public int MaxPreviewCalls { get; init; } = 100_000;

    /// <summary>Stored calls from which the usual is learned again after a start.</summary>
    public int MaxReplayedCalls { get; init; } = 50_000;

    /// <summary>Services whose names are remembered for incidents.</summary>
    public int MaxServices { get; init; } = 4096;

    /// <summary>Connections that were seen, each counted once.</summary>
    public int MaxConnections { get; init; } = 65_536;
}

/// <summary>Names with <c>*</c> for any characters.</summary>
internal static class Glob
{
    public static bool Matches(string pattern, string text) => System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(pattern, text, ignoreCase: false);
}
