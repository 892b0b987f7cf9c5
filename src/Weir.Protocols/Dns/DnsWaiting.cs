using Weir.Packets;
using Weir.Streams;

namespace Weir.Protocols.Dns;

/// <summary>What pairs a response with its query. The server is left out (default) when a group was asked.</summary>
internal readonly record struct DnsKey(
    IpAddress Client, ushort ClientPort, IpAddress Server, ushort ServerPort, ushort Id, ulong Question);

/// <summary>A query that waits, or its place after it was answered, by which a second answer is known.</summary>
internal sealed class DnsEntry
{
    public DnsKey Key;
    public DnsPending? Waiting;
    public long DueNs;
    public readonly Link<DnsEntry> Age;

    public DnsEntry() => Age = new Link<DnsEntry>(this);
}

/// <summary>Queries over UDP by what pairs them, oldest first. All wait equally long, so the order of arrival is that of due times.</summary>
internal sealed class DnsWaiting(DnsLimits limits)
{
    /// <summary>How far back a response without its question is looked for: it is rare, and its query recent.</summary>
    private const int MaxScan = 256;

    private readonly Dictionary<DnsKey, DnsEntry> _entries = [];
    private readonly Stack<DnsEntry> _free = new();
    private readonly Chain<DnsEntry> _age = new();

    public bool IsFull => _entries.Count >= limits.MaxPending;

    public DnsEntry? Find(in DnsKey key) => _entries.GetValueOrDefault(key);

    /// <summary>The newest query that waits between these peers under this identifier, whatever it asks.</summary>
    public DnsEntry? FindWithoutQuestion(in DnsKey key)
    {
        var link = _age.LastLink;
        for (var i = 0; i < MaxScan && link is not null; i++, link = link.Previous)
        {
            if (link.Item.Waiting is not null && (link.Item.Key with { Question = 0 }) == key) return link.Item;
        }

        return null;
    }

    /// <summary>Adds a query; one that was answered under the same key gives up its place.</summary>
    public void Add(in DnsKey key, DnsPending pending, long nowNs)
    {
        if (_entries.TryGetValue(key, out var entry))
        {
            _age.Remove(entry.Age);
        }
        else
        {
            entry = _free.TryPop(out var spare) ? spare : new DnsEntry();
            entry.Key = key;
            _entries.Add(key, entry);
        }

        entry.Waiting = pending;
        Append(entry, nowNs);
    }

    /// <summary>It was asked again: it waits anew.</summary>
    public void Renew(DnsEntry entry, long nowNs)
    {
        _age.Remove(entry.Age);
        Append(entry, nowNs);
    }

    /// <summary>Its place stays until the time is over.</summary>
    public static void Answered(DnsEntry entry) => entry.Waiting = null;

    /// <param name="nowNs">Unix nanoseconds.</param>
    /// <param name="pending">What was waiting; null when it had been answered.</param>
    public bool TryTakeDue(long nowNs, out DnsPending? pending)
    {
        pending = null;
        if (_age.First is not { } oldest) return false;
        // Further away than the whole time: the source's clock was set back.
        if (oldest.DueNs - nowNs > limits.TimeoutNs) Renew(oldest, nowNs);
        return _age.First!.DueNs <= nowNs && TryTakeOldest(out pending);
    }

    /// <inheritdoc cref="TryTakeDue"/>
    public bool TryTakeOldest(out DnsPending? pending)
    {
        pending = _age.First?.Waiting;
        if (_age.First is not { } entry) return false;
        _age.Remove(entry.Age);
        _entries.Remove(entry.Key);
        entry.Waiting = null;
        _free.Push(entry);
        return true;
    }

    private void Append(DnsEntry entry, long nowNs)
    {
        entry.DueNs = nowNs + limits.TimeoutNs;
        _age.Append(entry.Age);
    }
}
