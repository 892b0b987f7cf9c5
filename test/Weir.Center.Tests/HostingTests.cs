using System.Net;
using System.Net.Sockets;
using Weir.Center.Hosting;

namespace Weir.Center.Tests;

public class HostingTests
{
    [Theory]
    [InlineData("GET", "/", 200)]
    [InlineData("GET", "/assets/app-1a2b3c.js", 200)]
    [InlineData("GET", "/nothing.js", 404)]
    [InlineData("GET", "/api/v1/exchanges", 200)]
    [InlineData("GET", "/api/v1/exchanges?limit=0", 400)]
    [InlineData("GET", "/api/v1/exchanges/x", 404)]
    [InlineData("GET", "/api/v1/nothing", 404)]
    [InlineData("GET", "/api", 404)]
    [InlineData("GET", "/openapi/v9.json", 404)]
    [InlineData("GET", "/api/v1/exchanges/stream", 200)]
    [InlineData("GET", "/metrics", 200)]
    [InlineData("GET", "/openapi/v1.json", 200)]
    [InlineData("HEAD", "/", 200)]
    [InlineData("HEAD", "/api/v1/exchanges", 200)]
    [InlineData("HEAD", "/metrics", 200)]
    [InlineData("HEAD", "/api/v1/nothing", 404)]
    [InlineData("POST", "/api/v1/exchanges", 405)]
    [InlineData("DELETE", "/api/v1/exchanges/x", 405)]
    [InlineData("OPTIONS", "/", 405)]
    [InlineData("BREW", "/", 405)]
    public async Task Every_answer_carries_the_security_headers(string method, string path, int status)
    {
        await using var center = await TestCenter.Start();
        using var response = await center.Send(new HttpMethod(method), path);
        Assert.Equal(status, (int)response.StatusCode);
        AssertSecure(response);
        Assert.Equal(status == 405, response.Content.Headers.Allow.Contains("HEAD"));
        if (method == "HEAD") Assert.Empty(await response.Content.ReadAsByteArrayAsync());
        if (!path.StartsWith("/assets/", StringComparison.Ordinal) && path != "/") Assert.True(response.Headers.CacheControl!.NoStore);
        if (status >= 400 && method != "HEAD" && !path.StartsWith("/openapi", StringComparison.Ordinal))
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
    }

