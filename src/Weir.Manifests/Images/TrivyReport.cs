using System.Collections.Immutable;
using System.Text.Json;

namespace Weir.Manifests.Images;

/// <summary>Reads Trivy's JSON report, schema version 2, where empty fields are left out.</summary>
public static class TrivyReport
{
    private const int SchemaVersion = 2;
    private const int MaxDepth = 64;

    /// <exception cref="FormatException">It is no such report; the message says why.</exception>
    public static ImageReport Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MaxDepth });
            return Read(document.RootElement);
        }
        catch (JsonException e)
        {
            throw new FormatException($"not a report of Trivy: not JSON (line {(e.LineNumber ?? 0) + 1})", e);
        }
        catch (InvalidOperationException e)
        {
            throw new FormatException("not a report of Trivy: a field has another type than it should", e);
        }
    }

    private static ImageReport Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("SchemaVersion", out var version))
            throw new FormatException("not a report of Trivy: it has no SchemaVersion (made with --format json?)");
        if (!version.TryGetInt32(out var number) || number != SchemaVersion)
            throw new FormatException($"the report has schema version {version}, and {SchemaVersion} is understood");
        var metadata = Get(root, "Metadata");
        var os = Get(metadata, "OS");
        var results = Array(root, "Results");
        return new ImageReport
        {
            Artifact = Text(root, "ArtifactName") ?? "",
            ArtifactType = Text(root, "ArtifactType") ?? "",
            CreatedAt = Get(root, "CreatedAt") is { ValueKind: JsonValueKind.String } at && at.TryGetDateTimeOffset(out var created) ? created : null,
            ScannerVersion = Text(Get(root, "Trivy"), "Version"),
            OperatingSystem = Text(os, "Family") is { } family && family != "none" ? $"{family} {Text(os, "Name")}".TrimEnd() : null,
            IsEndOfLife = Get(os, "EOSL").ValueKind == JsonValueKind.True,
            Tags = [.. Texts(metadata, "RepoTags")],
            Digests = [.. Texts(metadata, "RepoDigests")],
            Targets = [.. results.Select(static one => Text(one, "Target") ?? "")],
            Vulnerabilities = All(results, "Vulnerabilities", Vulnerability),
            Misconfigurations = [.. All(results, "Misconfigurations", static (one, target) => (Text(one, "Status"), Misconfiguration(one, target)))
                .Where(static one => one.Item1 is null or "FAIL").Select(static one => one.Item2)],
            Secrets = All(results, "Secrets", Secret),
            Licenses = All(results, "Licenses", License),
        };
    }

    private static ImmutableArray<T> All<T>(List<JsonElement> results, string list, Func<JsonElement, string, T> read) =>
    [
        .. from result in results
           let target = Text(result, "Target") ?? ""
           from one in Array(result, list)
           select read(one, target),
    ];

    private static Vulnerability Vulnerability(JsonElement one, string target) => new(
        Text(one, "VulnerabilityID") ?? "", Severity(one), Text(one, "PkgName") ?? "", Text(one, "InstalledVersion") ?? "", NotEmpty(Text(one, "FixedVersion")),
        Text(one, "Status"), Text(one, "Title"), Text(one, "PrimaryURL"), Score(one), target);

    private static Misconfiguration Misconfiguration(JsonElement one, string target)
    {
        var cause = Get(one, "CauseMetadata");
        return new(
            Text(one, "ID") ?? "", Severity(one), Text(one, "Title") ?? "", Text(one, "Message") ?? "", Text(one, "Resolution"), target,
            Integer(cause, "StartLine"), Integer(cause, "EndLine"));
    }

    private static ImageSecret Secret(JsonElement one, string target) => new(
        Text(one, "RuleID") ?? "", Text(one, "Category") ?? "", Severity(one), Text(one, "Title") ?? "", Text(one, "Match") ?? "", target,
        Integer(one, "StartLine"), Integer(one, "EndLine"));

    private static ImageLicense License(JsonElement one, string target) => new(
        Text(one, "Name") ?? "", Text(one, "Category") ?? "", Severity(one), Text(one, "PkgName") ?? "", Text(one, "FilePath") ?? "", target);

    private static ImageSeverity Severity(JsonElement one) => Text(one, "Severity") switch
    {
        "CRITICAL" => ImageSeverity.Critical,
        "HIGH" => ImageSeverity.High,
        "MEDIUM" => ImageSeverity.Medium,
        "LOW" => ImageSeverity.Low,
        _ => ImageSeverity.Unknown,
    };

    /// <summary>The score of the source that the severity is from, else NVD's, else GitHub's, else the highest.</summary>
    private static double? Score(JsonElement one)
    {
        var sources = Get(one, "CVSS");
        if (sources.ValueKind != JsonValueKind.Object) return null;
        string?[] preferred = [Text(one, "SeveritySource"), "nvd", "ghsa"];
        return preferred.Where(static name => name is not null).Select(name => Score(Get(sources, name!), "V3Score")).FirstOrDefault(static score => score is not null)
            ?? sources.EnumerateObject().Select(static source => Score(source.Value, "V3Score") ?? Score(source.Value, "V40Score") ?? Score(source.Value, "V2Score")).Max();
    }

    private static double? Score(JsonElement source, string name) =>
        Get(source, name) is { ValueKind: JsonValueKind.Number } score && score.TryGetDouble(out var value) && double.IsFinite(value) ? value : null;

    private static JsonElement Get(JsonElement one, string name) =>
        one.ValueKind == JsonValueKind.Object && one.TryGetProperty(name, out var value) ? value : default;

    private static List<JsonElement> Array(JsonElement one, string name) =>
        Get(one, name) is { ValueKind: JsonValueKind.Array } list ? [.. list.EnumerateArray()] : [];

    private static IEnumerable<string> Texts(JsonElement one, string name) =>
        Array(one, name).Where(static item => item.ValueKind == JsonValueKind.String).Select(static item => item.GetString()!);

    private static string? Text(JsonElement one, string name) => Get(one, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static int Integer(JsonElement one, string name) =>
        Get(one, name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out var value) ? value : 0;

    private static string? NotEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
