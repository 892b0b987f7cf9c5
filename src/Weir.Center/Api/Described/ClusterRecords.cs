using System.Text.Json.Nodes;
using Weir.Detection.Findings;

namespace Weir.Center.Api.Described;

internal sealed record NodeCounts(int Total, int Ready);

internal sealed record PodCounts(int Total, int Running, int Pending);

/// <summary>Per cent of what pods may use; null where nobody measures.</summary>
internal sealed record ResourceShares(double? Cpu, double? Memory, double? Storage);

/// <summary>An event of the cluster.</summary>
internal sealed record ClusterEvent
{
    public string? Type { get; init; }

    public required string Resource { get; init; }

    public string? Message { get; init; }

    public string? Time { get; init; }
}

internal sealed record PodFacts
{
    public required string Name { get; init; }

    public string? Status { get; init; }

    public string? Node { get; init; }

    public string? Ip { get; init; }

    public required IReadOnlyList<string> Containers { get; init; }
}

internal sealed record NamespacePods(string Name, IReadOnlyList<PodFacts> Pods);

/// <summary>The cluster at a glance.</summary>
internal sealed record ClusterAnswer
{
    public required NodeCounts Nodes { get; init; }

    public required PodCounts Pods { get; init; }

    public required ResourceShares Resources { get; init; }

    public required int Deployments { get; init; }

    public required IReadOnlyList<ClusterEvent> Events { get; init; }

    public required IReadOnlyList<NamespacePods> Namespaces { get; init; }
}

/// <summary>What is wrong with an object of the cluster; docs/smells.md. It tells more than is described here.</summary>
internal sealed record SmellFacts
{
    public required string Id { get; init; }

    public string? Title { get; init; }

    public required Severity Severity { get; init; }

    public string? Kind { get; init; }

    public string? Namespace { get; init; }

    public string? ObjectName { get; init; }

    public string? Container { get; init; }

    public required string Message { get; init; }

    public string? Remediation { get; init; }
}

/// <summary>Smells counted.</summary>
internal sealed record SmellSummary
{
    public int? Omitted { get; init; }

    public int? Suppressed { get; init; }

    public double? Score { get; init; }
}

/// <summary>Smells of the live cluster.</summary>
internal sealed record SmellAnswer
{
    public required bool Available { get; init; }

    /// <summary>Why it is not.</summary>
    public string? Reason { get; init; }

    public string? ScannedAt { get; init; }

    public SmellSummary? Summary { get; init; }

    public required IReadOnlyList<SmellFacts> Findings { get; init; }

    public IReadOnlyList<SmellFacts>? Suppressed { get; init; }

    public IReadOnlyList<JsonNode>? Notes { get; init; }
}

/// <summary>A vulnerability of an image.</summary>
internal sealed record VulnerabilityFacts
{
    public required string Id { get; init; }

    public required string Severity { get; init; }

    public required string Package { get; init; }

    public required string Installed { get; init; }

    public string? Fixed { get; init; }

    public string? Title { get; init; }

    public string? Target { get; init; }
}

/// <summary>A scan of an image with what it found. It tells more than is described here.</summary>
internal sealed record ScanReport
{
    public required string Id { get; init; }

    public required string Image { get; init; }

    public required DateTime StartedAt { get; init; }

    public DateTime? FinishedAt { get; init; }

    /// <summary>running, done or failed.</summary>
    public required string State { get; init; }

    public string? Error { get; init; }

    public string? Failure { get; init; }

    public ScanCounts? Counts { get; init; }

    public required string By { get; init; }

    public int? Ahead { get; init; }

    /// <summary>Worst first.</summary>
    public IReadOnlyList<VulnerabilityFacts>? Vulnerabilities { get; init; }

    /// <summary>Vulnerabilities that are not listed.</summary>
    public int? Omitted { get; init; }

    public string? OperatingSystem { get; init; }

    public bool? EndOfLife { get; init; }
}
