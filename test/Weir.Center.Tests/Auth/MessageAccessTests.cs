using System.Net;
using System.Text;
using Weir.Center.Auth;

namespace Weir.Center.Tests.Auth;

/// <summary>Loggers: free on loopback, with a token elsewhere, and never able to read.</summary>
public sealed class MessageAccessTests
{
    private const string Line = "[[\"request_method\",\"GET\"],[\"request_url\",\"http://shop.example/\"],[\"response_code\",\"200\"],[\"now\",\"1700000000123\"]]";

    [Theory]
    [InlineData("/message")]
    [InlineData("/fluke/message")]
    public async Task Elsewhere_a_logger_shows_a_token_in_the_header_or_behind_the_address(string path)
    {
        await using var center = await Remote();
        var (token, record) = center.Host.Accounts.Tokens.Create("shop", Accounts.FirstUser, Role.Logger, null)!.Value;
        using var nobody = Visitor.Nobody(center);
        using var logger = Visitor.WithToken(center, token);
        Assert.Equal(HttpStatusCode.Unauthorized, await nobody.Status("POST", path, Content()));
        Assert.Equal(HttpStatusCode.Unauthorized, await nobody.Status("POST", $"{path}/{token[..^1]}", Content()));
        Assert.Equal(0, center.Host.Store.Count);
        Assert.Equal(HttpStatusCode.NoContent, await logger.Status("POST", path, Content()));
        Assert.Equal(HttpStatusCode.NoContent, await nobody.Status("POST", $"{path}/{token}", Content()));
        Assert.Equal(2, center.Host.Store.Count);
        Assert.Equal(HttpStatusCode.OK, await nobody.Status("GET", $"{path.Replace("message", "saturated", StringComparison.Ordinal)}/{token}"));
        foreach (var read in new[] { "/api/v1/exchanges", "/api/v1/status", "/api/v1/session", "/api/v1/exchanges/stream" }) Assert.Equal(HttpStatusCode.Forbidden, await logger.Status("GET", read));
        Assert.Single(center.Host.Accounts.Tokens.Delete(one => one.Id == record.Id));
        Assert.Equal(HttpStatusCode.Unauthorized, await nobody.Status("POST", $"{path}/{token}", Content()));
    }

    [Fact]
    public async Task A_viewer_cannot_make_calls_up_and_an_operator_can()
    {
        await using var center = await Remote();
        using var viewer = Visitor.Of(center, Role.Viewer);
        using var @operator = Visitor.Of(center, Role.Operator);
        Assert.Equal(HttpStatusCode.Forbidden, await viewer.Status("POST", "/message", Content()));
        Assert.Equal(HttpStatusCode.NoContent, await @operator.Status("POST", "/message", Content()));
    }

    [Fact]
    public async Task Where_it_was_asked_for_loggers_are_free_everywhere()
    {
        await using var center = await TestCenter.Start(o => o with { Listen = new IPEndPoint(IPAddress.Any, 0), Auth = o.Auth with { OpenMessages = true } });
        using var nobody = Visitor.Nobody(center);
        Assert.Equal(HttpStatusCode.NoContent, await nobody.Status("POST", "/message", Content()));
        Assert.Equal(HttpStatusCode.Unauthorized, await nobody.Status("GET", "/api/v1/exchanges"));
    }

    [Fact]
    public async Task A_token_in_another_address_opens_nothing()
    {
        await using var center = await TestCenter.Start();
        using var nobody = Visitor.Nobody(center);
        var token = TestCenter.Token(center.Host);
        foreach (var path in new[] { $"/api/v1/exchanges?token={token}", $"/api/v1/exchanges?access_token={token}", $"/api/v1/exchanges/{token}" })
            Assert.Equal(HttpStatusCode.Unauthorized, await nobody.Status("GET", path));
    }

    private static Task<TestCenter> Remote() => TestCenter.Start(o => o with { Listen = new IPEndPoint(IPAddress.Any, 0) });

    private static StringContent Content() => new StringContent(Line, Encoding.UTF8, "application/ndjson");
}
