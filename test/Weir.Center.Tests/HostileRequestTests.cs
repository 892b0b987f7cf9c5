using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Weir.Fuzz;
using Xunit;

namespace Weir.Center.Tests;

/// <summary>
/// What anybody may send to a center's HTTP port, made worse at random: bodies of every route that takes one, query parameters of every route, tokens
/// and cookies. Nothing of it is a fault of the server (500), and nothing but what it is opens it. The seeds are fixed, so that a failure comes again.
/// </summary>
public class HostileRequestTests
{
    private const int Rounds = 30;

    /// <summary>Bodies that are right or nearly so; each route gets all of them, also those of others.</summary>
    private static readonly byte[][] s_bodies =
    [
        .. new[]
        {
            """{"username":"admin","password":"not this one"}""", """{"name":"u1","role":"viewer","password":"made-up-for-this-test"}""", """{"current":"x","password":"made-up-for-this-test"}""",
            """{"name":"nightly","role":"viewer","days":30}""", """{"matchers":{"namespace":"shop","kind":"flood"},"minutes":60,"comment":"ä€😀"}""",
            """{"target":{"kind":"Ingress","namespace":"shop","name":"web"},"rps":10,"burst":20,"connections":30,"ttlSeconds":1800}""",
            """{"image":"nginx:1.27.3"}""", """{"yaml":"apiVersion: cilium.io/v1alpha1\nkind: TracingPolicy\nmetadata: {name: x}\nspec:\n  kprobes:\n  - call: sys_open\n","dryRun":true}""",
            """{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_calls","arguments":{"where":"status_code >= 500","limit":5}}}""",
            """{"jsonrpc":"2.0","id":"a","method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}""",
            """[["request_method","GET"],["request_url","http://orders/users/1"],["response_code","200"],["response_body","{}"],["interval","7"],["now","1769860800123"]]""",
            "openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths:\n  /users/{id}:\n    get:\n      responses: {'200': {description: ok}}\n",
            "kind: Pod\napiVersion: v1\nmetadata: {name: x}\nspec: {containers: [{name: a, image: 'nginx:latest'}]}\n", "username=admin&password=%00%ff&grant_type=password", """{"user_value":"\ud800","image_name":"\ud800","policy_name":"\ud800","command_name":"x","enforce":"\ud800"}""", """{"template":"\ud800","template":"/a"}""", "[[[[[[[[", "{\"a\":1e999}", "&*a: [*a]",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    private static readonly string?[] s_types = ["application/json", "application/json; charset=utf-16", "application/x-www-form-urlencoded", "application/ndjson; charset=UTF-8", "application/yaml", "multipart/form-data; boundary=a", "text/plain", null];

    [Fact]
    public async Task No_body_of_any_route_is_a_fault_of_the_server()
    {
        await using var center = await TestCenter.Start();
        var routes = await Routes(center, "post", "put", "patch");
        Assert.True(routes.Count >= 20);
        var mutator = new Mutator(s_bodies, 1, JsonWords.All);
        var wrong = new List<string>();
        foreach (var (method, path, _) in routes)
        {
            for (var round = 0; round < Rounds; round++)
            {
                var body = round < s_bodies.Length ? s_bodies[round] : mutator.Next();
                using var request = new HttpRequestMessage(new HttpMethod(method.ToUpperInvariant()), Concrete(path)) { Content = new ByteArrayContent(body) };
                if (s_types[round % s_types.Length] is { } type) request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
                using var answer = await center.Http.SendAsync(request);
                if (answer.StatusCode == HttpStatusCode.InternalServerError) wrong.Add($"{method} {path}: {Encoding.UTF8.GetString(body)}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.Equal(HttpStatusCode.OK, (await center.Get("/healthz")).StatusCode);
    }

    [Fact]
    public async Task No_query_of_any_route_is_a_fault_of_the_server()
    {
        await using var center = await TestCenter.Start();
        await center.IngestStored(0, 20);
        string[] values = ["status_code >= 500 && path.matches('^/a{1,3}')", "2026-11-20T12:00:00Z", "-24h", "100", "01JC0000000000000000000000", "shop/orders", "method,path", "true", "eyJhIjoxfQ", "10.0.0.0/8", "%", "\u0000", "😀"];
        var mutator = new Mutator([.. values.Select(Encoding.UTF8.GetBytes)], 2);
        var wrong = new List<string>();
        // A live stream has no end; its parameters are those of the list.
        foreach (var (_, path, parameters) in (await Routes(center, "get")).Where(route => !route.Path.Contains("stream", StringComparison.Ordinal) && !route.Path.Contains("live", StringComparison.Ordinal)))
        {
            for (var round = 0; round < Rounds; round++)
            {
                var query = string.Join('&', parameters.Select(name => $"{name}={Uri.EscapeDataString(Encoding.Latin1.GetString(mutator.Next()))}"));
                using var answer = await center.Send(HttpMethod.Get, $"{Concrete(path)}?{query}");
                if (answer.StatusCode == HttpStatusCode.InternalServerError) wrong.Add($"{path}?{query}");
                if (parameters.Count == 0) break;
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public async Task No_token_and_no_cookie_but_the_right_one_opens_and_none_is_a_fault()
    {
        await using var center = await TestCenter.Start();
        var token = TestCenter.Token(center.Host);
        var right = $"Bearer {token}";
        // A header, claims and a signature, and what looks like them: of no algorithm, of another, of none of the parts.
        string[] seeds = [right, $"Bearer {token.Split('.')[0]}..", "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.", "Bearer weir_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "Basic YWRtaW46YWRtaW4=", "Bearer e30.e30.e30"];
        var mutator = new Mutator([.. seeds.Select(Encoding.ASCII.GetBytes)], 3);
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = center.Http.BaseAddress };
        for (var round = 0; round < 400; round++)
        {
            var text = string.Concat(Encoding.Latin1.GetString(mutator.Next()).Where(c => c is >= ' ' and <= '~')).Trim();
            if (string.Equals(text, right, StringComparison.OrdinalIgnoreCase)) continue;
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/exchanges");
            request.Headers.TryAddWithoutValidation(round % 2 == 0 ? "Authorization" : "Cookie", round % 2 == 0 ? text : $"weir_{center.Http.BaseAddress!.Port}={text}; weir={text}; __Host-weir={text}");
            using var answer = await http.SendAsync(request);
            Assert.True(answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.BadRequest or HttpStatusCode.Forbidden, $"{(int)answer.StatusCode} for {text}");
        }
    }

    private static string Concrete(string path) => path.Replace("{id}", "01JC0000000000000000000000", StringComparison.Ordinal).Replace("{name}", "nobody", StringComparison.Ordinal);

    private static async Task<List<(string Method, string Path, IReadOnlyList<string> Parameters)>> Routes(TestCenter center, params string[] methods) =>
    [
        .. from path in (await center.Json("/openapi/v1.json")).GetProperty("paths").EnumerateObject()
           from method in path.Value.EnumerateObject()
           where methods.Contains(method.Name)
           select (method.Name, path.Name, (IReadOnlyList<string>)Queries(method.Value)),
    ];

    private static List<string> Queries(JsonElement operation) => operation.TryGetProperty("parameters", out var all)
        ? [.. all.EnumerateArray().Where(one => one.GetProperty("in").GetString() == "query").Select(one => one.GetProperty("name").GetString()!)]
        : [];
}
