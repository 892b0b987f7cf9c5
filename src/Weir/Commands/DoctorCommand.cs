using System.CommandLine;
using System.Runtime.InteropServices;
using Weir.Capture;

namespace Weir.Cli.Commands;

/// <summary><c>weir doctor</c>: what this host allows, found by trying it, and what to do about a no.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var command = new Command("doctor", "Say what this host allows: each way to capture, tried, and what to do about a no.");
        command.SetAction(_ => Run());
        return command;
    }

    private static int Run()
    {
        Console.WriteLine($"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}, {RuntimeInformation.FrameworkDescription}");
        var ring = Try("capture by AF_PACKET ring", CapturePlane.Ring, CaptureFilter.None);
        Try("capture filter (libpcap compiles it)", CapturePlane.Ring, CaptureFilter.FromExpression("tcp port 80"));
        var libpcap = Try("capture by libpcap", CapturePlane.Libpcap, CaptureFilter.None);
        var ebpf = Ebpf();
        Platform();
        return ring || libpcap || ebpf ? ExitCode.Done : ExitCode.Failed;
    }

    private static bool Ebpf()
    {
        if (!OperatingSystem.IsLinux()) return false;
        var features = EbpfFeatures.Probe();
        foreach (var (name, isThere, detail) in features) Console.WriteLine($"{(isThere ? "yes " : "no  ")} {name}: {detail}");
        return features.All(feature => feature.IsThere || feature.Name != "capture at sockets (--source ebpf)") && features.Count > 3;
    }

    /// <summary>What only Linux has, told where it is missing.</summary>
    private static void Platform()
    {
        if (OperatingSystem.IsLinux()) return;
        Console.WriteLine("no   rings, several capture workers, new interfaces while it runs: the AF_PACKET sockets of Linux");
        Console.WriteLine("no   mirrored traffic (--source vxlan): read a capture with -r, which looks into VXLAN");
        if (OperatingSystem.IsWindows()) Console.WriteLine("     libpcap is Npcap here (npcap.com); it needs an administrator unless it was installed otherwise");
        if (OperatingSystem.IsMacOS()) Console.WriteLine("     libpcap needs root here, or read access to /dev/bpf*");
    }

    private static bool Try(string feature, CapturePlane plane, CaptureFilter filter)
    {
        try
        {
            using var source = CaptureSourceSelector.Open(plane, new RingOptions { Filter = filter, BufferBytes = 4 << 20 });
            var devices = string.Join(", ", source.ReadStatistics().Select(i => i.Name));
            Console.WriteLine($"yes  {feature} ({devices})");
            return true;
        }
        catch (CaptureException e)
        {
            Console.WriteLine($"no   {feature}: {e.Message}");
            return false;
        }
    }
}
