namespace Weir.Streams;

/// <summary>
/// Reassembly state of one direction. Sequence numbers are compared by signed difference (RFC 9293 §3.4), which is right
/// while they lie within 2^31 of each other; the plausible window sees to that.
/// </summary>
internal sealed class HalfStream
{
    public readonly TrackedConnection Owner;
    public readonly Direction Direction;
    public HalfStream Other = null!;

    public readonly DirectionCounters Counters;
    /// <summary>Timestamp of the last SYN or payload.</summary>
    public long LastSentNs;

    /// <summary><see cref="Next"/> is known.</summary>
    public bool Started;
    /// <summary>Started by a segment without payload, which a keep-alive probe puts one byte too low.</summary>
    public bool StartedByPureAck;
    public bool SynSeen;
    public bool HasFin;
    public bool Ended;

    /// <summary>Sequence of the first byte after the SYN, or of the first segment seen.</summary>
    public uint First;
    /// <summary>Sequence of the next byte to hand over.</summary>
    public uint Next;
    /// <summary>Where the FIN stands: one past the last byte.</summary>
    public uint FinSequence;
    /// <summary>Highest acknowledgment by the other side.</summary>
    public uint Acked;
    public bool AckSeen;
    public long AckedNs;
    /// <summary>First acknowledgment by the other side while this direction had not started: everything from there on is unseen.</summary>
    public uint AckedBeforeStart;
    public bool AckBeforeStartSeen;

    /// <summary>Buffered pieces in order of sequence, never overlapping, all beyond <see cref="Next"/>.</summary>
    public PendingSegment? PendingHead;
    public PendingSegment? PendingTail;
    public int PendingCount;
    public int PendingBytes;

    /// <summary>The hole at <see cref="Next"/> is in the reassembler's list.</summary>
    public bool HasHole
    {
        get => Counters.HasHole;
        set => Counters.HasHole = value;
    }

    /// <inheritdoc cref="DirectionCounters.Network"/>
    public ulong Network
    {
        get => Counters.Network;
        set => Counters.Network = value;
    }

    public readonly Link<HalfStream> Hole;
    public long HoleSinceNs;
    public long HoleCheckNs;
    /// <summary>The other side has acknowledged the whole hole; the marks below were taken then.</summary>
    public bool HoleAcked;
    public long HoleAckedNs;
    public int HoleAckedCount;
    public int HoleAckedBytes;

    public int StrayCount;
    public uint StraySequence;
    public uint LastGapStart;
    public uint LastGapEnd;

    public HalfStream(TrackedConnection owner, Direction direction)
    {
        (Owner, Direction) = (owner, direction);
        Counters = owner.Info.Of(direction);
        Hole = new Link<HalfStream>(this);
    }

    /// <summary>
    /// Starts at the first segment seen; or, when the other side had said which byte it waits for, there: what lies between was
    /// missed by the capture or comes later.
    /// </summary>
    /// <param name="sequence">Sequence of the segment.</param>
    /// <param name="limit">Bytes that are believed to lie between.</param>
    /// <returns>Whether the segment is the first.</returns>
    public bool StartAt(uint sequence, int limit)
    {
        var missed = AckBeforeStartSeen ? (int)(sequence - AckedBeforeStart) : 0;
        var isFirst = missed <= 0 || missed > limit;
        Start(isFirst ? sequence : AckedBeforeStart);
        return isFirst;
    }

    public void Start(uint sequence)
    {
        Started = true;
        First = Next = sequence;
    }

    /// <summary>Bytes by which <paramref name="sequence"/> lies beyond what is expected; negative when before.</summary>
    public int Ahead(uint sequence) => (int)(sequence - Next);

    public void Reset()
    {
        Started = StartedByPureAck = SynSeen = HasFin = Ended = AckSeen = AckBeforeStartSeen = HasHole = HoleAcked = false;
        First = Next = FinSequence = Acked = StraySequence = LastGapStart = LastGapEnd = 0;
        PendingHead = PendingTail = null;
        PendingCount = PendingBytes = StrayCount = 0;
        HoleSinceNs = HoleCheckNs = HoleAckedNs = LastSentNs = AckedNs = 0;
    }

    /// <summary>Since when bytes beyond <paramref name="sequence"/> have waited for it, or the hole at <see cref="Next"/>.</summary>
    public long HoleSinceBefore(uint sequence)
    {
        var piece = PendingHead;
        while (piece is not null && (int)(piece.Sequence - sequence) <= 0) piece = piece.Next;
        return piece?.TimestampNs ?? HoleSinceNs;
    }

    /// <summary>Finds the first part of a range that is not buffered yet.</summary>
    /// <param name="sequence">Start of the range, beyond <see cref="Next"/>.</param>
    /// <param name="length">Length of the range in bytes.</param>
    /// <param name="previous">The buffered piece before the part; null when it comes first.</param>
    /// <param name="skip">Bytes from the start of the range to the part.</param>
    /// <param name="missing">Length of the part.</param>
    public bool FindMissing(uint sequence, int length, out PendingSegment? previous, out int skip, out int missing)
    {
        skip = 0;
        missing = length;
        previous = PendingTail;
        if (PendingTail is null || (int)(sequence - PendingTail.End) >= 0) return true;

        previous = null;
        for (var piece = PendingHead; piece is not null; piece = piece.Next)
        {
            var position = sequence + (uint)skip;
            var before = (int)(piece.Sequence - position);
            if (before > 0)
            {
                missing = Math.Min(length - skip, before);
                return true;
            }

            skip += Math.Max(0, (int)(piece.End - position));
            if (skip >= length) return false;
            previous = piece;
        }

        missing = length - skip;
        return true;
    }

    public void InsertAfter(PendingSegment? previous, PendingSegment piece)
    {
        if (previous is null)
        {
            piece.Next = PendingHead;
            PendingHead = piece;
        }
        else
        {
            piece.Next = previous.Next;
            previous.Next = piece;
        }

        if (piece.Next is null) PendingTail = piece;
        PendingCount++;
        PendingBytes += piece.WireLength;
    }

    public PendingSegment TakeFirst()
    {
        var piece = PendingHead!;
        PendingHead = piece.Next;
        if (PendingHead is null) PendingTail = null;
        piece.Next = null;
        PendingCount--;
        PendingBytes -= piece.WireLength;
        return piece;
    }
}
