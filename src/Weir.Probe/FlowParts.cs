using Weir.Records;
using Weir.Streams;

namespace Weir.Probe;

/// <summary>What the parts of one connection have told so far. Pooled.</summary>
internal sealed class FlowParts
{
    public ExchangeId Id { get; set; }

    public int Parts { get; private set; }

    public long Exchanges { get; private set; }

    /// <summary>Last packet of the part that was told last, Unix nanoseconds.</summary>
    public long ToldUntilNs { get; private set; }

    public FlowTotals FromInitiator { get; private set; }

    public FlowTotals FromResponder { get; private set; }

    public void Told(Connection connection, in FlowTotals fromInitiator, in FlowTotals fromResponder)
    {
        Parts++;
        Exchanges = connection.Exchanges;
        ToldUntilNs = connection.LastPacketNs;
        (FromInitiator, FromResponder) = (fromInitiator, fromResponder);
    }

    public void Clear()
    {
        Id = default;
        Parts = 0;
        Exchanges = ToldUntilNs = 0;
        FromInitiator = FromResponder = default;
    }
}

/// <summary>The counters of one direction at one time; they only grow.</summary>
internal readonly record struct FlowTotals(
    long Packets, long Bytes, long Retransmissions, long RetransmittedBytes, long SynRetransmissions, long OutOfOrder,
    long ZeroWindows, long Resets, long GapBytes, long Copies)
{
    public static FlowTotals Of(DirectionCounters counters) => new(
        counters.Packets, counters.Bytes, counters.Retransmissions, counters.RetransmittedBytes, counters.SynRetransmissions,
        counters.OutOfOrder, counters.ZeroWindows, counters.Resets, counters.GapBytes, counters.Copies);

    public static FlowTotals operator -(in FlowTotals now, in FlowTotals before) => new(
        now.Packets - before.Packets, now.Bytes - before.Bytes, now.Retransmissions - before.Retransmissions,
        now.RetransmittedBytes - before.RetransmittedBytes, now.SynRetransmissions - before.SynRetransmissions,
        now.OutOfOrder - before.OutOfOrder, now.ZeroWindows - before.ZeroWindows, now.Resets - before.Resets,
        now.GapBytes - before.GapBytes, now.Copies - before.Copies);

    public void WriteTo(FlowSide side)
    {
        side.Packets = Packets;
        side.Bytes = Bytes;
        side.Retransmissions = Retransmissions;
        side.RetransmittedBytes = RetransmittedBytes;
        side.SynRetransmissions = SynRetransmissions;
        side.OutOfOrder = OutOfOrder;
        side.ZeroWindows = ZeroWindows;
        side.Resets = Resets;
        side.GapBytes = GapBytes;
        side.Copies = Copies;
    }
}
