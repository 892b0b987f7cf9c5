using Weir.Inventory;
using Weir.Inventory.State;

namespace Weir.Center.Inventory;

/// <summary>
/// The catalogue of all centers together: what this one learned and what others wrote, put together when somebody asks, each service only
/// where something has changed. Not thread-safe.
/// </summary>
internal sealed class CatalogueView(CatalogueLimits limits, TimeProvider time)
{
    /// <summary>How long what was put together is shown before it is looked at again. 1 s: pages ask several times for one sight.</summary>
    private static readonly TimeSpan s_pace = TimeSpan.FromSeconds(1);

    /// <summary>Part of the time that may go into putting together, where that takes long: one in so many.</summary>
    private const int Share = 10;

    private readonly Dictionary<string, Stamp> _built = new(StringComparer.Ordinal);
    private long _last;
    private TimeSpan _pause;

    public EndpointCatalogue Shown { get; } = new(limits);

    /// <summary>Documents that could not be added to what is shown now: damaged, of a newer Weir, or beyond the limits.</summary>
    public long Unread => _built.Values.Sum(static one => one.Unread);

    /// <summary>The next look puts together anew what has changed, however short ago the last one was.</summary>
    public void Invalidate() => _last = 0;

    /// <param name="own">What this center learned, under its lock: the service as it is, and a number that changes with it; null when the number is still the given one.</param>
    /// <param name="names">Services that this center knows.</param>
    /// <param name="others">What others wrote.</param>
    public void Refresh(Func<string, long, (byte[]? State, long Stamp)?> own, IReadOnlyCollection<string> names, OtherShares others)
    {
        if (_last != 0 && time.GetElapsedTime(_last) < _pause) return;
        var begun = time.GetTimestamp();
        var changes = others.Changes;
        var all = names.Union(changes.Keys).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in _built.Keys.Where(name => !all.Contains(name)).ToList())
        {
            _built.Remove(gone);
            Shown.Forget(gone);
        }

        foreach (var name in all)
        {
            var theirs = changes.GetValueOrDefault(name);
            var known = _built.TryGetValue(name, out var before) && before.Theirs == theirs;
            if (own(name, known ? before.Own : -1) is not { } mine) continue;
            Shown.Forget(name);
            var isBroken = mine.State is not null && !ServiceState.TryRead(mine.State, Shown, out _);
            var unread = (isBroken ? 1 : 0) + others.Of(name).Count(body => !ServiceState.TryMerge(body, Shown, out _));
            _built[name] = new Stamp(mine.Stamp, theirs, unread);
        }

        _last = time.GetTimestamp();
        var took = time.GetElapsedTime(begun, _last) * Share;
        _pause = took > s_pace ? took : s_pace;
    }

    private readonly record struct Stamp(long Own, long Theirs, long Unread);
}
