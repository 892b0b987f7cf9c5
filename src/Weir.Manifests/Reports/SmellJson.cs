using System.Text.Encodings.Web;
using System.Text.Json;
using Weir.Manifests.Checks;
using Weir.Manifests.Scanning;

namespace Weir.Manifests.Reports;

/// <summary>A report as JSON: summary, findings, and the list of texts that older clients show.</summary>
public static class SmellJson
{
    private static readonly JsonWriterOptions s_options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(SmellReport report, Stream target)
    {
        ArgumentNullException.ThrowIfNull(report);
        using var json = new Utf8JsonWriter(target, s_options);
        json.WriteStartObject();
        json.WriteStartObject("summary");
        foreach (var severity in Names.Severities) json.WriteNumber(Names.Of(severity), report.Count(severity));
        json.WriteNumber("suppressed", report.Suppressed.Length);
        json.WriteNumber("omitted", report.Omitted);
        json.WriteNumber("objects", report.Objects);
        json.WriteNumber("score", report.Score);
        json.WriteEndObject();
        json.WriteStartArray("findings");
        foreach (var finding in report.Findings.Concat(report.Suppressed)) Write(finding, json);
        json.WriteEndArray();
        json.WriteStartArray("smells");
        foreach (var finding in report.Findings) json.WriteStringValue(Smell(finding));
        json.WriteEndArray();
        json.WriteStartArray("notes");
        foreach (var note in report.Notes) json.WriteStringValue(note);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary><c>[Category] object: what</c>.</summary>
    public static string Smell(SmellFinding finding)
    {
        ArgumentNullException.ThrowIfNull(finding);
        var category = CheckCatalog.Families.First(family => family.Prefix == finding.Check.Family).Title;
        return $"[{category}] {SmellText.Subject(finding)}: {finding.Message}";
    }

    private static void Write(SmellFinding finding, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id", finding.Check.Id);
        json.WriteString("name", finding.Check.Name);
        json.WriteString("title", finding.Check.Title);
        json.WriteString("severity", Names.Of(finding.Severity));
        (string Name, string? Value)[] texts =
        [
            ("kind", finding.Kind), ("namespace", finding.Namespace), ("objectName", finding.Name), ("container", finding.Container), ("file", finding.File), ("path", finding.Path),
        ];
        foreach (var (name, value) in texts)
            if (value is not null) json.WriteString(name, value);
        if (finding.Line > 0) json.WriteNumber("line", finding.Line);
        if (finding.Column > 0) json.WriteNumber("column", finding.Column);
        json.WriteString("message", finding.Message);
        json.WriteString("remediation", finding.Check.Remedy);
        json.WriteStartArray("sources");
        foreach (var source in finding.Check.Sources) json.WriteStringValue(source);
        json.WriteEndArray();
        if (finding.Suppressed is not null) json.WriteString("suppressed", finding.Suppressed);
        json.WriteEndObject();
    }
}
