using System.Net;
using System.Text.Json;
using Weir.Center.Auth;

namespace Weir.Center.Tests.Auth;

/// <summary>Users, tokens, one's own password, and the audit log of all that.</summary>
public sealed class AdministrationTests
{
    [Fact]
    public async Task Users_come_change_and_go()
    {
        await using var center = await TestCenter.Start();
        using var admin = Visitor.Of(center, Role.Admin);
        var made = await admin.Json(HttpStatusCode.Created, "POST", "/api/v1/users", new { name = "Eve", role = "viewer" });
        Assert.Equal("eve", made.GetProperty("name").GetString());
        using var nobody = Visitor.Nobody(center);
        var login = await nobody.Json(HttpStatusCode.OK, "POST", "/api/login", new { username = "eve", password = made.GetProperty("password").GetString() });
        using var eve = Visitor.WithToken(center, login.GetProperty("access_token").GetString()!);
        Assert.Equal(HttpStatusCode.Forbidden, await eve.Status("GET", "/api/v1/users"));
        Assert.Equal(HttpStatusCode.Conflict, await admin.Status("POST", "/api/v1/users", new { name = "EVE", role = "viewer" }));
        var changed = await admin.Json(HttpStatusCode.OK, "PATCH", "/api/v1/users/eve", new { role = "operator", disabled = true });
        Assert.Equal(("operator", true), (changed.GetProperty("role").GetString(), changed.GetProperty("disabled").GetBoolean()));
        Assert.Equal(HttpStatusCode.Unauthorized, await eve.Status("GET", "/api/v1/session"));
        Assert.Equal(HttpStatusCode.NoContent, await admin.Status("DELETE", "/api/v1/users/eve"));
        Assert.Equal(HttpStatusCode.NotFound, await admin.Status("DELETE", "/api/v1/users/eve"));
        Assert.Equal(HttpStatusCode.NotFound, await admin.Status("PATCH", "/api/v1/users/eve", new { disabled = true }));
        Assert.DoesNotContain("pbkdf2", (await admin.Json(HttpStatusCode.OK, "GET", "/api/v1/users")).GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_that_cannot_be_is_refused()
    {
        await using var center = await TestCenter.Start();
        using var admin = Visitor.Of(center, Role.Admin);
        foreach (var body in new[]
        {
            """{"name":"eve","role":"root"}""", """{"name":"eve","role":"logger"}""", """{"name":"eve"}""", """{"name":"eve'--","role":"viewer"}""",
            """{"name":"../../etc","role":"viewer"}""", """{"name":"eve\u0000","role":"viewer"}""", """{"name":"eve","role":"viewer","password":"short"}""",
            """{"name":"eve","role":"viewer","admin":true}""",
        })
            Assert.True(await admin.Status("POST", "/api/v1/users", body) == HttpStatusCode.BadRequest, body);
        Assert.Equal(2, center.Host.Accounts.Users.All.Count);
    }

    [Fact]
    public async Task The_last_administrator_stays()
    {
        await using var center = await TestCenter.Start();
        foreach (var body in new object[] { new { role = "viewer" }, new { disabled = true } })
        {
            using var admin = Visitor.WithToken(center, TestCenter.Token(center.Host));
            Assert.Equal(HttpStatusCode.Conflict, await admin.Status("PATCH", "/api/v1/users/admin", body));
        }

        using var last = Visitor.WithToken(center, TestCenter.Token(center.Host));
        Assert.Equal(HttpStatusCode.Conflict, await last.Status("DELETE", "/api/v1/users/admin"));
        Assert.Equal(HttpStatusCode.OK, await last.Status("GET", "/api/v1/session"));
    }

    [Fact]
    public async Task Users_and_tokens_are_bounded()
    {
        await using var center = await TestCenter.Start(o => o with { Auth = o.Auth with { Limits = new AuthLimits(MaxUsers: 3, MaxTokens: 2) } });
        using var admin = Visitor.Of(center, Role.Admin);
        Assert.Equal(HttpStatusCode.Created, await admin.Status("POST", "/api/v1/users", new { name = "a", role = "viewer" }));
        Assert.Equal(HttpStatusCode.Conflict, await admin.Status("POST", "/api/v1/users", new { name = "b", role = "viewer" }));
        for (var n = 0; n < 3; n++)
            Assert.Equal(n < 2 ? HttpStatusCode.Created : HttpStatusCode.Conflict, await admin.Status("POST", "/api/v1/tokens", new { name = "ci", role = "viewer" }));
    }

    [Fact]
    public async Task A_password_is_changed_by_the_one_who_knows_the_old_one()
    {
        await using var center = await TestCenter.Start();
        using var eve = Visitor.Of(center, Role.Viewer);
        const string next = "another long password";
        Assert.Equal(HttpStatusCode.Unauthorized, await eve.Status("POST", "/api/v1/password", new { current = "wrong", password = next }));
        Assert.Equal(HttpStatusCode.BadRequest, await eve.Status("POST", "/api/v1/password", new { current = Visitor.Password, password = "short" }));
        Assert.Equal(HttpStatusCode.NoContent, await eve.Status("POST", "/api/v1/password", new { current = Visitor.Password, password = next }));
        Assert.Equal(HttpStatusCode.Unauthorized, await eve.Status("GET", "/api/v1/session"));
        var name = center.Host.Accounts.Users.All.Single(user => user.Role == Role.Viewer).Name;
        using var nobody = Visitor.Nobody(center);
        Assert.Equal(HttpStatusCode.Unauthorized, await nobody.Status("POST", "/api/login", new { username = name, password = Visitor.Password }));
        Assert.Equal(HttpStatusCode.OK, await nobody.Status("POST", "/api/login", new { username = name, password = next }));
    }

    [Fact]
    public async Task A_browser_that_changes_its_password_stays_logged_in()
    {
        await using var center = await TestCenter.Start(o => o with { Auth = o.Auth with { AdminPassword = Visitor.Password } });
        using var browser = Visitor.Nobody(center);
        var own = (SameOrigin.Header, "1");
        await browser.Json(HttpStatusCode.OK, "POST", "/api/v1/session", new { username = "admin", password = Visitor.Password }, own);
        Assert.Equal(HttpStatusCode.NoContent, await browser.Status("POST", "/api/v1/password", new { current = Visitor.Password, password = "another long password" }, own));
        Assert.Equal(HttpStatusCode.OK, await browser.Status("GET", "/api/v1/session"));
    }

    [Fact]
    public async Task A_token_is_shown_once_does_what_its_role_says_and_can_be_taken_back()
    {
        await using var center = await TestCenter.Start();
        using var @operator = Visitor.Of(center, Role.Operator);
        var made = await @operator.Json(HttpStatusCode.Created, "POST", "/api/v1/tokens", new { name = "ci \u2192 prod", role = "viewer" });
        var (id, token) = (made.GetProperty("id").GetString()!, made.GetProperty("token").GetString()!);
        Assert.Matches("^weir_[A-Za-z0-9_-]{43}$", token);
        Assert.InRange(made.GetProperty("expiresAt").GetDateTime(), DateTime.UtcNow.AddDays(89), DateTime.UtcNow.AddDays(91));
        using var program = Visitor.WithToken(center, token);
        Assert.Equal("viewer", (await program.Json(HttpStatusCode.OK, "GET", "/api/v1/session")).GetProperty("role").GetString());
        Assert.Equal(HttpStatusCode.Forbidden, await program.Status("POST", "/api/v1/drift", "{}"));
        Assert.Equal(HttpStatusCode.Conflict, await program.Status("POST", "/api/v1/tokens", new { name = "more", role = "viewer" }));
        Assert.Equal(HttpStatusCode.Conflict, await program.Status("POST", "/api/v1/password", new { current = Visitor.Password, password = "another long password" }));
        var listed = (await @operator.Json(HttpStatusCode.OK, "GET", "/api/v1/tokens")).GetRawText();
        Assert.DoesNotContain(token, listed, StringComparison.Ordinal);
        Assert.DoesNotContain("hash", listed, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("usedAt\":\"2", listed, StringComparison.Ordinal);
        using var other = Visitor.Of(center, Role.Operator);
        Assert.Equal(HttpStatusCode.NotFound, await other.Status("DELETE", $"/api/v1/tokens/{id}"));
        Assert.Equal(0, (await other.Json(HttpStatusCode.OK, "GET", "/api/v1/tokens")).GetProperty("items").GetArrayLength());
        using var admin = Visitor.Of(center, Role.Admin);
        Assert.Equal(HttpStatusCode.NoContent, await admin.Status("DELETE", $"/api/v1/tokens/{id}"));
        Assert.Equal(HttpStatusCode.Unauthorized, await program.Status("GET", "/api/v1/session"));
    }

    [Fact]
    public async Task A_token_that_cannot_be_is_refused()
    {
        await using var center = await TestCenter.Start();
        using var @operator = Visitor.Of(center, Role.Operator);
        foreach (var body in new[]
        {
            """{"name":"ci","role":"admin"}""", """{"name":"ci","role":"root"}""", """{"name":"","role":"viewer"}""", """{"name":"line\nbreak","role":"viewer"}""",
            """{"name":"right\u202eleft","role":"viewer"}""", """{"name":"ci","role":"viewer","days":-1}""", """{"name":"ci","role":"viewer","days":100000}""",
            """{"name":"ci","role":"viewer","days":1e99}""",
        })
            Assert.True(await @operator.Status("POST", "/api/v1/tokens", body) == HttpStatusCode.BadRequest, body);
        Assert.Empty(center.Host.Accounts.Tokens.All);
    }

    [Fact]
    public void A_token_ends_in_time_and_lends_no_more_than_its_owner_has()
    {
        using var lab = new AccountsLab();
        var accounts = lab.Accounts;
        accounts.Users.Create("eve", Role.Operator, AccountsLab.Password);
        var (token, _) = accounts.Tokens.Create("ci", "eve", Role.Operator, lab.Time.Now.AddDays(1))!.Value;
        Assert.Equal(Role.Operator, accounts.Authenticator.Bearer(token, out _)!.Role);
        accounts.Users.Change("eve", Role.Viewer, null, null);
        Assert.Equal(Role.Viewer, accounts.Authenticator.Bearer(token, out _)!.Role);
        accounts.Users.Change("eve", null, true, null);
        Assert.Null(accounts.Authenticator.Bearer(token, out _));
        accounts.Users.Change("eve", null, false, null);
        lab.Restart();
        Assert.NotNull(lab.Accounts.Authenticator.Bearer(token, out _));
        lab.Time.Now = lab.Time.Now.AddDays(1);
        Assert.Null(lab.Accounts.Authenticator.Bearer(token, out _));
    }

    [Fact]
    public async Task Whoever_changes_something_stands_in_the_audit_log()
    {
        await using var center = await TestCenter.Start();
        using var admin = Visitor.Of(center, Role.Admin);
        using var viewer = Visitor.Of(center, Role.Viewer);
        await admin.Status("POST", "/api/v1/users", new { name = "eve", role = "viewer", password = Visitor.Password });
        await admin.Status("PATCH", "/api/v1/users/eve", new { role = "operator" });
        await viewer.Status("DELETE", "/api/v1/users/eve");
        await viewer.Status("POST", "/api/v1/endpoints/some%0aid/accept", "{}");
        await admin.Status("POST", "/api/v1/signing-keys");
        using var nobody = Visitor.Nobody(center);
        await nobody.Status("POST", "/api/login", new { username = "Eve", password = "wrong" });
        await nobody.Status("POST", "/api/login", new { username = "eve", password = Visitor.Password });
        var page = await admin.Json(HttpStatusCode.OK, "GET", "/api/v1/audit");
        var lines = page.GetProperty("items").EnumerateArray().Select(Line).ToList();
        Assert.Equal(
            [
                "login eve password login  200 ", "login eve password login  401 refused", "change ADMIN access_token rotateSigningKey KEY 201 ",
                "change VIEWER access_token acceptTemplate some\nid 403 ", "change VIEWER access_token deleteUser eve 403 ",
                "change ADMIN access_token changeUser eve 200 role operator", "change ADMIN access_token createUser eve 201 role viewer",
                "change admin console createUser admin 201 first start",
            ],
            lines);
        Assert.DoesNotContain(Visitor.Password, page.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(3, (await admin.Json(HttpStatusCode.OK, "GET", "/api/v1/audit?kind=change&limit=3")).GetProperty("items").GetArrayLength());

        static string Line(JsonElement line)
        {
            var (actor, action) = (line.GetProperty("actor").GetString()!, line.GetProperty("action").GetString());
            if (actor.Contains('-', StringComparison.Ordinal)) actor = actor.Split('-')[0].ToUpperInvariant();
            var target = action == "rotateSigningKey" ? "KEY" : line.GetProperty("target").GetString();
            return $"{line.GetProperty("kind").GetString()} {actor} {line.GetProperty("via").GetString()} {action} {target} {line.GetProperty("status").GetInt32()} {line.GetProperty("detail").GetString()}";
        }
    }

    [Fact]
    public async Task Strangers_push_no_change_out_of_the_audit_log_and_it_is_read_page_by_page()
    {
        await using var center = await TestCenter.Start(o => o with { Auth = o.Auth with { Limits = new AuthLimits(MaxAuditRows: 20, MaxFailuresOfAddress: 1000) } });
        using var admin = Visitor.Of(center, Role.Admin);
        for (var n = 0; n < 60; n++) center.Host.Accounts.Audit.Write(AuditLog.Login, $"name{n}", "password", "192.0.2.1", "login", "", 401, "refused");
        var logins = await admin.Json(HttpStatusCode.OK, "GET", "/api/v1/audit?kind=login&limit=1000");
        Assert.Equal(20, logins.GetProperty("items").GetArrayLength());
        Assert.Equal("name59", logins.GetProperty("items")[0].GetProperty("actor").GetString());
        Assert.Equal("first start", (await admin.Json(HttpStatusCode.OK, "GET", "/api/v1/audit?kind=change")).GetProperty("items")[0].GetProperty("detail").GetString());
        var (seen, before) = (new List<string>(), "");
        while (true)
        {
            var page = await admin.Json(HttpStatusCode.OK, "GET", $"/api/v1/audit?limit=8&before={before}");
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(line => line.GetProperty("actor").GetString()!));
            if (page.GetProperty("next").GetString() is not { } next) break;
            before = next;
        }

        Assert.Equal(21, seen.Distinct().Count());
        Assert.Single((await admin.Json(HttpStatusCode.OK, "GET", "/api/v1/audit?actor=NAME50")).GetProperty("items").EnumerateArray());
        foreach (var query in new[] { "limit=0", "limit=1001", "kind=other", "before=-1", "before=x", "before=1;DROP TABLE audit" })
            Assert.Equal(HttpStatusCode.BadRequest, await admin.Status("GET", $"/api/v1/audit?{query}"));
    }
}
