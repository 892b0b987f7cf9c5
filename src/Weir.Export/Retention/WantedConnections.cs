using System.Runtime.InteropServices;
using Weir.Packets;

namespace Weir.Export.Retention;

/// <summary>
/// Tells the frames of wanted connections from those of others on the same ports. All frames are shown twice: first each to
/// <see cref="Learn"/>, which finds where connections begin, then to <see cref="Has"/>.
/// </summary>
internal sealed class WantedConnections
{
    /// <summary>Copies of a datagram on further interfaces come that much before or after the one that was read.</summary>
    private const long CopyNs = 5_000_000;

    private readonly Dictionary<Ends, Wanted> _byEnds = [];
    private readonly HashSet<(IpAddress, IpAddress)> _hosts = [];
    private readonly HashSet<(Wanted, int)> _met = [];

    public WantedConnections(IEnumerable<WantedConnection> connections)
    {
        foreach (var one in connections)
        {
            ref var wanted = ref CollectionsMarshal.GetValueRefOrAddDefault(_byEnds, Ends.Of(one.Client, one.ClientPort, one.Server, one.ServerPort), out _);
            (wanted ??= new Wanted()).Calls.Add((one.FirstNs, one.LastNs));
            _hosts.Add(Ends.HostsOf(one.Client, one.Server));
        }

        Flows = [.. _byEnds.Keys.Select(static ends => ends.Flow())];
    }

    /// <summary>Hashes of the flows, by which segments are chosen.</summary>
    public IReadOnlyList<ulong> Flows { get; }

    /// <summary>Connections of which a frame was there.</summary>
    public int Met => _met.Count;

    public void Learn(DecodeOutcome outcome, in PacketView packet)
    {
        if (outcome != DecodeOutcome.Decoded || (packet.Flags & (TcpFlags.Syn | TcpFlags.Ack)) != TcpFlags.Syn || packet.Protocol != IpProtocol.Tcp) return;
        if (_byEnds.TryGetValue(Ends.Of(in packet), out var wanted)) wanted.Begins(packet.TimestampNs, packet.Sequence);
    }

    /// <summary>Whether the frame is of a wanted connection; a fragment is when its addresses are those of one.</summary>
    public bool Has(DecodeOutcome outcome, in PacketView packet)
    {
        if (outcome == DecodeOutcome.FragmentPending) return _hosts.Contains(Ends.HostsOf(packet.Source, packet.Destination));
        if (outcome != DecodeOutcome.Decoded || !_byEnds.TryGetValue(Ends.Of(in packet), out var wanted)) return false;
        if (packet.Protocol == IpProtocol.Tcp)
        {
            var connection = wanted.ConnectionAt(packet.TimestampNs);
            if (!wanted.Wants(connection)) return false;
            _met.Add((wanted, connection));
            return true;
        }

        var time = packet.TimestampNs;
        foreach (var (first, last) in wanted.Calls)
        {
            if (time < first - CopyNs || time > last + CopyNs) continue;
            _met.Add((wanted, 0));
            return true;
        }

        return false;
    }

    /// <summary>The connections on one pair of ends, by their beginnings.</summary>
    private sealed class Wanted
    {
        private readonly List<(long Ns, uint Sequence)> _begins = [];
        private HashSet<int>? _connections;

        public List<(long FirstNs, long LastNs)> Calls { get; } = [];

        /// <summary>A SYN that is sent again, or seen on another interface, begins nothing.</summary>
        public void Begins(long ns, uint sequence)
        {
            var at = _begins.FindIndex(one => one.Sequence == sequence);
            if (at < 0) _begins.Add((ns, sequence));
            else if (ns < _begins[at].Ns) _begins[at] = (ns, sequence);
        }

        /// <summary>0 before the first beginning.</summary>
        public int ConnectionAt(long ns)
        {
            var count = 0;
            foreach (var begin in _begins)
                if (begin.Ns <= ns) count++;
            return count;
        }

        /// <summary>Asked once every beginning is known.</summary>
        public bool Wants(int connection) => (_connections ??= [.. Calls.Select(call => ConnectionAt(call.FirstNs))]).Contains(connection);
    }

    /// <summary>The ends of a connection, the same for both directions.</summary>
    private readonly record struct Ends(IpAddress A, ushort PortA, IpAddress B, ushort PortB)
    {
        public static Ends Of(in PacketView packet) => Of(packet.Source, packet.SourcePort, packet.Destination, packet.DestinationPort);

        public static Ends Of(IpAddress one, ushort onePort, IpAddress other, ushort otherPort) =>
            onePort != otherPort ? (onePort < otherPort ? new Ends(one, onePort, other, otherPort) : new Ends(other, otherPort, one, onePort))
            : IsAfter(one, other) ? new Ends(other, otherPort, one, onePort)
            : new Ends(one, onePort, other, otherPort);

        public static (IpAddress, IpAddress) HostsOf(IpAddress one, IpAddress other) => IsAfter(one, other) ? (other, one) : (one, other);

        public ulong Flow()
        {
            var packet = new PacketView { Source = A, SourcePort = PortA, Destination = B, DestinationPort = PortB };
            return FlowHash.Of(in packet);
        }

        private static bool IsAfter(IpAddress one, IpAddress other)
        {
            Span<byte> a = stackalloc byte[16];
            Span<byte> b = stackalloc byte[16];
            return a[..one.WriteBytes(a)].SequenceCompareTo(b[..other.WriteBytes(b)]) > 0;
        }
    }
}
