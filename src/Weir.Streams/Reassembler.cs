using Weir.Packets;

namespace Weir.Streams;

/// <summary>
/// Turns the segments of one direction into chunks, gaps and an end.
/// <code>
///   handed over        hole        buffered    hole    buffered
/// ------------------|...........|===========|........|==========
///                   Next        PendingHead                    PendingTail.End
/// </code>
/// Bytes seen first win where segments overlap. A hole becomes a gap as <see cref="HoleKeeper"/> decides.
/// </summary>
internal sealed class Reassembler
{
    private readonly StreamLimits _limits;
    private readonly StreamCounters _counters;
    private readonly ConnectionStore _store;
    private readonly SegmentPool _pool;
    private readonly HoleKeeper _holes;
    private readonly int _plausibleWindow;

    public Reassembler(StreamLimits limits, StreamCounters counters, ConnectionStore store)
    {
        _limits = limits;
        _counters = counters;
        _store = store;
        _pool = new SegmentPool(counters, limits.MaxPendingBytes);
        _holes = new HoleKeeper(limits, store, this);
        _plausibleWindow = Math.Clamp(limits.PlausibleWindowBytes, 1, 1 << 30);
    }

    /// <summary>Takes the payload of a segment whose connection is wanted and whose direction has started.</summary>
    public void AddPayload(HalfStream half, uint sequence, in PacketView packet, int wireLength)
    {
        var payload = packet.Payload;
        if (sequence == half.Next && half.PendingHead is null && !half.HasFin && !half.Ended)
        {
            half.StartedByPureAck = false;
            half.StrayCount = 0;
            half.LastSentNs = packet.TimestampNs;
            half.Counters.On(packet).End = sequence + (uint)wireLength;
            Deliver(half, payload, wireLength, packet.Acknowledgment, packet.TimestampNs);
            if (half.HasHole) _holes.Settle(half, moved: true);
        }
        else
        {
            AddOutOfTurn(half, sequence, packet, wireLength);
        }
    }

    /// <summary>The other side says it has everything before <paramref name="acknowledgment"/>.</summary>
    public void Acknowledge(HalfStream half, uint acknowledgment, long timestampNs)
    {
        if ((half.AckSeen && acknowledgment == half.Acked) || half.Ended) return;
        if (!half.Started)
        {
            if (half.AckBeforeStartSeen) return;
            half.AckBeforeStartSeen = true;
            half.AckedBeforeStart = acknowledgment;
            return;
        }

        if (!IsNear(half.Ahead(acknowledgment))) return;
        if (half.AckSeen && (int)(acknowledgment - half.Acked) < 0 && IsNear(half.Ahead(half.Acked))) return;
        half.AckSeen = true;
        half.Acked = acknowledgment;
        half.AckedNs = timestampNs;
        if (half.HasHole || half.Ahead(acknowledgment) > 1) _holes.Settle(half, moved: false);
    }

    /// <summary>Notes a FIN behind the last byte and ends the direction once everything before has come.</summary>
    public void AddFin(HalfStream half, uint finSequence, int wireLength, in PacketView packet)
    {
        ref var here = ref half.Counters.On(packet);
        var wasHere = here.End == finSequence + 1;
        if (half.Ended || half.HasFin)
        {
            if (!half.HasFin || finSequence != half.FinSequence) return;
            here.End = finSequence + 1;
            if (wireLength == 0) CountRepeat(half, wasHere, 0, packet);
            return;
        }

        var ahead = half.Ahead(finSequence);
        if (ahead < 0 || !IsNear(ahead))
        {
            _counters.ImplausibleControls++;
            return;
        }

        half.HasFin = true;
        half.FinSequence = finSequence;
        half.LastSentNs = packet.TimestampNs;
        here.End = finSequence + 1;
        if (ahead == 0) End(half, StreamEnd.Fin, packet.TimestampNs);
        else _holes.Settle(half, moved: false);
    }

    /// <summary>Hands over what is buffered, tells what is missing, and ends both directions.</summary>
    public void Close(TrackedConnection connection, StreamEnd reason, long timestampNs)
    {
        Flush(connection.FromInitiator, timestampNs);
        Flush(connection.FromResponder, timestampNs);
        End(connection.FromInitiator, reason, timestampNs);
        End(connection.FromResponder, reason, timestampNs);
    }

