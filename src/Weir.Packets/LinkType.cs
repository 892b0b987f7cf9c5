namespace Weir.Packets;

/// <summary>Link-layer header types as numbered by tcpdump.org's LINKTYPE_ registry (the DLT_ aliases that differ included).</summary>
public enum LinkType
{
    /// <summary>BSD loopback: 4-byte address family in the byte order of the capturing host.</summary>
    Null = 0,
    Ethernet = 1,
    /// <summary>DLT_RAW as some BSDs wrote it.</summary>
    RawBsd = 12,
    RawOpenBsd = 14,
    Raw = 101,
    /// <summary>OpenBSD loopback: 4-byte address family in network byte order.</summary>
    Loop = 108,
    LinuxSll = 113,
    Ipv4 = 228,
    Ipv6 = 229,
    LinuxSll2 = 276,
}
