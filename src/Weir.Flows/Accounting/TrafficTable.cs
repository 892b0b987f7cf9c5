using Weir.Packets;

namespace Weir.Flows.Accounting;

/// <summary>One row of counters.</summary>
public struct TrafficRow
{
    public TrafficKey Key;
    /// <summary>Bytes of whole frames, link header included and checksum (FCS) not.</summary>
    public long Bytes;
    public long Packets;
    internal int Next;
}

/// <summary>
/// Bytes and packets of one interval by <see cref="TrafficKey"/>. Bounded: what finds no room is counted for its device and direction as
/// <see cref="TrafficKind.Other"/>, so the sum of all rows is always what was added. One thread; allocates only while it grows.
/// </summary>
/// <param name="limits">How much it holds.</param>
/// <param name="seed">Whoever sends packets cannot know which rows share a bucket.</param>
public sealed class TrafficTable(TrafficLimits limits, ulong seed)
{
    private const int FirstRows = 256;

    /// <summary>1-based indices of the first row of each bucket.</summary>
    private int[] _buckets = new int[2 * FirstRows];
    private TrafficRow[] _rows = new TrafficRow[FirstRows];

    public ReadOnlySpan<TrafficRow> Rows => _rows.AsSpan(0, Count);

    public int Count { get; private set; }

    /// <summary>Start of the interval, Unix nanoseconds.</summary>
    public long StartNs { get; set; }

    /// <summary>Frames that were counted as <see cref="TrafficKind.Other"/>.</summary>
    public long Overflowed { get; private set; }

    public void Add(in TrafficKey key, long bytes, long packets = 1)
    {
        var device = key.Device >= 0 && key.Device < limits.MaxDevices ? key.Device : -1;
        var known = device == key.Device ? key : key with { Device = device };
        if (TryAdd(in known, bytes, packets, limits.MaxRows)) return;
        Overflowed += packets;
        // At most one row for each device and direction: room that is always there.
        TryAdd(new TrafficKey(device, default, default, 0, key.Direction, TrafficKind.Other), bytes, packets, int.MaxValue);
    }

    /// <summary>Takes over what another table counted.</summary>
    public void Add(TrafficTable other)
    {
        foreach (ref readonly var row in other.Rows) Add(in row.Key, row.Bytes, row.Packets);
        Overflowed += other.Overflowed;
    }

    public void Clear()
    {
        Array.Clear(_buckets);
        (Count, Overflowed) = (0, 0);
    }

    private bool TryAdd(in TrafficKey key, long bytes, long packets, int maxRows)
    {
        var hash = Hash(in key);
        for (var i = _buckets[hash & (uint)(_buckets.Length - 1)]; i != 0; i = _rows[i - 1].Next)
        {
            ref var row = ref _rows[i - 1];
            if (row.Key != key) continue;
            row.Bytes += bytes;
            row.Packets += packets;
            return true;
        }

        if (Count >= maxRows) return false;
        if (Count == _rows.Length) Grow();
        ref var bucket = ref _buckets[hash & (uint)(_buckets.Length - 1)];
        _rows[Count] = new TrafficRow { Key = key, Bytes = bytes, Packets = packets, Next = bucket };
        bucket = ++Count;
        return true;
    }

    private void Grow()
    {
        Array.Resize(ref _rows, 2 * _rows.Length);
        _buckets = new int[2 * _rows.Length];
        for (var i = 0; i < Count; i++)
        {
            ref var bucket = ref _buckets[Hash(in _rows[i].Key) & (uint)(_buckets.Length - 1)];
            _rows[i].Next = bucket;
            bucket = i + 1;
        }
    }

    private uint Hash(in TrafficKey key)
    {
        var what = ((ulong)(uint)key.Device << 32) | ((ulong)key.Protocol << 16) | ((ulong)key.Direction << 8) | (ulong)key.Kind;
        return (uint)FlowHash.Directed(key.Source, key.Destination, what, seed);
    }
}
