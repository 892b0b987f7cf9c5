using System.Collections.Immutable;
using Weir.Manifests.Checks;

namespace Weir.Manifests.Scanning;

/// <summary>A smell in a manifest.</summary>
public sealed record SmellFinding
{
    public required Check Check { get; init; }

    public required Severity Severity { get; init; }

    /// <summary>What is wrong here, as a sentence without capital and full stop.</summary>
    public required string Message { get; init; }

    /// <summary>Name that the input was given under.</summary>
    public required string File { get; init; }

    /// <summary>From 1; 0 when it came from no text.</summary>
    public required int Line { get; init; }

    public required int Column { get; init; }

    /// <summary>JSON Pointer (RFC 6901) in the object; empty for a whole file.</summary>
    public required string Path { get; init; }

    /// <summary>Null when it is about a file that could not be read.</summary>
    public string? Kind { get; init; }

    public string? Namespace { get; init; }

    public string? Name { get; init; }

    public string? Container { get; init; }

    /// <summary>Why it is expected; null when it is not.</summary>
    public string? Suppressed { get; init; }
}

/// <summary>The outcome of a scan: findings with the worst first, then by place.</summary>
public sealed record SmellReport
{
    public required ImmutableArray<SmellFinding> Findings { get; init; }

    /// <summary>Those that are expected.</summary>
    public required ImmutableArray<SmellFinding> Suppressed { get; init; }

    /// <summary>Suppressions that could not be honoured, each in a sentence.</summary>
    public required ImmutableArray<string> Notes { get; init; }

    public required int Objects { get; init; }

    /// <summary>Findings beyond <see cref="ManifestLimits.MaxFindings"/>.</summary>
    public required int Omitted { get; init; }

    /// <summary>100 for nothing found; each object costs 25 for a critical finding, 10 for a high, 3 for a medium, 1 for a low one, on average.</summary>
    public int Score
    {
        get
        {
            var cost = Findings.Sum(static finding => finding.Severity switch { Severity.Critical => 25.0, Severity.High => 10, Severity.Medium => 3, Severity.Low => 1, _ => 0 });
            return (int)Math.Round(Math.Clamp(100 - (cost / Math.Max(1, Objects)), 0, 100));
        }
    }

    public int Count(Severity severity) => Findings.Count(finding => finding.Severity == severity);

    /// <summary>Only what is at least this bad.</summary>
    public SmellReport AtLeast(Severity severity) => this with
    {
        Findings = [.. Findings.Where(finding => finding.Severity >= severity)],
        Suppressed = [.. Suppressed.Where(finding => finding.Severity >= severity)],
    };
}