    /// <summary>Ends a direction, once. When both are over the connection is retired.</summary>
    public void End(HalfStream half, StreamEnd reason, long timestampNs)
    {
        if (half.Ended) return;
        half.Ended = true;
        while (half.PendingHead is not null) _pool.Return(half.TakeFirst());
        _holes.Forget(half);
        half.Owner.Handler?.OnEnd(half.Direction, reason, timestampNs);
        if (half.Other.Ended) _store.Retire(half.Owner, reason);
    }

    /// <summary>Tells gaps that have become due.</summary>
    public void CheckHoles() => _holes.CheckDue();

    /// <summary>
    /// Gives up the bytes before <paramref name="sequence"/> and hands over what follows them. They were sent before what
    /// follows was, or before the ACK that tells of them.
    /// </summary>
    public void SkipTo(HalfStream half, uint sequence, long timestampNs)
    {
        var length = half.Ahead(sequence);
        if (length <= 0) return;
        if (half.PendingHead is { } head && head.Sequence == sequence) timestampNs = Math.Min(timestampNs, head.TimestampNs);
        else if (half.AckSeen && sequence == half.Acked) timestampNs = Math.Min(timestampNs, half.AckedNs - 1);
        half.LastGapStart = half.Next;
        half.LastGapEnd = sequence;
        half.Next = sequence;
        TellGap(half, length, timestampNs);
        Drain(half, timestampNs);
    }

    /// <summary>A segment whose bytes, SYN or FIN had been seen, or part of them.</summary>
    /// <param name="half">The direction.</param>
    /// <param name="wasHere">The interface of the packet itself had shown them, so this is no copy of the capture.</param>
    /// <param name="length">Payload bytes that were seen before.</param>
    /// <param name="packet">The packet; its sequence is that of the first byte.</param>
    /// <returns>Whether it counts as a retransmission that no other interface has shown yet.</returns>
    public bool CountRepeat(HalfStream half, bool wasHere, int length, in PacketView packet)
    {
        // A process reads when it pleases: what is seen at its socket was not sent again, however late it is.
        if (packet.Origin != SegmentOrigin.Wire)
        {
            _counters.DuplicateSegments++;
            return false;
        }

        // A sender whose path changed repeats itself on an interface that is new to the connection.
        if (!wasHere && packet.TimestampNs - half.LastSentNs <= _limits.DuplicateWindowNs)
        {
            _counters.DuplicateSegments++;
            return false;
        }

        if (half.LastGapStart != half.LastGapEnd && length > 0 && (int)(half.LastGapEnd - packet.Sequence) > 0
            && (int)(packet.Sequence + (uint)length - half.LastGapStart) > 0)
        {
            _counters.Count(half, StreamLoss.LateSegments);
            return false;
        }

        return CountRetransmission(half, length, packet);
    }

    private bool IsNear(int ahead) => ahead <= _plausibleWindow && ahead >= -_plausibleWindow;

    private void AddOutOfTurn(HalfStream half, uint sequence, in PacketView packet, int wireLength)
    {
        var timestampNs = packet.TimestampNs;
        if (half.StartedByPureAck && half.Ahead(sequence) == 1) half.Start(sequence);
        half.StartedByPureAck = false;
        if (!IsNear(half.Ahead(sequence)) && !TryResync(half, sequence, timestampNs)) return;
        half.StrayCount = 0;

        ref var here = ref half.Counters.On(packet);
        if (!IsNear(half.Ahead(here.End))) here.End = sequence;
        var wasHere = (int)(here.End - sequence) > 0;
        if ((int)(sequence + (uint)wireLength - here.End) > 0) here.End = sequence + (uint)wireLength;

        var length = half.HasFin ? Math.Min(wireLength, (int)(half.FinSequence - sequence)) : wireLength;
        if (half.Ended || length < wireLength)
        {
            var end = half.Ahead(sequence + (uint)wireLength);
            if (end > 0) _counters.Count(half, StreamLoss.AfterEndSegments);
            if (half.Ended || length <= 0)
            {
                if (end <= 0) CountRepeat(half, wasHere, wireLength, packet);
                return;
            }
        }

        var ahead = half.Ahead(sequence);
        if (ahead == -1 && length == 1)
        {
            if (!DirectionCounters.IsNew(ref here.Probes, half.Counters.Probes)) return;
            half.Counters.Probes++;
            _counters.Probes++;
            return;
        }

        if (ahead > 0 && _holes.IsOverdueAt(half, sequence)) SkipTo(half, sequence, timestampNs);
        var before = half.Next;
        var holeSinceNs = half.HoleSinceBefore(sequence);
        var fresh = Place(half, sequence, packet.Payload, length, packet.Acknowledgment, timestampNs);
        if (fresh < length) CountRepeat(half, wasHere, length - fresh, packet);
        else if (wasHere) CountFilled(half, length, timestampNs - holeSinceNs, packet);
        if (fresh > 0) half.LastSentNs = timestampNs;
        _holes.Settle(half, moved: half.Next != before);
    }

