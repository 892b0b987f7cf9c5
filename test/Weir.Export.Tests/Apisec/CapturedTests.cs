using System.Buffers;
using System.Text;
using System.Text.Json;
using Weir.Export.Apisec;
using Weir.Testing;
using Xunit;

namespace Weir.Export.Tests.Apisec;

/// <summary>The events and the file of the old tool, key by key.</summary>
public sealed class CapturedTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("weir-captured-").FullName;

    [Fact]
    public void A_call_is_a_request_event_and_a_response_event_with_the_keys_of_the_old_tool()
    {
        var events = Events("", ApisecCase.Call("POST", "/api/v1/users", """{"name":"x"}""", host: "example-api.shop:8080", status: 201, query: "dry=1"));
        Assert.Equal(
            ["id", "type", "timestamp", "node", "service", "method", "endpoint", "full_url", "host", "protocol", "source_ip", "source_port", "destination_ip",
                "destination_port", "request_headers", "request_body", "version"],
            events[0].EnumerateObject().Select(one => one.Name));
        Assert.Equal(
            ["id", "type", "timestamp", "node", "service", "method", "endpoint", "full_url", "host", "protocol", "source_ip", "source_port", "destination_ip",
                "destination_port", "status_code", "status_text", "request_headers", "request_body", "response_headers", "response_body", "version"],
            events[1].EnumerateObject().Select(one => one.Name));
        Assert.Equal("request", Text(events[0], "type"));
        Assert.Equal("example-api", Text(events[0], "service"));
        Assert.Equal("/api/v1/users?dry=1", Text(events[0], "endpoint"));
        Assert.Equal("http://example-api.shop:8080/api/v1/users?dry=1", Text(events[0], "full_url"));
        Assert.Equal("10.0.0.7", Text(events[0], "source_ip"));
        Assert.Equal("10.0.0.9", Text(events[1], "source_ip"));
        Assert.Equal(201, events[1].GetProperty("status_code").GetInt32());
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$", Text(events[0], "timestamp"));
        Assert.True(Guid.TryParse(Text(events[0], "id"), out var id) && Guid.Parse(Text(events[1], "id")) != id);
    }

    [Fact]
    public void A_service_is_what_Kubernetes_says_else_the_first_label_of_the_host_else_unknown()
    {
        var known = ApisecCase.Call("GET", "/", host: "10.1.2.3");
        known.Server.Service = "orders";
        Assert.Equal("orders", CapturedEventWriter.ServiceOf(known));
        Assert.Equal("orders", CapturedEventWriter.ServiceOf(ApisecCase.Call("GET", "/", host: "orders.shop.svc.cluster.local:80")));
        Assert.Equal("unknown", CapturedEventWriter.ServiceOf(ApisecCase.Call("GET", "/", host: "10.1.2.3:80")));
    }

    [Fact]
    public void The_file_leaves_out_health_checks_and_has_the_keys_of_the_old_guide()
    {
        var lines = Lines("ENDPOINT_CAPTURE: ", ApisecCase.Call("GET", "/healthz"), ApisecCase.Call("GET", "/health/live"), ApisecCase.Call("GET", "/healthy"), TestExchange.GetOk());
        var (result, file) = Extract([.. lines, "capturing on eth0", "{\"half"], new CapturedEndpointsOptions());
        Assert.Equal((8, 4, 4), (result.InFile, result.Written, result.HealthChecks));
        var metadata = file.GetProperty("metadata");
        Assert.Equal(["extracted_at", "total_endpoints", "total_in_file", "filtered_health_checks", "new_only", "node"], metadata.EnumerateObject().Select(one => one.Name));
        Assert.True(metadata.GetProperty("filtered_health_checks").ValueKind == JsonValueKind.True && metadata.GetProperty("new_only").ValueKind == JsonValueKind.False);
        var endpoints = file.GetProperty("endpoints").EnumerateArray().ToList();
        Assert.Equal(["id", "timestamp", "service", "method", "endpoint", "full_url", "type", "headers"], endpoints[2].EnumerateObject().Select(one => one.Name));
        Assert.Equal(
            ["id", "timestamp", "status_code", "status_text", "service", "method", "endpoint", "full_url", "type", "headers", "response_body"],
            endpoints[3].EnumerateObject().Select(one => one.Name));
        Assert.Contains("GET /healthy", result.Summary);
        Assert.Contains("type request: 2", result.Summary);
    }

    [Fact]
    public void Health_checks_stay_when_asked_for_and_only_new_events_come_when_asked_for()
    {
        var lines = Lines("", ApisecCase.Call("GET", "/healthz"), ApisecCase.Call("GET", "/a"));
        Assert.Equal(4, Extract(lines, new CapturedEndpointsOptions(SkipHealthChecks: false)).Result.Written);
        var (result, file) = Extract(lines, new CapturedEndpointsOptions(NewOnly: 3));
        Assert.Equal((4, 1), (result.InFile, result.Written));
        Assert.True(file.GetProperty("metadata").GetProperty("new_only").GetBoolean());
        Assert.Equal("response", Text(file.GetProperty("endpoints")[0], "type"));
    }

    [Fact]
    public void A_file_of_events_has_a_bound_and_keeps_the_one_before()
    {
        var path = Path.Combine(_folder, "endpoints.json");
        using (var output = new CapturedFileOutput(path, 4000))
        {
            var lane = output.OpenLane();
            for (var i = 0; i < 20; i++)
            {
                lane.Write(ApisecCase.Call("GET", $"/r/{i}"));
                lane.Flush();
            }
        }

        Assert.Equal(2, Directory.GetFiles(_folder).Length);
        Assert.All(Directory.GetFiles(_folder), file => Assert.InRange(new FileInfo(file).Length, 1, 4000));
        Assert.Contains("/r/19", File.ReadLines(path).Last(), StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static List<string> Lines(string prefix, params Weir.Records.Exchange[] calls)
    {
        var (writer, events) = (new ArrayBufferWriter<byte>(), new CapturedEventWriter());
        foreach (var call in calls) events.Write(call, Encoding.UTF8.GetBytes(prefix), writer);
        return [.. Encoding.UTF8.GetString(writer.WrittenSpan).Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }

    private static List<JsonElement> Events(string prefix, params Weir.Records.Exchange[] calls) => [.. Lines(prefix, calls).Select(line => JsonDocument.Parse(line).RootElement)];

    private static (CapturedEndpointsResult Result, JsonElement File) Extract(IEnumerable<string> lines, CapturedEndpointsOptions options)
    {
        using var output = new MemoryStream();
        var result = CapturedEndpoints.Write(lines, options, DateTimeOffset.UnixEpoch, output);
        return (result, JsonDocument.Parse(output.ToArray()).RootElement);
    }
}
