using System.Text.Encodings.Web;
using System.Text.Json;
using Weir.Manifests.Images;

namespace Weir.Manifests.Reports;

/// <summary>What was found in an image, as JSON.</summary>
public static class ImageJson
{
    private static readonly JsonWriterOptions s_options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The worst first.</summary>
    public static IReadOnlyList<ImageSeverity> Severities { get; } =
        [ImageSeverity.Critical, ImageSeverity.High, ImageSeverity.Medium, ImageSeverity.Low, ImageSeverity.Unknown];

    public static string NameOf(ImageSeverity severity) => severity.ToString().ToLowerInvariant();

    /// <param name="report">What was found.</param>
    /// <param name="least">Leaves out what is below.</param>
    /// <param name="target">Gets the document.</param>
    public static void Write(ImageReport report, ImageSeverity least, Stream target)
    {
        ArgumentNullException.ThrowIfNull(report);
        using var json = new Utf8JsonWriter(target, s_options);
        json.WriteStartObject();
        json.WriteString("artifact", report.Artifact);
        json.WriteString("type", report.ArtifactType);
        if (report.CreatedAt is { } created) json.WriteString("createdAt", created);
        Optional("scannerVersion", report.ScannerVersion, json);
        Optional("operatingSystem", report.OperatingSystem, json);
        json.WriteBoolean("endOfLife", report.IsEndOfLife);
        json.WriteStartObject("summary");
        foreach (var severity in Severities) json.WriteNumber(NameOf(severity), report.Count(severity));
        json.WriteNumber("vulnerabilities", report.Vulnerabilities.Length);
        json.WriteNumber("misconfigurations", report.Misconfigurations.Length);
        json.WriteNumber("secrets", report.Secrets.Length);
        json.WriteNumber("licenses", report.Licenses.Length);
        json.WriteEndObject();
        List("targets", report.Targets, json, json.WriteStringValue);
        List("vulnerabilities", report.Vulnerabilities.Where(one => one.Severity >= least), json, one => Vulnerability(one, json));
        List("misconfigurations", report.Misconfigurations.Where(one => one.Severity >= least), json, one => Misconfiguration(one, json));
        List("secrets", report.Secrets.Where(one => one.Severity >= least), json, one => Secret(one, json));
        List("licenses", report.Licenses.Where(one => one.Severity >= least), json, one => License(one, json));
        json.WriteEndObject();
    }

    private static void List<T>(string name, IEnumerable<T> all, Utf8JsonWriter json, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (var one in all) write(one);
        json.WriteEndArray();
    }

    private static void Vulnerability(Vulnerability one, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id", one.Id);
        json.WriteString("severity", NameOf(one.Severity));
        json.WriteString("package", one.Package);
        json.WriteString("installed", one.Installed);
        Optional("fixed", one.Fixed, json);
        Optional("status", one.Status, json);
        Optional("title", one.Title, json);
        Optional("url", one.Url, json);
        if (one.Score is { } score) json.WriteNumber("cvss", score);
        json.WriteString("target", one.Target);
        json.WriteEndObject();
    }

    private static void Misconfiguration(Misconfiguration one, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id", one.Id);
        json.WriteString("severity", NameOf(one.Severity));
        json.WriteString("title", one.Title);
        json.WriteString("message", one.Message);
        Optional("resolution", one.Resolution, json);
        Place(one.Target, one.StartLine, one.EndLine, json);
    }

    private static void Secret(ImageSecret one, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("rule", one.Rule);
        json.WriteString("category", one.Category);
        json.WriteString("severity", NameOf(one.Severity));
        json.WriteString("title", one.Title);
        json.WriteString("match", one.Match);
        Place(one.Target, one.StartLine, one.EndLine, json);
    }

    private static void License(ImageLicense one, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("name", one.Name);
        json.WriteString("category", one.Category);
        json.WriteString("severity", NameOf(one.Severity));
        json.WriteString("package", one.Package);
        json.WriteString("file", one.File);
        json.WriteString("target", one.Target);
        json.WriteEndObject();
    }

    private static void Place(string target, int start, int end, Utf8JsonWriter json)
    {
        json.WriteString("target", target);
        if (start > 0) json.WriteNumber("startLine", start);
        if (end > 0) json.WriteNumber("endLine", end);
        json.WriteEndObject();
    }

    private static void Optional(string name, string? value, Utf8JsonWriter json)
    {
        if (value is not null) json.WriteString(name, value);
    }
}
