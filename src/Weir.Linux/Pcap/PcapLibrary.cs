using Weir.Linux.Native;

namespace Weir.Linux;

/// <summary>One capture device that libpcap knows.</summary>
public sealed record PcapDevice(string Name, string Description, bool IsUp, bool IsLoopback);

/// <summary>The libpcap of this host. It is optional: only filters in tcpdump's language and the portable plane need it.</summary>
public static unsafe class PcapLibrary
{
    // pcap_compile keeps state in globals before 1.8.
    private static readonly Lock CompileLock = new();

    public static bool IsAvailable => NativeLibraries.IsAvailable("libpcap");

    /// <summary>For example "libpcap version 1.10.3 (with TPACKET_V3)".</summary>
    public static string Version
    {
        get
        {
            Require("pcap_lib_version");
            return Libpcap.Text(Libpcap.pcap_lib_version());
        }
    }

    /// <summary>
    /// Compiles a tcpdump expression (pcap-filter(7)) for frames of one link type. The program keeps
    /// <paramref name="snapLength"/> bytes of what matches, which is how a ring gets a snap length. Link types are DLT_ numbers:
    /// 1 Ethernet, 12 raw IP.
    /// </summary>
    /// <exception cref="LibpcapException">The expression is wrong (with libpcap's own words), or libpcap is missing.</exception>
    public static FilterProgram Compile(string expression, int dataLink, int snapLength)
    {
        Require("pcap_compile");
        using var dead = Libpcap.pcap_open_dead(dataLink, snapLength);
        Libpcap.bpf_program program;
        Compile(dead, expression, &program);
        try
        {
            return new FilterProgram(new ReadOnlySpan<ulong>(program.bf_insns, (int)program.bf_len).ToArray());
        }
        finally
        {
            Libpcap.pcap_freecode(&program);
        }
    }

    /// <summary>Devices of the calling thread's network namespace, the pseudo-device <c>any</c> included.</summary>
    public static IReadOnlyList<PcapDevice> FindDevices()
    {
        Require("pcap_findalldevs");
        var errors = stackalloc byte[Libpcap.PCAP_ERRBUF_SIZE];
        Libpcap.pcap_if* first;
        if (Libpcap.pcap_findalldevs(&first, errors) < 0)
            throw new LibpcapException("pcap_findalldevs", Libpcap.Text(errors));
        var devices = new List<PcapDevice>();
        for (var device = first; device != null; device = device->next)
        {
            devices.Add(new PcapDevice(
                Libpcap.Text(device->name),
                Libpcap.Text(device->description),
                (device->flags & Libpcap.PCAP_IF_UP) != 0,
                (device->flags & Libpcap.PCAP_IF_LOOPBACK) != 0));
        }

        Libpcap.pcap_freealldevs(first);
        return devices;
    }

    internal static void Compile(PcapHandle handle, string expression, Libpcap.bpf_program* program)
    {
        lock (CompileLock)
        {
            if (Libpcap.pcap_compile(handle, program, expression, 1, Libpcap.PCAP_NETMASK_UNKNOWN) == 0) return;
            throw new LibpcapException(
                "pcap_compile", $"\"{expression}\": {Libpcap.Text(Libpcap.pcap_geterr(handle))}", "the syntax is in pcap-filter(7)");
        }
    }

    internal static void Require(string operation)
    {
        if (IsAvailable) return;
        throw new LibpcapException(
            operation, "libpcap is not installed",
            "install it (Debian, Ubuntu: `apt-get install libpcap0.8`; Alpine: `apk add libpcap`; Fedora: `dnf install libpcap`)");
    }
}
