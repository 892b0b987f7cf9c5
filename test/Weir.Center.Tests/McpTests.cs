using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Weir.Center.Auth;
using Weir.Center.Mcp;
using Xunit;

namespace Weir.Center.Tests;

/// <summary>The Model Context Protocol over HTTP. That a client of others understands it is tested in Weir.EndToEnd.Tests.</summary>
public class McpTests
{
    [Theory]
    [InlineData("2025-03-26", "2025-03-26")]
    [InlineData("2024-11-05", "2024-11-05")]
    [InlineData("2099-01-01", "2025-06-18")]
    public async Task A_client_gets_the_revision_that_it_speaks_or_else_the_newest(string asked, string given)
    {
        await using var center = await TestCenter.Start();
        var result = (await Ask(center, "initialize", new JsonObject { ["protocolVersion"] = asked }))!["result"]!;
        Assert.Equal(given, result["protocolVersion"]!.GetValue<string>());
        Assert.Equal("weir", result["serverInfo"]!["name"]!.GetValue<string>());
        Assert.NotNull(result["capabilities"]!["tools"]);
    }

    [Fact]
    public async Task Every_tool_is_a_route_that_exists_and_its_parameters_are_parameters_of_that_route()
    {
        await using var center = await TestCenter.Start();
        var paths = (await center.Json("/openapi/v1.json")).GetProperty("paths");
        var operations = paths.EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(operation => (operation.Name, operation.Value)))
            .Where(one => one.Value.ValueKind == JsonValueKind.Object && one.Value.TryGetProperty("operationId", out _))
            .ToDictionary(one => one.Value.GetProperty("operationId").GetString()!);
        foreach (var tool in McpTools.All)
        {
            var (method, operation) = operations[tool.Operation];
            Assert.Equal(tool.Body is null ? "get" : "post", method);
            var known = operation.TryGetProperty("parameters", out var parameters) ? parameters.EnumerateArray().Select(one => one.GetProperty("name").GetString()!).ToHashSet() : [];
            Assert.Subset(known, tool.Parameters.Select(parameter => parameter.Name).Where(name => name != tool.Body).ToHashSet());
            Assert.Subset(known, tool.Defaults.Select(one => one.Name).ToHashSet());
        }
    }

    [Fact]
    public async Task Calls_are_listed_got_and_counted()
    {
        await using var center = await TestCenter.Start();
        await center.IngestStored(0, 30);
        var list = Json(await Call(center, "list_calls", new JsonObject { ["where"] = "method == 'GET'", ["limit"] = 3 }));
        Assert.Equal(3, list["items"]!.AsArray().Count);
        Assert.Equal(20, Json(await Call(center, "list_calls", new JsonObject()))["items"]!.AsArray().Count);
        var id = list["items"]![0]!["id"]!.GetValue<string>();
        var direct = JsonNode.Parse(await center.Http.GetStringAsync(new Uri($"/api/v1/exchanges/{id}", UriKind.Relative)));
        Assert.Equal(direct!.ToJsonString(), Json(await Call(center, "get_call", new JsonObject { ["id"] = id })).ToJsonString());
        var counted = Json(await Call(center, "count_calls", new JsonObject { ["from"] = "2000-01-01T00:00:00Z", ["fields"] = "method" }));
        Assert.Equal(30, counted["matched"]!.GetValue<int>());
        Assert.Equal(12, counted["buckets"]!.AsArray().Count);
    }

    [Theory]
    [InlineData("list_calls", """{"where":"status_code >="}""", "where: ")]
    [InlineData("list_calls", """{"limit":0}""", "limit: must be 1 to 1000")]
    [InlineData("list_calls", """{"colour":"red"}""", "has no parameter of this name; it has where, from")]
    [InlineData("list_calls", """{"where":["a"]}""", "where is text or a number")]
    [InlineData("list_calls", """[]""", "arguments are an object")]
    [InlineData("get_call", """{}""", "get_call needs id")]
    [InlineData("get_call", """{"id":"../../status"}""", "There is no call of this id")]
    [InlineData("find_drift", """{"service":"nobody","document":"openapi: ["}""", "body: ")]
    public async Task What_is_wrong_with_a_question_is_told_to_the_model(string tool, string arguments, string expected)
    {
        await using var center = await TestCenter.Start();
        var result = await Call(center, tool, JsonNode.Parse(arguments));
        Assert.True(result["isError"]!.GetValue<bool>());
        Assert.Contains(expected, result["content"]![0]!["text"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{", HttpStatusCode.BadRequest, -32700)]
    [InlineData("[]", HttpStatusCode.BadRequest, -32600)]
    [InlineData("""{"jsonrpc":"1.0","id":1,"method":"ping"}""", HttpStatusCode.BadRequest, -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}""", HttpStatusCode.BadRequest, -32700)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_status","name":"get_call"}}""", HttpStatusCode.BadRequest, -32700)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_call","arguments":{"id":"\ud800"}}}""", HttpStatusCode.BadRequest, -32700)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"resources/list"}""", HttpStatusCode.OK, -32601)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"delete_everything"}}""", HttpStatusCode.OK, -32602)]
    public async Task What_is_no_message_is_told_by_its_code(string message, HttpStatusCode status, int code)
    {
        await using var center = await TestCenter.Start();
        using var response = await Post(center, message);
        Assert.Equal(status, response.StatusCode);
        Assert.Equal(code, (await TestCenter.Body(response)).GetProperty("error").GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task A_notification_has_no_answer_and_a_message_that_is_too_long_no_effect()
    {
        await using var center = await TestCenter.Start();
        using var notified = await Post(center, """{"jsonrpc":"2.0","method":"notifications/initialized"}""");
        Assert.Equal(HttpStatusCode.Accepted, notified.StatusCode);
        Assert.Empty(await notified.Content.ReadAsStringAsync());
        using var large = await Post(center, new string(' ', (8 << 20) + 1));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.StatusCode);
    }

    [Fact]
    public async Task Who_may_not_ask_a_route_may_not_ask_it_here_either()
    {
        await using var center = await TestCenter.Start();
        using var nobody = new HttpClient { BaseAddress = center.Http.BaseAddress };
        using var refused = await nobody.PostAsync(new Uri("/mcp", UriKind.Relative), Body("""{"jsonrpc":"2.0","id":1,"method":"tools/list"}"""));
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        var accounts = center.Host.Accounts;
        nobody.DefaultRequestHeaders.Authorization = new("Bearer", accounts.Tokens.Create("assistant", Accounts.FirstUser, Role.Viewer, null)!.Value.Token);
        using var drift = await nobody.PostAsync(
            new Uri("/mcp", UriKind.Relative), Body("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"find_drift","arguments":{"service":"a","document":"{}"}}}"""));
        var result = (await TestCenter.Body(drift)).GetProperty("result");
        Assert.True(result.GetProperty("isError").GetBoolean());
        Assert.Equal("This needs another role", result.GetProperty("content")[0].GetProperty("text").GetString());
        using var status = await nobody.PostAsync(new Uri("/mcp", UriKind.Relative), Body("""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_status"}}"""));
        Assert.False((await TestCenter.Body(status)).GetProperty("result").GetProperty("isError").GetBoolean());
    }

    private static JsonObject Json(JsonNode result)
    {
        Assert.False(result["isError"]!.GetValue<bool>(), result.ToJsonString());
        return JsonNode.Parse(result["content"]![0]!["text"]!.GetValue<string>())!.AsObject();
    }

    private static async Task<JsonNode> Call(TestCenter center, string tool, JsonNode? arguments) =>
        (await Ask(center, "tools/call", new JsonObject { ["name"] = tool, ["arguments"] = arguments }))!["result"]!;

    private static async Task<JsonNode?> Ask(TestCenter center, string method, JsonObject parameters)
    {
        using var response = await Post(center, new JsonObject { ["jsonrpc"] = "2.0", ["id"] = "q", ["method"] = method, ["params"] = parameters }.ToJsonString());
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var message = JsonNode.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal("q", message!["id"]!.GetValue<string>());
        return message;
    }

    private static Task<HttpResponseMessage> Post(TestCenter center, string message) => center.Http.PostAsync(new Uri("/mcp", UriKind.Relative), Body(message));

    private static StringContent Body(string message) => new(message, Encoding.UTF8, "application/json");
}
