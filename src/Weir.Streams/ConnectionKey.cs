using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Weir.Packets;

namespace Weir.Streams;

/// <summary>
/// Addresses, ports, VLAN and scope of a connection, the smaller endpoint first, so that both directions have one key. "Smaller"
/// follows the bits in memory, which need no meaning beyond being the same on every packet.
/// </summary>
internal readonly struct ConnectionKey : IEquatable<ConnectionKey>
{
    private readonly ulong _lowA;
    private readonly ulong _lowB;
    private readonly ulong _highA;
    private readonly ulong _highB;
    private readonly ulong _portsAndScope;

    private ConnectionKey(ulong lowA, ulong lowB, ushort lowPort, ulong highA, ulong highB, ushort highPort, in PacketView packet)
    {
        _lowA = lowA;
        _lowB = lowB;
        _highA = highA;
        _highB = highB;
        _portsAndScope = ((ulong)packet.Scope << 48) | ((ulong)lowPort << 32) | ((ulong)highPort << 16) | packet.VlanId;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ConnectionKey From(in PacketView packet, out bool fromLow)
    {
        var source = MemoryMarshal.Cast<IpAddress, ulong>(new ReadOnlySpan<IpAddress>(in packet.Source));
        var destination = MemoryMarshal.Cast<IpAddress, ulong>(new ReadOnlySpan<IpAddress>(in packet.Destination));
        ulong sourceA = source[0], sourceB = source[1], destinationA = destination[0], destinationB = destination[1];

        fromLow = sourceB != destinationB ? sourceB < destinationB
            : sourceA != destinationA ? sourceA < destinationA
            : packet.SourcePort <= packet.DestinationPort;
        return fromLow
            ? new(sourceA, sourceB, packet.SourcePort, destinationA, destinationB, packet.DestinationPort, packet)
            : new(destinationA, destinationB, packet.DestinationPort, sourceA, sourceB, packet.SourcePort, packet);
    }

    /// <summary>Multiply-and-fold hash; the secret seed keeps senders from choosing tuples that collide.</summary>
    public ulong Hash(ulong seed)
    {
        var low = Fold(_lowA ^ seed, _lowB ^ 0x9E37_79B9_7F4A_7C15);
        var high = Fold(_highA ^ 0xD6E8_FEB8_6659_FD93, _highB ^ seed);
        return Fold(low ^ _portsAndScope ^ 0xA076_1D64_78BD_642F, high ^ seed ^ 0xE703_7ED1_A0B4_28DB);
    }

    public bool Equals(ConnectionKey other) =>
        _portsAndScope == other._portsAndScope && _lowB == other._lowB && _highB == other._highB
        && _lowA == other._lowA && _highA == other._highA;

    public override bool Equals(object? obj) => obj is ConnectionKey other && Equals(other);

    public override int GetHashCode() => (int)Hash(0);

    private static ulong Fold(ulong left, ulong right)
    {
        var high = Math.BigMul(left, right, out var low);
        return high ^ low;
    }
}
