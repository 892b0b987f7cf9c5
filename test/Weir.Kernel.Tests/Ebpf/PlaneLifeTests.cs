using System.Diagnostics;
using System.Text.Json;
using Weir.Capture;
using Weir.Linux.Bpf;
using Weir.Testing;
using Xunit;

namespace Weir.Kernel.Tests.Ebpf;

/// <summary>Coming and going: nothing stays in the kernel, nothing stays open.</summary>
public class PlaneLifeTests
{
    private static readonly EbpfOptions Small = new() { RingBytes = 256 << 10 };

    [SkippableTheory]
    [InlineData(ProgramSet.SocketLengths)]
    [InlineData(ProgramSet.SystemCalls)]
    public void Closing_gives_back_every_descriptor(ProgramSet programs)
    {
        EbpfCapture.RequireOrSkip();
        Cycle();
        var before = OpenDescriptors();
        for (var i = 0; i < 5; i++) Cycle();
        Assert.Equal(before, OpenDescriptors());

        void Cycle()
        {
            using var plane = new KernelPlane(Small with { Programs = programs });
        }
    }

    [SkippableFact]
    public void A_plane_that_fails_to_open_gives_back_every_descriptor()
    {
        EbpfCapture.RequireOrSkip();
        var broken = Small with { RingBytes = 3 };
        Assert.Throws<BpfException>(() => new KernelPlane(broken));
        var before = OpenDescriptors();
        Assert.Throws<BpfException>(() => new KernelPlane(broken));
        Assert.Equal(before, OpenDescriptors());
    }

    [SkippableFact]
    public void A_probe_that_is_killed_leaves_nothing_in_the_kernel()
    {
        EbpfCapture.RequireOrSkip();
        Skip.IfNot(File.Exists("/usr/sbin/bpftool"), "bpftool is not installed");
        var weir = Directory.EnumerateFiles(Path.Combine(RepositoryRoot.Path, "src/Weir/bin"), "weir.dll", SearchOption.AllDirectories)
            .OrderByDescending(File.GetLastWriteTimeUtc).FirstOrDefault();
        Skip.If(weir is null, "src/Weir is not built");
        using var probe = Process.Start(new ProcessStartInfo("dotnet", [weir, "sniff", "--source", "ebpf", "-o", "none"]) { RedirectStandardError = true })!;
        while (probe.StandardError.ReadLine() is { } line && !line.Contains("capturing", StringComparison.Ordinal))
        {
            // Warnings of the start.
        }

        Assert.NotEmpty(ProgramsOf(probe.Id));
        probe.Kill();
        probe.WaitForExit();
        // The kernel frees programs after a grace period.
        var patience = Stopwatch.StartNew();
        while (Loaded().Count > 0 && patience.Elapsed < TimeSpan.FromSeconds(20)) Thread.Sleep(50);
        Assert.Empty(Loaded());

        List<int> Loaded() => ProgramsOf(probe.Id);
    }

    private static int OpenDescriptors() => Directory.GetFiles("/proc/self/fd").Length;

    /// <summary>Ids of the programs that a process holds.</summary>
    private static List<int> ProgramsOf(int process)
    {
        using var tool = Process.Start(new ProcessStartInfo("/usr/sbin/bpftool", ["-j", "prog", "show"]) { RedirectStandardOutput = true })!;
        using var programs = JsonDocument.Parse(tool.StandardOutput.ReadToEnd());
        tool.WaitForExit();
        return [.. programs.RootElement.EnumerateArray()
            .Where(program => program.TryGetProperty("pids", out var pids) && pids.EnumerateArray().Any(one => one.GetProperty("pid").GetInt32() == process))
            .Select(program => program.GetProperty("id").GetInt32())];
    }
}
