using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.Packets;

/// <summary>
/// GRE (RFC 2784, key and sequence by RFC 2890), its PPTP form (RFC 2637 §4.1) and the ERSPAN headers it may carry. The
/// checksum is skipped: what is inside has its own.
/// </summary>
internal static class GreHeader
{
    private const ushort HasChecksum = 0x8000;
    private const ushort HasKey = 0x2000;
    private const ushort HasSequence = 0x1000;
    private const ushort HasAcknowledgment = 0x0080;

    /// <summary>Routing, strict source route and the first recursion bit: RFC 2784 §2.3 has receivers discard such packets.</summary>
    private const ushort NotUnderstood = 0x4C00;

    private const ushort ErspanOneOrTwo = 0x88BE;
    private const ushort ErspanThree = 0x22EB;

    /// <summary><see cref="DecodeOutcome.OtherIpProtocol"/> for a GRE that carries no packet Weir reads.</summary>
    public static DecodeOutcome Read(ReadOnlySpan<byte> bytes, int wireLength, out TunnelHeader header)
    {
        header = default;
        if (bytes.Length < 4) return DoesNotFit(wireLength, 4);
        var flags = ReadUInt16BigEndian(bytes);
        var protocol = ReadUInt16BigEndian(bytes[2..]);
        return (flags & 7) switch
        {
            0 when (flags & NotUnderstood) == 0 => ReadVersion0(flags, protocol, bytes, wireLength, out header),
            1 when (flags & HasKey) != 0 && protocol == Encapsulation.Ppp => ReadPptp(flags, bytes, wireLength, out header),
            _ => DecodeOutcome.OtherIpProtocol,
        };
    }

    private static DecodeOutcome ReadVersion0(
        ushort flags, ushort protocol, ReadOnlySpan<byte> bytes, int wireLength, out TunnelHeader header)
    {
        header = default;
        var keyAt = (flags & HasChecksum) != 0 ? 8 : 4;
        var length = keyAt + ((flags & HasKey) != 0 ? 4 : 0) + ((flags & HasSequence) != 0 ? 4 : 0);
        if (bytes.Length < length) return DoesNotFit(wireLength, length);
        var key = (flags & HasKey) != 0 ? ReadUInt32BigEndian(bytes[keyAt..]) : 0;
        switch (protocol)
        {
            case ErspanOneOrTwo when (flags & HasSequence) == 0:
                // Type I has neither sequence number nor header.
                header = new TunnelHeader(TunnelKind.Erspan, 0, length, Encapsulation.BridgedEthernet);
                return DecodeOutcome.Decoded;
            case ErspanOneOrTwo:
                return ReadErspan(1, 8, length, bytes, wireLength, out header);
            case ErspanThree:
                return ReadErspan(2, 12, length, bytes, wireLength, out header);
            default:
                header = new TunnelHeader(TunnelKind.Gre, key, length, protocol);
                // Below are no EtherTypes: keepalives, and vendors' own numbers (Aruba's 802.11 frames).
                return protocol >= Encapsulation.FirstEtherType ? DecodeOutcome.Decoded : DecodeOutcome.OtherIpProtocol;
        }
    }

    /// <summary>
    /// draft-foschiano-erspan-03 §4: version, VLAN, class and a session of 10 bits. Type III goes on with a timestamp, a frame
    /// type (0 Ethernet, 2 IP) and a flag for 8 bytes more.
    /// </summary>
    private static DecodeOutcome ReadErspan(
        int version, int bytesNeeded, int at, ReadOnlySpan<byte> bytes, int wireLength, out TunnelHeader header)
    {
        header = default;
        if (bytes.Length < at + bytesNeeded) return DoesNotFit(wireLength, at + bytesNeeded);
        var own = bytes[at..];
        if (own[0] >> 4 != version) return DecodeOutcome.MalformedTunnel;
        var session = (uint)(ReadUInt16BigEndian(own[2..]) & 0x03FF);
        var etherType = Encapsulation.BridgedEthernet;
        var length = at + bytesNeeded;
        if (version == 2)
        {
            if ((own[11] & 1) != 0) length += 8;
            if (bytes.Length < length) return DoesNotFit(wireLength, length);
            var frameType = (own[10] >> 2) & 0x1F;
            if (frameType == 2) etherType = InnerPacket.IpEtherType(bytes[length..], wireLength - length);
            else if (frameType != 0) return DecodeOutcome.OtherIpProtocol;
        }

        header = new TunnelHeader(TunnelKind.Erspan, session, length, etherType);
        return etherType != 0 ? DecodeOutcome.Decoded : DecodeOutcome.OtherIpProtocol;
    }

    /// <summary>The key holds the payload's length and the call; a payload of nothing only acknowledges.</summary>
    private static DecodeOutcome ReadPptp(ushort flags, ReadOnlySpan<byte> bytes, int wireLength, out TunnelHeader header)
    {
        header = default;
        var length = 8 + ((flags & HasSequence) != 0 ? 4 : 0) + ((flags & HasAcknowledgment) != 0 ? 4 : 0);
        if (bytes.Length < length) return DoesNotFit(wireLength, length);
        if (ReadUInt16BigEndian(bytes[4..]) == 0) return DecodeOutcome.OtherIpProtocol;
        header = new TunnelHeader(TunnelKind.Gre, ReadUInt16BigEndian(bytes[6..]), length, Encapsulation.Ppp);
        return DecodeOutcome.Decoded;
    }

    private static DecodeOutcome DoesNotFit(int wireLength, int needed) =>
        wireLength >= needed ? DecodeOutcome.TruncatedTunnelHeader : DecodeOutcome.MalformedTunnel;
}
