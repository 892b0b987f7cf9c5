using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Weir.Testing;
using Xunit;

namespace Weir.Center.Tests;

/// <summary>The OpenAPI document is what the answers are, and what the page's types were made of.</summary>
public class DescriptionTests
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public async Task The_document_in_docs_is_that_of_the_center()
    {
        await using var center = await TestCenter.Start();
        var document = JsonNode.Parse((await center.Json("/openapi/v1.json")).GetRawText())!.AsObject();
        document.Remove("servers");
        var text = document.ToJsonString(s_indented) + "\n";
        var file = RepositoryRoot.Combine("docs/openapi.json");
        if (Environment.GetEnvironmentVariable("WEIR_WRITE_DOCS") == "1") await File.WriteAllTextAsync(file, text);
        Assert.True(File.Exists(file) && await File.ReadAllTextAsync(file) == text, "docs/openapi.json is not that of the center: run this test with WEIR_WRITE_DOCS=1, then npm run types in web");
    }

    [Fact]
    public async Task Answers_are_as_they_are_described()
    {
        await using var center = await TestCenter.Start();
        await center.IngestStored(0, 40);
        var described = new Described(await center.Json("/openapi/v1.json"), "StatusAnswer", "CaptureFacts", "StorageFacts", "LiveFacts");
        var id = (await center.Json("/api/v1/exchanges")).GetProperty("items")[0].GetProperty("id").GetString();
        var wrong = new List<string>();
        foreach (var (path, query) in new (string, string)[]
        {
            ("/api/v1/exchanges", "/api/v1/exchanges"), ("/api/v1/exchanges/{id}", $"/api/v1/exchanges/{id}"), ("/api/v1/fields", "/api/v1/fields"), ("/api/v1/status", "/api/v1/status"),
            ("/api/v1/exchanges/overview", "/api/v1/exchanges/overview?from=2000-01-01T00:00:00Z&fields=method"), ("/api/v1/endpoints", "/api/v1/endpoints?all=true"), ("/api/v1/probes", "/api/v1/probes"),
            ("/api/v1/map", "/api/v1/map?from=2000-01-01T00:00:00Z"), ("/api/v1/traffic", "/api/v1/traffic"), ("/api/v1/incidents", "/api/v1/incidents"), ("/api/v1/alerts", "/api/v1/alerts"),
            ("/api/v1/session", "/api/v1/session"), ("/api/v1/users", "/api/v1/users"), ("/api/v1/tokens", "/api/v1/tokens"), ("/api/v1/audit", "/api/v1/audit"), ("/api/v1/ratelimits/auto", "/api/v1/ratelimits/auto"),
            ("/api/v1/signing-keys", "/api/v1/signing-keys"), ("/api/v1/scans", "/api/v1/scans"), ("/api/v1/policies/curated", "/api/v1/policies/curated"), ("/api/v1/process-events", "/api/v1/process-events"),
        })
        {
            wrong.AddRange(described.Compare(path, await center.Json(query)));
        }

        foreach (var endpoint in (await center.Json("/api/v1/endpoints?all=true")).GetProperty("items").EnumerateArray())
            wrong.AddRange(described.Compare("/api/v1/endpoints/{id}", await center.Json($"/api/v1/endpoints/{Uri.EscapeDataString(endpoint.GetProperty("id").GetString()!)}")));
        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Distinct().Take(40)));
    }

    /// <summary>Records of every protocol and source that the corpus has: what no call in a test of the center would have.</summary>
    [Fact]
    public async Task Records_of_the_corpus_are_as_they_are_described()
    {
        await using var center = await TestCenter.Start();
        var described = new Described(await center.Json("/openapi/v1.json"));
        var (wrong, records) = (new List<string>(), 0);
        foreach (var file in Directory.EnumerateFiles(RepositoryRoot.Combine("test/corpus"), "expected.jsonl", SearchOption.AllDirectories))
        {
            foreach (var line in File.ReadLines(file).Where(line => line.Contains("\"startedAt\"", StringComparison.Ordinal)))
            {
                // Ids differ from run to run, so the corpus leaves them out.
                var record = JsonNode.Parse(line)!.AsObject();
                record["id"] = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
                using var document = JsonDocument.Parse(record.ToJsonString());
                wrong.AddRange(described.Compare("/api/v1/exchanges/{id}", document.RootElement));
                records++;
            }
        }

        Assert.True(records > 50, $"{records} records");
        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Distinct().Take(40)));
    }
}
