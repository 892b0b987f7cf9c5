using System.Runtime.InteropServices;

namespace Weir.Linux.Native;

/// <summary>Owns one pcap_t.</summary>
internal sealed class PcapHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        Libpcap.pcap_close(handle);
        return true;
    }
}
