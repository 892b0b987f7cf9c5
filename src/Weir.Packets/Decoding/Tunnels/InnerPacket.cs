using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.Packets;

/// <summary>
/// Whether bytes can be what a tunnel is said to carry. A UDP port promises nothing, so what does not look right stays
/// UDP: a DNS answer to port 4789 is no VXLAN.
/// </summary>
internal static class InnerPacket
{
    public static bool IsPlausible(ushort etherType, ReadOnlySpan<byte> bytes, int wireLength) => etherType switch
    {
        Encapsulation.Ipv4 => IsIpv4(bytes, wireLength),
        Encapsulation.Ipv6 => IsIpv6(bytes, wireLength),
        Encapsulation.BridgedEthernet => IsEthernet(bytes, wireLength),
        _ => true,
    };

    /// <summary>The EtherType of bare IP; 0 for anything else.</summary>
    public static ushort IpEtherType(ReadOnlySpan<byte> bytes, int wireLength) =>
        IsIpv4(bytes, wireLength) ? Encapsulation.Ipv4 : IsIpv6(bytes, wireLength) ? Encapsulation.Ipv6 : (ushort)0;

    private static bool IsEthernet(ReadOnlySpan<byte> bytes, int wireLength)
    {
        const int header = LinkLayer.EthernetHeaderBytes;
        // The group bit of a source address is never set (IEEE 802.3 §3.2.3).
        if (bytes.Length < header || (bytes[6] & 1) != 0) return false;
        var etherType = ReadUInt16BigEndian(bytes[12..]);
        return etherType switch
        {
            // Mirrors cut frames to what fits their own network, so the length inside may be any.
            Encapsulation.Ipv4 => IsIpv4(bytes[header..], ushort.MaxValue),
            Encapsulation.Ipv6 => IsIpv6(bytes[header..], int.MaxValue),
            < Encapsulation.FirstEtherType => etherType <= wireLength - header,
            _ => Encapsulation.IsKnown(etherType),
        };
    }

    /// <summary>The length must fit, unless segmentation offload left it 0; of a header cut by the capture the start decides.</summary>
    private static bool IsIpv4(ReadOnlySpan<byte> bytes, int wireLength)
    {
        if (wireLength < 20 || bytes.IsEmpty || bytes[0] >> 4 != 4 || (bytes[0] & 15) < 5) return false;
        if (bytes.Length < 4) return true;
        var length = ReadUInt16BigEndian(bytes[2..]);
        return length == 0 || (length >= 20 && length <= wireLength);
    }

    private static bool IsIpv6(ReadOnlySpan<byte> bytes, int wireLength)
    {
        if (wireLength < 40 || bytes.IsEmpty || bytes[0] >> 4 != 6) return false;
        return bytes.Length < 6 || ReadUInt16BigEndian(bytes[4..]) + 40 <= wireLength;
    }
}
