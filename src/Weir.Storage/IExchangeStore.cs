using Weir.Records;

namespace Weir.Storage;

/// <summary>
/// Where calls are kept. Thread-safe. What <see cref="Append"/> acknowledged stays when this process or the store's is killed; an
/// exchange is there once, by its id, however often it is given.
/// </summary>
public interface IExchangeStore : IDisposable
{
    /// <summary>Name and version of the engine, such as <c>SQLite 3.35.5</c>.</summary>
    string Engine { get; }

    /// <summary>Several centers may write to it at once.</summary>
    bool IsShared { get; }

    /// <summary>Exchanges held now, each counted once.</summary>
    /// <exception cref="StoreException">The store can't be read.</exception>
    long Count { get; }

    /// <summary>
    /// Stores rows. An id that is there already is left as it is and counted, unless the row there is one in progress, which gives up
    /// its place. When it returns, all rows are stored; after an exception the same rows may be given again.
    /// </summary>
    /// <exception cref="StoreException">Disk full, server away …: <see cref="StoreException.IsTransient"/> says whether to retry.</exception>
    AppendResult Append(ReadOnlySpan<ExchangeRow> rows);

    /// <summary>One page, newest first. Bounded in rows and time; continue from <see cref="ExchangePage.Next"/>.</summary>
    /// <exception cref="StoreException">The store can't be read.</exception>
    ExchangePage Query(ExchangeQuery query, CancellationToken cancellation = default);

    /// <summary>Counts calls by time and by values of fields. Bounded in time: <see cref="ExchangeOverview.ReachedNs"/> says how far it came.</summary>
    /// <exception cref="StoreException">The store can't be read.</exception>
    ExchangeOverview Overview(OverviewQuery query, CancellationToken cancellation = default);

    /// <summary>The complete record as UTF-8 JSON, or null when it is not (or no longer) there.</summary>
    /// <exception cref="StoreException">The store can't be read.</exception>
    byte[]? Get(ExchangeId id, CancellationToken cancellation = default);

    /// <summary>
    /// Ends the calls that are stored as running and that nobody can run any more: their records say that their end is unknown
    /// (<see cref="Anomaly.EndUnknown"/>). To be called before the first <see cref="Append"/> by the one who feeds this store. A row
    /// that comes for such a call after all takes its place.
    /// </summary>
    /// <returns>How many there were.</returns>
    /// <exception cref="StoreException">As of <see cref="Append"/>.</exception>
    int EndRunning();

    /// <summary>Writes documents of a kind, all or none; one of the same name gives up its place.</summary>
    /// <exception cref="StoreException">As of <see cref="Append"/>.</exception>
    void SaveDocuments(string kind, IReadOnlyList<(string Name, byte[] Body)> documents);

    /// <summary>All documents of a kind, by name.</summary>
    /// <exception cref="StoreException">The store can't be read.</exception>
    IReadOnlyList<(string Name, byte[] Body)> LoadDocuments(string kind, CancellationToken cancellation = default);

    /// <exception cref="StoreException">The store can't be read.</exception>
    StoreStatistics ReadStatistics(CancellationToken cancellation = default);

    /// <summary>Deletes what is too old or too much, oldest first. Call it now and then; returns how many exchanges were deleted.</summary>
    /// <exception cref="StoreException">As of <see cref="Append"/>.</exception>
    long ApplyRetention(CancellationToken cancellation = default);
}
