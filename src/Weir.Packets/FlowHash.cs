namespace Weir.Packets;

/// <summary>
/// One number for a flow, the same for both directions and on every interface, for sharing flows among workers. It is neither
/// secret nor meant to be unique.
/// </summary>
public static class FlowHash
{
    /// <summary>Of the addresses and ports as the decoder left them: those inside tunnels. VLANs do not count.</summary>
    public static ulong Of(in PacketView packet)
    {
        var ends = End(packet.Source, packet.SourcePort) + End(packet.Destination, packet.DestinationPort);
        return Fold(ends ^ 0xA076_1D64_78BD_642F, 0xE703_7ED1_A0B4_28DB);
    }

    private static ulong End(IpAddress address, ushort port) =>
        Fold(address.High ^ 0xD6E8_FEB8_6659_FD93, address.Low ^ ((ulong)port << 48) ^ 0x9E37_79B9_7F4A_7C15);

    /// <summary>Both halves of a 128-bit product: every input bit reaches every output bit.</summary>
    private static ulong Fold(ulong left, ulong right)
    {
        var high = Math.BigMul(left, right, out var low);
        return high ^ low;
    }
}
