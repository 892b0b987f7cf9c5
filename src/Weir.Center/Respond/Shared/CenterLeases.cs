using Weir.Storage;

namespace Weir.Center.Respond.Shared;

/// <summary>
/// Which centers over one store are there, and who ends what those began that are gone. Each holds a lease of its own name; one that was given
/// back, or of which nothing was heard for long, may be taken by another, until its center is back. <see cref="Look"/> is for one thread, the
/// answers of the last look are for any.
/// </summary>
internal sealed class CenterLeases(ISharedDocuments store, string self, FollowOptions options, TimeProvider time)
{
    private const string Prefix = "respond-center-";

    private readonly Lock _gate = new();
    private Dictionary<string, string> _holders = new(StringComparer.Ordinal);
    private long _looked;
    private long _back;

    /// <summary>The center itself says that it is there.</summary>
    public bool IsThere(string center) => center == self || HolderOf(center) == center;

    /// <summary>What a center began is this one's to end: it is itself, or took the place of one that is gone.</summary>
    public bool AnswersFor(string center) => center == self || HolderOf(center) == self;

    /// <summary>Says that this center is there, and takes the place of those that are gone and left something to be ended.</summary>
    /// <exception cref="StoreException">The store is away; what was known holds on.</exception>
    public void Look(IReadOnlyCollection<string> orphans, CancellationToken cancellation)
    {
        var leases = store.Leases(cancellation).Where(static one => one.Name.StartsWith(Prefix, StringComparison.Ordinal))
            .ToDictionary(static one => one.Name[Prefix.Length..], StringComparer.Ordinal);
        if (!leases.TryGetValue(self, out var own) || own.Holder != self || own.Age >= options.HoldInterval) store.Hold(Prefix + self, self);
        var holders = new Dictionary<string, string>(StringComparer.Ordinal);
        var isGrace = IsGrace();
        foreach (var (center, lease) in leases)
        {
            if (lease.Holder.Length > 0 && (lease.Age < options.GoneAfter || (isGrace && HolderOf(center) == lease.Holder))) holders[center] = lease.Holder;
        }

        foreach (var center in orphans)
        {
            // Whether it is ours shows at the next look: of two that took it the last has it.
            if (!holders.TryGetValue(center, out var holder) || (holder == self && leases[center].Age >= options.HoldInterval)) store.Hold(Prefix + center, self);
        }

        lock (_gate) _holders = holders;
        _looked = time.GetTimestamp();
    }

    /// <summary>Gives back what this center holds: it ends.</summary>
    /// <exception cref="StoreException">It will be taken for gone after a while.</exception>
    public void Release()
    {
        // One that never said that it is there may have the name of one that runs.
        if (_looked == 0) return;
        string[] held;
        lock (_gate) held = [.. _holders.Where(one => one.Value == self).Select(static one => one.Key).Union([self])];
        foreach (var center in held) store.Hold(Prefix + center, "");
    }

    /// <summary>The store was away until just now, and nobody could say anything: who was there then gets the time to.</summary>
    private bool IsGrace()
    {
        var now = time.GetTimestamp();
        if (_looked != 0 && time.GetElapsedTime(_looked, now) > options.HoldInterval) _back = now;
        return _back != 0 && time.GetElapsedTime(_back, now) < 2 * options.HoldInterval;
    }

    private string? HolderOf(string center)
    {
        lock (_gate) return _holders.GetValueOrDefault(center);
    }
}
