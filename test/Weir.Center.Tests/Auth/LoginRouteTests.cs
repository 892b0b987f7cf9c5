using System.Net;
using System.Text;
using System.Text.Json;
using Weir.Center.Auth;

namespace Weir.Center.Tests.Auth;

/// <summary><c>POST /api/login</c>: what programs of before send, what is answered, and how little a stranger learns.</summary>
public sealed class LoginRouteTests
{
    public static TheoryData<string, string> Forms => new()
    {
        { "application/json", $$"""{"username":"admin","password":"{{Visitor.Password}}"}""" },
        { "application/json; charset=utf-8", $$"""{"Username":" ADMIN ","Password":"{{Visitor.Password}}","grant_type":"password"}""" },
        { "application/x-www-form-urlencoded", $"grant_type=password&username=admin&password={Uri.EscapeDataString(Visitor.Password)}&scope=" },
        { "application/x-www-form-urlencoded", $"username=admin&password={Visitor.Password.Replace(' ', '+')}" },
        {
            "multipart/form-data; boundary=x",
            $"--x\r\nContent-Disposition: form-data; name=\"username\"\r\n\r\nadmin\r\n--x\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\n{Visitor.Password}\r\n--x--\r\n"
        },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_login_gives_a_token_that_opens_the_protected_route(string type, string body)
    {
        await using var center = await Start();
        using var nobody = Visitor.Nobody(center);
        Assert.Equal(HttpStatusCode.Unauthorized, await nobody.Status("GET", "/protected"));
        var answer = await nobody.Json(HttpStatusCode.OK, "POST", "/api/login", Content(type, body));
        Assert.Equal(("bearer", 43_200), (answer.GetProperty("token_type").GetString(), answer.GetProperty("expires_in").GetInt32()));
        using var known = Visitor.WithToken(center, answer.GetProperty("access_token").GetString()!);
        Assert.Equal("admin", (await known.Json(HttpStatusCode.OK, "GET", "/protected")).GetProperty("user").GetString());
    }

    [Fact]
    public async Task Unknown_user_wrong_password_and_ban_are_answered_alike()
    {
        await using var center = await Start();
        center.Host.Accounts.Users.Create("banned", Role.Admin, Visitor.Password);
        center.Host.Accounts.Users.Change("banned", null, true, null);
        using var nobody = Visitor.Nobody(center);
        var answers = new List<string>();
        foreach (var (name, password) in new[] { ("admin", "wrong"), ("nobody", "wrong"), ("banned", Visitor.Password), (new string('x', 5000), "wrong"), ("admin\0", Visitor.Password), ("' OR 1=1 --", "' OR 1=1 --") })
        {
            using var response = await nobody.Send("POST", "/api/login", new { username = name, password });
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            answers.Add($"{response.Headers.WwwAuthenticate} {JsonNode(await response.Content.ReadAsStringAsync())}");
        }

        Assert.Single(answers.Distinct());
    }

    [Fact]
    public async Task Too_many_failures_are_told_to_wait_without_being_checked()
    {
        await using var center = await Start();
        using var nobody = Visitor.Nobody(center);
        foreach (var name in new[] { "admin", "nobody" })
        {
            for (var n = 0; n < 5; n++) Assert.Equal(HttpStatusCode.Unauthorized, await nobody.Status("POST", "/api/login", new { username = name, password = "wrong" }));
            using var wait = await nobody.Send("POST", "/api/login", new { username = name, password = Visitor.Password });
            Assert.Equal(HttpStatusCode.TooManyRequests, wait.StatusCode);
            Assert.InRange(wait.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        }

        var counters = (await center.Json("/api/v1/status")).GetProperty("accounts");
        Assert.Equal((10, 2), (counters.GetProperty("loginsFailed").GetInt32(), counters.GetProperty("loginsRefused").GetInt32()));
    }

    [Fact]
    public async Task What_is_no_login_is_refused()
    {
        await using var center = await Start();
        using var nobody = Visitor.Nobody(center);
        const string json = "application/json";
        const string form = "application/x-www-form-urlencoded";
        foreach (var (type, body, status) in new[]
        {
            ("text/plain", "admin", 415), ("application/xml", "<a/>", 415), (json, "{}", 400), (json, """{"username":"admin"}""", 400),
            (json, """{"username":["admin"],"password":{"$ne":null}}""", 400), (form, "username=admin", 400), (form, "a&b&c&d&e&f&g&h&i&j&k&l&m&n&o&p&q&r&s&t", 400),
            ("multipart/form-data; boundary=x", "--x\r\nnonsense", 400), ("multipart/form-data", "--x", 400),
        })
            Assert.True(status == (int)await nobody.Status("POST", "/api/login", Content(type, body)), $"{type}: {body}");
    }

    [Fact]
    public async Task The_first_start_makes_up_a_password_and_tells_it_once()
    {
        var directory = Directory.CreateTempSubdirectory("weir-center-").FullName;
        string password;
        await using (var first = Hosting.CenterHost.Create(TestCenter.Options(directory)))
        {
            Assert.Null(first.FirstPassword);
            await first.StartAsync(CancellationToken.None);
            password = first.FirstPassword!;
            Assert.Equal(24, password.Length);
        }

        await using (var second = Hosting.CenterHost.Create(TestCenter.Options(directory)))
        {
            await second.StartAsync(CancellationToken.None);
            Assert.Null(second.FirstPassword);
            using var http = new HttpClient { BaseAddress = new Uri(second.Address) };
            using var answer = await http.PostAsync("/api/login", new FormUrlEncodedContent([new("username", "admin"), new("password", password)]));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public void A_poor_password_from_a_secret_is_refused_at_the_start()
    {
        var directory = Directory.CreateTempSubdirectory("weir-center-").FullName;
        var options = TestCenter.Options(directory);
        var failure = Assert.Throws<IOException>(() => Hosting.CenterHost.Create(options with { Auth = options.Auth with { AdminPassword = "admin" } }));
        Assert.Contains("WEIR_ADMIN_PASSWORD", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(directory));
        Directory.Delete(directory);
    }

    private static Task<TestCenter> Start() => TestCenter.Start(o => o with { Auth = o.Auth with { AdminPassword = Visitor.Password } });

    private static ByteArrayContent Content(string type, string body)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        return content;
    }

    /// <summary>Without the id of the request, which differs.</summary>
    private static string JsonNode(string problem)
    {
        var node = System.Text.Json.Nodes.JsonNode.Parse(problem)!.AsObject();
        node.Remove("traceId");
        return node.ToJsonString(new JsonSerializerOptions { WriteIndented = false });
    }
}
