namespace Weir.Packets;

/// <summary>
/// One number for a flow, the same for both directions and on every interface, for sharing flows among workers and for tables
/// of flows. It is not meant to be unique.
/// </summary>
public static class FlowHash
{
    /// <summary>Of the addresses and ports as the decoder left them: those inside tunnels. VLANs do not count.</summary>
    /// <param name="packet">Decoded as far as its addresses.</param>
    /// <param name="seed">A secret one keeps senders from choosing flows that collide; 0 gives the same number everywhere.</param>
    public static ulong Of(in PacketView packet, ulong seed = 0)
    {
        var ends = End(packet.Source, packet.SourcePort, seed) + End(packet.Destination, packet.DestinationPort, seed);
        return Fold(ends ^ 0xA076_1D64_78BD_642F, 0xE703_7ED1_A0B4_28DB);
    }

    /// <summary>Of one direction between two addresses.</summary>
    /// <param name="source">Sends.</param>
    /// <param name="destination">Receives.</param>
    /// <param name="what">Whatever else tells rows apart.</param>
    /// <param name="seed">As of <see cref="Of"/>.</param>
    public static ulong Directed(IpAddress source, IpAddress destination, ulong what, ulong seed) =>
        Fold(End(source, 0, seed) ^ what, ulong.RotateLeft(End(destination, 0, seed), 29) ^ 0xE703_7ED1_A0B4_28DB);

    private static ulong End(IpAddress address, ushort port, ulong seed) =>
        Fold(address.High ^ seed ^ 0xD6E8_FEB8_6659_FD93, address.Low ^ seed ^ ((ulong)port << 48) ^ 0x9E37_79B9_7F4A_7C15);

    /// <summary>Both halves of a 128-bit product: every input bit reaches every output bit.</summary>
    private static ulong Fold(ulong left, ulong right)
    {
        var high = Math.BigMul(left, right, out var low);
        return high ^ low;
    }
}
