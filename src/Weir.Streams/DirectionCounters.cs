using Weir.Packets;

namespace Weir.Streams;

/// <summary>
/// What one direction of a connection did. A capture on several interfaces (veth, bridge, eth0) sees one packet several
/// times, in any order and cut differently by segmentation offload. Each interface therefore counts for itself, and the
/// largest count is the truth: an event is new only when its own interface shows it once more than any other has.
/// </summary>
public sealed class DirectionCounters
{
    /// <summary>Interfaces told apart beside the first; further ones share the counters of the last.</summary>
    internal const int MaxOthers = 8;

    internal InterfaceCounters First = new() { InterfaceId = InterfaceCounters.None };
    private InterfaceCounters[]? _others;
    private int _otherCount;

    /// <summary>Payload on the wire in bytes that was handed over: without retransmissions, copies and gaps.</summary>
    public long Bytes { get; internal set; }

    /// <summary>Bytes told as gaps.</summary>
    public long GapBytes { get; internal set; }

    /// <summary>
    /// Segments sent again: their bytes, SYN or FIN had been seen, or they filled a hole later than reordering explains.
    /// Keep-alive probes are none.
    /// </summary>
    public int Retransmissions { get; internal set; }

    public long RetransmittedBytes { get; internal set; }

    /// <summary>The part of <see cref="Retransmissions"/> that were SYNs.</summary>
    public int SynRetransmissions { get; internal set; }

    /// <summary>Segments that filled a hole at once: the network changed their order.</summary>
    public int OutOfOrder { get; internal set; }

    /// <summary>Packets that announced a receive window of zero: this side could take no more.</summary>
    public int ZeroWindows { get; internal set; }

    /// <summary>RSTs sent by this side that fit the connection.</summary>
    public int Resets { get; internal set; }

    /// <summary>Bytes are missing now that were sent: later ones came, or the other side acknowledged them. Not yet told as a gap.</summary>
    public bool HasHole { get; internal set; }

    /// <summary>Sequence number of the first byte of the chunk that was handed over last.</summary>
    public uint ChunkSequence { get; internal set; }

    /// <summary>What the packet of that chunk acknowledged of the other direction; null where there is no TCP to tell.</summary>
    public uint? ChunkAcknowledgment { get; internal set; }

    /// <summary>The virtual network that tunnels carried this direction in (<see cref="PacketTunnel.Network"/>); 0 until one was seen.</summary>
    public ulong Network { get; internal set; }

    internal int Probes;

    /// <summary>Packets on the interface that saw most of them.</summary>
    public long Packets
    {
        get
        {
            var most = First.Packets;
            for (var i = 0; i < _otherCount; i++) most = Math.Max(most, _others![i].Packets);
            return most;
        }
    }

    /// <summary>Packets that were seen on another interface as well.</summary>
    public long Copies
    {
        get
        {
            var all = First.Packets;
            for (var i = 0; i < _otherCount; i++) all += _others![i].Packets;
            return all - Packets;
        }
    }

    /// <summary>The counters of the interface that saw the packet.</summary>
    internal ref InterfaceCounters On(in PacketView packet)
    {
        if (First.InterfaceId == packet.InterfaceId) return ref First;
        return ref Find(packet.InterfaceId, packet.Sequence);
    }

    /// <summary>The stream goes on elsewhere (after a loss beyond the plausible window).</summary>
    internal void MoveTo(uint sequence)
    {
        First.End = sequence;
        for (var i = 0; i < _otherCount; i++) _others![i].End = sequence;
    }

    internal void Reset()
    {
        First = new() { InterfaceId = InterfaceCounters.None };
        _otherCount = 0;
        Bytes = GapBytes = RetransmittedBytes = 0;
        HasHole = false;
        ChunkSequence = 0;
        ChunkAcknowledgment = null;
        Network = 0;
        Retransmissions = SynRetransmissions = OutOfOrder = ZeroWindows = Resets = Probes = 0;
    }

    /// <summary>Counts an event of one interface; false when another interface has shown it already.</summary>
    internal static bool IsNew(ref int here, int total) => ++here > total;

    private ref InterfaceCounters Find(int interfaceId, uint sequence)
    {
        if (First.InterfaceId == InterfaceCounters.None)
        {
            First.InterfaceId = interfaceId;
            First.End = sequence;
            return ref First;
        }

        for (var i = 0; i < _otherCount; i++)
        {
            if (_others![i].InterfaceId == interfaceId) return ref _others[i];
        }

        if (_otherCount == MaxOthers) return ref _others![MaxOthers - 1];
        if (_others is null) _others = new InterfaceCounters[2];
        else if (_otherCount == _others.Length) Array.Resize(ref _others, _otherCount * 2);
        ref var added = ref _others[_otherCount++];
        added = new InterfaceCounters { InterfaceId = interfaceId, End = sequence };
        return ref added;
    }
}

/// <summary>What one interface showed of one direction.</summary>
internal struct InterfaceCounters
{
    public const int None = int.MinValue;

    public int InterfaceId;

    /// <summary>Sequence behind the last byte (or FIN) that this interface showed: what lies before was sent again.</summary>
    public uint End;
    public long Packets;
    public int Retransmissions;
    public int OutOfOrder;
    public int ZeroWindows;
    public int Resets;
    public bool SynSeen;
    public int Probes;
}
