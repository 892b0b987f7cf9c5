using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Weir.Center.Auth;

namespace Weir.Center.Tests.Auth;

/// <summary>Every route there is, against everybody there is.</summary>
public sealed class RouteAccessTests
{
    /// <summary>Routes that are open to all on a loopback address, and nothing else is.</summary>
    private static readonly string[] s_open =
    [
        "GET /api/v1/oidc", "GET /api/v1/oidc/callback", "GET /api/v1/oidc/login", "GET /api/v1/visitor", "GET /fluke/saturated", "GET /fluke/saturated/{token}", "GET /health", "GET /healthz", "GET /metrics", "GET /readyz", "GET /saturated", "GET /saturated/{token}", "GET /{*path}",
        "POST /api/login", "POST /api/v1/session", "POST /fluke/message", "POST /fluke/message/{token}", "POST /message", "POST /message/{token}",
    ];

    [Fact]
    public async Task Only_login_health_metrics_and_the_files_of_the_page_are_open_and_loggers_on_loopback()
    {
        await using var center = await TestCenter.Start();
        Assert.Equal(s_open, Routes(center).Where(route => route.Role is null).Select(route => route.Name).Order(StringComparer.Ordinal));
        await using var remote = await TestCenter.Start(o => o with { Listen = new IPEndPoint(IPAddress.Any, 0) });
        Assert.Equal(
            s_open.Where(route => !route.Contains("saturated", StringComparison.Ordinal) && !route.Contains("message", StringComparison.Ordinal)),
            Routes(remote).Where(route => route.Role is null).Select(route => route.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Nobody_gets_past_any_other_route_without_what_it_asks_for()
    {
        await using var center = await TestCenter.Start();
        using var nobody = Visitor.Nobody(center);
        using var viewer = Visitor.Of(center, Role.Viewer);
        using var @operator = Visitor.Of(center, Role.Operator);
        using var logger = Visitor.Of(center, Role.Logger);
        using var tampered = Visitor.WithToken(center, TestCenter.Token(center.Host) + "A");
        using var unsigned = Visitor.WithToken(center, Unsigned(center));
        using var unknown = Visitor.WithToken(center, ApiTokens.Prefix + Credentials.NewSecret());
        var routes = Routes(center).Where(route => route.Role is not null).ToList();
        Assert.InRange(routes.Count, 25, 500);
        foreach (var route in routes)
        {
            var (method, path) = (route.Name.Split(' ')[0], route.Address);
            foreach (var stranger in new[] { nobody, tampered, unsigned, unknown })
            {
                using var refused = await stranger.Send(method, path, Body(method));
                Assert.True(HttpStatusCode.Unauthorized == refused.StatusCode, $"{route.Name}: {refused.StatusCode}");
                Assert.StartsWith("Bearer", refused.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
                Assert.Equal("application/problem+json", refused.Content.Headers.ContentType!.MediaType);
            }

            await Forbidden(logger, route, method, path);
            if (route.Role > Role.Viewer) await Forbidden(viewer, route, method, path);
            if (route.Role > Role.Operator) await Forbidden(@operator, route, method, path);
        }
    }

    [Fact]
    public async Task A_role_opens_its_routes()
    {
        await using var center = await TestCenter.Start();
        foreach (var (role, most) in new[] { (Role.Viewer, Role.Viewer), (Role.Operator, Role.Operator), (Role.Admin, Role.Admin) })
        {
            foreach (var route in Routes(center).Where(route => route.Role <= most && !route.Name.Contains("stream", StringComparison.Ordinal)))
            {
                // Some of them end the session that comes by.
                using var visitor = Visitor.Of(center, role);
                var status = await visitor.Status(route.Name.Split(' ')[0], route.Address, Body(route.Name));
                Assert.False(status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden, $"{role} {route.Name}: {status}");
            }
        }
    }

    [Fact]
    public async Task An_expired_token_opens_nothing_and_is_told_so()
    {
        var time = new SetTime();
        await using var center = await TestCenter.Start(o => o with { Auth = o.Auth with { Time = time } });
        using var visitor = Visitor.Of(center, Role.Admin);
        Assert.Equal(HttpStatusCode.OK, await visitor.Status("GET", "/api/v1/status"));
        time.Now += TimeSpan.FromHours(12);
        foreach (var route in Routes(center).Where(route => route.Role is not null))
        {
            using var refused = await visitor.Send(route.Name.Split(' ')[0], route.Address, Body(route.Name));
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
            Assert.Contains("is over", refused.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Another_header_is_no_token()
    {
        await using var center = await TestCenter.Start();
        using var nobody = Visitor.Nobody(center);
        foreach (var header in new[] { "Basic YWRtaW46YWRtaW4=", "Bearer", "Bearer ", "bearer x y z", "Bearer \"><script>alert(1)</script>" })
        {
            using var refused = await nobody.Send("GET", "/api/v1/status", null, ("Authorization", header));
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
            Assert.DoesNotContain("<script", refused.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Without_authentication_everybody_on_loopback_is_administrator()
    {
        await using var center = await TestCenter.Start(o => o with { Auth = o.Auth with { Enabled = false } });
        using var nobody = Visitor.Nobody(center);
        var session = await nobody.Json(HttpStatusCode.OK, "GET", "/api/v1/session");
        Assert.Equal(("admin", false), (session.GetProperty("role").GetString(), session.GetProperty("authentication").GetBoolean()));
        Assert.Equal(HttpStatusCode.OK, await nobody.Status("GET", "/api/v1/users"));
        Assert.Equal(HttpStatusCode.Forbidden, await nobody.Status("POST", "/api/v1/users", "{}", ("Origin", "http://evil.example")));
        Assert.Null(center.Host.FirstPassword);
        Assert.Null(center.Host.CreateLoginLink());
    }

    [Fact]
    public async Task A_body_that_is_too_large_or_nonsense_is_refused()
    {
        await using var center = await TestCenter.Start();
        using var admin = Visitor.Of(center, Role.Admin);
        foreach (var (method, path) in new[]
        {
            ("POST", "/api/v1/users"), ("PATCH", "/api/v1/users/admin"), ("POST", "/api/v1/tokens"), ("POST", "/api/v1/password"), ("POST", "/api/v1/session"),
            ("POST", "/api/login"),
        })
        {
            foreach (var body in new[] { "", "[", "[]", "null", "\"x\"", "{\"name\":1}", "{\"username\":\"\\ud800\",\"name\":\"\\ud800\"}", new string('[', 10_000), "{\"unknown\":1}" })
                Assert.Equal(HttpStatusCode.BadRequest, await admin.Status(method, path, body, (SameOrigin.Header, "1")));
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await admin.Status(method, path, $"{{\"name\":\"{new string('x', 20_000)}\"}}", (SameOrigin.Header, "1")));
            // So is one whose length is not announced.
            var chunked = await center.Raw(
                $"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TestCenter.Token(center.Host)}\r\n{SameOrigin.Header}: 1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                + $"10000\r\n{new string(' ', 1 << 16)}\r\n10000\r\n{new string(' ', 1 << 16)}\r\n0\r\n\r\n");
            Assert.StartsWith("HTTP/1.1 413", chunked, StringComparison.Ordinal);
            // A hundred megabytes are refused by their announcement, unread.
            var answer = await center.Raw(
                $"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TestCenter.Token(center.Host)}\r\n{SameOrigin.Header}: 1\r\nContent-Type: application/json\r\nContent-Length: 104857600\r\n\r\n{{");
            Assert.StartsWith("HTTP/1.1 413", answer, StringComparison.Ordinal);
            Assert.Contains("Connection: close", answer, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_no_route_takes_is_refused_as_such()
    {
        await using var center = await TestCenter.Start();
        using var nobody = Visitor.Nobody(center);
        foreach (var (method, path, status, allow) in new[]
        {
            ("POST", "/api/v1/exchanges", 405, "GET, HEAD"), ("PUT", "/api/v1/users", 405, "GET, HEAD, POST"), ("DELETE", "/api/login", 405, "GET, HEAD, POST"),
            ("POST", "/api/v1/users", 415, ""),
        })
        {
            using var content = new StringContent("a=1", System.Text.Encoding.UTF8, "application/x-www-form-urlencoded");
            using var refused = await nobody.Send(method, path, content);
            Assert.Equal(status, (int)refused.StatusCode);
            Assert.Equal("application/problem+json", refused.Content.Headers.ContentType!.MediaType);
            Assert.Equal(allow, string.Join(", ", refused.Content.Headers.Allow.Order(StringComparer.Ordinal)));
        }
    }

    [Fact]
    public async Task The_description_says_who_may_and_how_that_is_shown()
    {
        await using var center = await TestCenter.Start();
        var document = await center.Json("/openapi/v1.json");
        var schemes = document.GetProperty("components").GetProperty("securitySchemes");
        Assert.Equal("bearer", schemes.GetProperty("token").GetProperty("scheme").GetString());
        Assert.Equal("cookie", schemes.GetProperty("session").GetProperty("in").GetString());
        var roles = Routes(center).ToDictionary(route => route.Name, route => route.Role);
        foreach (var path in document.GetProperty("paths").EnumerateObject())
        {
            foreach (var operation in path.Value.EnumerateObject())
            {
                var role = roles[$"{operation.Name.ToUpperInvariant()} {path.Name}"];
                Assert.Equal(role is not null, operation.Value.TryGetProperty("security", out var security));
                if (role is null) continue;
                Assert.Equal(["session", "token"], security.EnumerateArray().SelectMany(one => one.EnumerateObject()).Select(one => one.Name).Order());
                Assert.Equal($"Role: {role.Value.Name()}.", operation.Value.GetProperty("description").GetString());
                Assert.True(operation.Value.GetProperty("responses").TryGetProperty("401", out _));
            }
        }
    }

    private static async Task Forbidden(Visitor visitor, Route route, string method, string path)
    {
        using var refused = await visitor.Send(method, path, Body(method));
        Assert.True(HttpStatusCode.Forbidden == refused.StatusCode, $"{route.Name}: {refused.StatusCode}");
        using var problem = JsonDocument.Parse(await refused.Content.ReadAsStringAsync());
        Assert.Equal("Not allowed", problem.RootElement.GetProperty("title").GetString());
    }

    /// <summary>What a route takes is refused before who asks for it, should it be of another kind.</summary>
    private static string? Body(string method) => method.StartsWith("GET", StringComparison.Ordinal) ? null : "{}";

    private static string Unsigned(TestCenter center)
    {
        var parts = TestCenter.Token(center.Host).Split('.');
        return $"{System.Buffers.Text.Base64Url.EncodeToString("""{"alg":"none","typ":"JWT"}"""u8)}.{parts[1]}.";
    }

    private static List<Route> Routes(TestCenter center)
    {
        var routes = new List<Route>();
        foreach (var endpoint in center.Host.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>())
        {
            var pattern = "/" + endpoint.RoutePattern.RawText!.TrimStart('/');
            var methods = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods;
            Assert.NotNull(methods);
            foreach (var method in methods)
                routes.Add(new Route($"{method} {pattern}", pattern.Replace("{documentName}", "v1", StringComparison.Ordinal).Replace("*path", "", StringComparison.Ordinal).Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal), RouteRoles.RoleOf(endpoint.Metadata, method)));
        }

        return routes;
    }

    private sealed record Route(string Name, string Address, Role? Role);
}
