namespace Weir.Storage;

/// <summary>
/// Documents of a store that several centers share, and who of them holds what: each follows what the others write. No clock of a center
/// decides anything. Thread-safe.
/// </summary>
public interface ISharedDocuments
{
    /// <summary>What there is of the kinds that begin so, without what is in it.</summary>
    /// <exception cref="StoreException">The store can't be read.</exception>
    IReadOnlyList<DocumentMark> DocumentMarks(string kindPrefix, CancellationToken cancellation = default);

    /// <summary>Those of a kind that have these names, as far as they are there.</summary>
    /// <exception cref="StoreException">The store can't be read.</exception>
    IReadOnlyList<(string Name, byte[] Body)> LoadDocuments(string kind, IReadOnlyCollection<string> names, CancellationToken cancellation = default);

    /// <summary>Who holds what. Of several that took the same the last one does, which is the same to everybody.</summary>
    /// <exception cref="StoreException">The store can't be read.</exception>
    IReadOnlyList<SharedLease> Leases(CancellationToken cancellation = default);

    /// <summary>Takes something, or says again that it is held; whether it is one's own shows in <see cref="Leases"/>.</summary>
    /// <param name="name">What is held.</param>
    /// <param name="holder">Who does; empty gives it back.</param>
    /// <exception cref="StoreException">As of <see cref="IExchangeStore.Append"/>.</exception>
    void Hold(string name, string holder);
}

/// <summary>One document, by what it is known to have changed.</summary>
/// <param name="Kind">Kind.</param>
/// <param name="Name">Name.</param>
/// <param name="Version">Another one each time that it is written.</param>
public readonly record struct DocumentMark(string Kind, string Name, ulong Version);

/// <summary>Something that one center at a time holds.</summary>
/// <param name="Name">What.</param>
/// <param name="Holder">Who; empty when it was given back.</param>
/// <param name="Age">Since it was said last, by the store's clock, in whole seconds.</param>
public readonly record struct SharedLease(string Name, string Holder, TimeSpan Age);