    /// <summary>A hole was filled by its sender: soon after what lies beyond, the network changed the order; else it was sent again.</summary>
    private void CountFilled(HalfStream half, int length, long afterNs, in PacketView packet)
    {
        var roundTripNs = half.Owner.Info.HandshakeRttNs;
        if (packet.Origin != SegmentOrigin.Wire) return;
        if (afterNs > (roundTripNs > 0 ? roundTripNs : _limits.OutOfOrderNs))
        {
            CountRetransmission(half, length, packet);
            return;
        }

        ref var here = ref half.Counters.On(packet);
        if (!DirectionCounters.IsNew(ref here.OutOfOrder, half.Counters.OutOfOrder)) return;
        half.Counters.OutOfOrder++;
        _counters.OutOfOrderSegments++;
    }

    private bool CountRetransmission(HalfStream half, int length, in PacketView packet)
    {
        var counters = half.Counters;
        if (!DirectionCounters.IsNew(ref counters.On(packet).Retransmissions, counters.Retransmissions))
        {
            _counters.DuplicateSegments++;
            return false;
        }

        counters.Retransmissions++;
        counters.RetransmittedBytes += length;
        _counters.Retransmissions++;
        half.LastSentNs = Math.Max(half.LastSentNs, packet.TimestampNs);
        return true;
    }

    /// <summary>Hands over or buffers the parts of a segment that are new, and returns how many bytes those were.</summary>
    private int Place(HalfStream half, uint sequence, ReadOnlySpan<byte> payload, int length, uint acknowledgment, long timestampNs)
    {
        var fresh = 0;
        while (length > 0 && !half.Ended)
        {
            var ahead = half.Ahead(sequence);
            int used;
            if (ahead < 0)
            {
                used = Math.Min(-ahead, length);
            }
            else if (ahead == 0)
            {
                used = half.PendingHead is null ? length : Math.Min(length, half.Ahead(half.PendingHead.Sequence));
                Deliver(half, payload[..Math.Min(used, payload.Length)], used, acknowledgment, timestampNs);
                Drain(half, timestampNs);
                fresh += used;
            }
            else
            {
                if (!half.FindMissing(sequence, length, out var previous, out used, out var missing)) break;
                if (used == 0)
                {
                    used = Hold(half, previous, sequence, payload, missing, acknowledgment, timestampNs, out var poolIsEmpty);
                    if (used == 0)
                    {
                        MakeRoom(half, sequence, poolIsEmpty, timestampNs);
                        continue;
                    }

                    fresh += used;
                }
            }

            sequence += (uint)used;
            length -= used;
            payload = payload[Math.Min(used, payload.Length)..];
        }

        return fresh;
    }

    /// <summary>Buffers a piece and returns its length on the wire; 0 when a limit is reached.</summary>
    private int Hold(
        HalfStream half, PendingSegment? previous, uint sequence, ReadOnlySpan<byte> payload, int length, uint acknowledgment, long timestampNs,
        out bool poolIsEmpty)
    {
        poolIsEmpty = false;
        if (payload.Length > SegmentPool.MaxCapacity) length = Math.Min(length, SegmentPool.MaxCapacity);
        if (half.PendingCount >= _limits.MaxPendingSegmentsPerDirection) return 0;
        if (half.PendingBytes + length > _limits.MaxPendingBytesPerDirection) return 0;
        var captured = payload[..Math.Min(length, payload.Length)];
        var piece = _pool.Rent(captured.Length);
        poolIsEmpty = piece is null;
        if (piece is null) return 0;
        captured.CopyTo(piece.Buffer);
        piece.Sequence = sequence;
        piece.Length = captured.Length;
        piece.WireLength = length;
        piece.Acknowledgment = acknowledgment;
        piece.TimestampNs = timestampNs;
        half.InsertAfter(previous, piece);
        return length;
    }

