using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.Packets;

/// <summary>Strips the capture's outermost header (tcpdump.org/linktypes.html) and hands on to <see cref="Encapsulation"/>.</summary>
internal static class LinkLayer
{
    internal const int EthernetHeaderBytes = 14;
    private const int SllHeaderBytes = 16;
    private const int Sll2HeaderBytes = 20;
    private const int LoopbackHeaderBytes = 4;

    // ARPHRD_ types (linux/if_arp.h) for which the cooked header's protocol field is no EtherType.
    private const int ArphrdFrad = 770;
    private const int ArphrdRadiotap = 803;
    private const int ArphrdNetlink = 824;

    /// <summary>
    /// On <see cref="DecodeOutcome.Decoded"/> the layer starts at an IP header whose version must be
    /// <paramref name="ipVersion"/> (0: either).
    /// </summary>
    public static DecodeOutcome Strip(LinkType linkType, ref Layer layer, ref ushort vlanId, out int ipVersion)
    {
        ipVersion = 0;
        switch (linkType)
        {
            case LinkType.Ethernet:
                return Encapsulation.StripEthernet(ref layer, ref vlanId, out ipVersion);
            case LinkType.LinuxSll:
                return StripCooked(ref layer, SllHeaderBytes, 2, 14, ref vlanId, out ipVersion);
            case LinkType.LinuxSll2:
                return StripCooked(ref layer, Sll2HeaderBytes, 8, 0, ref vlanId, out ipVersion);
            case LinkType.Null:
            case LinkType.Loop:
                return StripLoopback(linkType, ref layer, out ipVersion);
            case LinkType.Raw:
            case LinkType.RawBsd:
            case LinkType.RawOpenBsd:
                return DecodeOutcome.Decoded;
            case LinkType.Ipv4:
                ipVersion = 4;
                return DecodeOutcome.Decoded;
            case LinkType.Ipv6:
                ipVersion = 6;
                return DecodeOutcome.Decoded;
            default:
                return DecodeOutcome.UnknownLinkType;
        }
    }

    private static DecodeOutcome StripCooked(
        ref Layer layer, int headerBytes, int hardwareTypeAt, int protocolAt, ref ushort vlanId, out int ipVersion)
    {
        ipVersion = 0;
        if (!layer.Has(headerBytes)) return DecodeOutcome.TruncatedLinkHeader;
        var hardwareType = ReadUInt16BigEndian(layer.Bytes[hardwareTypeAt..]);
        if (hardwareType is ArphrdFrad or ArphrdRadiotap or ArphrdNetlink) return DecodeOutcome.NotIp;
        var protocol = ReadUInt16BigEndian(layer.Bytes[protocolAt..]);
        layer.Skip(headerBytes);
        return Encapsulation.Strip(protocol, ref layer, ref vlanId, out ipVersion);
    }

    /// <summary>BSD loopback. AF_INET is 2 everywhere; AF_INET6 is 10 (Linux), 24 (NetBSD, OpenBSD), 28 (FreeBSD) or 30 (Darwin).</summary>
    private static DecodeOutcome StripLoopback(LinkType linkType, ref Layer layer, out int ipVersion)
    {
        ipVersion = 0;
        if (!layer.Has(LoopbackHeaderBytes)) return DecodeOutcome.TruncatedLinkHeader;
        var family = ReadUInt32BigEndian(layer.Bytes);
        // Families are small numbers, so the zero bytes tell the capturing host's byte order.
        if (linkType == LinkType.Null && family > ushort.MaxValue) family = ReverseEndianness(family);
        layer.Skip(LoopbackHeaderBytes);
        ipVersion = family switch { 2 => 4, 10 or 24 or 28 or 30 => 6, _ => 0 };
        return ipVersion == 0 ? DecodeOutcome.NotIp : DecodeOutcome.Decoded;
    }
}
