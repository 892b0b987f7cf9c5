using Weir.Manifests.Scanning;

namespace Weir.Manifests.Reports;

/// <summary>A report for people: a line for each finding, the remedy once for each check.</summary>
public static class SmellText
{
    private const string Reset = "\u001b[0m";

    public static void Write(SmellReport report, TextWriter target, bool colour, bool withSuppressed)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(target);
        foreach (var same in report.Findings.GroupBy(static finding => (finding.Severity, finding.Check)))
        {
            var (severity, check) = same.Key;
            var level = Names.Of(severity);
            target.WriteLine($"{(colour ? Colour(severity) + level + Reset : level)} {check.Id} {check.Title} ({check.Name})");
            foreach (var finding in same) target.WriteLine($"  {Where(finding)} {Subject(finding)}: {finding.Message}");
            target.WriteLine($"  -> {check.Remedy}");
            target.WriteLine();
        }

        if (!withSuppressed) return;
        foreach (var finding in report.Suppressed)
            target.WriteLine($"suppressed {finding.Check.Id} {Where(finding)} {Subject(finding)}: {finding.Message} (because: {Clean(finding.Suppressed!)})");
    }

    /// <summary>The counts in a line.</summary>
    public static string Summary(SmellReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var counts = Names.Severities.Where(severity => report.Count(severity) > 0).Select(severity => $"{report.Count(severity)} {Names.Of(severity)}").ToList();
        return $"{report.Objects} {(report.Objects == 1 ? "object" : "objects")}: {(counts.Count == 0 ? "no smells" : string.Join(", ", counts))}"
            + (report.Suppressed.Length > 0 ? $"; {report.Suppressed.Length} suppressed" : "") + (report.Omitted > 0 ? $"; {report.Omitted} more not shown" : "") + $"; score {report.Score}";
    }

    /// <summary><c>Deployment shop/orders [container]</c>.</summary>
    public static string Subject(SmellFinding finding)
    {
        ArgumentNullException.ThrowIfNull(finding);
        if (finding.Kind is null) return "file";
        var name = $"{finding.Kind} {(string.IsNullOrEmpty(finding.Namespace) ? "" : finding.Namespace + "/")}{finding.Name}";
        return Clean(finding.Container is null ? name : $"{name} [{finding.Container}]");
    }

    private static string Where(SmellFinding finding) => Clean(finding.Line > 0 ? $"{finding.File}:{finding.Line}" : finding.File);

    /// <summary>Names come from files of others: control characters would reach the terminal.</summary>
    private static string Clean(string text) => text.Any(char.IsControl) ? string.Concat(text.Select(static c => char.IsControl(c) ? '?' : c)) : text;

    private static string Colour(Severity severity) => severity switch
    {
        Severity.Critical => "\u001b[1;31m",
        Severity.High => "\u001b[31m",
        Severity.Medium => "\u001b[33m",
        Severity.Low => "\u001b[36m",
        _ => "\u001b[2m",
    };
}
