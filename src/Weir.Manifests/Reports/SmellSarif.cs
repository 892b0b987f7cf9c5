using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Weir.Manifests.Checks;
using Weir.Manifests.Scanning;

namespace Weir.Manifests.Reports;

/// <summary>A report as SARIF 2.1.0 (OASIS), which code hosts show beside the lines.</summary>
public static class SmellSarif
{
    private const string Schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

    /// <summary>Version of what goes into a fingerprint.</summary>
    private const string Fingerprint = "weir/v1";

    private static readonly JsonWriterOptions s_options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="report">What was found.</param>
    /// <param name="version">Of Weir.</param>
    /// <param name="target">Gets the document.</param>
    public static void Write(SmellReport report, string version, Stream target)
    {
        ArgumentNullException.ThrowIfNull(report);
        using var json = new Utf8JsonWriter(target, s_options);
        json.WriteStartObject();
        json.WriteString("$schema", Schema);
        json.WriteString("version", "2.1.0");
        json.WriteStartArray("runs");
        json.WriteStartObject();
        json.WriteStartObject("tool");
        json.WriteStartObject("driver");
        json.WriteString("name", "weir smells");
        json.WriteString("semanticVersion", version);
        json.WriteStartArray("rules");
        foreach (var check in CheckCatalog.All) Rule(check, json);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteString("columnKind", "utf16CodeUnits");
        json.WriteStartArray("results");
        foreach (var finding in report.Findings.Concat(report.Suppressed)) Result(finding, json);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Rule(Check check, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id", check.Id);
        json.WriteString("name", Pascal(check.Name));
        Text("shortDescription", check.Title + ".", json);
        Text("fullDescription", $"{check.Title}. {check.Remedy}", json);
        Text("help", check.Remedy, json);
        json.WriteStartObject("defaultConfiguration");
        json.WriteBoolean("enabled", check.ByDefault);
        json.WriteString("level", Level(check.Severity));
        json.WriteEndObject();
        json.WriteStartObject("properties");
        // What code hosts sort security findings by, on the scale of CVSS.
        json.WriteString("security-severity", check.Severity switch { Severity.Critical => "9.5", Severity.High => "8.0", Severity.Medium => "5.5", Severity.Low => "3.0", _ => "0.0" });
        json.WriteStartArray("tags");
        json.WriteStringValue("security");
        json.WriteStringValue("kubernetes");
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Result(SmellFinding finding, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("ruleId", finding.Check.Id);
        json.WriteNumber("ruleIndex", CheckCatalog.All.IndexOf(finding.Check));
        json.WriteString("level", Level(finding.Severity));
        Text("message", $"{SmellText.Subject(finding)}: {finding.Message}. {finding.Check.Remedy}", json);
        json.WriteStartArray("locations");
        json.WriteStartObject();
        json.WriteStartObject("physicalLocation");
        json.WriteStartObject("artifactLocation");
        json.WriteString("uri", Uri(finding.File));
        json.WriteEndObject();
        if (finding.Line > 0)
        {
            json.WriteStartObject("region");
            json.WriteNumber("startLine", finding.Line);
            if (finding.Column > 0) json.WriteNumber("startColumn", finding.Column);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        if (finding.Kind is not null)
        {
            json.WriteStartArray("logicalLocations");
            json.WriteStartObject();
            json.WriteString("name", finding.Name ?? "");
            json.WriteString("fullyQualifiedName", $"{finding.Kind}/{finding.Namespace ?? ""}/{finding.Name}{finding.Path}");
            json.WriteString("kind", "object");
            json.WriteEndObject();
            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartObject("partialFingerprints");
        // Lines move; the same finding in the same object keeps this.
        json.WriteString(Fingerprint, Hash($"{finding.Check.Id}|{finding.File}|{finding.Kind}|{finding.Namespace}|{finding.Name}|{finding.Container}|{finding.Path}|{finding.Message}"));
        json.WriteEndObject();
        if (finding.Suppressed is not null)
        {
            json.WriteStartArray("suppressions");
            json.WriteStartObject();
            json.WriteString("kind", "inSource");
            json.WriteString("justification", finding.Suppressed);
            json.WriteEndObject();
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static string Level(Severity severity) => severity switch
    {
        Severity.Critical or Severity.High => "error",
        Severity.Medium => "warning",
        _ => "note",
    };

    private static void Text(string name, string text, Utf8JsonWriter json)
    {
        json.WriteStartObject(name);
        json.WriteString("text", text);
        json.WriteEndObject();
    }

    /// <summary>A relative reference with forward slashes; each part escaped (RFC 3986).</summary>
    private static string Uri(string file) => file == "-" ? "stdin" : string.Join('/', file.Replace('\\', '/').Split('/').Select(System.Uri.EscapeDataString));

    private static string Pascal(string name) => string.Concat(name.Split('-').Select(static word => char.ToUpperInvariant(word[0]) + word[1..]));

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..32];
}
