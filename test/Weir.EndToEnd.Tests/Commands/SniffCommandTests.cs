using System.Diagnostics;
using System.IO.Compression;
using System.Text.Json;
using Weir.EndToEnd.Tests.Support;
using Weir.Testing;
using Weir.Testing.Corpus;
using static Weir.Testing.Corpus.Http1Text;

namespace Weir.EndToEnd.Tests.Commands;

/// <summary><c>weir sniff</c> as a user or a script meets it: exit codes, what goes to which stream, and its options.</summary>
public sealed class SniffCommandTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("weir-");

    private static string Capture => CorpusFolder.Input("http1/keep-alive-json");

    [Fact]
    public async Task Help_shows_examples()
    {
        var (code, output, _) = await Run("sniff", "--help");
        Assert.Equal(0, code);
        Assert.Contains("Examples:", output, StringComparison.Ordinal);
        Assert.Contains("weir sniff -r", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sniff", "--no-such-option")]
    [InlineData("no-such-command")]
    [InlineData("sniff", "-o", "nonsense")]
    [InlineData("sniff", "-p", "http")]
    [InlineData("sniff", "--body-limit", "much")]
    [InlineData("sniff", "--for", "soon")]
    [InlineData("sniff", "-n", "many")]
    [InlineData("sniff", "--source", "psychic")]
    [InlineData("sniff", "-r", "x.pcap", "--bpf", "tcp")]
    [InlineData("sniff", "-w", "path ==")]
    [InlineData("sniff", "-n", "-1")]
    public async Task Bad_usage_ends_with_2_and_says_so_on_standard_error_only(params string[] arguments)
    {
        var (code, output, errors) = await Run(arguments);
        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.StartsWith("weir: ", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_filter_that_is_not_understood_is_shown_with_carets_under_the_place()
    {
        var (code, _, errors) = await Run("sniff", "-r", Capture, "-w", "path == 3");
        Assert.Equal(2, code);
        var lines = errors.Split('\n');
        var text = Array.FindIndex(lines, line => line.TrimStart() == "path == 3");
        Assert.True(text >= 0, errors);
        Assert.Matches(@"^\s+\^+$", lines[text + 1]);
    }

    [Fact]
    public async Task A_missing_file_ends_with_1_and_names_it()
    {
        var (code, output, errors) = await Run("sniff", "-r", "/nowhere/none.pcap", "-o", "jsonl");
        Assert.Equal(1, code);
        Assert.Empty(output);
        Assert.Contains("/nowhere/none.pcap", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_capture_ends_with_1()
    {
        var (code, output, errors) = await Run("sniff", "-r", Path.Combine(CorpusFolder.Root, "http1/keep-alive-json/NOTES.md"));
        Assert.Equal(1, code);
        Assert.Empty(output);
        Assert.StartsWith("weir: Cannot read the capture", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Standard_input_is_read_plain_or_compressed(bool compressed)
    {
        var bytes = await File.ReadAllBytesAsync(Capture);
        using var process = StartRaw("sniff", "-r", "-", "-o", "jsonl");
        var output = process.StandardOutput.ReadToEndAsync();
        await using (var input = compressed
            ? new GZipStream(process.StandardInput.BaseStream, CompressionMode.Compress) : process.StandardInput.BaseStream)
            await input.WriteAsync(bytes);
        Assert.Equal(2, WeirCommand.Records(await output).Count);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }

    [Fact]
    public async Task A_reader_that_goes_away_ends_it_quietly()
    {
        var capture = Save("long.pcap", 5_000);
        using var process = StartRaw("sniff", "-r", capture, "-o", "jsonl");
        process.StandardInput.Close();
        Assert.StartsWith("{", await process.StandardOutput.ReadLineAsync(), StringComparison.Ordinal);
        process.StandardOutput.Close();
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        Assert.DoesNotContain("rror", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_HAR_file_is_whole_and_has_an_entry_a_call()
    {
        var file = Path.Combine(_folder.FullName, "calls.har");
        Assert.Equal(0, (await Run("sniff", "-r", Capture, "-o", $"har:{file}")).ExitCode);
        using var har = JsonDocument.Parse(await File.ReadAllBytesAsync(file));
        var log = har.RootElement.GetProperty("log");
        Assert.Equal("1.2", log.GetProperty("version").GetString());
        Assert.Equal(2, log.GetProperty("entries").GetArrayLength());
    }

    [Fact]
    public async Task Recorded_packets_are_a_capture_of_the_calls_that_matched()
    {
        var file = Path.Combine(_folder.FullName, "one.pcapng");
        await WeirCommand.Output("sniff", "-r", Capture, "-w", "method == 'GET'", "-o", $"pcap:{file}", "-o", "none");
        Assert.Equal("GET", WeirCommand.Facts(Assert.Single(await WeirCommand.Read(file))).Method);
    }

    [Fact]
    public async Task Only_calls_that_match_are_written() =>
        Assert.Equal("POST", WeirCommand.Facts(Assert.Single(await WeirCommand.Read(Capture, "-w", "method == 'POST'"))).Method);

    [Fact]
    public async Task The_count_limits_the_calls() => Assert.Single(await WeirCommand.Read(Capture, "-n", "1"));

    [Fact]
    public async Task A_file_is_not_waited_for_until_the_time_limit() =>
        Assert.Equal(2, (await WeirCommand.Read(Capture, "--for", "10m")).Count);

    [Fact]
    public async Task A_time_limit_ends_a_capture_that_would_wait_for_more()
    {
        // Standard input that stays open and silent: only the limit can end the run.
        var bytes = await File.ReadAllBytesAsync(Capture);
        using var process = StartRaw("sniff", "-r", "-", "--for", "1s", "-o", "jsonl");
        await process.StandardInput.BaseStream.WriteAsync(bytes);
        await process.StandardInput.BaseStream.FlushAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        using var deadline = new CancellationTokenSource(Limit);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new TimeoutException("--for did not end a run that waits for input");
        }

        Assert.Equal(0, process.ExitCode);
        Assert.Equal(2, WeirCommand.Records(await output).Count);
    }

    [Fact]
    public async Task Statistics_go_to_standard_output_as_JSON()
    {
        using var json = JsonDocument.Parse(await WeirCommand.Output("sniff", "-r", Capture, "-o", "none", "--stats", "-"));
        Assert.Equal(2, json.RootElement.GetProperty("exchanges").GetInt64());
        Assert.Equal(JsonValueKind.Object, json.RootElement.GetProperty("dropped").ValueKind);
    }

    [Fact]
    public async Task The_summary_goes_to_standard_error()
    {
        var (_, output, errors) = await Run("sniff", "-r", Capture, "-o", "jsonl");
        Assert.Equal(2, WeirCommand.Records(output).Count);
        Assert.Contains("2 calls from", errors, StringComparison.Ordinal);
        Assert.Contains("nothing was lost", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-o", "pcap:")]
    [InlineData("-o", "jsonl:")]
    [InlineData("--stats", "")]
    public async Task The_capture_that_is_read_is_never_written_over(string option, string prefix)
    {
        var capture = Save("own.pcap", 3);
        var before = await File.ReadAllBytesAsync(capture);
        var link = File.CreateSymbolicLink(Path.Combine(_folder.FullName, "link.pcap"), capture).FullName;
        foreach (var target in new[] { capture, link })
        {
            var (code, _, errors) = await Run("sniff", "-r", capture, option, prefix + target);
            Assert.Equal(2, code);
            Assert.Contains("the capture that is read", errors, StringComparison.Ordinal);
            Assert.Equal(before, await File.ReadAllBytesAsync(capture));
        }
    }

    [Fact]
    public async Task Two_outputs_do_not_share_a_file()
    {
        var file = Path.Combine(_folder.FullName, "same");
        var (code, _, errors) = await Run("sniff", "-r", Capture, "-o", $"jsonl:{file}", "-o", $"har:{file}");
        Assert.Equal(2, code);
        Assert.Contains("another output", errors, StringComparison.Ordinal);
        Assert.False(File.Exists(file));
    }

    [Fact]
    public async Task A_capture_that_is_cut_off_is_not_said_to_be_complete()
    {
        var capture = Save("cut.pcap", 3);
        var bytes = await File.ReadAllBytesAsync(capture);
        await File.WriteAllBytesAsync(capture, bytes[..^7]);
        var (_, _, errors) = await Run("sniff", "-r", capture, "-o", "none");
        Assert.DoesNotContain("nothing was lost", errors, StringComparison.Ordinal);
        Assert.Contains("cut.pcap", errors, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static async Task<(int ExitCode, string Output, string Errors)> Run(params string[] arguments)
    {
        using var child = WeirCommand.Start(arguments);
        return await child.Finish(Limit);
    }

    private static Process StartRaw(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [WeirCommand.Assembly, .. arguments])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        return Process.Start(start)!;
    }

    private string Save(string name, int exchanges)
    {
        var talk = new TcpConversation().Handshake();
        for (var i = 0; i < exchanges; i++) talk.FromClient(Get("/a")).FromServer(Ok("/a", 500));
        var path = Path.Combine(_folder.FullName, name);
        talk.Frames.WritePcap(path);
        return path;
    }
}
