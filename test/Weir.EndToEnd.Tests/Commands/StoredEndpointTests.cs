using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Weir.EndToEnd.Tests.Page;
using Weir.EndToEnd.Tests.Support;

namespace Weir.EndToEnd.Tests.Commands;

/// <summary>The commands about endpoints, asked of a center that runs and of the data directory that it leaves.</summary>
public sealed class StoredEndpointTests : IAsyncLifetime
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    /// <summary>Signed with a key that everybody knows, and without an end.</summary>
    private static readonly string s_token = Token("""{"sub":"ada","role":"admin"}""", "your-256-bit-secret");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("weir-stored-");
    private readonly string _address = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{RunningWeir.FreePort()}");
    private Child? _center;

    private string Data => Path.Combine(_folder.FullName, "data");

    private string TokenFile => Path.Combine(_folder.FullName, "token");

    private string Captured => Path.Combine(_folder.FullName, "captured-endpoints.json");

    public async Task InitializeAsync()
    {
        var configuration = Path.Combine(_folder.FullName, "center.yaml");
        await File.WriteAllTextAsync(configuration, string.Create(CultureInfo.InvariantCulture, $"""
            listen: {_address}
            data: {Data}
            probes:
              listen: 127.0.0.1:{RunningWeir.FreePort()}
              token: made-up-for-this-test
            """));
        _center = WeirCommand.Start(Login.Environment, "center", "-c", configuration);
        await _center.WaitForError("shows the calls", s_patience);
        await File.WriteAllTextAsync(TokenFile, await Login.Token($"http://{_address}"));
    }

    public async Task DisposeAsync()
    {
        await Stop();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Credentials_are_judged_before_they_are_masked_and_the_verdict_reaches_the_catalogue()
    {
        await Tell(1, 4);
        using var child = WeirCommand.Start("endpoints", "--center", $"http://{_address}", "--token-file", TokenFile, "--findings", "--json");
        var (code, output, errors) = await child.Finish(s_patience);
        Assert.True(code == 1, errors);
        var kinds = WeirCommand.Records(output).Select(static one => one.GetProperty("kind").GetString()).ToHashSet();
        Assert.Superset(new HashSet<string?> { "token_known_key", "token_without_expiry" }, kinds);
        Assert.DoesNotContain(s_token, output, StringComparison.Ordinal);
        var record = await Get("/api/v1/exchanges?limit=1&detail=full");
        Assert.Contains("\"credentials\":{\"kinds\":[\"bearer\",\"jwt\"],\"flaws\":[\"without_expiry\",\"known_key\"],\"role\":\"admin\"}", record, StringComparison.Ordinal);
        Assert.DoesNotContain(s_token, record, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Captured_endpoints_come_from_a_center_oldest_first_and_only_new_ones_on_demand()
    {
        await Tell(1, 5);
        Assert.Equal(Paths(1, 5), await Extract("--center", $"http://{_address}"));
        Assert.Equal(Paths(1, 5), await Extract("--center", $"http://{_address}", "--new-only"));
        Assert.Empty(await Extract("--center", $"http://{_address}", "--new-only"));
        await Tell(6, 2);
        Assert.Equal(Paths(6, 2), await Extract("--center", $"http://{_address}", "--new-only"));
        Assert.Equal(Paths(1, 7), await Extract("--data", Data));
        Assert.Equal(2, await Code("endpoints", "--format", "captured"));
        Assert.Equal(2, await Code("endpoints", "--format", "captured", "--data", Data, "--center", _address));
    }

    [Fact]
    public async Task What_a_center_learned_is_in_its_data_directory_when_it_has_ended()
    {
        await Tell(1, 6);
        await Stop();
        var row = Assert.Single(WeirCommand.Records(await WeirCommand.Output("endpoints", "--data", Data, "--json")));
        Assert.Equal(("/users/{user_id}", 6), (row.GetProperty("template").GetString(), row.GetProperty("calls").GetInt32()));
        var spec = Path.Combine(_folder.FullName, "shop.json");
        await WeirCommand.Output("openapi", "--data", Data, "-o", spec);
        Assert.Equal(0, await Code("diff", "--spec", spec, "--data", Data));
        Assert.Equal(2, await Code("endpoints", "--data", _folder.FullName));
    }

    private static IEnumerable<string> Paths(int from, int count) => Enumerable.Range(from, count).Select(static n => $"/users/{n}");

    /// <summary>Calls as a Resurface logger tells of them; returns when they are stored.</summary>
    private async Task Tell(int from, int count)
    {
        var lines = string.Join('\n', Enumerable.Range(from, count).Select(static n => JsonSerializer.Serialize(new string[][]
        {
            ["request_method", "GET"], ["request_url", $"http://shop/users/{n}"], ["request_header:authorization", $"Bearer {s_token}"], ["response_code", "200"],
            ["response_header:content-type", "application/json"], ["response_body", $$"""{"id":{{n}},"name":"x"}"""],
            ["now", (DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - 60_000 + n).ToString(CultureInfo.InvariantCulture)], ["interval", "1"], ["host", "node-7"],
        })));
        using var http = new HttpClient();
        using var content = new StringContent(lines, Encoding.UTF8, new MediaTypeHeaderValue("application/ndjson"));
        using var answer = await http.PostAsync(new Uri($"http://{_address}/message"), content);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    private async Task<string> Get(string path)
    {
        using var http = await Login.Open($"http://{_address}");
        return await http.GetStringAsync(new Uri(path, UriKind.Relative));
    }

    /// <summary>Endpoints of the requests that were written, in their order.</summary>
    private async Task<IEnumerable<string?>> Extract(params string[] arguments)
    {
        string[] token = arguments.Contains("--center") ? ["--token-file", TokenFile] : [];
        await WeirCommand.Output(["endpoints", "--format", "captured", "-o", Captured, .. arguments, .. token]);
        using var document = JsonDocument.Parse(await File.ReadAllTextAsync(Captured));
        return [.. document.RootElement.GetProperty("endpoints").EnumerateArray().Where(static one => one.GetProperty("type").GetString() == "request").Select(static one => one.GetProperty("endpoint").GetString())];
    }

    private static async Task<int> Code(params string[] arguments)
    {
        using var child = WeirCommand.Start(arguments);
        return (await child.Finish(s_patience)).ExitCode;
    }

    private async Task Stop()
    {
        if (_center is null) return;
        _center.Signal("TERM");
        await _center.Finish(s_patience);
        _center.Dispose();
        _center = null;
    }

    private static string Token(string claims, string key)
    {
        var signed = $"{Part("""{"alg":"HS256","typ":"JWT"}""")}.{Part(claims)}";
        return $"{signed}.{System.Buffers.Text.Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.ASCII.GetBytes(signed)))}";

        static string Part(string text) => System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
    }
}
