using Weir.Storage;

namespace Weir.Center.Respond.Shared;

/// <summary>Where a document of a kind lies.</summary>
/// <param name="Center">Whose it is.</param>
/// <param name="Name">Its name among those of the center.</param>
internal readonly record struct DocumentPlace(string Center, string Name);

/// <summary>One document of a center.</summary>
/// <param name="Place">Where it lies.</param>
/// <param name="Item">What is in it.</param>
internal sealed record Followed<T>(DocumentPlace Place, T Item);

/// <summary>
/// Documents of one kind that centers over one store write, as they were at the last look: only what has changed is read. The newest are kept, and
/// those that are open as far as there may be any. Thread-safe; who looks at what is known never waits for the store.
/// </summary>
/// <param name="store">Where they are.</param>
/// <param name="documents">Writes them.</param>
/// <param name="turn">Held while the store is read and written, so that what was written is not taken for what was there before.</param>
/// <param name="kind">Kind of the documents.</param>
/// <param name="most">How many are kept that are not open.</param>
/// <param name="isOpen">Whether one is kept however many are newer; null for a kind whose documents are only to be shown, of which this center knows its own.</param>
internal sealed class FollowedDocuments<T>(ISharedDocuments store, RespondDocuments documents, Lock turn, string kind, int most, Func<T, bool>? isOpen = null)
    where T : class
{
    /// <summary>Documents that are read at once.</summary>
    private const int DocumentsAtOnce = 64;

    /// <summary>Centers, those that are gone included, whose documents are looked through for open ones.</summary>
    private const int MaxCenters = 16;

    private readonly Lock _gate = new();
    private readonly Dictionary<DocumentPlace, (ulong Version, T? Item)> _all = [];

    /// <summary>All that are known, in no order.</summary>
    public IReadOnlyList<Followed<T>> Items
    {
        get
        {
            lock (_gate) return [.. _all.Where(static one => one.Value.Item is not null).Select(static one => new Followed<T>(one.Key, one.Value.Item!))];
        }
    }

    /// <summary>Reads what has changed. Only while the turn is held.</summary>
    /// <exception cref="StoreException">The store can't be read; the next look finds the rest.</exception>
    public void Follow(IReadOnlyList<DocumentMark> marks, CancellationToken cancellation)
    {
        var there = marks.Select(mark => (Place: PlaceOf(mark), mark.Version)).Where(static one => one.Place is not null).Select(static one => (Place: one.Place!.Value, one.Version))
            .OrderByDescending(static one => one.Version).Take(isOpen is null ? most : most * MaxCenters).ToList();
        // Nobody else writes here meanwhile.
        foreach (var center in there.Where(one => _all.GetValueOrDefault(one.Place).Version != one.Version).GroupBy(static one => one.Place.Center).ToList())
        {
            foreach (var some in center.Chunk(DocumentsAtOnce))
            {
                var found = store.LoadDocuments(RespondDocuments.KindOf(kind, center.Key), [.. some.Select(static one => one.Place.Name)], cancellation)
                    .ToDictionary(static one => one.Name, static one => one.Body, StringComparer.Ordinal);
                lock (_gate)
                {
                    foreach (var (place, version) in some) _all[place] = (version, found.TryGetValue(place.Name, out var body) ? RespondJson.Read<T>(body) : null);
                }
            }
        }

        lock (_gate) Forget([.. there.Select(static one => one.Place)]);
    }

    /// <summary>Writes one, which is known from then on.</summary>
    /// <exception cref="StoreException">It could not be written down.</exception>
    public void Save(DocumentPlace place, T item)
    {
        lock (turn)
        {
            documents.Save(kind, place, RespondJson.Write(item));
            // Of no version: it is read again at the next look.
            lock (_gate) _all[place] = (0, item);
        }
    }

    /// <summary>One as it is in the store by now; null when it is not there or can't be read.</summary>
    /// <exception cref="StoreException">The store can't be read.</exception>
    public T? Read(DocumentPlace place)
    {
        lock (turn)
        {
            var found = store.LoadDocuments(RespondDocuments.KindOf(kind, place.Center), [place.Name]);
            var item = found.Count == 0 ? null : RespondJson.Read<T>(found[0].Body);
            lock (_gate) _all[place] = (0, item);
            return item;
        }
    }

    private DocumentPlace? PlaceOf(DocumentMark mark) =>
        RespondDocuments.CenterOf(kind, mark.Kind) is { } center && (isOpen is not null || center != documents.Center) ? new DocumentPlace(center, mark.Name) : null;

    /// <summary>What is no longer among the newest, and of what is, that for which there is no room.</summary>
    private void Forget(HashSet<DocumentPlace> there)
    {
        foreach (var gone in _all.Keys.Where(place => !there.Contains(place)).ToList()) _all.Remove(gone);
        var rest = _all.Where(one => one.Value.Item is { } item && isOpen?.Invoke(item) != true).OrderByDescending(static one => one.Value.Version).Skip(most).ToList();
        foreach (var (place, (version, _)) in rest) _all[place] = (version, null);
    }
}
