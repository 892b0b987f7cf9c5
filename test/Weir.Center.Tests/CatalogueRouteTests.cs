using System.Net;
using System.Text;
using System.Text.Json;
using Weir.Center.Hosting;

namespace Weir.Center.Tests;

public class CatalogueRouteTests
{
    private const string Spec = """{"openapi":"3.1.0","info":{"title":"orders","version":"1"},"paths":{"/orders/{id}":{"get":{"responses":{"200":{"description":"x","content":{"application/json":{"schema":{"type":"object","properties":{"id":{"type":"string"}}}}}}}}},"/never":{"get":{"responses":{}}}}}""";

    private static async Task<HttpResponseMessage> Post(TestCenter center, string path, string body, string? origin = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (origin is not null) request.Headers.Add("Origin", origin);
        return await center.Http.SendAsync(request);
    }

    private static async Task<JsonElement> Only(TestCenter center, string query = "") =>
        Assert.Single((await center.Json("/api/v1/endpoints" + query)).GetProperty("items").EnumerateArray());

    [Fact]
    public async Task Endpoints_are_learned_from_what_is_ingested_and_name_their_records()
    {
        await using var center = await TestCenter.Start();
        await center.IngestStored(0, 12);
        var endpoint = await Only(center);
        Assert.Equal(("GET", "/orders/{order_id}", 12), (endpoint.GetProperty("method").GetString(), endpoint.GetProperty("template").GetString(), endpoint.GetProperty("calls").GetInt32()));
        var detail = await center.Json("/api/v1/endpoints/" + endpoint.GetProperty("id").GetString());
        Assert.Equal("rule form: values look like integer; 12 samples, about 12 different", detail.GetProperty("explanation")[1].GetProperty("why").GetString());
        Assert.Equal("integer", detail.GetProperty("responses").GetProperty("200").GetProperty("content").GetProperty("application/json").GetProperty("schema").GetProperty("properties").GetProperty("id").GetProperty("type").GetString());
        var stored = await center.Json("/api/v1/exchanges?where=" + Uri.EscapeDataString("endpoint == '/orders/{order_id}'"));
        Assert.Equal(12, stored.GetProperty("items").GetArrayLength());
        var status = await center.Json("/api/v1/status");
        Assert.Equal((12, 1), (status.GetProperty("catalogue").GetProperty("observed").GetInt32(), status.GetProperty("catalogue").GetProperty("endpoints").GetInt32()));
    }

