using Weir.Manifests.Images;

namespace Weir.Manifests.Reports;

/// <summary>What was found in an image, for people: the worst first.</summary>
public static class ImageText
{
    public static void Write(ImageReport report, ImageSeverity least, TextWriter target)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(target);
        var lines = report.Vulnerabilities.Select(static one => (one.Severity, Text: $"{one.Id} {one.Package} {one.Installed}{(one.Fixed is null ? $" ({one.Status ?? "no fix"})" : $" -> {one.Fixed}")}{(one.Title is null ? "" : $"  {one.Title}")}"))
            .Concat(report.Misconfigurations.Select(static one => (one.Severity, Text: $"{one.Id} {Place(one.Target, one.StartLine)} {one.Message}")))
            .Concat(report.Secrets.Select(static one => (one.Severity, Text: $"{one.Rule} {Place(one.Target, one.StartLine)} {one.Title}")))
            .Concat(report.Licenses.Select(static one => (one.Severity, Text: $"{one.Name} ({one.Category}) {(one.Package.Length > 0 ? one.Package : one.File)}")));
        foreach (var (severity, text) in lines.Where(line => line.Severity >= least).OrderByDescending(static line => line.Severity))
            target.WriteLine($"{ImageJson.NameOf(severity),-8} {Clean(text)}");
    }

    /// <summary>The counts in a line.</summary>
    public static string Summary(ImageReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var counts = ImageJson.Severities.Where(severity => report.Count(severity) > 0).Select(severity => $"{report.Count(severity)} {ImageJson.NameOf(severity)}").ToList();
        var found = report.Targets.Length == 0 ? "nothing in it was recognised, or it is clean" : counts.Count == 0 ? "nothing found" : string.Join(", ", counts);
        var system = report.OperatingSystem is null ? "" : $" ({report.OperatingSystem}{(report.IsEndOfLife ? ", which gets no more updates" : "")})";
        return Clean($"{report.Artifact}{system}: {found}");
    }

    private static string Place(string file, int line) => line > 0 ? $"{file}:{line}" : file;

    /// <summary>Texts come from images of others: control characters would reach the terminal.</summary>
    private static string Clean(string text) => text.Any(char.IsControl) ? string.Concat(text.Select(static c => char.IsControl(c) ? ' ' : c)) : text;
}
