namespace Weir.Streams;

/// <summary>
/// Decides when missing bytes are lost. As long as the receiver has not acknowledged them the sender will send them again,
/// so a hole waits; after the ACK they can only be late within the capture, so it waits for <see cref="StreamLimits.GapDelayNs"/>
/// or until enough came after the ACK. A capture that sees one direction only has no ACKs: there the delay alone decides.
/// </summary>
internal sealed class HoleKeeper(StreamLimits limits, ConnectionStore store, Reassembler reassembler)
{
    /// <summary>Bounds the search for a victim, which runs per packet while the buffers are full.</summary>
    private const int OldestLookedAt = 64;

    /// <summary>In order of their next check: each lies the same delay after its entry.</summary>
    private readonly Chain<HalfStream> _holes = new();

    /// <summary>Looks at a direction again after its bytes, ACK or FIN changed.</summary>
    /// <param name="half">The direction.</param>
    /// <param name="moved">Bytes were handed over, so what is missing now is another hole.</param>
    public void Settle(HalfStream half, bool moved)
    {
        if (moved) half.HoleAcked = false;
        while (TryGetHoleEnd(half, out var end))
        {
            if (!half.HasHole)
            {
                half.HasHole = true;
                half.HoleAcked = false;
                half.HoleSinceNs = store.NowNs;
                Append(half, limits.GapDelayNs);
            }

            if (!half.HoleAcked)
            {
                if (!IsCovered(half, end)) return;
                Mark(half);
            }

            if (!IsRipe(half)) return;
            reassembler.SkipTo(half, end, store.NowNs);
            half.HoleAcked = false;
        }

        Forget(half);
    }

    public void Forget(HalfStream half)
    {
        if (!half.HasHole) return;
        half.HasHole = half.HoleAcked = false;
        _holes.Remove(half.Hole);
    }

    public void CheckDue()
    {
        // A check further away than the delay means that the source's clock was set back.
        var delay = Math.Max(1, limits.GapDelayNs);
        while (_holes.First is { } half && (store.NowNs >= half.HoleCheckNs || half.HoleCheckNs - store.NowNs > delay))
        {
            _holes.Remove(half.Hole);
            Append(half, delay);
            half.HoleAckedNs = Math.Min(half.HoleAckedNs, store.NowNs);
            Settle(half, moved: false);
        }
    }

    /// <summary>
    /// Whether data at <paramref name="sequence"/> proves the hole before it: the ACK for the hole came alone, earlier than
    /// interfaces reorder, and nothing is buffered. Told at once, so that a request is not held back behind its response.
    /// </summary>
    public bool IsOverdueAt(HalfStream half, uint sequence) =>
        half.HasHole && half.HoleAcked && half.PendingHead is null && !half.HasFin
        && (int)(half.Acked - sequence) >= 0
        && store.NowNs - half.HoleAckedNs >= limits.ReorderToleranceNs;

    /// <summary>
    /// Of the directions that wait longest, the first with bytes in its buffers; null when none of the first few has any.
    /// </summary>
    public HalfStream? OldestBuffered(HalfStream except)
    {
        var link = _holes.FirstLink;
        for (var looked = 0; link is not null && looked < OldestLookedAt; looked++, link = link.Next)
        {
            if (link.Item.PendingHead is not null && !ReferenceEquals(link.Item, except)) return link.Item;
        }

        return null;
    }

    private static bool TryGetHoleEnd(HalfStream half, out uint end)
    {
        end = half.PendingHead is { } head ? head.Sequence : half.HasFin ? half.FinSequence : half.Acked;
        if (half.Ended) return false;
        if (half.PendingHead is not null || half.HasFin) return true;

        // One acknowledged byte with nothing after it is more likely a FIN that the capture missed.
        return half.AckSeen && half.Ahead(end) > 1;
    }

    private static bool IsCovered(HalfStream half, uint end) =>
        half.AckSeen ? (int)(half.Acked - end) >= 0 : !half.Other.Started;

    private void Mark(HalfStream half)
    {
        half.HoleAcked = true;
        half.HoleAckedNs = store.NowNs;
        half.HoleAckedCount = half.PendingCount;
        half.HoleAckedBytes = half.PendingBytes;
        _holes.Remove(half.Hole);
        Append(half, limits.GapDelayNs);
    }

    private void Append(HalfStream half, long delayNs)
    {
        half.HoleCheckNs = store.NowNs + delayNs;
        _holes.Append(half.Hole);
    }

    private bool IsRipe(HalfStream half) =>
        store.NowNs - half.HoleAckedNs >= limits.GapDelayNs
        || half.PendingCount - half.HoleAckedCount >= limits.GapSegments
        || half.PendingBytes - half.HoleAckedBytes >= limits.GapBytes;
}
