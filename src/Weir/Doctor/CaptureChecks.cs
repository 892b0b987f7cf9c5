using Weir.Capture;
using Weir.Cli.Values;
using Weir.Linux;

namespace Weir.Cli.Doctor;

/// <summary>AF_PACKET rings on every interface, as <c>weir sniff</c> opens them.</summary>
internal sealed class PacketSocketCheck : IDoctorCheck
{
    /// <summary>Small: it is closed at once.</summary>
    internal static RingOptions Small { get; } = new() { BufferBytes = 4 << 20 };

    public IEnumerable<DoctorFinding> Examine(DoctorContext context)
    {
        if (!OperatingSystem.IsLinux()) return [];
        return [Attempt.At("packet-socket", "capture by AF_PACKET ring", DoctorNeed.Capture, () =>
        {
            using var source = CaptureSourceSelector.Open(CapturePlane.Ring, Small);
            return string.Join(", ", source.ReadStatistics().Select(one => one.Name));
        })];
    }
}

/// <summary>Rings that share an interface's packets, which several workers need.</summary>
internal sealed class FanoutCheck : IDoctorCheck
{
    public IEnumerable<DoctorFinding> Examine(DoctorContext context)
    {
        if (!OperatingSystem.IsLinux()) return [];
        return [Attempt.At("fanout", "several workers share an interface (PACKET_FANOUT)", DoctorNeed.Optional, () =>
        {
            var sources = CaptureSourceSelector.Open(CapturePlane.Ring, PacketSocketCheck.Small with { Devices = ["lo"] }, 2);
            foreach (var source in sources) source.Dispose();
            return sources.Count == 2 ? "2 of 2 joined" : throw new CaptureException($"{sources.Count} of 2 rings fitted into memory");
        })];
    }
}

/// <summary>What the kernel grants of the ring memory that a capture asks for.</summary>
internal sealed class RingMemoryCheck : IDoctorCheck
{
    private const string CgroupLimit = "/sys/fs/cgroup/memory.max";

    public IEnumerable<DoctorFinding> Examine(DoctorContext context)
    {
        if (!OperatingSystem.IsLinux()) return [];
        var wanted = new RingOptions().BufferBytes;
        return
        [
            Attempt.At("ring-memory", $"{ByteSize.Format(wanted)} of kernel memory for rings", DoctorNeed.Optional, () =>
            {
                using var source = (RingCaptureSource)CaptureSourceSelector.Open(CapturePlane.Ring, new RingOptions());
                var rings = source.ReadRingStatistics();
                return $"{ByteSize.Format(rings.Sum(ring => ring.RingBytes))} in {rings.Count} {(rings.Count == 1 ? "ring" : "rings")}, the rest for interfaces to come";
            }),
            .. Container(File.Exists(CgroupLimit) ? File.ReadAllText(CgroupLimit) : "max", wanted),
        ];
    }

    /// <summary>A container's limit counts the rings too; a process of Weir needs about as much again beside them.</summary>
    /// <param name="limit">Content of memory.max (Documentation/admin-guide/cgroup-v2.rst): a number of bytes, or "max".</param>
    /// <param name="ringBytes">Ring memory.</param>
    internal static IEnumerable<DoctorFinding> Container(string limit, long ringBytes)
    {
        if (!long.TryParse(limit.Trim(), out var bytes)) yield break;
        var least = ringBytes + (128L << 20);
        yield return DoctorFinding.Of(
            "memory-limit", "memory limit of this container", bytes >= least, ByteSize.Format(bytes),
            $"give it {ByteSize.Format(least)}, or capture with a smaller --buffer-size");
    }
}

/// <summary>libpcap: the portable way to capture, and the compiler of <c>--bpf</c>. On Windows it is Npcap's.</summary>
internal sealed class LibpcapCheck : IDoctorCheck
{
    public IEnumerable<DoctorFinding> Examine(DoctorContext context)
    {
        var name = OperatingSystem.IsWindows() ? "Npcap" : "libpcap";
        if (!PcapLibrary.IsAvailable)
        {
            var remedy = OperatingSystem.IsWindows()
                ? "install Npcap (npcap.com) with its WinPcap-compatible mode"
                : OperatingSystem.IsMacOS() ? "it is part of macOS: /usr/lib/libpcap.A.dylib cannot be loaded"
                : "install it (Debian, Ubuntu: `apt-get install libpcap0.8`; Alpine: `apk add libpcap`; Fedora: `dnf install libpcap`)";
            return [new DoctorFinding("libpcap", $"{name}: capture filters (--bpf) and --source libpcap", DoctorVerdict.No, "not installed") { Need = DoctorNeed.Capture, Remedy = remedy }];
        }

        return
        [
            new DoctorFinding("libpcap-version", name, DoctorVerdict.Note, PcapLibrary.Version),
            Attempt.At("bpf-filter", "capture filters (--bpf)", DoctorNeed.Optional, () =>
            {
                PcapLibrary.Compile("tcp port 80", 1, LiveCaptureOptions.WholeFrames);
                return "";
            }),
            Attempt.At("libpcap", $"capture by {name}", DoctorNeed.Capture, () =>
            {
                using var source = CaptureSourceSelector.Open(CapturePlane.Libpcap, PacketSocketCheck.Small);
                return string.Join(", ", source.ReadStatistics().Select(one => one.Name));
            }),
        ];
    }
}

/// <summary>A finding by trying.</summary>
internal static class Attempt
{
    /// <param name="id">As of the finding.</param>
    /// <param name="title">As of the finding.</param>
    /// <param name="need">As of the finding.</param>
    /// <param name="attempt">Returns the detail of a yes; its exception, which is for users, is that of a no.</param>
    public static DoctorFinding At(string id, string title, DoctorNeed need, Func<string> attempt)
    {
        try
        {
            return new DoctorFinding(id, title, DoctorVerdict.Yes, attempt()) { Need = need };
        }
        catch (Exception e) when (e is CaptureException or LinuxException or LibpcapException or IOException or UnauthorizedAccessException or Storage.StoreException)
        {
            return new DoctorFinding(id, title, DoctorVerdict.No, e.Message) { Need = need };
        }
    }
}
