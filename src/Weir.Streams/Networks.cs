using Weir.Packets;

namespace Weir.Streams;

/// <summary>How well a packet's network fits a connection between the same addresses and ports; the higher the better.</summary>
internal enum NetworkFit : byte
{
    /// <summary>Another tenant's.</summary>
    None,
    /// <summary>The other direction has another network, but the packet acknowledges what that direction sent.</summary>
    Answer,
    /// <summary>The connection was seen outside of tunnels only.</summary>
    Plain,
    /// <summary>This direction was not seen in a tunnel yet, the other in the packet's network.</summary>
    OtherDirection,
    Same,
}

/// <summary>
/// Which of several connections between the same addresses and ports a packet belongs to. Networks with an identifier (VNI)
/// may each use the same addresses, so a packet of another network is another tenant's. Yet one connection can show more than one
/// identifier: none on the pod's own interface, and one for each direction where it names the sender (Cilium) or the receiver's
/// segment (asymmetric routing in EVPN, RFC 9135 §4.1).
/// </summary>
internal static class Networks
{
    /// <summary>Bytes around what the other direction has sent in which an acknowledgment is taken for one of it.</summary>
    private const int NearBytes = 1 << 20;

    /// <param name="half">The packet's direction of a connection.</param>
    /// <param name="network">The packet's; 0 for one outside of tunnels, which tells no tenant.</param>
    /// <param name="packet">The packet.</param>
    public static NetworkFit Fit(HalfStream half, ulong network, in PacketView packet)
    {
        if (network == 0 || half.Network == network) return NetworkFit.Same;
        if (half.Network != 0) return NetworkFit.None;
        if (half.Other.Network == network) return NetworkFit.OtherDirection;
        if (half.Other.Network == 0) return NetworkFit.Plain;
        return Answers(half, packet) ? NetworkFit.Answer : NetworkFit.None;
    }

    private static bool Answers(HalfStream half, in PacketView packet) =>
        (packet.Flags & TcpFlags.Ack) != 0 && half.Other.Started
        && half.Other.Ahead(packet.Acknowledgment) is <= NearBytes and >= -NearBytes;
}
