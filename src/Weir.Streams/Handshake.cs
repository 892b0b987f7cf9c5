using Weir.Packets;

namespace Weir.Streams;

/// <summary>SYN and RST (RFC 9293 §3.5): which connection they belong to, and whether to believe them.</summary>
internal sealed class Handshake(StreamLimits limits, ConnectionStore store, Reassembler reassembler)
{
    /// <summary>Whether a SYN starts another connection on addresses and ports that are known.</summary>
    public bool IsNewConnection(HalfStream half, in PacketView syn)
    {
        var first = syn.Sequence + 1;
        var isAck = (syn.Flags & TcpFlags.Ack) != 0;
        var answersOther = isAck && half.Other.Started && syn.Acknowledgment == half.Other.First;
        if (!half.Started)
        {
            if (half.Owner.Lingering) return !answersOther;

            // The other side's SYN was seen: its answer, or a simultaneous open (§3.5 figure 7). Without it the known
            // connection is older than the capture and cannot be opening now.
            return !isAck && half.Other.Started && !half.Other.SynSeen;
        }

        if (first == half.First) return false;
        if (isAck) return half.Owner.Lingering && !answersOther;

        // Its own first data may have been captured before it.
        var isLate = !half.SynSeen && half.First - first <= (uint)limits.ResetWindowBytes
            && store.NowNs - half.Owner.OpenedNs <= limits.GapDelayNs;
        return !isLate;
    }

    /// <summary>Takes a SYN that belongs to its connection.</summary>
    public void Synchronize(HalfStream half, in PacketView syn)
    {
        var connection = half.Owner;
        var isAck = (syn.Flags & TcpFlags.Ack) != 0;
        var counters = half.Counters;
        ref var here = ref counters.On(syn);
        if (half.SynSeen)
        {
            if (reassembler.CountRepeat(half, wasHere: here.SynSeen, 0, syn)) counters.SynRetransmissions++;
        }
        else
        {
            if (!half.Started) half.Start(syn.Sequence + 1);
            half.SynSeen = true;
            half.LastSentNs = Math.Max(half.LastSentNs, syn.TimestampNs);
            if (isAck && !half.Other.Started) half.Other.Start(syn.Acknowledgment);
            if (half.Direction == Direction.FromInitiator && !isAck)
            {
                connection.SynNs = syn.TimestampNs;
                connection.SynNsKnown = true;
            }

            connection.Info.HandshakeSeen |= (half.Direction == Direction.FromInitiator) != isAck;
            connection.AwaitsHandshakeAck = connection.SynNsKnown && connection.Info.HandshakeRttNs < 0;
            if (connection.EarlyAckNs > 0 && half.Direction == Direction.FromResponder)
                Complete(connection, connection.EarlyAck, connection.EarlyAckNs);
        }

        here.SynSeen = true;
    }

    /// <summary>Takes the round-trip time from the ACK that completes the handshake.</summary>
    public static void Complete(HalfStream half, in PacketView ack)
    {
        var connection = half.Owner;
        if (half.Direction != Direction.FromInitiator) return;
        if (half.Other.SynSeen)
        {
            Complete(connection, ack.Acknowledgment, ack.TimestampNs);
        }
        else if (connection.EarlyAckNs == 0)
        {
            // The interface that saw the SYN-ACK has its turn later.
            connection.EarlyAck = ack.Acknowledgment;
            connection.EarlyAckNs = ack.TimestampNs;
        }
    }

    private static void Complete(TrackedConnection connection, uint acknowledgment, long timestampNs)
    {
        if ((int)(acknowledgment - connection.FromResponder.First) < 0) return;
        connection.AwaitsHandshakeAck = false;
        connection.Info.HandshakeRttNs = Math.Max(0, timestampNs - connection.SynNs);
    }

    /// <summary>
    /// Whether a RST is where its sender would be (RFC 5961 §3). A refused connection has sent nothing; its RST is known by
    /// acknowledging the SYN (RFC 9293 §3.5.2).
    /// </summary>
    public bool BelievesReset(HalfStream half, in PacketView reset)
    {
        if (half.Started && IsNear(half.Ahead(reset.Sequence))) return true;
        return (reset.Flags & TcpFlags.Ack) != 0 && !half.Started && half.Other.Started
            && IsNear(half.Other.Ahead(reset.Acknowledgment));
    }

    private bool IsNear(int ahead) => ahead <= limits.ResetWindowBytes && ahead >= -limits.ResetWindowBytes;
}
