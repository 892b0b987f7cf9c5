using System.Diagnostics;
using System.Globalization;
using Weir.Capture;
using Weir.Linux.Bpf;
using Weir.Linux.Native;
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
        Assert.InRange(OpenDescriptors(), 0, before);

        void Cycle()
        {
            using var plane = new KernelPlane(Small with { Programs = programs });
        }
    }

    [SkippableFact]
    public void A_plane_that_fails_to_open_gives_back_every_descriptor()
    {
        EbpfCapture.RequireOrSkip();
        var broken = Small with { Ports = [.. Enumerable.Range(1, EbpfOptions.MaxPortRanges + 1).Select(port => new PortRange(port, port))] };
        Assert.Throws<BpfException>(() => new KernelPlane(broken));
        var before = OpenDescriptors();
        Assert.Throws<BpfException>(() => new KernelPlane(broken));
        Assert.Equal(before, OpenDescriptors());
    }

    [SkippableFact]
    public void A_probe_that_is_killed_leaves_nothing_in_the_kernel()
    {
        EbpfCapture.RequireOrSkip();
        var weir = Directory.EnumerateFiles(Path.Combine(RepositoryRoot.Path, "src/Weir/bin"), "weir.dll", SearchOption.AllDirectories)
            .OrderByDescending(File.GetLastWriteTimeUtc).FirstOrDefault();
        Skip.If(weir is null, "src/Weir is not built");
        using var probe = Process.Start(new ProcessStartInfo("dotnet", [weir, "sniff", "--source", "ebpf", "-o", "none"]) { RedirectStandardError = true })!;
        while (probe.StandardError.ReadLine() is { } line && !line.Contains("capturing", StringComparison.Ordinal))
        {
            // Warnings of the start.
        }

        var programs = ProgramsOf(probe.Id);
        Assert.InRange(programs.Count, 4, 40);
        Assert.All(programs, id => Assert.True(IsLoaded(id)));
        probe.Kill();
        probe.WaitForExit();
        // The kernel frees programs after a grace period.
        var patience = Stopwatch.StartNew();
        while (programs.Exists(IsLoaded) && patience.Elapsed < TimeSpan.FromSeconds(20)) Thread.Sleep(50);
        Assert.DoesNotContain(programs, IsLoaded);
    }

    /// <summary>Those of BPF: others come and go with the runtime.</summary>
    private static int OpenDescriptors() => Directory.GetFiles("/proc/self/fd")
        .Count(fd => new FileInfo(fd).LinkTarget is { } target && (target.Contains("bpf", StringComparison.Ordinal) || target.Contains("perf_event", StringComparison.Ordinal)));

    /// <summary>Ids of the programs that a process holds, as the kernel shows them with its descriptors.</summary>
    private static List<uint> ProgramsOf(int process) =>
    [
        .. Directory.GetFiles($"/proc/{process}/fdinfo")
            .SelectMany(Lines)
            .Where(line => line.StartsWith("prog_id:", StringComparison.Ordinal))
            .Select(line => uint.Parse(line.AsSpan("prog_id:".Length).Trim(), CultureInfo.InvariantCulture))
            .Distinct(),
    ];

    /// <summary>Descriptors come and go while they are listed.</summary>
    private static string[] Lines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (IOException)
        {
            return [];
        }
    }

    private static bool IsLoaded(uint program)
    {
        var fd = Libbpf.bpf_prog_get_fd_by_id(program);
        return fd >= 0 && Libc.close(fd) == 0;
    }
}
