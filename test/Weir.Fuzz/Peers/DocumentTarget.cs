using System.Buffers;
using System.Text;
using System.Text.Json;
using Weir.Export.Resurface;
using Weir.Manifests;
using Weir.Manifests.Images;
using Weir.Manifests.Reports;
using Weir.Manifests.Scanning;
using Weir.Records;
using Weir.Records.Json;
using Weir.Specs;
using Weir.Testing;

namespace Weir.Fuzz.Peers;

/// <summary>Documents that people and programs send to a center: reports of a scanner, manifests, specifications, messages of loggers.</summary>
internal static class DocumentTarget
{
    public static FuzzTarget Trivy { get; } = new("trivy", SeedReports, ReadReport) { Words = JsonWords.All };

    public static FuzzTarget Manifests { get; } = new("manifests", SeedManifests, ReadManifest) { Words = JsonWords.All, ShortRun = 500 };

    public static FuzzTarget Specifications { get; } = new("openapi", SeedSpecifications, ReadSpecification) { Words = JsonWords.All, ShortRun = 1000 };

    public static FuzzTarget Messages { get; } = new("logger-messages", SeedMessages, ReadMessages) { Words = JsonWords.All };

    private static List<byte[]> SeedReports() =>
    [
        """
        {"SchemaVersion":2,"CreatedAt":"2026-01-31T12:00:00Z","ArtifactName":"nginx:1.27","ArtifactType":"container_image","Trivy":{"Version":"0.58"},"Metadata":{"OS":{"Family":"debian","Name":"12","EOSL":true},"RepoTags":["nginx:1.27"],"RepoDigests":[]},
        "Results":[{"Target":"nginx (debian 12)","Vulnerabilities":[{"VulnerabilityID":"CVE-2026-1","Severity":"HIGH","PkgName":"a","InstalledVersion":"1","FixedVersion":"2","SeveritySource":"nvd","CVSS":{"nvd":{"V3Score":7.5},"x":{"V2Score":1e3}}}],
        "Misconfigurations":[{"ID":"DS001","Status":"FAIL","Severity":"LOW","CauseMetadata":{"StartLine":1}}],"Secrets":[{"RuleID":"r","Category":"c","Severity":"CRITICAL","StartLine":2}],"Licenses":[{"Name":"MIT","Severity":"UNKNOWN"}]}]}
        """u8.ToArray(),
        """{"SchemaVersion":2,"Results":null}"""u8.ToArray(), """{"SchemaVersion":3}"""u8.ToArray(),
    ];

    private static List<byte[]> SeedManifests() =>
    [
        .. Directory.EnumerateFiles(RepositoryRoot.Combine("test/corpus/manifests"), "*.yaml", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(File.ReadAllBytes).Where(static file => file.Length < 3000),
        """{"apiVersion":"v1","kind":"Pod","metadata":{"name":"x","annotations":{"weir.io/ignore":"SEC-001"}},"spec":{"containers":[{"name":"a","image":"nginx:latest","resources":{"limits":{"memory":"1e3Mi","cpu":"100m"}}}]}}"""u8.ToArray(),
        "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n---\n{{ .Values }}\n"u8.ToArray(),
    ];

    private static List<byte[]> SeedSpecifications() =>
    [
        "openapi: 3.1.0\ninfo: {title: t, version: '1'}\nservers: [{url: /v1}]\npaths:\n  /users/{id}:\n    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]\n    get:\n      responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/U'}}}}}\ncomponents: {schemas: {U: {type: object, properties: {a: {$ref: '#/components/schemas/U'}}}}}\n"u8.ToArray(),
        """{"swagger":"2.0","basePath":"/v1","paths":{"/a/{b}":{"post":{"parameters":[{"in":"body","name":"x","schema":{"$ref":"#/definitions/X"}}],"responses":{"default":{"description":"d"}}}}},"definitions":{"X":{"allOf":[{"$ref":"#/definitions/X"}]}}}"""u8.ToArray(),
        "a: &a [1, 2]\nb: [*a, *a]\n"u8.ToArray(),
    ];

    private static List<byte[]> SeedMessages() =>
    [
        """[["request_method","GET"],["request_url","http://orders/users/1?a=b"],["request_header:accept","x"],["response_code","200"],["response_header:content-type","application/json"],["response_body","{}"],["interval","7.5"],["now","1769860800123"],["graphql_query","{a}"]]"""u8.ToArray(),
        """[[["request_method","POST"],["request_url","https://[::1]:8443/"],["request_param:a","b"],["response_code","x"]],[["request_method","GET"],["request_url","/"],["response_code","200"],["now","99999999999999999999"]]]"""u8.ToArray(),
    ];

    private static void ReadReport(byte[] bytes)
    {
        ImageReport report;
        try
        {
            report = TrivyReport.Parse(bytes);
        }
        catch (FormatException told)
        {
            if (told.Message.Length is 0 or > 500) throw new InvalidOperationException($"a message of {told.Message.Length} characters", told);
            return;
        }

        using var document = new MemoryStream();
        ImageJson.Write(report, ImageSeverity.Unknown, document);
        using (JsonDocument.Parse(document.ToArray())) ImageText.Write(report, ImageSeverity.Unknown, TextWriter.Null);
    }

    private static void ReadManifest(byte[] bytes)
    {
        var limits = ManifestLimits.Default with { MaxFileBytes = 1 << 16, MaxDepth = 40, MaxNodes = 10_000 };
        var scanner = new SmellScanner(limits: limits);
        scanner.Add("sent.yaml", bytes, onlyObjects: bytes.Length % 2 == 0);
        var report = scanner.Scan();
        using var document = new MemoryStream();
        SmellJson.Write(report, document);
        using (JsonDocument.Parse(document.ToArray())) SmellText.Write(report, TextWriter.Null, colour: false, withSuppressed: true);
        document.SetLength(0);
        SmellSarif.Write(report, "1", document);
        using (JsonDocument.Parse(document.ToArray())) if (report.Findings.Length > limits.MaxFindings) throw new InvalidOperationException("more findings than allowed");
    }

    private static void ReadSpecification(byte[] bytes)
    {
        var limits = new SpecLimits { MaxBytes = 1 << 16, MaxValues = 10_000, MaxDepth = 40 };
        if (!SpecReader.TryRead(bytes, out var model, out var error, limits))
        {
            if (error.Length == 0) throw new InvalidOperationException("refused without a reason");
            return;
        }

        if (model.Operations.Count > limits.MaxValues) throw new InvalidOperationException("more operations than values");
    }

    private static void ReadMessages(byte[] bytes)
    {
        var reader = new ResurfaceMessageReader(bytes);
        var (exchange, again, writer) = (new Exchange(), new Exchange(), new ExchangeJsonWriter());
        for (var taken = 0; reader.TryRead(exchange, receivedNs: 1); taken++)
        {
            if (taken > bytes.Length) throw new InvalidOperationException("more messages than bytes");
            var record = new ArrayBufferWriter<byte>();
            writer.Write(exchange, record);
            if (!ExchangeJsonReader.TryRead(record.WrittenSpan, again, out var error)) throw new InvalidOperationException(error + Encoding.UTF8.GetString(record.WrittenSpan));
        }

        if (reader.Invalid > bytes.Length) throw new InvalidOperationException("more lines than bytes");
    }
}
