namespace Weir.Inventory.Catalogue;

/// <summary>What was counted of one of the most frequent.</summary>
public sealed class Counted
{
    /// <summary>Times seen; after a displacement an upper bound.</summary>
    public long Count { get; internal set; }

    /// <summary>Unix nanoseconds.</summary>
    public long FirstNs { get; internal set; }

    public long LastNs { get; internal set; }

    /// <summary>Calls that were answered with 2xx.</summary>
    public long Succeeded { get; internal set; }

    /// <summary>Answers that looked like none of the others of this place.</summary>
    internal int Misfits { get; set; }
}

/// <summary>
/// The most frequent of a stream of names in bounded memory: when full, the least frequent gives its place and its count (Metwally et al.,
/// "Efficient computation of frequent and top-k elements", 2005).
/// </summary>
public sealed class TopCounter
{
    private readonly Dictionary<string, Counted> _entries = new(StringComparer.Ordinal);

    internal TopCounter(int capacity) => Capacity = capacity;

    public IReadOnlyDictionary<string, Counted> Entries => _entries;

    /// <summary>Names that had to give way.</summary>
    public long Displaced { get; internal set; }

    internal int Capacity { get; }

    internal Counted Add(ReadOnlySpan<char> name, long timeNs, bool succeeded, long count = 1)
    {
        var lookup = _entries.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!lookup.TryGetValue(name, out var entry))
        {
            entry = new Counted { FirstNs = timeNs };
            if (_entries.Count >= Capacity)
            {
                var least = _entries.MinBy(static one => one.Value.Count);
                _entries.Remove(least.Key);
                entry.Count = least.Value.Count;
                Displaced++;
            }

            _entries.Add(name.ToString(), entry);
        }

        entry.Count += count;
        entry.LastNs = Math.Max(entry.LastNs, timeNs);
        if (succeeded) entry.Succeeded += count;
        return entry;
    }

    internal void Merge(TopCounter other)
    {
        Displaced += other.Displaced;
        foreach (var (name, from) in other._entries)
        {
            var to = Add(name, from.LastNs, succeeded: false, from.Count);
            to.FirstNs = Math.Min(to.FirstNs, from.FirstNs);
            to.Succeeded += from.Succeeded;
            to.Misfits += from.Misfits;
        }
    }

    internal void Restore(string name, Counted entry)
    {
        if (_entries.Count < Capacity) _entries[name] = entry;
    }

    internal bool Contains(ReadOnlySpan<char> name) => _entries.GetAlternateLookup<ReadOnlySpan<char>>().ContainsKey(name);

    internal bool TryGet(ReadOnlySpan<char> name, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Counted? entry) =>
        _entries.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out entry);

    internal bool Remove(string name) => _entries.Remove(name);
}
