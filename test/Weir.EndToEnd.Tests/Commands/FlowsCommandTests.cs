using System.Text.Json;
using Weir.EndToEnd.Tests.Support;
using Weir.Testing.Corpus;

namespace Weir.EndToEnd.Tests.Commands;

/// <summary><c>weir flows</c> as a user or a script meets it.</summary>
public sealed class FlowsCommandTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("weir-");

    private static string Capture => CorpusFolder.Input("http1/keep-alive-json");

    [Theory]
    [InlineData("-o", "jsonl", "--columns", "91")]
    [InlineData("--columns", "85")]
    [InlineData("--profile", "cicflowmeter", "--columns", "94")]
    [InlineData("--profile", "corrected", "--interim", "5s")]
    [InlineData("--profile", "nobody")]
    [InlineData("-o", "csv:")]
    [InlineData("--max-flows", "0")]
    [InlineData("--flow-timeout", "never")]
    [InlineData("-i", "lo")]
    [InlineData("--stats", "-")]
    public async Task Bad_usage_ends_with_2_and_says_so_on_standard_error_only(params string[] arguments)
    {
        var (code, output, errors) = await Run(["-r", Capture, .. arguments]);
        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.StartsWith("weir: ", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(84, "weir")]
    [InlineData(87, "weir")]
    [InlineData(91, "corrected")]
    [InlineData(94, "corrected")]
    [InlineData(84, "cicflowmeter")]
    public async Task A_capture_becomes_a_table_on_standard_output(int columns, string profile)
    {
        var (code, output, errors) = await Run(["-r", Capture, "--profile", profile, "--columns", $"{columns}"]);
        Assert.True(code == 0, errors);
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(lines.Length > 1);
        Assert.All(lines, line => Assert.Equal(columns, line.Split(',').Length));
        Assert.Contains("Flow Duration", lines[0], StringComparison.Ordinal);
        Assert.Contains("nothing was lost", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tables_lines_and_counters_tell_the_same()
    {
        var (table, lines, counters) = (Path("flows.csv"), Path("flows.jsonl"), Path("stats.json"));
        Assert.Equal(0, (await Run(["-r", Capture, "-o", table, "--stats", counters])).ExitCode);
        Assert.Equal(0, (await Run(["-r", Capture, "-o", $"jsonl:{lines}"])).ExitCode);
        var rows = (await File.ReadAllLinesAsync(table))[1..];
        var records = WeirCommand.Records(await File.ReadAllTextAsync(lines));
        Assert.Equal(rows.Select(row => row.Split(',')[0]), records.Select(record => record.GetProperty("flowId").GetString()));
        Assert.Equal(
            rows.Select(row => row.Split(',')[8]), records.Select(record => record.GetProperty("features").GetProperty("Total Fwd Packet").GetRawText()));
        using var stats = JsonDocument.Parse(await File.ReadAllTextAsync(counters));
        Assert.Equal(rows.Length, stats.RootElement.GetProperty("flows").GetInt64());
        Assert.All(stats.RootElement.GetProperty("dropped").EnumerateObject(), reason => Assert.Equal(0, reason.Value.GetInt64()));
    }

    [Theory]
    [InlineData("weir")]
    [InlineData("cicflowmeter")]
    [InlineData("corrected")]
    public async Task Several_workers_tell_the_flows_of_one(string profile)
    {
        var capture = CorpusFolder.Input("tunnels/vxlan");
        var one = await Run(["-r", capture, "--profile", profile]);
        var three = await Run(["-r", capture, "--profile", profile, "--workers", "3"]);
        Assert.Equal((0, 0), (one.ExitCode, three.ExitCode));
        Assert.Equal(one.Output.Split('\n').Order(StringComparer.Ordinal), three.Output.Split('\n').Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_full_table_tells_flows_early_and_says_so()
    {
        var (code, output, errors) = await Run(["-r", CorpusFolder.Input("http1/tunnels"), "--max-flows", "1", "-o", "jsonl"]);
        Assert.Equal(0, code);
        Assert.Contains("\"export\":\"evicted\"", output, StringComparison.Ordinal);
        Assert.Contains("flow_evicted", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_capture_that_is_read_is_not_written_over()
    {
        var copy = Path("copy.pcap");
        File.Copy(Capture, copy);
        Assert.Equal(2, (await Run(["-r", copy, "-o", copy])).ExitCode);
        Assert.Equal(new FileInfo(Capture).Length, new FileInfo(copy).Length);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private string Path(string name) => System.IO.Path.Combine(_folder.FullName, name);

    private static async Task<(int ExitCode, string Output, string Errors)> Run(IEnumerable<string> arguments)
    {
        using var weir = WeirCommand.Start(["flows", .. arguments]);
        return await weir.Finish(Limit);
    }
}
