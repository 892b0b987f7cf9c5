using Weir.Packets;

namespace Weir.Protocols.Dns;

/// <summary>
/// Knows the last datagrams, so that one which is seen again on another interface (veth, bridge, uplink) counts once, as
/// reassembly does for TCP by sequence numbers.
/// </summary>
internal sealed class DnsCopies(long windowNs)
{
    private readonly Seen[] _seen = new Seen[64];
    private int _next;

    public bool IsCopy(in PacketView packet)
    {
        var hash = new HashCode();
        hash.AddBytes(packet.Payload);
        hash.Add(packet.Source);
        hash.Add(packet.Destination);
        hash.Add(packet.SourcePort);
        hash.Add(packet.DestinationPort);
        var now = new Seen(hash.ToHashCode(), packet.Payload.Length, packet.InterfaceId, packet.TimestampNs);
        foreach (var one in _seen)
        {
            if (one.Hash == now.Hash && one.Length == now.Length && one.InterfaceId != now.InterfaceId
                && Math.Abs(now.Ns - one.Ns) <= windowNs) return true;
        }

        _seen[_next] = now;
        _next = (_next + 1) % _seen.Length;
        return false;
    }

    private readonly record struct Seen(int Hash, int Length, int InterfaceId, long Ns);
}
