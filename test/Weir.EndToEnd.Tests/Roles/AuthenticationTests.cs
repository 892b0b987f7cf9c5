using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Weir.EndToEnd.Tests.Page;
using Weir.EndToEnd.Tests.Support;

namespace Weir.EndToEnd.Tests.Roles;

/// <summary>Accounts of the built command: the first start, who may listen where, and commands that show a token.</summary>
public sealed class AuthenticationTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("weir-auth-").FullName;

    [Fact]
    public async Task The_first_start_tells_a_password_once_and_keeps_only_its_hash()
    {
        using (var first = await Start(out var address))
        {
            var password = Regex.Match(first.Errors, "log in as admin with the password (\\S+)").Groups[1].Value;
            Assert.Equal(24, password.Length);
            using var http = new HttpClient();
            Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync($"{address}/api/v1/status")).StatusCode);
            using var answer = await http.PostAsJsonAsync($"{address}/api/login", new { username = "admin", password });
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(1, first.Errors.Split(password).Length - 1);
            await Stop(first);
            foreach (var file in Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories))
                Assert.False((await File.ReadAllBytesAsync(file)).AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(password)) >= 0, file);
        }

        using var second = await Start(out _);
        Assert.DoesNotContain("password", second.Errors, StringComparison.Ordinal);
        await Stop(second);
    }

    [Fact]
    public async Task Commands_show_the_token_that_they_are_given()
    {
        using var center = await Start(out var address, Login.Environment);
        Assert.DoesNotContain("password", center.Errors, StringComparison.Ordinal);
        string token;
        using (var http = await Login.Open(address))
        {
            using var made = await http.PostAsJsonAsync("/api/v1/tokens", new { name = "command line", role = "viewer" });
            using var document = JsonDocument.Parse(await made.Content.ReadAsStringAsync());
            token = document.RootElement.GetProperty("token").GetString()!;
        }

        var file = Path.Combine(_folder, "token");
        await File.WriteAllTextAsync(file, token + "\n");
        var none = new Dictionary<string, string>();
        var (code, _, errors) = await Run(none, "endpoints", "--center", address);
        Assert.Equal(1, code);
        Assert.Contains("--token", errors, StringComparison.Ordinal);
        foreach (var (environment, arguments) in new (Dictionary<string, string>, string[])[]
        {
            (none, ["--token", token]), (none, ["--token-file", file]), (new() { ["WEIR_TOKEN"] = token }, []), (new() { ["WEIR_TOKEN_FILE"] = file }, []),
            (new() { ["WEIR_TOKEN"] = "another" }, ["--token-file", file]),
        })
        {
            (code, _, errors) = await Run(environment, ["endpoints", "--center", address, .. arguments]);
            Assert.True(code == 0, errors);
        }

        (code, _, _) = await Run(none, "endpoints", "--center", address, "--token", token, "--token-file", file);
        Assert.Equal(2, code);
        await Stop(center);
    }

    [Theory]
    [InlineData("without authentication", "center", "--no-auth")]
    [InlineData("--no-auth", "up", "--no-auth", "--listen", "0.0.0.0:7373")]
    public async Task Without_authentication_only_loopback_is_served(string said, params string[] arguments)
    {
        var (code, _, errors) = await Run(new() { ["WEIR_LISTEN"] = "0.0.0.0:7373", ["WEIR_DATA"] = _folder }, arguments);
        Assert.Equal(2, code);
        Assert.Contains(said, errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("WEIR_ADMIN_PASSWORD", "short")]
    [InlineData("WEIR_ADMIN_PASSWORD_FILE", "/nowhere/password")]
    [InlineData("WEIR_PUBLIC_URL", "weir.example")]
    [InlineData("WEIR_TRUSTED_PROXIES", "10.0.0.0/99")]
    [InlineData("WEIR_OPEN_MESSAGES", "perhaps")]
    public async Task A_setting_that_is_wrong_is_told_with_its_place(string variable, string value)
    {
        var (code, _, errors) = await Run(new() { [variable] = value, ["WEIR_DATA"] = _folder }, "center", "--check");
        Assert.Equal(2, code);
        Assert.Contains(variable.Replace("_FILE", "", StringComparison.Ordinal), errors, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task<(int Code, string Output, string Errors)> Run(Dictionary<string, string> environment, params string[] arguments)
    {
        using var child = WeirCommand.Start(environment, arguments);
        return await child.Finish(s_patience);
    }

    private static async Task Stop(Child center)
    {
        center.Signal("TERM");
        await center.Finish(s_patience);
    }

    private Task<Child> Start(out string address, IReadOnlyDictionary<string, string>? environment = null)
    {
        var listen = $"127.0.0.1:{RunningWeir.FreePort()}";
        address = $"http://{listen}";
        return Start(new Dictionary<string, string>(environment ?? new Dictionary<string, string>())
        {
            ["WEIR_LISTEN"] = listen,
            ["WEIR_PROBES_LISTEN"] = $"127.0.0.1:{RunningWeir.FreePort()}",
            ["WEIR_DATA"] = Path.Combine(_folder, "data"),
        });
    }

    private static async Task<Child> Start(Dictionary<string, string> environment)
    {
        var center = WeirCommand.Start(environment, "center");
        await center.WaitForError("shows the calls", s_patience);
        return center;
    }
}
