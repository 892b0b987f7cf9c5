using System.Diagnostics;
using System.IO.Compression;
using Weir.EndToEnd.Tests.Support;
using Weir.Testing.Corpus;

namespace Weir.EndToEnd.Tests.Commands;

/// <summary><c>weir sniff</c> where something is closed, full, damaged or contradicts itself.</summary>
public sealed class SniffTroubleTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("weir-");

    private static string Capture => CorpusFolder.Input("http1/keep-alive-json");

    [SkippableFact]
    public async Task Closed_standard_input_is_told_instead_of_waited_for()
    {
        var (code, _, errors) = await Shell("sniff -r - -o none <&-");
        Assert.Equal(1, code);
        Assert.Contains("standard input is closed", errors, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Closed_standard_output_is_told()
    {
        var (code, _, errors) = await Shell($"sniff -r '{Capture}' -o jsonl >&-");
        Assert.Equal(1, code);
        Assert.Contains("standard output: it is closed", errors, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("2>&-")]
    [InlineData("2>/dev/full")]
    public async Task Standard_error_that_takes_nothing_changes_nothing(string redirection)
    {
        var (code, output, _) = await Shell($"sniff -r '{Capture}' -o jsonl {redirection}");
        Assert.Equal(0, code);
        Assert.Equal(2, WeirCommand.Records(output).Count);
        Assert.Equal(1, (await Shell($"sniff -r /nowhere/none.pcap -o jsonl {redirection}")).ExitCode);
        Assert.Equal(2, (await Shell($"sniff --no-such-option {redirection}")).ExitCode);
    }

    [Theory]
    [InlineData("-i", "lo")]
    [InlineData("--source", "ring")]
    [InlineData("--ebpf-cpu", "0")]
    [InlineData("--ebpf-cpu", "101")]
    [InlineData("--workers", "0")]
    [InlineData("--workers", "many")]
    public async Task Options_that_have_no_meaning_beside_a_file_are_refused(string option, string value)
    {
        var (code, output, errors) = await Run("sniff", "-r", Capture, "-o", "jsonl", option, value);
        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.StartsWith("weir: ", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--stats", "")]
    [InlineData("-o", "pcap:")]
    [InlineData("-o", "jsonl:")]
    public async Task A_place_that_cannot_be_written_is_told_before_the_capture_is_read(string option, string prefix)
    {
        var (code, _, errors) = await Run("sniff", "-r", Capture, "-o", "none", option, prefix + "/nowhere/file");
        Assert.Equal(1, code);
        Assert.Contains("Cannot create /nowhere/file", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("calls from", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_capture_gives_what_came_before_and_ends_with_1()
    {
        var file = Path.Combine(_folder.FullName, "damaged.pcap.gz");
        await using (var gzip = new GZipStream(File.Create(file), CompressionMode.Compress))
            await gzip.WriteAsync(await File.ReadAllBytesAsync(Capture));
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[^8] ^= 0xFF;
        await File.WriteAllBytesAsync(file, bytes);
        var (code, output, errors) = await Run("sniff", "-r", file, "-o", "jsonl");
        Assert.Equal(1, code);
        Assert.Equal(2, WeirCommand.Records(output).Count);
        Assert.Contains("compressed data is damaged", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_filter_is_shown_around_the_mistake()
    {
        var (code, _, errors) = await Run("sniff", "-r", Capture, "-w", $"path == '{new string('a', 2000)}' && nope == 3 && path != '{new string('b', 2000)}'");
        Assert.Equal(2, code);
        Assert.InRange(errors.Length, 50, 600);
        var lines = errors.Split('\n');
        var carets = Array.FindIndex(lines, line => line.TrimStart().StartsWith('^'));
        Assert.Equal("nope", lines[carets - 1].Substring(lines[carets].IndexOf('^', StringComparison.Ordinal), 4));
    }

    [Fact]
    public async Task A_pipe_that_pauses_gives_its_calls_before_it_ends()
    {
        var start = new ProcessStartInfo("dotnet", [WeirCommand.Assembly, "sniff", "-r", "-", "-o", "jsonl", "--workers", "2"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        await process.StandardInput.BaseStream.WriteAsync(await File.ReadAllBytesAsync(Capture));
        await process.StandardInput.BaseStream.FlushAsync();
        Assert.StartsWith("{", await process.StandardOutput.ReadLineAsync().WaitAsync(Limit), StringComparison.Ordinal);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static async Task<(int ExitCode, string Output, string Errors)> Run(params string[] arguments)
    {
        using var child = WeirCommand.Start(arguments);
        return await child.Finish(Limit);
    }

    /// <summary>Only a shell can start a command with a closed descriptor.</summary>
    private static async Task<(int ExitCode, string Output, string Errors)> Shell(string arguments)
    {
        Skip.IfNot(File.Exists("/bin/sh"), "there is no /bin/sh");
        using var child = Child.Start("/bin/sh", "-c", $"dotnet '{WeirCommand.Assembly}' {arguments}");
        return await child.Finish(Limit);
    }
}
