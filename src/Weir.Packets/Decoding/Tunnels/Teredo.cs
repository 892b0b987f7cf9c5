using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.Packets;

/// <summary>
/// Teredo (RFC 4380 §5.1.1): IPv6 in UDP behind an optional authentication and an optional origin indication. Only servers
/// have a known port; peers talk on any, so elsewhere the addresses must be Teredo's and the length exact.
/// </summary>
internal static class Teredo
{
    private const uint Prefix = 0x2001_0000;
    private const int Ipv6HeaderBytes = 40;
    private const ushort Authentication = 1;
    private const int OriginBytes = 8;

    /// <summary>The quick look that every UDP packet gets.</summary>
    public static bool MayBePeers(ReadOnlySpan<byte> bytes) => bytes.Length >= Ipv6HeaderBytes && bytes[0] >> 4 == 6;

    public static bool TryRead(ReadOnlySpan<byte> bytes, int wireLength, bool atServerPort, out TunnelHeader header)
    {
        header = default;
        var length = atServerPort ? IndicationBytes(bytes) : 0;
        if (bytes.Length < length + Ipv6HeaderBytes || bytes[length] >> 4 != 6) return false;
        var packet = bytes[length..];
        if (!atServerPort && !IsBetweenPeers(packet, wireLength)) return false;
        header = new TunnelHeader(TunnelKind.Teredo, 0, length, Encapsulation.Ipv6);
        return true;
    }

    private static bool IsBetweenPeers(ReadOnlySpan<byte> packet, int wireLength) =>
        ReadUInt16BigEndian(packet[4..]) + Ipv6HeaderBytes == wireLength
        && (ReadUInt32BigEndian(packet[8..]) == Prefix || ReadUInt32BigEndian(packet[24..]) == Prefix);

    /// <summary>Authentication: type, two lengths, what they count, a nonce of 8 bytes and a confirmation. Origin: type, port, address.</summary>
    private static int IndicationBytes(ReadOnlySpan<byte> bytes)
    {
        var length = 0;
        if (bytes.Length >= 4 && ReadUInt16BigEndian(bytes) == Authentication) length = 13 + bytes[2] + bytes[3];
        return bytes.Length >= length + 2 && ReadUInt16BigEndian(bytes[length..]) == 0 ? length + OriginBytes : length;
    }
}
