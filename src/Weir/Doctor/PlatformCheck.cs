using System.Runtime.InteropServices;

namespace Weir.Cli.Doctor;

/// <summary>What the operating system lacks of what Weir does on Linux.</summary>
internal sealed class PlatformCheck : IDoctorCheck
{
    public IEnumerable<DoctorFinding> Examine(DoctorContext context) => Findings(
        OperatingSystem.IsLinux(), OperatingSystem.IsMacOS(), OperatingSystem.IsWindows(), RuntimeInformation.OSDescription);

    /// <summary>Of any system, so that tests can ask for those that they do not run on.</summary>
    internal static IEnumerable<DoctorFinding> Findings(bool linux, bool mac, bool windows, string description)
    {
        if (linux)
        {
            yield return new DoctorFinding("platform", "operating system with every way to capture", DoctorVerdict.Yes, description);
            yield break;
        }

        yield return new DoctorFinding("platform", "operating system with every way to capture", DoctorVerdict.No, description)
        {
            Remedy = "rings, several capture workers, interfaces that appear later, the network namespaces of containers and eBPF are of Linux alone; "
                + "captures are read with -r everywhere",
        };
        yield return new DoctorFinding("vxlan", "mirrored traffic sent to this host (--source vxlan)", DoctorVerdict.No, "batched UDP sockets of Linux")
        {
            Remedy = "read a capture of it with -r, which looks into VXLAN",
        };
        if (windows)
        {
            yield return new DoctorFinding("libpcap-rights", "rights to capture", DoctorVerdict.Note, "Npcap asks for an administrator, unless it was installed otherwise");
        }

        if (mac)
        {
            yield return new DoctorFinding("libpcap-rights", "rights to capture", DoctorVerdict.Note, "root, or read access to /dev/bpf*, which Wireshark's ChmodBPF gives");
        }
    }
}
