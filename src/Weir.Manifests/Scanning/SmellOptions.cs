using System.Collections.Immutable;
using Weir.Manifests.Checks;
using Weir.Manifests.Images;

namespace Weir.Manifests.Scanning;

/// <summary>What is looked for, and what is let be. Read from a file by <see cref="SmellConfiguration"/>.</summary>
public sealed record SmellOptions
{
    public static SmellOptions Default { get; } = new();

    /// <summary>Opt-in checks that run too, by id.</summary>
    public ImmutableHashSet<string> Enabled { get; init; } = [];

    /// <summary>Checks that do not run, by id. Goes before <see cref="Enabled"/>.</summary>
    public ImmutableHashSet<string> Disabled { get; init; } = [];

    /// <summary>Severities that differ from the checks' own, by id.</summary>
    public ImmutableDictionary<string, Severity> Severities { get; init; } = ImmutableDictionary<string, Severity>.Empty;

    public ImmutableArray<IgnoreRule> Ignored { get; init; } = [];

    /// <summary>Registries or folders of them that images may come from (IMG-004); empty allows all.</summary>
    public ImmutableList<string> Registries { get; init; } = [];

    /// <summary>Labels or annotations that workloads have to have (GEN-010).</summary>
    public ImmutableList<string> RequiredLabels { get; init; } = ["owner"];

    /// <summary>Fewest replicas (RES-009, RES-011).</summary>
    public int MinReplicas { get; init; } = 2;

    /// <summary>http:// to localhost and inside the cluster counts too (CFG-011).</summary>
    public bool Strict { get; init; }

    /// <summary>Least severity that makes an image vulnerable (IMG-006).</summary>
    public ImageSeverity VulnerabilityThreshold { get; init; } = ImageSeverity.High;

    /// <summary>Whether a check runs.</summary>
    public bool Runs(Check check)
    {
        ArgumentNullException.ThrowIfNull(check);
        return !Disabled.Contains(check.Id) && (check.ByDefault || Enabled.Contains(check.Id));
    }
}

/// <summary>Findings that are expected, with the reason. What is null fits everything; <c>*</c> in a text stands for any characters.</summary>
public sealed record IgnoreRule(Check? Check, string Reason)
{
    public string? Kind { get; init; }

    public string? Namespace { get; init; }

    public string? Name { get; init; }

    public string? Container { get; init; }

    public string? File { get; init; }
}