    /// <summary>A buffer limit is reached: gives up the first hole of this direction, or else the oldest of all.</summary>
    private void MakeRoom(HalfStream half, uint sequence, bool poolIsEmpty, long timestampNs)
    {
        _counters.Count(half, StreamLoss.BufferLimitGaps);
        if (poolIsEmpty && half.PendingHead is null && _holes.OldestBuffered(half) is { } oldest)
        {
            SkipTo(oldest, oldest.PendingHead!.Sequence, timestampNs);
            _holes.Settle(oldest, moved: true);
            return;
        }

        var first = half.PendingHead is { } head && (int)(head.Sequence - sequence) < 0 ? head.Sequence : sequence;
        SkipTo(half, first, timestampNs);
    }

    /// <summary>
    /// Far from what is expected: a stray or forged packet, unless several agree; then the capture missed more than the
    /// window and goes on there.
    /// </summary>
    private bool TryResync(HalfStream half, uint sequence, long timestampNs)
    {
        var agrees = half.StrayCount > 0 && IsNear((int)(sequence - half.StraySequence));
        half.StrayCount = agrees ? half.StrayCount + 1 : 1;
        half.StraySequence = sequence;
        if (half.StrayCount < _limits.ResyncSegments || half.Ended || half.HasFin)
        {
            _counters.Count(half, StreamLoss.ImplausibleSegments);
            return false;
        }

        Flush(half, timestampNs);
        var length = sequence - half.Next;
        half.LastGapStart = half.LastGapEnd = half.Next = sequence;
        half.Counters.MoveTo(sequence);
        half.AckSeen = false;
        TellGap(half, length, timestampNs);
        return true;
    }

    private void Flush(HalfStream half, long timestampNs)
    {
        while (!half.Ended && half.PendingHead is { } head) SkipTo(half, head.Sequence, timestampNs);
        if (half.Ended) return;
        if (half.HasFin)
        {
            SkipTo(half, half.FinSequence, timestampNs);
        }
        else if (half.AckSeen && half.Ahead(half.Acked) > 1)
        {
            SkipTo(half, half.Acked, timestampNs);
        }
    }

    private void Drain(HalfStream half, long timestampNs)
    {
        while (!half.Ended && half.PendingHead is { } head && head.Sequence == half.Next)
        {
            half.TakeFirst();
            Deliver(half, head.Bytes, head.WireLength, head.Acknowledgment, head.TimestampNs);
            _pool.Return(head);
        }

        if (half.HasFin && half.Ahead(half.FinSequence) <= 0) End(half, StreamEnd.Fin, timestampNs);
    }

    private void Deliver(HalfStream half, ReadOnlySpan<byte> bytes, int wireLength, uint acknowledgment, long timestampNs)
    {
        half.Counters.ChunkSequence = half.Next;
        half.Counters.ChunkAcknowledgment = acknowledgment;
        half.Next += (uint)wireLength;
        half.Counters.Bytes += wireLength;
        _counters.DeliveredBytes += bytes.Length;
        if (bytes.Length > 0) half.Owner.Handler?.OnChunk(half.Direction, bytes, timestampNs);
        if (wireLength == bytes.Length) return;
        _counters.Count(half, StreamLoss.CutBytes, wireLength - bytes.Length);
        TellGap(half, wireLength - bytes.Length, timestampNs);
    }

    private void TellGap(HalfStream half, long length, long timestampNs)
    {
        _counters.Count(half, StreamLoss.Gaps);
        _counters.Count(half, StreamLoss.GapBytes, length);
        half.Counters.GapBytes += length;
        half.Owner.Handler?.OnGap(half.Direction, length, timestampNs);
    }
}
