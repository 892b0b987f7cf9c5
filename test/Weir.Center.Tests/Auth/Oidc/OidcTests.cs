using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Weir.Center.Auth;
using Weir.Center.Auth.Oidc;

namespace Weir.Center.Tests.Auth.Oidc;

/// <summary>Logging in by a provider, and all that a provider, a browser or a stranger may send instead.</summary>
public sealed class OidcTests
{
    [Fact]
    public async Task A_browser_is_sent_to_the_provider_and_comes_back_with_a_session()
    {
        await using var provider = await StandInProvider.StartAsync();
        await using var center = await Start(provider);
        using var browser = Visitor.Nobody(center);
        var known = await browser.Json(HttpStatusCode.OK, "GET", "/api/v1/oidc");
        Assert.Equal((true, "the stand-in"), (known.GetProperty("enabled").GetBoolean(), known.GetProperty("name").GetString()));
        var place = await Login(browser, "/calls?where=x");
        Assert.Empty(provider.Complaints);
        Assert.Equal("/calls?where=x", place);
        var session = await browser.Json(HttpStatusCode.OK, "GET", "/api/v1/session");
        Assert.Equal(("eve", "viewer"), (session.GetProperty("user").GetString(), session.GetProperty("role").GetString()));
        var line = (await center.Json("/api/v1/audit?kind=login")).GetProperty("items")[0];
        Assert.Equal(("eve", "oidc", 200), (line.GetProperty("actor").GetString(), line.GetProperty("via").GetString(), line.GetProperty("status").GetInt32()));
        // No password fits, and the next login takes the role that the provider gives then.
        using var guess = Visitor.Nobody(center);
        Assert.Equal(HttpStatusCode.Unauthorized, await guess.Status("POST", "/api/login", new { username = "eve", password = "oidc$" }));
        provider.Claims = static claims => claims["groups"] = new JsonArray("others", "weir-admins", "weir-viewers");
        await Login(browser);
        Assert.Equal("admin", (await browser.Json(HttpStatusCode.OK, "GET", "/api/v1/session")).GetProperty("role").GetString());
        provider.Claims = static claims => claims["groups"] = "weir-viewers";
        await Login(browser);
        Assert.Equal(HttpStatusCode.Forbidden, await browser.Status("GET", "/api/v1/users"));
    }

    [Theory]
    [InlineData("RS256")]
    [InlineData("PS256")]
    [InlineData("ES256")]
    public async Task Tokens_of_the_provider_open_the_API(string algorithm)
    {
        await using var provider = await StandInProvider.StartAsync();
        await using var center = await Start(provider);
        using var visitor = Visitor.WithToken(center, provider.Sign(provider.Subject(), algorithm));
        Assert.Equal("eve", (await visitor.Json(HttpStatusCode.OK, "GET", "/protected")).GetProperty("user").GetString());
        Assert.Equal(HttpStatusCode.Forbidden, await visitor.Status("POST", "/api/v1/scans", new { image = "nginx" }));
        // An access token for the API, and one that was ended.
        var claims = provider.Subject();
        claims["aud"] = new JsonArray("account", "weir-api");
        using var other = Visitor.WithToken(center, provider.Sign(claims, algorithm));
        Assert.Equal(HttpStatusCode.OK, await other.Status("GET", "/protected"));
        Assert.Equal(HttpStatusCode.NoContent, await other.Status("DELETE", "/api/v1/session"));
        Assert.Equal(HttpStatusCode.Unauthorized, await other.Status("GET", "/protected"));
        Assert.Equal(HttpStatusCode.OK, await visitor.Status("GET", "/protected"));
        Assert.Equal(1, provider.Requests["/keys"]);
    }

    public static TheoryData<string, string> Forgeries => new()
    {
        { "none", "not" }, { "HS256", "not" }, { "RS512", "is not signed with" }, { "another key", "signature" }, { "another kid", "signature" }, { "no signature", "signature" }, { "changed", "signature" }, { "swapped algorithm", "signature" },
        { "crit", "extensions" }, { "issuer", "another issuer" }, { "audience", "another audience" }, { "no audience", "another audience" }, { "expired", "is over" }, { "no end", "says no end" }, { "text as end", "says no end" },
        { "future", "of the future" }, { "not yet", "does not hold yet" }, { "no subject", "names nobody" }, { "no role", "has no role here" }, { "local name", "somebody else" }, { "long", "no JSON Web Token" },
    };

