using System.Net;
using Weir.Center.Auth;

namespace Weir.Center.Tests.Auth;

/// <summary>Browsers: the cookie, what other sites can't do with it, and its end.</summary>
public sealed class SessionTests
{
    private static readonly (string, string) s_own = (SameOrigin.Header, "1");

    [Fact]
    public async Task A_session_is_a_cookie_that_scripts_and_other_sites_do_not_get()
    {
        await using var center = await Start();
        using var browser = Visitor.Nobody(center);
        using var response = await browser.Send("POST", "/api/v1/session", new { username = "admin", password = Visitor.Password }, s_own);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var cookie = Assert.Single(response.Headers.GetValues("Set-Cookie"));
        Assert.StartsWith($"weir_session_{center.Http.BaseAddress!.Port}=", cookie, StringComparison.Ordinal);
        foreach (var part in new[] { "; max-age=43200", "; path=/", "; samesite=strict", "; httponly" }) Assert.Contains(part, cookie, StringComparison.Ordinal);
        Assert.DoesNotContain("access_token", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("admin", (await browser.Json(HttpStatusCode.OK, "GET", "/api/v1/session")).GetProperty("user").GetString());
        Assert.Equal(HttpStatusCode.OK, await browser.Status("GET", "/api/v1/exchanges"));
    }

    [Fact]
    public async Task A_visitor_may_ask_who_is_logged_in_without_being_refused()
    {
        await using var center = await Start();
        using var browser = Visitor.Nobody(center);
        var nobody = await browser.Json(HttpStatusCode.OK, "GET", "/api/v1/visitor");
        Assert.Equal("""{"user":null,"role":null,"expiresAt":null,"authentication":true}""", nobody.GetRawText());
        await browser.Json(HttpStatusCode.OK, "POST", "/api/v1/session", new { username = "admin", password = Visitor.Password }, s_own);
        var admin = await browser.Json(HttpStatusCode.OK, "GET", "/api/v1/visitor");
        Assert.Equal(("admin", "admin"), (admin.GetProperty("user").GetString(), admin.GetProperty("role").GetString()));
        // A page of another origin is nobody here.
        Assert.Equal(System.Text.Json.JsonValueKind.Null, (await browser.Json(HttpStatusCode.OK, "GET", "/api/v1/visitor", null, ("Sec-Fetch-Site", "cross-site"))).GetProperty("user").ValueKind);
    }

    [Fact]
    public async Task Behind_a_known_proxy_with_TLS_the_cookie_is_for_TLS_and_the_client_is_the_one_it_names()
    {
        await using var center = await TestCenter.Start(o => o with { Auth = o.Auth with { AdminPassword = Visitor.Password, Proxies = [IPNetwork.Parse("127.0.0.0/8")] } });
        using var browser = Visitor.Nobody(center);
        using var response = await browser.Send(
            "POST", "/api/v1/session", new { username = "admin", password = Visitor.Password }, s_own, ("X-Forwarded-Proto", "https"), ("X-Forwarded-For", "203.0.113.9"));
        var cookie = Assert.Single(response.Headers.GetValues("Set-Cookie"));
        Assert.StartsWith("__Host-weir_session_", cookie, StringComparison.Ordinal);
        Assert.Contains("; secure", cookie, StringComparison.Ordinal);
        var lines = await center.Json("/api/v1/audit?kind=login");
        Assert.Equal("203.0.113.9", lines.GetProperty("items")[0].GetProperty("address").GetString());
        await using var direct = await Start();
        using var liar = Visitor.Nobody(direct);
        await liar.Status("POST", "/api/v1/session", new { username = "admin", password = "wrong" }, s_own, ("X-Forwarded-For", "203.0.113.9"));
        Assert.Equal("127.0.0.1", (await direct.Json("/api/v1/audit?kind=login")).GetProperty("items")[0].GetProperty("address").GetString());
    }

    [Fact]
    public async Task What_changes_something_takes_the_header_of_the_page_and_no_foreign_origin()
    {
        await using var center = await Start();
        using var browser = await Browser(center);
        const string path = "/api/v1/tokens";
        var token = new { name = "ci", role = "viewer" };
        var own = $"http://127.0.0.1:{center.Http.BaseAddress!.Port}";
        Assert.Equal(HttpStatusCode.Forbidden, await browser.Status("POST", path, token));
        foreach (var origin in new[] { "http://evil.example", "null", "https://evil.example", "http://127.0.0.1:1", "http://127.0.0.1", $"{own}.evil.example", "file://", "evil", $"http://user@evil.example:{center.Http.BaseAddress.Port}" })
            Assert.Equal(HttpStatusCode.Forbidden, await browser.Status("POST", path, token, s_own, ("Origin", origin)));
        Assert.Equal(HttpStatusCode.Created, await browser.Status("POST", path, token, s_own, ("Origin", own)));
        Assert.Equal(HttpStatusCode.Created, await browser.Status("POST", path, token, s_own));
        Assert.Equal(2, (await browser.Json(HttpStatusCode.OK, "GET", path)).GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task The_public_address_is_an_own_origin_where_a_proxy_hides_it()
    {
        await using var center = await TestCenter.Start(o => o with { Auth = o.Auth with { PublicUrl = new Uri("https://weir.example/") } });
        using var admin = Visitor.Of(center, Role.Admin);
        Assert.Equal(HttpStatusCode.Created, await admin.Status("POST", "/api/v1/tokens", new { name = "ci", role = "viewer" }, ("Origin", "https://weir.example")));
        foreach (var origin in new[] { "http://weir.example", "https://weir.example.evil", "https://weir.example:8443" })
            Assert.Equal(HttpStatusCode.Forbidden, await admin.Status("POST", "/api/v1/tokens", new { name = "ci", role = "viewer" }, ("Origin", origin)));
    }

    [Fact]
    public async Task A_page_of_another_port_cannot_borrow_the_session()
    {
        await using var center = await Start();
        using var browser = await Browser(center);
        foreach (var site in new[] { "same-origin", "none" }) Assert.Equal(HttpStatusCode.OK, await browser.Status("GET", "/api/v1/exchanges", null, ("Sec-Fetch-Site", site)));
        foreach (var site in new[] { "same-site", "cross-site" }) Assert.Equal(HttpStatusCode.Unauthorized, await browser.Status("GET", "/api/v1/exchanges", null, ("Sec-Fetch-Site", site)));
    }

    [Fact]
    public async Task Another_site_cannot_log_a_visitor_in()
    {
        await using var center = await Start();
        using var browser = Visitor.Nobody(center);
        Assert.Equal(HttpStatusCode.Forbidden, await browser.Status("POST", "/api/v1/session", new { username = "admin", password = Visitor.Password }));
        Assert.Equal(HttpStatusCode.Forbidden, await browser.Status("POST", "/api/v1/session", new { username = "admin", password = Visitor.Password }, s_own, ("Origin", "http://evil.example")));
        Assert.Equal(0, browser.Cookies.Count);
    }

    [Fact]
    public async Task Logging_out_ends_the_session_for_whoever_has_the_cookie()
    {
        await using var center = await Start();
        using var browser = await Browser(center);
        var stolen = browser.Cookies.GetAllCookies()[0];
        Assert.Equal(HttpStatusCode.NoContent, await browser.Status("DELETE", "/api/v1/session", null, s_own));
        Assert.Equal(0, browser.Cookies.Count);
        using var thief = Visitor.Nobody(center);
        thief.Cookies.Add(new Cookie(stolen.Name, stolen.Value, "/", "127.0.0.1"));
        Assert.Equal(HttpStatusCode.Unauthorized, await thief.Status("GET", "/api/v1/session"));
    }

    [Fact]
    public async Task A_stream_ends_with_its_session()
    {
        await using var center = await Start();
        using var browser = await Browser(center);
        using var other = await Browser(center);
        using var stream = await browser.Send("GET", "/api/v1/exchanges/stream");
        using var staying = await other.Send("GET", "/api/v1/exchanges/stream");
        using var events = new ServerSentEvents(await stream.Content.ReadAsStreamAsync());
        using var going = new ServerSentEvents(await staying.Content.ReadAsStreamAsync());
        await events.Next();
        await going.Next();
        Assert.Equal(HttpStatusCode.NoContent, await browser.Status("DELETE", "/api/v1/session", null, s_own));
        while (await events.Next() is { } comment) Assert.Null(comment.Name);
        center.Ingest(1, 1);
        Assert.Equal("exchange", (await going.Next())!.Name);
    }

    [Fact]
    public async Task A_login_link_is_good_for_one_session()
    {
        await using var center = await Start();
        var link = new Uri(center.Host.CreateLoginLink()!);
        Assert.Equal("/login", link.AbsolutePath);
        var code = link.Fragment["#code=".Length..];
        using var browser = Visitor.Nobody(center);
        Assert.Equal(HttpStatusCode.Unauthorized, await browser.Status("POST", "/api/v1/session", new { code = code[1..] }, s_own));
        Assert.Equal("admin", (await browser.Json(HttpStatusCode.OK, "POST", "/api/v1/session", new { code }, s_own)).GetProperty("user").GetString());
        Assert.Equal(HttpStatusCode.OK, await browser.Status("GET", "/api/v1/exchanges"));
        using var second = Visitor.Nobody(center);
        Assert.Equal(HttpStatusCode.Unauthorized, await second.Status("POST", "/api/v1/session", new { code }, s_own));
        Assert.Equal(HttpStatusCode.BadRequest, await second.Status("POST", "/api/v1/session", new { code = "x", username = "admin", password = Visitor.Password }, s_own));
    }

    [Fact]
    public async Task A_header_that_is_wrong_is_not_made_good_by_a_cookie()
    {
        await using var center = await Start();
        using var browser = await Browser(center);
        Assert.Equal(HttpStatusCode.Unauthorized, await browser.Status("GET", "/api/v1/exchanges", null, ("Authorization", "Bearer nonsense")));
    }

    private static Task<TestCenter> Start() => TestCenter.Start(o => o with { Auth = o.Auth with { AdminPassword = Visitor.Password }, Live = new Live.LiveLimits(FlushMs: 10) });

    private static async Task<Visitor> Browser(TestCenter center)
    {
        var browser = Visitor.Nobody(center);
        await browser.Json(HttpStatusCode.OK, "POST", "/api/v1/session", new { username = "admin", password = Visitor.Password }, s_own);
        return browser;
    }
}
