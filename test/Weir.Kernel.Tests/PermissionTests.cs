using System.Diagnostics;
using System.Globalization;
using Weir.Capture;
using Weir.Linux;
using Xunit;

namespace Weir.Kernel.Tests;

public class PermissionTests
{
    private const int CapNetRaw = 13;
    private const string Child = nameof(Without_CAP_NET_RAW_the_error_says_what_to_do);

    private static bool HasCapNetRaw
    {
        get
        {
            var line = File.ReadLines("/proc/self/status").First(l => l.StartsWith("CapEff:", StringComparison.Ordinal));
            return (ulong.Parse(line[7..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture) >> CapNetRaw & 1) != 0;
        }
    }

    [SkippableTheory]
    [InlineData(CapturePlane.Ring)]
    [InlineData(CapturePlane.Libpcap)]
    public void Without_CAP_NET_RAW_the_error_says_what_to_do(CapturePlane plane)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "needs Linux");
        Skip.If(HasCapNetRaw, "this process has CAP_NET_RAW; the test below runs this one in a child without it");
        Skip.If(plane == CapturePlane.Libpcap && !PcapLibrary.IsAvailable, "libpcap is not installed");
        var error = Assert.Throws<CaptureException>(
            () => CaptureSourceSelector.Open(plane, new RingOptions { Devices = ["lo"] }));
        Assert.Contains("CAP_NET_RAW", error.Message, StringComparison.Ordinal);
        Assert.Contains("setcap cap_net_raw+ep", error.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void A_child_without_CAP_NET_RAW_is_told_what_to_do()
    {
        Skip.IfNot(OperatingSystem.IsLinux() && HasCapNetRaw, "this process has no CAP_NET_RAW to give up");
        Skip.IfNot(File.Exists("/usr/bin/setpriv"), "setpriv (util-linux) is not installed");
        var start = new ProcessStartInfo("/usr/bin/setpriv") { RedirectStandardOutput = true };
        foreach (var argument in new[]
        {
            "--bounding-set=-net_raw", "--inh-caps=-net_raw", "dotnet", "vstest",
            typeof(PermissionTests).Assembly.Location, $"--TestCaseFilter:FullyQualifiedName~{Child}",
        })
        {
            start.ArgumentList.Add(argument);
        }

        using var child = Process.Start(start)!;
        var output = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        Assert.True(child.ExitCode == 0, output);
        Assert.Matches(PcapLibrary.IsAvailable ? @"Passed: +2" : @"Passed: +1", output);
    }
}
