using System.Net;
using System.Net.Sockets;

namespace Weir.Center.Auth;

/// <summary>
/// Slows guessing down. Failures are counted for a name from an address, for an address, and for a name; at a limit each further try waits,
/// twice as long each time. Names that do not exist are counted like those that do, so that the answer tells nothing. An attempt counts as
/// failed until it has succeeded: many at once gain nothing. Bounded: the entry that was silent for longest gives way. Thread-safe.
/// </summary>
internal sealed class LoginThrottle(AuthOptions options)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    private AuthLimits Limits => options.Limits;

    /// <summary>Names and addresses that are watched.</summary>
    public int Count
    {
        get
        {
            lock (_lock) return _entries.Count;
        }
    }

    /// <summary>Begins an attempt. When it has to wait nothing is counted.</summary>
    /// <param name="name">Folded; null for an attempt that names nobody.</param>
    /// <param name="from">Peer.</param>
    /// <param name="wait">How long to wait; zero when the attempt may go on.</param>
    public bool TryBegin(string? name, IPAddress? from, out TimeSpan wait)
    {
        var now = options.Time.GetUtcNow();
        var keys = Keys(name, from);
        lock (_lock)
        {
            wait = keys.Max(key => _entries.TryGetValue(key.Name, out var entry) && entry.WaitUntil > now ? entry.WaitUntil - now : TimeSpan.Zero);
            if (wait > TimeSpan.Zero) return false;
            foreach (var (key, most) in keys) Add(key, most, now);
            return true;
        }
    }

    /// <summary>An attempt that began was right: what it cost is given back, and its name from its address starts afresh.</summary>
    public void Succeeded(string? name, IPAddress? from)
    {
        lock (_lock)
        {
            foreach (var (key, most) in Keys(name, from))
            {
                if (!_entries.TryGetValue(key, out var entry)) continue;
                entry.Failures = most == Limits.MaxFailures ? 0 : Math.Max(0, entry.Failures - 1);
                entry.WaitUntil = default;
                if (entry.Failures == 0) _entries.Remove(key);
            }
        }
    }

    private void Add(string key, int most, DateTimeOffset now)
    {
        if (!_entries.TryGetValue(key, out var entry))
        {
            if (_entries.Count >= Limits.MaxTrackedLogins) _entries.Remove(_entries.MinBy(static one => one.Value.Last).Key);
            _entries[key] = entry = new Entry();
        }

        if (now - entry.Last > Limits.FailureWindow) entry.Failures = 0;
        entry.Failures++;
        entry.Last = now;
        if (entry.Failures < most) return;
        // Beyond 2^20 every wait is the longest.
        var doubled = Limits.FirstWait * (1 << Math.Min(20, entry.Failures - most));
        entry.WaitUntil = now + (doubled < Limits.FailureWindow ? doubled : Limits.FailureWindow);
    }

    private (string Name, int Most)[] Keys(string? name, IPAddress? from)
    {
        var address = Network(from);
        if (name is null) return [("a " + address, Limits.MaxFailuresOfAddress)];
        // Names are what strangers send: those that cannot exist share one entry.
        var known = name.Length <= Credentials.MaxNameLength ? name : "";
        return [($"p {address} {known}", Limits.MaxFailures), ("a " + address, Limits.MaxFailuresOfAddress), ("n " + known, Limits.MaxFailuresOfName)];
    }

    /// <summary>A host chooses the lower 64 bits of an IPv6 address as it likes (RFC 8981).</summary>
    private static string Network(IPAddress? from)
    {
        if (from is null) return "";
        if (from.IsIPv4MappedToIPv6) return from.MapToIPv4().ToString();
        return from.AddressFamily == AddressFamily.InterNetworkV6 ? Convert.ToHexString(from.GetAddressBytes().AsSpan(0, 8)) : from.ToString();
    }

    private sealed class Entry
    {
        public int Failures;
        public DateTimeOffset Last;
        public DateTimeOffset WaitUntil;
    }
}
