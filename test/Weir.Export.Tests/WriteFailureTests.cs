using System.Diagnostics;
using Weir.Testing;
using Xunit;

namespace Weir.Export.Tests;

public sealed class WriteFailureTests
{
    [SkippableFact]
    public void A_full_disk_is_told_once_and_later_calls_are_counted()
    {
        Skip.IfNot(File.Exists("/dev/full"), "/dev/full does not exist here");
        using var output = new JsonLinesOutput(
            new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 0), "calls.jsonl");
        output.Write(TestExchange.GetOk());
        var error = Assert.Throws<OutputException>(output.Flush);
        Assert.Contains("calls.jsonl", error.Message, StringComparison.Ordinal);
        Assert.False(output.IsOpen);
        output.Write(TestExchange.GetOk());
        output.Flush();
        Assert.Equal(1, output.Lost);
    }

    [SkippableFact]
    public void A_har_on_a_full_disk_is_told_too()
    {
        Skip.IfNot(File.Exists("/dev/full"), "/dev/full does not exist here");
        using var output = new HarOutput(
            new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 0), "calls.har");
        output.Write(TestExchange.GetOk());
        Assert.Throws<OutputException>(output.Flush);
    }

    [SkippableFact]
    public void A_closed_pipe_ends_quietly()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "pipes are tested as Linux has them");
        var info = new ProcessStartInfo("/bin/true") { RedirectStandardInput = true };
        using var process = Process.Start(info)!;
        process.WaitForExit();
        using var output = new JsonLinesOutput(process.StandardInput.BaseStream, "pipe", FlushPolicy.EachRecord);
        for (var i = 0; i < 10 && output.IsOpen; i++) output.Write(TestExchange.GetOk());
        Assert.False(output.IsOpen);
        output.Write(TestExchange.GetOk());
        Assert.True(output.Lost >= 1);
    }
}
