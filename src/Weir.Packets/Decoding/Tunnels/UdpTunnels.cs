using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.Packets;

/// <summary>
/// Tunnel headers in UDP. A header is believed when its fixed bits and what it carries are as they must be; otherwise the
/// datagram is plain UDP, whatever its port.
/// </summary>
internal static class UdpTunnels
{
    public static bool TryRead(TunnelKind promised, ReadOnlySpan<byte> bytes, int wireLength, out TunnelHeader header)
    {
        var found = promised switch
        {
            TunnelKind.Vxlan => VxlanHeader.TryRead(bytes, out header),
            TunnelKind.Geneve => TryReadGeneve(bytes, out header),
            TunnelKind.Gtp => TryReadGtp(bytes, wireLength, out header),
            TunnelKind.Ayiya => TryReadAyiya(bytes, out header),
            TunnelKind.Gre => GreHeader.Read(bytes, wireLength, out header) == DecodeOutcome.Decoded,
            _ => Teredo.TryRead(bytes, wireLength, promised == TunnelKind.Teredo, out header),
        };
        return found && header.Length <= bytes.Length
            && InnerPacket.IsPlausible(header.EtherType, bytes[header.Length..], wireLength - header.Length);
    }

    /// <summary>RFC 8926 §3.4: version 0, no control packet; the options are behind the 8 fixed bytes and hold no packet data.</summary>
    private static bool TryReadGeneve(ReadOnlySpan<byte> bytes, out TunnelHeader header)
    {
        header = default;
        if (bytes.Length < 8) return false;
        var isData = (bytes[0] & 0xC0) == 0 && (bytes[1] & 0xBF) == 0 && bytes[7] == 0;
        var etherType = ReadUInt16BigEndian(bytes[2..]);
        if (!isData || etherType is not (Encapsulation.Ipv4 or Encapsulation.Ipv6 or Encapsulation.BridgedEthernet)) return false;
        header = new TunnelHeader(TunnelKind.Geneve, ReadUInt32BigEndian(bytes[4..]) >> 8, 8 + ((bytes[0] & 0x3F) * 4), etherType);
        return true;
    }

    /// <summary>
    /// 3GPP TS 29.281 §5.1: version 1, protocol type GTP, message type G-PDU. Four more bytes follow when one of the flags E, S
    /// and PN is set; with E a chain of extension headers, each with its length in units of 4 bytes and the next one's type last.
    /// </summary>
    private static bool TryReadGtp(ReadOnlySpan<byte> bytes, int wireLength, out TunnelHeader header)
    {
        header = default;
        if (bytes.Length < 12 || (bytes[0] & 0xF8) != 0x30 || bytes[1] != 0xFF) return false;
        if (ReadUInt16BigEndian(bytes[2..]) + 8 > wireLength) return false;
        var length = (bytes[0] & 0x07) == 0 ? 8 : 12;
        var more = (bytes[0] & 0x04) != 0 && bytes[11] != 0;
        while (more)
        {
            if (bytes.Length <= length || bytes[length] == 0) return false;
            length += bytes[length] * 4;
            if (bytes.Length < length) return false;
            more = bytes[length - 1] != 0;
        }

        header = new TunnelHeader(
            TunnelKind.Gtp, ReadUInt32BigEndian(bytes[4..]), length, InnerPacket.IpEtherType(bytes[length..], wireLength - length));
        return header.EtherType != 0;
    }

    /// <summary>
    /// draft-massar-v6ops-ayiya-02 §3: identity of 2^n bytes, signature in units of 4 bytes, operation 1 forwards what the next
    /// header names.
    /// </summary>
    private static bool TryReadAyiya(ReadOnlySpan<byte> bytes, out TunnelHeader header)
    {
        header = default;
        if (bytes.Length < 8 || (bytes[2] & 0x0F) != 1) return false;
        var etherType = bytes[3] switch { 4 => Encapsulation.Ipv4, 41 => Encapsulation.Ipv6, _ => (ushort)0 };
        if (etherType == 0) return false;
        header = new TunnelHeader(TunnelKind.Ayiya, 0, 8 + (1 << (bytes[0] >> 4)) + ((bytes[1] >> 4) * 4), etherType);
        return true;
    }
}