    [Theory]
    [MemberData(nameof(Forgeries))]
    public async Task A_token_that_is_not_right_opens_nothing_for_programs_or_browsers(string kind, string trouble)
    {
        await using var provider = await StandInProvider.StartAsync();
        await using var center = await Start(provider);
        using var visitor = Visitor.WithToken(center, Make(provider, kind, provider.Subject()));
        using var refused = await visitor.Send("GET", "/protected");
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        if (kind is not ("none" or "HS256" or "RS512" or "crit" or "long")) Assert.Contains(trouble, refused.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        provider.Forge = claims => Make(provider, kind, claims);
        using var browser = Visitor.Nobody(center);
        var place = Uri.UnescapeDataString(await Login(browser));
        Assert.StartsWith("/login#trouble=", place, StringComparison.Ordinal);
        Assert.Contains(trouble, place, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, await browser.Status("GET", "/api/v1/session"));
        Assert.DoesNotContain(center.Host.Accounts.Users.All, static user => user.Name == "eve");
        Assert.Equal(401, (await center.Json("/api/v1/audit?kind=login")).GetProperty("items")[0].GetProperty("status").GetInt32());
    }

    [Theory]
    [InlineData("nonce", "another login")]
    [InlineData("no nonce", "another login")]
    [InlineData("azp", "another party")]
    [InlineData("many audiences", "another party")]
    [InlineData("API audience", "another audience")]
    public async Task What_answers_a_login_has_to_be_for_this_login(string kind, string trouble)
    {
        await using var provider = await StandInProvider.StartAsync();
        await using var center = await Start(provider);
        provider.Claims = claims =>
        {
            if (kind == "nonce") claims["nonce"] = "of somebody else's login";
            if (kind == "no nonce") claims.Remove("nonce");
            if (kind == "azp") claims["azp"] = "another-client";
            if (kind == "many audiences") claims["aud"] = new JsonArray(StandInProvider.ClientId, "other");
            if (kind == "API audience") claims["aud"] = "weir-api";
        };
        using var browser = Visitor.Nobody(center);
        Assert.Contains(trouble, Uri.UnescapeDataString(await Login(browser)), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, await browser.Status("GET", "/api/v1/session"));
    }

    [Fact]
    public async Task A_state_is_good_once_in_its_browser_and_for_some_minutes()
    {
        var time = new SetTime { Now = DateTimeOffset.UtcNow };
        await using var provider = await StandInProvider.StartAsync();
        await using var center = await Start(provider, time: time);
        using var browser = Visitor.Nobody(center);
        var back = await Back(browser);
        // Somebody who lures another browser to the answer of an own login.
        using var victim = Visitor.Nobody(center);
        Assert.Contains("not begun in this browser", await Follow(victim, back), StringComparison.Ordinal);
        Assert.Contains("was used already", await Follow(browser, back), StringComparison.Ordinal);
        back = await Back(browser);
        Assert.Equal("/", await Follow(browser, back));
        Assert.Contains("was used already", await Follow(browser, back), StringComparison.Ordinal);
        back = await Back(browser);
        time.Now += TimeSpan.FromMinutes(10);
        Assert.Contains("took too long", await Follow(browser, back), StringComparison.Ordinal);
        foreach (var answer in new[] { "", "?state=x&code=y", "?code=y", "?state=&code=", "?error=access_denied" })
            Assert.StartsWith("/login#trouble=", await Follow(browser, "/api/v1/oidc/callback" + answer), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_provider_says_instead_of_a_code_is_told_and_an_answer_of_another_is_not_taken()
    {
        await using var provider = await StandInProvider.StartAsync();
        provider.Discovery = static document => document["authorization_response_iss_parameter_supported"] = true;
        await using var center = await Start(provider);
        using var browser = Visitor.Nobody(center);
        var state = State(await Back(browser));
        Assert.Contains("the provider refused: no <b>\"thanks\"", await Follow(browser, $"/api/v1/oidc/callback?state={state}&error=access_denied&error_description=no+%3Cb%3E%22thanks%22%0d%0a&iss={Uri.EscapeDataString(provider.Issuer)}"), StringComparison.Ordinal);
        state = State(await Back(browser));
        Assert.Contains("of another provider", await Follow(browser, $"/api/v1/oidc/callback?state={state}&code=x&iss=https://evil.example"), StringComparison.Ordinal);
        state = State(await Back(browser));
        Assert.Contains("of another provider", await Follow(browser, $"/api/v1/oidc/callback?state={state}&code=x"), StringComparison.Ordinal);
        state = State(await Back(browser));
        Assert.Contains("did not take the code: invalid_grant", await Follow(browser, $"/api/v1/oidc/callback?state={state}&code=guessed&iss={Uri.EscapeDataString(provider.Issuer)}"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example")]
    [InlineData("/a\r\nSet-Cookie: x=y")]
    [InlineData("javascript:alert(1)")]
    [InlineData("/api/v1/oidc/login")]
    [InlineData("")]
    public async Task A_login_comes_back_to_this_page_only(string returnTo)
    {
        await using var provider = await StandInProvider.StartAsync();
        await using var center = await Start(provider);
        using var browser = Visitor.Nobody(center);
        Assert.Equal("/", await Login(browser, returnTo));
    }

    [Fact]
    public async Task Keys_may_change_and_strangers_do_not_make_the_center_ask_each_time()
    {
        var time = new SetTime { Now = DateTimeOffset.UtcNow };
        await using var provider = await StandInProvider.StartAsync();
        await using var center = await Start(provider, time: time);
        async Task<HttpStatusCode> Show(string token)
        {
            using var visitor = Visitor.WithToken(center, token);
            return await visitor.Status("GET", "/protected");
        }

        var before = provider.Sign(provider.Subject());
        Assert.Equal(HttpStatusCode.OK, await Show(before));
        for (var i = 0; i < 20; i++) Assert.Equal(HttpStatusCode.Unauthorized, await Show(provider.Sign(provider.Subject(), header: head => head["kid"] = $"made-up-{i}")));
        Assert.Equal(1, provider.Requests["/keys"]);
        provider.Rotate();
        time.Now += new OidcLimits().MinRefresh;
        Assert.Equal(HttpStatusCode.OK, await Show(provider.Sign(provider.Subject())));
        Assert.Equal(2, provider.Requests["/keys"]);
        Assert.Equal(HttpStatusCode.Unauthorized, await Show(before));
        // Away: the keys that are known hold on, also when they are old.
        provider.Failing = 503;
        Assert.Equal(HttpStatusCode.OK, await Show(provider.Sign(provider.Subject())));
        time.Now += new OidcLimits().KeyAge;
        Assert.Equal(HttpStatusCode.OK, await Show(Later(provider, time)));
        Assert.True(provider.Requests["/keys"] + provider.Requests["/.well-known/openid-configuration"] >= 4);
    }

    [Fact]
    public async Task A_provider_that_is_away_or_somebody_else_is_told_and_passwords_still_work()
    {
        await using var provider = await StandInProvider.StartAsync();
        await using var center = await Start(provider);
        using var browser = Visitor.Nobody(center);
        foreach (var status in new[] { 503, 404, 302 })
        {
            provider.Failing = status;
            Assert.Contains("no JSON", await Follow(browser, "/api/v1/oidc/login"), StringComparison.Ordinal);
        }

        using var program = Visitor.WithToken(center, provider.Sign(provider.Subject()));
        using var refused = await program.Send("GET", "/protected");
        Assert.Contains("cannot be asked for its keys", refused.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        provider.Failing = 0;
        provider.Discovery = static document => document["issuer"] = "https://evil.example";
        Assert.Contains("another one", await Follow(browser, "/api/v1/oidc/login"), StringComparison.Ordinal);
        provider.Discovery = static document => document["token_endpoint"] = "http://evil.example/token";
        Assert.Contains("names no token_endpoint", await Follow(browser, "/api/v1/oidc/login"), StringComparison.Ordinal);
        provider.Discovery = static _ => { };
        Assert.Equal("/", await Login(browser));

        await using var nobody = await TestCenter.Start(o => o with { Auth = o.Auth with { Oidc = Options("http://127.0.0.1:1") } });
        using var other = Visitor.Nobody(nobody);
        Assert.Contains("cannot be reached", await Follow(other, "/api/v1/oidc/login"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_of_here_and_a_person_of_the_same_name_there_are_two_and_a_ban_counts()
    {
        await using var provider = await StandInProvider.StartAsync();
        await using var center = await Start(provider);
        using var browser = Visitor.Nobody(center);
        Assert.Equal("/", await Login(browser));
        provider.Claims = static claims => claims["sub"] = "subject-2";
        using var other = Visitor.Nobody(center);
        Assert.Contains("somebody else", await Login(other), StringComparison.Ordinal);
        provider.Claims = static claims => (claims["preferred_username"], claims["groups"]) = ("admin", new JsonArray("weir-admins"));
        Assert.Contains("somebody else", await Login(other), StringComparison.Ordinal);
        Assert.Equal(UserOutcome.Done, center.Host.Accounts.Users.Change("eve", null, true, null));
        provider.Claims = static _ => { };
        Assert.Equal(HttpStatusCode.Unauthorized, await browser.Status("GET", "/api/v1/session"));
        Assert.Contains("is banned", await Login(browser), StringComparison.Ordinal);
        using var program = Visitor.WithToken(center, provider.Sign(provider.Subject()));
        Assert.Equal(HttpStatusCode.Unauthorized, await program.Status("GET", "/protected"));
    }

    [Fact]
    public async Task Without_a_provider_there_is_no_such_login()
    {
        await using var center = await TestCenter.Start();
        using var nobody = Visitor.Nobody(center);
        Assert.False((await nobody.Json(HttpStatusCode.OK, "GET", "/api/v1/oidc")).GetProperty("enabled").GetBoolean());
        Assert.Equal(HttpStatusCode.NotFound, await nobody.Status("GET", "/api/v1/oidc/login"));
        Assert.Equal(HttpStatusCode.NotFound, await nobody.Status("GET", "/api/v1/oidc/callback?state=a&code=b"));
    }

    [Fact]
    public void Logins_under_way_are_bounded()
    {
        var pending = new PendingLogins(new OidcLimits { MaxPending = 2 }, new SetTime());
        var login = new PendingLogin("n", "v", "c", "/");
        var first = pending.Add(login);
        for (var i = 0; i < 5; i++) pending.Add(login);
        Assert.Equal(2, pending.Count);
        Assert.Null(pending.Take(first.State, first.Browser));
    }

    [Fact]
    public async Task An_answer_of_the_provider_has_a_size()
    {
        await using var provider = await StandInProvider.StartAsync();
        provider.Discovery = static document => document["padding"] = new string('x', 3000);
        await using var center = await Start(provider, new OidcLimits { MaxAnswerBytes = 1000 });
        using var browser = Visitor.Nobody(center);
        Assert.Contains("cannot be reached", await Follow(browser, "/api/v1/oidc/login"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_provider_that_says_nothing_is_away_after_a_time()
    {
        using var silent = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var center = await TestCenter.Start(o => o with { Auth = o.Auth with { Oidc = Options($"http://{silent.LocalEndpoint}") with { Limits = new OidcLimits { Timeout = TimeSpan.FromMilliseconds(300) } } } });
        using var browser = Visitor.Nobody(center);
        Assert.Contains("did not answer within", await Follow(browser, "/api/v1/oidc/login"), StringComparison.Ordinal);
    }

    private static OidcOptions Options(string issuer) => new()
    {
        Issuer = new Uri(issuer), ClientId = StandInProvider.ClientId, ClientSecret = StandInProvider.ClientSecret, Name = "the stand-in", Audiences = ["weir-api"],
        Roles = new Dictionary<string, Role> { ["weir-viewers"] = Role.Viewer, ["weir-operators"] = Role.Operator, ["weir-admins"] = Role.Admin },
    };

    private static Task<TestCenter> Start(StandInProvider provider, OidcLimits? limits = null, TimeProvider? time = null) => TestCenter.Start(o => o with
    {
        Auth = o.Auth with { Oidc = Options(provider.Issuer) with { Limits = limits ?? new OidcLimits() }, Time = time ?? o.Auth.Time },
    });

    /// <summary>The whole way of a browser; the place where it ends.</summary>
    private static async Task<string> Login(Visitor browser, string returnTo = "/") => await Follow(browser, await Back(browser, returnTo));

    /// <summary>As far as the address with which the provider sends the browser back.</summary>
    private static async Task<string> Back(Visitor browser, string returnTo = "/")
    {
        var authorize = await Place(browser, $"/api/v1/oidc/login?returnTo={Uri.EscapeDataString(returnTo)}");
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        using var answer = await http.GetAsync(new Uri(authorize));
        return new Uri(answer.Headers.Location!.OriginalString).PathAndQuery;
    }

    /// <summary>Where an answer sends the browser, readable.</summary>
    private static async Task<string> Follow(Visitor browser, string address) => Uri.UnescapeDataString(await Place(browser, address));

    private static async Task<string> Place(Visitor browser, string address)
    {
        using var answer = await browser.Send("GET", address);
        Assert.True(answer.StatusCode == HttpStatusCode.Redirect, $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        return answer.Headers.Location!.OriginalString;
    }

    private static string State(string back) => back.Split("state=")[1].Split('&')[0];

    private static string Later(StandInProvider provider, SetTime time)
    {
        var claims = provider.Subject();
        (claims["iat"], claims["exp"]) = (time.Now.ToUnixTimeSeconds(), time.Now.AddMinutes(5).ToUnixTimeSeconds());
        return provider.Sign(claims);
    }

    private static string Make(StandInProvider provider, string kind, JsonObject claims)
    {
        switch (kind)
        {
            case "none" or "HS256" or "RS512": return provider.Sign(claims, kind);
            case "another kid": return provider.Sign(claims, header: static head => head["kid"] = "somebody");
            case "crit": return provider.Sign(claims, header: static head => (head["crit"], head["b64"]) = (new JsonArray("b64"), false));
            case "swapped algorithm": return provider.Sign(claims, "ES256", static head => head["alg"] = "RS256");
            case "another key":
                var right = provider.Sign(claims).Split('.');
                using (var rsa = System.Security.Cryptography.RSA.Create(2048))
                {
                    var data = System.Text.Encoding.ASCII.GetBytes($"{right[0]}.{right[1]}");
                    return $"{right[0]}.{right[1]}.{System.Buffers.Text.Base64Url.EncodeToString(rsa.SignData(data, System.Security.Cryptography.HashAlgorithmName.SHA256, System.Security.Cryptography.RSASignaturePadding.Pkcs1))}";
                }

            case "no signature": return provider.Sign(claims)[..(provider.Sign(claims).LastIndexOf('.') + 1)];
            case "changed":
                var parts = provider.Sign(claims).Split('.');
                claims["groups"] = new JsonArray("weir-admins");
                return $"{parts[0]}.{StandInProvider.Encode(claims)}.{parts[2]}";
        }

        var now = DateTimeOffset.UtcNow;
        _ = kind switch
        {
            "issuer" => claims["iss"] = "https://evil.example",
            "audience" => claims["aud"] = "another-client",
            "no audience" => claims["aud"] = null,
            "expired" => claims["exp"] = now.AddMinutes(-2).ToUnixTimeSeconds(),
            "no end" => claims["exp"] = null,
            "text as end" => claims["exp"] = "tomorrow",
            "future" => claims["iat"] = now.AddMinutes(5).ToUnixTimeSeconds(),
            "not yet" => claims["nbf"] = now.AddMinutes(5).ToUnixTimeSeconds(),
            "no subject" => claims["sub"] = "",
            "no role" => claims["groups"] = new JsonArray("others"),
            "local name" => claims["preferred_username"] = "admin",
            "long" => claims["padding"] = new string('x', 20_000),
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };
        return provider.Sign(claims);
    }
}
