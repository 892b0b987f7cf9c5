namespace Weir.Streams;

/// <summary>Bytes that arrived before their turn. Pooled with its buffer.</summary>
internal sealed class PendingSegment(int capacity)
{
    public readonly byte[] Buffer = new byte[capacity];
    public uint Sequence;
    /// <summary>Bytes in <see cref="Buffer"/>; less than <see cref="WireLength"/> when the capture cut the frame.</summary>
    public int Length;
    public int WireLength;
    public uint Acknowledgment;
    public long TimestampNs;
    public PendingSegment? Next;

    public uint End => Sequence + (uint)WireLength;

    public ReadOnlySpan<byte> Bytes => Buffer.AsSpan(0, Length);
}

/// <summary>
/// Lends <see cref="PendingSegment"/>s in three sizes. Buffers lent and kept together never exceed the limit, so a burst of
/// one size gives up what an earlier burst of another size left behind.
/// </summary>
internal sealed class SegmentPool(StreamCounters counters, long maxBytes)
{
    /// <summary>An Ethernet frame, a jumbo frame, a GRO frame.</summary>
    private static readonly int[] Capacities = [2 * 1024, 16 * 1024, MaxCapacity];

    public const int MaxCapacity = 64 * 1024;

    private readonly PendingSegment?[] _free = new PendingSegment?[Capacities.Length];
    private long _heldBytes;

    /// <summary>A segment with room for <paramref name="length"/> bytes (at most <see cref="MaxCapacity"/>); null at the limit.</summary>
    public PendingSegment? Rent(int length)
    {
        var size = SizeOf(length);
        var capacity = Capacities[size];
        if (counters.BufferedBytes + capacity > maxBytes) return null;
        var segment = _free[size];
        if (segment is not null)
        {
            _free[size] = segment.Next;
            segment.Next = null;
        }
        else
        {
            Shed(maxBytes - capacity);
            segment = new PendingSegment(capacity);
            _heldBytes += capacity;
        }

        counters.BufferedBytes += capacity;
        counters.BufferedBytesPeak = Math.Max(counters.BufferedBytesPeak, counters.BufferedBytes);
        return segment;
    }

    public void Return(PendingSegment segment)
    {
        var size = SizeOf(segment.Buffer.Length);
        counters.BufferedBytes -= segment.Buffer.Length;
        segment.Next = _free[size];
        _free[size] = segment;
    }

    private void Shed(long downTo)
    {
        for (var size = _free.Length - 1; size >= 0; size--)
        {
            while (_heldBytes > downTo && _free[size] is { } segment)
            {
                _free[size] = segment.Next;
                _heldBytes -= segment.Buffer.Length;
            }
        }
    }

    private static int SizeOf(int length) => length <= Capacities[0] ? 0 : length <= Capacities[1] ? 1 : 2;
}
