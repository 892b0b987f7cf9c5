using System.Runtime.CompilerServices;

namespace Weir.Flows.Metering;

/// <summary>Packets by TCP flag, lowest bit (FIN) first.</summary>
[InlineArray(8)]
internal struct FlagCounts
{
    private int _first;
}

/// <summary>What one direction of a flow has sent.</summary>
internal struct DirectionState
{
    public RunningStatistics Length;
    public RunningStatistics Iat;
    public BulkState Bulk;
    public FlagCounts Flags;
    public long LastUs;
    public long HeaderBytes;
    public long DataPackets;
    public long Retransmissions;
    public int SmallestHeader;
    public int InitWindow;
    /// <summary>V4 counts these on the flow's first packet only.</summary>
    public bool FirstHadPsh;
    public bool FirstHadUrg;
    /// <summary>FINs as V4 counts them: those that did not open the flow.</summary>
    public int LaterFins;
    /// <summary>Interface whose packets count.</summary>
    public int InterfaceId;
    /// <summary>Virtual network that tunnels carried it in (<see cref="Packets.PacketTunnel.Network"/>); 0 until one was seen.</summary>
    public ulong Network;
    /// <summary>Sequence number behind the furthest byte seen; meaningful once <see cref="HasSequence"/>.</summary>
    public uint NextSequence;
    public bool HasSequence;

    public readonly long Packets => Length.Count;
}
