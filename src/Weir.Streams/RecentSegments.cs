namespace Weir.Streams;

/// <summary>
/// The last segments of one direction. A capture on several interfaces (veth, bridge, eth0) sees a packet more than once;
/// such a copy differs from a retransmission by its interface and by coming at once.
/// </summary>
internal sealed class RecentSegments
{
    private const int Count = 16;
    private readonly Entry[] _entries = new Entry[Count];
    private int _next;

    public void Clear()
    {
        Array.Clear(_entries);
        _next = 0;
    }

    public void Note(uint sequence, int length, uint acknowledgment, int interfaceId, long timestampNs)
    {
        ref var entry = ref _entries[_next & (Count - 1)];
        _next++;
        entry.Sequence = sequence;
        entry.Length = length;
        entry.Acknowledgment = acknowledgment;
        entry.InterfaceId = interfaceId;
        entry.TimestampNs = timestampNs;
    }

    /// <summary>Whether the same segment was noted on another interface at most <paramref name="windowNs"/> away.</summary>
    public bool SawElsewhere(
        uint sequence, int length, uint acknowledgment, int interfaceId, long timestampNs, long windowNs)
    {
        for (var i = Math.Max(0, _next - Count); i < _next; i++)
        {
            ref readonly var entry = ref _entries[i & (Count - 1)];
            if (entry.Sequence == sequence && entry.Length == length && entry.Acknowledgment == acknowledgment
                && entry.InterfaceId != interfaceId
                && timestampNs - entry.TimestampNs <= windowNs && entry.TimestampNs - timestampNs <= windowNs)
            {
                return true;
            }
        }

        return false;
    }

    private struct Entry
    {
        public uint Sequence;
        public int Length;
        public uint Acknowledgment;
        public int InterfaceId;
        public long TimestampNs;
    }
}
