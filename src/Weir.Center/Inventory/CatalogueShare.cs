using System.Globalization;
using Weir.Inventory.State;
using Weir.Storage;

namespace Weir.Center.Inventory;

/// <summary>
/// The share of the catalogue that this center writes, among centers over one store: nobody else writes it meanwhile. A share whose center
/// has been silent is taken over by one that starts, so that there are about as many as centers, and what was learned goes on. Not thread-safe.
/// </summary>
internal sealed class CatalogueShare(ISharedDocuments store, CatalogueOptions options, TimeProvider time)
{
    private const string LeasePrefix = "catalogue-share-";

    private readonly string _self = Guid.NewGuid().ToString("N");
    private int? _claimed;
    private bool _isSure;
    private long _watching;
    private long _held;

    /// <summary>Kind of the documents of the share that is this center's; null while none is.</summary>
    public string? Kind => _isSure ? KindOf(_claimed!.Value) : null;

    /// <summary>Takes another one at once where none is free, without looking first whether one becomes free: the center ends and has something to keep.</summary>
    public bool IsInHurry { get; set; }

    /// <summary>
    /// Others agree: it was said not long ago. Later than that somebody else may hold it, and nothing may be written before that is known.
    /// </summary>
    public bool IsHeld => _isSure && time.GetElapsedTime(_held) < options.GoneAfter * 0.75;

    /// <summary>The share that a kind of documents is; null when it is something else.</summary>
    public static int? NumberOf(string kind)
    {
        if (kind == ServiceState.DocumentKind) return 0;
        return kind.StartsWith(ServiceState.DocumentKind + "-", StringComparison.Ordinal)
            && int.TryParse(kind.AsSpan(ServiceState.DocumentKind.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    /// <summary>Takes a share that is free, or says again that the own one is held. Called at every look.</summary>
    /// <param name="kinds">Kinds of the documents that there are.</param>
    /// <exception cref="StoreException">The store is away; nothing is known.</exception>
    public ShareChange Look(IEnumerable<string> kinds)
    {
        var leases = store.Leases().Where(static one => one.Name.StartsWith(LeasePrefix, StringComparison.Ordinal))
            .ToDictionary(static one => int.Parse(one.Name.AsSpan(LeasePrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture));
        if (_claimed is not { } mine)
        {
            Claim(leases, kinds);
            return ShareChange.None;
        }

        if (!leases.TryGetValue(mine, out var lease) || lease.Holder != _self)
        {
            // Two took it at once, or this process stood still for so long that it was taken for gone.
            var had = _isSure;
            (_claimed, _isSure, _watching) = (null, false, 0);
            return had ? ShareChange.Lost : ShareChange.None;
        }

        if (_isSure && time.GetElapsedTime(_held) < options.HoldInterval) return ShareChange.None;
        Hold(mine);
        if (_isSure) return ShareChange.None;
        _isSure = true;
        return ShareChange.Taken;
    }

    /// <summary>Gives it back, for the next one that starts.</summary>
    /// <exception cref="StoreException">It will be taken for gone after a while.</exception>
    public void Release()
    {
        if (IsHeld) store.Hold(Lease(_claimed!.Value), "");
        (_claimed, _isSure) = (null, false);
    }

    private void Claim(Dictionary<int, SharedLease> leases, IEnumerable<string> kinds)
    {
        if (_watching == 0) _watching = time.GetTimestamp();
        var known = leases.Keys.Union(kinds.Select(NumberOf).OfType<int>()).Order().ToList();
        var free = known.FindIndex(number => !leases.TryGetValue(number, out var lease) || lease.Holder.Length == 0 || lease.Age >= options.GoneAfter);
        if (free >= 0)
        {
            Hold((_claimed = known[free]).Value);
            return;
        }

        // One more only when all show signs of life: one that was just killed is free in a moment. An age has whole seconds.
        var alive = options.HoldInterval + TimeSpan.FromSeconds(2);
        var isWatched = IsInHurry || known.Count == 0 || time.GetElapsedTime(_watching) >= options.HoldInterval;
        if (isWatched && (IsInHurry || leases.Values.All(lease => lease.Age <= alive))) Hold((_claimed = known.Count == 0 ? 0 : known[^1] + 1).Value);
    }

    private void Hold(int number)
    {
        // Before: what counts is when others will think it silent.
        var now = time.GetTimestamp();
        store.Hold(Lease(number), _self);
        _held = now;
    }

    private static string Lease(int number) => LeasePrefix + number.ToString(CultureInfo.InvariantCulture);

    private static string KindOf(int number) =>
        number == 0 ? ServiceState.DocumentKind : $"{ServiceState.DocumentKind}-{number.ToString(CultureInfo.InvariantCulture)}";
}

/// <summary>What became of a center's share.</summary>
internal enum ShareChange
{
    None,
    /// <summary>It is this center's from now on, with what is in it.</summary>
    Taken,
    /// <summary>It is somebody else's, with what was written of it.</summary>
    Lost,
}
