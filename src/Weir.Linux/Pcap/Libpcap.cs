using System.Runtime.InteropServices;

namespace Weir.Linux.Native;

/// <summary>libpcap 1.5 or newer (pcap/pcap.h), names and argument order kept.</summary>
internal static unsafe partial class Libpcap
{
    public const int PCAP_ERRBUF_SIZE = 256;
    public const int PCAP_ERROR_BREAK = -2;
    public const int PCAP_ERROR_NO_SUCH_DEVICE = -5;
    public const int PCAP_ERROR_PERM_DENIED = -8;
    public const int PCAP_ERROR_IFACE_NOT_UP = -9;
    public const int PCAP_ERROR_PROMISC_PERM_DENIED = -11;
    public const int PCAP_TSTAMP_PRECISION_NANO = 1;
    public const uint PCAP_NETMASK_UNKNOWN = 0xFFFFFFFF;
    public const uint PCAP_IF_LOOPBACK = 1;
    public const uint PCAP_IF_UP = 2;
    private const string Library = "libpcap";

    [StructLayout(LayoutKind.Sequential)]
    public struct bpf_program
    {
        public uint bf_len;
        public ulong* bf_insns;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct pcap_stat
    {
        public uint ps_recv;
        public uint ps_drop;
        public uint ps_ifdrop;
        // wpcap.dll writes further counters.
        public uint ps_capt;
        public uint ps_sent;
        public uint ps_netdrop;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct pcap_if
    {
        public pcap_if* next;
        public byte* name;
        public byte* description;
        public void* addresses;
        public uint flags;
    }

    [LibraryImport(Library)]
    public static partial PcapHandle pcap_open_dead(int linktype, int snaplen);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial PcapHandle pcap_create(string source, byte* errbuf);

    [LibraryImport(Library)]
    public static partial void pcap_close(nint p);

    [LibraryImport(Library)]
    public static partial int pcap_set_snaplen(PcapHandle p, int snaplen);

    [LibraryImport(Library)]
    public static partial int pcap_set_promisc(PcapHandle p, int promisc);

    [LibraryImport(Library)]
    public static partial int pcap_set_timeout(PcapHandle p, int milliseconds);

    [LibraryImport(Library)]
    public static partial int pcap_set_immediate_mode(PcapHandle p, int immediate);

    [LibraryImport(Library)]
    public static partial int pcap_set_buffer_size(PcapHandle p, int bytes);

    [LibraryImport(Library)]
    public static partial int pcap_set_tstamp_precision(PcapHandle p, int precision);

    [LibraryImport(Library)]
    public static partial int pcap_get_tstamp_precision(PcapHandle p);

    [LibraryImport(Library)]
    public static partial int pcap_activate(PcapHandle p);

    [LibraryImport(Library)]
    public static partial int pcap_setnonblock(PcapHandle p, int nonblock, byte* errbuf);

    [LibraryImport(Library)]
    public static partial int pcap_get_selectable_fd(PcapHandle p);

    [LibraryImport(Library)]
    public static partial int pcap_datalink(PcapHandle p);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int pcap_compile(PcapHandle p, bpf_program* program, string expression, int optimize, uint netmask);

    [LibraryImport(Library)]
    public static partial int pcap_setfilter(PcapHandle p, bpf_program* program);

    [LibraryImport(Library)]
    public static partial void pcap_freecode(bpf_program* program);

    [LibraryImport(Library)]
    public static partial int pcap_next_ex(PcapHandle p, byte** header, byte** data);

    [LibraryImport(Library)]
    public static partial int pcap_stats(PcapHandle p, pcap_stat* statistics);

    [LibraryImport(Library)]
    public static partial byte* pcap_geterr(PcapHandle p);

    [LibraryImport(Library)]
    public static partial byte* pcap_statustostr(int error);

    [LibraryImport(Library)]
    public static partial byte* pcap_lib_version();

    [LibraryImport(Library)]
    public static partial int pcap_findalldevs(pcap_if** devices, byte* errbuf);

    [LibraryImport(Library)]
    public static partial void pcap_freealldevs(pcap_if* devices);

    public static string Text(byte* utf8) => Marshal.PtrToStringUTF8((nint)utf8) ?? "";
}