    [Fact]
    public async Task What_nobody_confirmed_is_listed_on_demand()
    {
        await using var center = await TestCenter.Start();
        center.Host.Ingest.Write(Calls.Make(1, status: 404));
        Assert.Empty((await center.Json("/api/v1/endpoints")).GetProperty("items").EnumerateArray());
        Assert.False((await Only(center, "?all=true&service=orders")).GetProperty("confirmed").GetBoolean());
        Assert.Empty((await center.Json("/api/v1/endpoints?all=true&service=other")).GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task A_restart_keeps_what_was_learned_and_decided()
    {
        var directory = Directory.CreateTempSubdirectory("weir-center-").FullName;
        try
        {
            await using (var first = await TestCenter.Start(options => options with { DataDirectory = directory }))
            {
                first.Ingest(0, 5);
                using var undone = await Post(first, $"/api/v1/endpoints/{(await Only(first)).GetProperty("id").GetString()}/undo", """{"parameter":"order_id"}""");
                Assert.Equal(HttpStatusCode.OK, undone.StatusCode);
                first.Ingest(0, 2);
                Assert.Equal(2, (await first.Json("/api/v1/endpoints")).GetProperty("items").GetArrayLength());
            }

            await using var second = await TestCenter.Start(options => options with { DataDirectory = directory });
            Assert.Equal(2, (await second.Json("/api/v1/endpoints")).GetProperty("items").GetArrayLength());
            second.Ingest(2, 1);
            var templates = (await second.Json("/api/v1/endpoints")).GetProperty("items").EnumerateArray().Select(static one => one.GetProperty("template").GetString());
            Assert.Equal(["/orders/0", "/orders/1", "/orders/2"], templates);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task A_template_can_be_accepted_under_another_name()
    {
        await using var center = await TestCenter.Start();
        center.Ingest(0, 3);
        var id = (await Only(center)).GetProperty("id").GetString();
        using var accepted = await Post(center, $"/api/v1/endpoints/{id}/accept", """{"template":"/orders/{number}"}""");
        Assert.Equal(HttpStatusCode.OK, accepted.StatusCode);
        var endpoint = await Only(center);
        Assert.Equal(("/orders/{number}", id), (endpoint.GetProperty("template").GetString(), endpoint.GetProperty("id").GetString()));
    }

    [Fact]
    public async Task A_template_is_a_label_of_metrics_once_somebody_has_accepted_it()
    {
        await using var center = await TestCenter.Start();
        center.Ingest(0, 3);
        Assert.DoesNotContain("endpoint=\"/", await (await center.Get("/metrics")).Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var accepted = await Post(center, $"/api/v1/endpoints/{(await Only(center)).GetProperty("id").GetString()}/accept", "{}");
        Assert.Equal(HttpStatusCode.OK, accepted.StatusCode);
        center.Ingest(3, 2);
        var text = await (await center.Get("/metrics")).Content.ReadAsStringAsync();
        Assert.Contains("endpoint=\"/orders/{order_id}\",protocol=\"http1\",method=\"GET\",status_class=\"2xx\"} 2\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/v1/endpoints/none/accept", "{}", null, HttpStatusCode.NotFound)]
    [InlineData("/api/v1/endpoints/none/undo", "[", null, HttpStatusCode.BadRequest)]
    [InlineData("/api/v1/endpoints/none/undo", "{}", "http://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("/api/v1/drift?service=none", Spec, null, HttpStatusCode.NotFound)]
    [InlineData("/api/v1/drift?service=none", "a: 1", null, HttpStatusCode.BadRequest)]
    [InlineData("/api/v1/drift?service=none", Spec, "http://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("/api/v1/endpoints", "{}", null, HttpStatusCode.MethodNotAllowed)]
    public async Task What_is_wrong_is_refused(string path, string body, string? origin, HttpStatusCode status)
    {
        await using var center = await TestCenter.Start();
        using var response = await Post(center, path, body, origin);
        Assert.Equal(status, response.StatusCode);
    }

    [Fact]
    public async Task A_service_is_described_in_json_and_yaml_and_compared_with_a_document()
    {
        await using var center = await TestCenter.Start();
        center.Ingest(0, 4);
        var document = await center.Json("/api/v1/openapi?service=orders");
        Assert.Equal("3.1.1", document.GetProperty("openapi").GetString());
        using var yaml = await center.Get("/api/v1/openapi?service=orders&format=yaml");
        Assert.Contains("\"/orders/{order_id}\":", await yaml.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var response = await Post(center, "/api/v1/drift?service=orders", Spec);
        var drift = await TestCenter.Body(response);
        var item = Assert.Single(drift.GetProperty("drift").EnumerateArray());
        Assert.Equal(("type_drift", "response 200 application/json $.id"), (item.GetProperty("kind").GetString(), item.GetProperty("where").GetString()));
        Assert.Equal("GET /never", Assert.Single(drift.GetProperty("unused").EnumerateArray()).GetString());
    }

    [Fact]
    public async Task The_routes_stand_in_the_description_of_the_api()
    {
        await using var center = await TestCenter.Start();
        var paths = (await center.Json("/openapi/v1.json")).GetProperty("paths");
        foreach (var path in new[] { "/api/v1/endpoints", "/api/v1/endpoints/{id}", "/api/v1/endpoints/{id}/accept", "/api/v1/endpoints/{id}/undo", "/api/v1/openapi", "/api/v1/drift" })
            Assert.True(paths.TryGetProperty(path, out _), path);
    }
}
