using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.Packets;

/// <summary>The 8 bytes before the Ethernet frame in VXLAN (RFC 7348 §5).</summary>
public static class VxlanHeader
{
    public const int Bytes = 8;

    private const byte VniIsValid = 0x08;

    /// <summary>Group policy (draft-smith-vxlan-group-policy): 16 of the reserved bits then hold flags and a group.</summary>
    private const byte HasGroupPolicy = 0x80;

    /// <summary>True when the payload of a UDP datagram begins with a VXLAN header; <paramref name="vni"/> is its network.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out uint vni)
    {
        var found = TryRead(payload, out TunnelHeader header);
        vni = header.Id;
        return found;
    }

    internal static bool TryRead(ReadOnlySpan<byte> bytes, out TunnelHeader header)
    {
        header = default;
        if (bytes.Length < Bytes || bytes[7] != 0 || (bytes[0] & ~HasGroupPolicy) != VniIsValid) return false;
        if ((bytes[0] & HasGroupPolicy) == 0 && (bytes[1] | bytes[2] | bytes[3]) != 0) return false;
        header = new TunnelHeader(TunnelKind.Vxlan, ReadUInt32BigEndian(bytes[4..]) >> 8, Bytes, Encapsulation.BridgedEthernet);
        return true;
    }
}
