using System.Diagnostics;
using System.IO.Pipes;
using Microsoft.Win32.SafeHandles;
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
        var lane = output.OpenLane();
        var other = output.OpenLane();
        lane.Write(TestExchange.GetOk());
        other.Write(TestExchange.GetOk());
        var error = Assert.Throws<OutputException>(lane.Flush);
        Assert.Contains("calls.jsonl", error.Message, StringComparison.Ordinal);
        Assert.False(output.IsOpen);
        Assert.Equal(1, output.Lost);
        other.Flush();
        other.Write(TestExchange.GetOk());
        lane.Write(TestExchange.GetOk());
        lane.Flush();
        Assert.Equal(4, output.Lost);
    }

    [SkippableFact]
    public void A_har_on_a_full_disk_is_told_too()
    {
        Skip.IfNot(File.Exists("/dev/full"), "/dev/full does not exist here");
        using var output = new HarOutput(
            new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 0), "calls.har");
        var lane = output.OpenLane();
        lane.Write(TestExchange.GetOk());
        Assert.Throws<OutputException>(lane.Flush);
    }

    [SkippableFact]
    public void A_closed_pipe_ends_quietly()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "pipes are tested as Linux has them");
        using var pipe = new AnonymousPipeServerStream(PipeDirection.Out);
        pipe.DisposeLocalCopyOfClientHandle();

        // The way standard output is opened: a plain file stream over the descriptor.
        var handle = new SafeFileHandle(pipe.SafePipeHandle.DangerousGetHandle(), ownsHandle: false);
        WriteUntilClosed(new FileStream(handle, FileAccess.Write, bufferSize: 0));
    }

    [SkippableFact]
    public void A_process_that_stopped_reading_ends_quietly()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "pipes are tested as Linux has them");
        using var process = Process.Start(new ProcessStartInfo("/bin/true") { RedirectStandardInput = true })!;
        process.WaitForExit();
        WriteUntilClosed(process.StandardInput.BaseStream);
    }

    private static void WriteUntilClosed(Stream stream)
    {
        using var output = new JsonLinesOutput(stream, "pipe");
        var lane = output.OpenLane();
        for (var i = 0; i < 10 && output.IsOpen; i++)
        {
            lane.Write(TestExchange.GetOk());
            lane.Flush();
        }

        Assert.False(output.IsOpen);
        var lost = output.Lost;
        lane.Write(TestExchange.GetOk());
        Assert.Equal(lost + 1, output.Lost);
    }
}
