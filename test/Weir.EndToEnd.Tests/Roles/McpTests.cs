using System.Net.Http.Json;
using System.Text.Json;
using Weir.EndToEnd.Tests.Page;
using Weir.EndToEnd.Tests.Support;
using Weir.Testing;
using Xunit;

namespace Weir.EndToEnd.Tests.Roles;

/// <summary>The Model Context Protocol's own client asks the built center, over HTTP and over <c>weir mcp</c>.</summary>
public sealed class McpTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("weir-mcp-").FullName;

    [SkippableFact(Timeout = 300_000)]
    public async Task An_assistant_s_client_lists_the_tools_and_asks_by_both_ways()
    {
        var modules = RepositoryRoot.Combine("web/node_modules");
        Skip.IfNot(Directory.Exists(Path.Combine(modules, "@modelcontextprotocol/sdk")), "web/node_modules has no @modelcontextprotocol/sdk: ./dev build installs it");
        var listen = $"127.0.0.1:{RunningWeir.FreePort()}";
        var address = $"http://{listen}";
        using var center = WeirCommand.Start(
            new Dictionary<string, string>(Login.Environment) { ["WEIR_LISTEN"] = listen, ["WEIR_PROBES_LISTEN"] = $"127.0.0.1:{RunningWeir.FreePort()}", ["WEIR_DATA"] = _folder }, "center");
        await center.WaitForError("shows the calls", s_patience);
        using var http = await Login.Open(address);
        foreach (var (path, status) in new[] { ("/there", 200), ("/nowhere", 404) })
        {
            string[][] message = [["request_method", "GET"], ["request_url", $"http://shop.example{path}"], ["response_code", $"{status}"], ["now", $"{DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()}"]];
            using var taken = await http.PostAsJsonAsync("/message", message);
            Assert.True(taken.IsSuccessStatusCode, $"{taken.StatusCode}");
        }

        using var made = await http.PostAsJsonAsync("/api/v1/tokens", new { name = "assistant", role = "viewer" });
        using var document = JsonDocument.Parse(await made.Content.ReadAsStringAsync());
        var tokenFile = Path.Combine(_folder, "token");
        await File.WriteAllTextAsync(tokenFile, document.RootElement.GetProperty("token").GetString());
        while (!(await http.GetStringAsync(new Uri("/api/v1/exchanges", UriKind.Relative))).Contains("/nowhere", StringComparison.Ordinal)) await Task.Delay(50);
        var script = RepositoryRoot.Combine("test/Weir.EndToEnd.Tests/Roles/mcp-client.mjs");
        var weir = Path.ChangeExtension(WeirCommand.Assembly, null);
        var learned = JsonDocument.Parse(await Child.Output("node", [script, modules, address, tokenFile, weir])).RootElement;
        foreach (var way in (string[])["http", "stdio"])
        {
            var answers = learned.GetProperty(way);
            Assert.Equal("weir", answers.GetProperty("server").GetString());
            Assert.Equal(13, answers.GetProperty("tools").GetArrayLength());
            Assert.Equal("/nowhere", Assert.Single(answers.GetProperty("calls").EnumerateArray()).GetString());
            Assert.True(answers.GetProperty("wrong")[0].GetBoolean());
            Assert.StartsWith("where: ", answers.GetProperty("wrong")[1].GetString(), StringComparison.Ordinal);
            Assert.Equal(-32602, answers.GetProperty("unknown").GetInt32());
        }

        center.Signal("TERM");
        await center.Finish(s_patience);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
