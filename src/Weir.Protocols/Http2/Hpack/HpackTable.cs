namespace Weir.Protocols.Http2.Hpack;

/// <summary>
/// The dynamic table of one direction (RFC 7541 §2.3.2), newest entry first, as far as it is known. Entries inserted since
/// the table was last unknown have certain indices, because indices count from the newest; all behind them are unknown.
/// </summary>
/// <param name="maxBytes">Bytes kept (as §4.1 counts them) even if the peers agreed on more; what lies beyond is then unknown.</param>
internal sealed class HpackTable(int maxBytes)
{
    /// <summary>§4.1: what an entry counts beyond its name and value.</summary>
    private const int EntryOverhead = 32;

    private const int RetainedBytes = 16 * 1024;

    private byte[] _bytes = [];
    private Entry[] _entries = new Entry[16];
    private int _newest;
    private int _start;
    private int _end;
    private int _capacity = InitialCapacity;

    /// <summary>Initial SETTINGS_HEADER_TABLE_SIZE, RFC 9113 §6.5.2.</summary>
    public const int InitialCapacity = 4096;

    public int Count { get; private set; }

    /// <summary>Size as §4.1 counts it; entries whose name is unknown count less than they are.</summary>
    public int Size { get; private set; }

    /// <summary>True when nothing lies behind the known entries: then an index beyond them is an error of the sender.</summary>
    public bool Exact { get; private set; } = true;

    /// <summary>Agreed size; -1 while unknown.</summary>
    public int Capacity => _capacity;

    /// <summary>Starts as a connection does: empty, 4096 bytes.</summary>
    public void Reset()
    {
        Clear();
        _capacity = InitialCapacity;
        Exact = true;
        if (_bytes.Length > RetainedBytes) _bytes = [];
    }

    /// <summary>Bytes were lost, or the capture joined late: content and size are unknown from here on.</summary>
    public void Lose()
    {
        Clear();
        _capacity = -1;
        Exact = false;
    }

    /// <summary>A dynamic table size update (§6.3).</summary>
    public void Resize(int capacity)
    {
        _capacity = capacity;
        Evict(0);
        // With the whole table thrown away nothing unknown is left in it.
        if (capacity == 0) Exact = true;
    }

    /// <summary>Looks up an entry; 0 is the newest.</summary>
    /// <returns>False when it is not known, or <paramref name="nameKnown"/> false when only its value is.</returns>
    public bool TryGet(int index, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value, out bool nameKnown)
    {
        if (index >= Count)
        {
            name = value = default;
            nameKnown = false;
            return false;
        }

        ref readonly var entry = ref At(index);
        nameKnown = entry.NameKnown;
        name = _bytes.AsSpan(entry.Offset, entry.NameLength);
        value = _bytes.AsSpan(entry.Offset + entry.NameLength, entry.ValueLength);
        return true;
    }

    /// <remarks>The spans must not point into the table: making room moves its bytes.</remarks>
    public void Insert(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, bool nameKnown)
    {
        var bytes = name.Length + value.Length;
        var size = bytes + EntryOverhead;
        Evict(size);
        // §4.4: an entry larger than the table empties it and is not inserted.
        if (size > Limit)
        {
            if (Limit < _capacity || _capacity < 0) Exact = false;
            return;
        }

        if (Count == _entries.Length) GrowEntries();
        MakeRoom(bytes);
        _newest = (_newest - 1) & (_entries.Length - 1);
        _entries[_newest] = new Entry(_end, name.Length, value.Length, nameKnown);
        name.CopyTo(_bytes.AsSpan(_end));
        value.CopyTo(_bytes.AsSpan(_end + name.Length));
        _end += bytes;
        Count++;
        Size += size;
    }

    private int Limit => _capacity < 0 ? maxBytes : Math.Min(_capacity, maxBytes);

    private ref Entry At(int index) => ref _entries[(_newest + index) & (_entries.Length - 1)];

    private void Evict(int more)
    {
        while (Count > 0 && Size + more > Limit)
        {
            ref readonly var oldest = ref At(Count - 1);
            Size -= oldest.NameLength + oldest.ValueLength + EntryOverhead;
            _start += oldest.NameLength + oldest.ValueLength;
            Count--;
            // If even the known entries fill the agreed size, nothing unknown is left; beyond our own limit there is.
            Exact = _capacity >= 0 && _capacity <= maxBytes;
        }

        if (Count == 0) _start = _end = 0;
    }

    private void Clear()
    {
        Count = Size = _start = _end = _newest = 0;
    }

    private void MakeRoom(int bytes)
    {
        if (_end + bytes <= _bytes.Length) return;
        var live = _end - _start;
        // At least half stays free after a move, so that moves are rare.
        var target = (live + bytes) * 2 <= _bytes.Length ? _bytes : new byte[Math.Max(1024, (live + bytes) * 2)];
        _bytes.AsSpan(_start, live).CopyTo(target);
        for (var i = 0; i < Count; i++) At(i).Offset -= _start;
        _bytes = target;
        _start = 0;
        _end = live;
    }

    private void GrowEntries()
    {
        var larger = new Entry[_entries.Length * 2];
        for (var i = 0; i < Count; i++) larger[i] = At(i);
        _entries = larger;
        _newest = 0;
    }

    private struct Entry(int offset, int nameLength, int valueLength, bool nameKnown)
    {
        public int Offset = offset;
        public readonly int NameLength = nameLength;
        public readonly int ValueLength = valueLength;
        public readonly bool NameKnown = nameKnown;
    }
}
