using System.Text.Json;
using Weir.EndToEnd.Tests.Support;

namespace Weir.EndToEnd.Tests.Commands;

/// <summary><c>weir endpoints</c>, <c>weir openapi</c> and <c>weir diff</c> on JSON lines, as people run them.</summary>
public sealed class EndpointCommandTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("weir-endpoints-");

    private string Lines => Path.Combine(_folder.FullName, "calls.jsonl");

    public EndpointCommandTests() => File.WriteAllLines(Lines, Enumerable.Range(1, 6).Select(static n => Record(n, $"/users/{n}", """{\"id\":1,\"mail\":\"a@b.example\"}""")));

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Endpoints_of_json_lines_are_listed_for_people_and_for_programs()
    {
        var table = await WeirCommand.Output("endpoints", "-r", Lines);
        Assert.Contains("/users/{user_id}", table, StringComparison.Ordinal);
        var row = Assert.Single(WeirCommand.Records(await WeirCommand.Output("endpoints", "-r", Lines, "--json")));
        Assert.Equal(("shop", "GET", 6), (row.GetProperty("service").GetString(), row.GetProperty("method").GetString(), row.GetProperty("calls").GetInt32()));
    }

    [Fact]
    public async Task A_document_made_from_traffic_has_no_drift_and_a_new_field_is_one()
    {
        var spec = Path.Combine(_folder.FullName, "shop.yaml");
        await WeirCommand.Output("openapi", "-r", Lines, "-o", spec);
        Assert.StartsWith("openapi: \"3.1.1\"", await File.ReadAllTextAsync(spec), StringComparison.Ordinal);
        Assert.Equal(0, (await Run("diff", "--spec", spec, "-r", Lines)).ExitCode);
        await File.AppendAllLinesAsync(Lines, [Record(7, "/users/7", """{\"id\":1,\"mail\":\"a@b.example\",\"debug\":true}""")]);
        var (code, output, _) = await Run("diff", "--spec", spec, "-r", Lines, "--json");
        Assert.Equal(1, code);
        using var report = JsonDocument.Parse(output);
        Assert.Equal("undocumented_field", Assert.Single(report.RootElement.GetProperty("drift").EnumerateArray()).GetProperty("kind").GetString());
    }

    [Fact]
    public async Task What_cannot_be_done_is_bad_usage()
    {
        Assert.Equal(2, (await Run("endpoints")).ExitCode);
        Assert.Equal(2, (await Run("endpoints", "-r", Lines, "--center", "http://127.0.0.1:1")).ExitCode);
        Assert.Equal(2, (await Run("openapi", "-r", Lines, "--service", "other")).ExitCode);
        Assert.Equal(2, (await Run("diff", "--spec", Lines, "-r", Lines)).ExitCode);
        Assert.Equal(1, (await Run("endpoints", "--center", "http://127.0.0.1:1")).ExitCode);
    }

    private static async Task<(int ExitCode, string Output, string Errors)> Run(params string[] arguments)
    {
        using var child = WeirCommand.Start(arguments);
        return await child.Finish(s_patience);
    }

    private static string Record(int n, string path, string body) =>
        $$"""{"id":"01KGA3000000000000000000{{n:00}}","startedAt":"2026-01-31T12:00:0{{n}}Z","durationMs":2.5,"source":"ring","protocol":"HTTP/1.1","scheme":"http","complete":true,"client":{"ip":"10.0.0.7","port":1},"server":{"ip":"10.0.0.9","port":80},"request":{"method":"GET","host":"shop","path":"{{path}}","headers":[["Host","shop"]],"bodyBytes":0,"body":null,"bodyEncoding":null,"bodyTruncated":false},"response":{"status":200,"reason":"OK","headers":[["Content-Type","application/json"]],"bodyBytes":9,"body":"{{body}}","bodyEncoding":"utf8","bodyTruncated":false},"anomalies":[]}""";
}