    [Theory]
    [InlineData("/api/v1/exchanges")]
    [InlineData("/readyz")]
    public async Task An_answer_to_a_failure_carries_them_too(string path)
    {
        await using var center = await TestCenter.Start();
        center.Host.Store.Dispose();
        using var response = await center.Get(path);
        Assert.True((int)response.StatusCode >= 500);
        AssertSecure(response);
        Assert.True(response.Headers.CacheControl!.NoStore);
        Assert.DoesNotContain("   at ", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("evil.example", 421)]
    [InlineData("evil.example:7373", 421)]
    [InlineData("localhost.evil.example", 421)]
    [InlineData("127.0.0.1.evil.example", 421)]
    [InlineData("192.168.0.1", 421)]
    [InlineData("localhost", 200)]
    [InlineData("LOCALHOST:99", 200)]
    [InlineData("127.0.0.1", 200)]
    [InlineData("127.0.0.2:1", 200)]
    [InlineData("[::1]:7373", 200)]
    public async Task Only_loopback_names_are_answered(string host, int status)
    {
        await using var center = await TestCenter.Start();
        using var response = await center.Get("/api/v1/status", ("Host", host));
        Assert.Equal(status, (int)response.StatusCode);
        AssertSecure(response);
    }

    [Theory]
    [InlineData("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 26\r\n\r\nGET /evil HTTP/1.1\r\n\r\n1234", "HTTP/1.1 405")]
    [InlineData("GET / HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 5\r\n\r\n12345", "HTTP/1.1 421")]
    [InlineData("GET /healthz HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", "HTTP/1.1 200")]
    public async Task A_request_with_a_body_is_answered_once_and_the_connection_ends(string request, string status)
    {
        await using var center = await TestCenter.Start();
        var answer = await center.Raw(request);
        Assert.StartsWith(status, answer, StringComparison.Ordinal);
        Assert.Contains("Connection: close", answer, StringComparison.Ordinal);
        Assert.Equal(1, answer.Split("HTTP/1.1 ").Length - 1);
    }

    [Fact]
    public async Task A_connection_is_kept_after_a_refusal_without_body()
    {
        await using var center = await TestCenter.Start();
        var answer = await center.Raw(
            "DELETE / HTTP/1.1\r\nHost: localhost\r\n\r\nHEAD /healthz HTTP/1.1\r\nHost: localhost\r\n\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        Assert.Equal(["405", "200", "200"], answer.Split("HTTP/1.1 ").Skip(1).Select(part => part[..3]));
        Assert.Equal(1, answer.Split("\r\n\r\nok").Length - 1);
    }

    [Fact]
    public async Task An_address_for_others_takes_authentication()
    {
        var directory = Directory.CreateTempSubdirectory("weir-center-").FullName;
        var options = TestCenter.Options(directory) with { Listen = new IPEndPoint(IPAddress.Any, 0) };
        var failure = Assert.Throws<IOException>(() => CenterHost.Create(options with { Auth = options.Auth with { Enabled = false } }));
        Assert.Contains("without authentication", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(directory));
        Directory.Delete(directory, recursive: true);
        await using var center = await TestCenter.Start(o => o with { Listen = new IPEndPoint(IPAddress.Any, 0) });
        center.Http.DefaultRequestHeaders.Authorization = null;
        using var health = await center.Get("/healthz", ("Host", "weir.example"));
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        using var calls = await center.Get("/api/v1/exchanges", ("Host", "weir.example"));
        Assert.Equal(HttpStatusCode.Unauthorized, calls.StatusCode);
    }

    [Fact]
    public async Task A_port_in_use_is_told_with_what_to_do()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var failure = await StartFails((IPEndPoint)other.LocalEndpoint);
        Assert.Contains(((IPEndPoint)other.LocalEndpoint).Port.ToString(null, null), failure, StringComparison.Ordinal);
        Assert.Contains("in use", failure, StringComparison.Ordinal);
        Assert.Contains("--listen", failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_of_the_environment_open_no_other_address()
    {
        Environment.SetEnvironmentVariable("ASPNETCORE_URLS", "http://127.0.0.1:1");
        Environment.SetEnvironmentVariable("Kestrel__Endpoints__Other__Url", "http://127.0.0.1:0");
        try
        {
            await using var center = await TestCenter.Start();
            Assert.Equal(HttpStatusCode.OK, (await center.Get("/healthz")).StatusCode);
            Assert.NotEqual(1, new Uri(center.Host.Address).Port);
        }
        finally
        {
            Environment.SetEnvironmentVariable("ASPNETCORE_URLS", null);
            Environment.SetEnvironmentVariable("Kestrel__Endpoints__Other__Url", null);
        }
    }

    private static async Task<string> StartFails(IPEndPoint listen)
    {
        var directory = Directory.CreateTempSubdirectory("weir-center-").FullName;
        string message;
        await using (var host = CenterHost.Create(TestCenter.Options(directory) with { Listen = listen }))
            message = (await Assert.ThrowsAsync<IOException>(() => host.StartAsync(CancellationToken.None))).Message;
        Directory.Delete(directory, recursive: true);
        return message;
    }

    private static void AssertSecure(HttpResponseMessage response)
    {
        var headers = response.Headers;
        Assert.StartsWith("default-src 'none'", Assert.Single(headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("no-referrer", Assert.Single(headers.GetValues("Referrer-Policy")));
        Assert.Equal("same-origin", Assert.Single(headers.GetValues("Cross-Origin-Opener-Policy")));
        Assert.Equal("same-origin", Assert.Single(headers.GetValues("Cross-Origin-Resource-Policy")));
        Assert.False(headers.Contains("Server"));
    }
}
