namespace Weir.Packets;

/// <summary>
/// Puts IP fragments together within <see cref="FragmentLimits"/>. Datagrams stand in a list by age, so expiry and eviction
/// take the oldest without a search; objects and buffers are reused.
/// </summary>
internal sealed class FragmentTable(FragmentLimits limits, PacketDecoderCounters counters)
{
    /// <summary>A datagram's length field has 16 bits in both families.</summary>
    private const int MaxDatagramBytes = 65_535;
    private readonly Dictionary<FragmentKey, FragmentedDatagram> _datagrams = [];
    private readonly Stack<FragmentedDatagram> _free = new();
    private FragmentedDatagram? _oldest;
    private FragmentedDatagram? _newest;
    private FragmentedDatagram? _delivered;
    private long _bytes;

    public int Count => _datagrams.Count;

    /// <summary>Bytes of all buffers held.</summary>
    public long Bytes => _bytes;

    /// <summary>
    /// <see cref="DecodeOutcome.Decoded"/> with the whole datagram, which stays valid until the next call; otherwise why not.
    /// </summary>
    public DecodeOutcome Add(
        in FragmentKey key, in Fragment fragment, long nowNs, int frameBytes, out FragmentedDatagram? whole)
    {
        // A fragment inside a reassembled tunnel packet lies in the datagram handed out last, which must outlive the copying.
        var around = _delivered is { } last && last.Buffer.AsSpan().Overlaps(fragment.Captured) ? last : null;
        if (around is null) Release(_delivered);
        _delivered = null;
        var outcome = AddTo(in key, in fragment, nowNs, frameBytes, out whole);
        Release(around);
        return outcome;
    }

    private DecodeOutcome AddTo(
        in FragmentKey key, in Fragment fragment, long nowNs, int frameBytes, out FragmentedDatagram? whole)
    {
        whole = null;
        if (fragment.WireLength is <= 0 or > MaxDatagramBytes || fragment.End > MaxDatagramBytes) return DecodeOutcome.MalformedFragment;
        if (!_datagrams.TryGetValue(key, out var datagram)) datagram = Start(in key, nowNs);
        if (datagram.IsVoid) return DecodeOutcome.MalformedFragment;
        datagram.Fragments++;
        if (!MakeRoom(datagram, fragment.End)) return DecodeOutcome.FragmentPending;
        datagram.FrameBytes = (int)Math.Min(int.MaxValue, (long)datagram.FrameBytes + frameBytes);
        switch (datagram.Add(in fragment, limits.MaxFragmentsPerDatagram))
        {
            case FragmentResult.Pending:
                return DecodeOutcome.FragmentPending;
            case FragmentResult.Complete:
                Unlink(datagram);
                whole = _delivered = datagram;
                return DecodeOutcome.Decoded;
            default:
                // This fragment is counted by its outcome; those before it were pending until now.
                counters.AddDiscarded(datagram.Fragments - 1);
                Void(datagram);
                return DecodeOutcome.MalformedFragment;
        }
    }

    /// <summary>Gives up what is older than the limit at <paramref name="nowNs"/>.</summary>
    public void Expire(long nowNs)
    {
        while (_oldest is { } oldest && nowNs - oldest.FirstNs > limits.MaxAgeNs)
        {
            counters.AddExpired(oldest.Fragments);
            Remove(oldest);
        }
    }

    private FragmentedDatagram Start(in FragmentKey key, long nowNs)
    {
        if (_datagrams.Count >= limits.MaxDatagrams) EvictOldest();
        var datagram = _free.TryPop(out var used) ? used : new FragmentedDatagram();
        datagram.Start(in key, nowNs);
        _datagrams.Add(key, datagram);
        datagram.Older = _newest;
        if (_newest is null) _oldest = datagram;
        else _newest.Newer = datagram;
        _newest = datagram;
        return datagram;
    }

    /// <summary>False when the datagram itself had to give way.</summary>
    private bool MakeRoom(FragmentedDatagram datagram, int end)
    {
        var held = datagram.Buffer.Length;
        if (held >= end) return true;
        // The pool hands out powers of two; doubling keeps the copying linear.
        var wanted = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(end, 2048));
        while (_bytes - held + wanted > limits.MaxBytes)
        {
            var isLast = _oldest == datagram;
            EvictOldest();
            if (isLast) return false;
        }

        datagram.Grow(wanted);
        _bytes += datagram.Buffer.Length - held;
        return true;
    }

    private void EvictOldest()
    {
        if (_oldest is not { } oldest) return;
        counters.AddEvicted(oldest.Fragments);
        Remove(oldest);
    }

    /// <summary>Frees the memory but remembers the datagram until it expires, so that its other fragments are dropped too.</summary>
    private void Void(FragmentedDatagram datagram)
    {
        ReleaseBuffer(datagram);
        datagram.IsVoid = true;
        datagram.Fragments = 0;
    }

    private void Remove(FragmentedDatagram datagram)
    {
        Unlink(datagram);
        ReleaseBuffer(datagram);
        _free.Push(datagram);
    }

    private void Release(FragmentedDatagram? delivered)
    {
        if (delivered is null) return;
        ReleaseBuffer(delivered);
        _free.Push(delivered);
    }

    private void ReleaseBuffer(FragmentedDatagram datagram)
    {
        _bytes -= datagram.Buffer.Length;
        datagram.ReleaseBuffer();
    }

    private void Unlink(FragmentedDatagram datagram)
    {
        _datagrams.Remove(datagram.Key);
        if (datagram.Older is null) _oldest = datagram.Newer;
        else datagram.Older.Newer = datagram.Newer;
        if (datagram.Newer is null) _newest = datagram.Older;
        else datagram.Newer.Older = datagram.Older;
        (datagram.Older, datagram.Newer) = (null, null);
    }
}
