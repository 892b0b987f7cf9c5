using Weir.Records;

namespace Weir.Storage;

/// <summary>
/// What each center that writes to a shared store wrote lately, in the order in which it did: by it a center shows what others took. A
/// writer counts the calls that it wrote; a place in its part of the feed is such a count. No clock decides anything. Thread-safe.
/// </summary>
public interface ISharedFeed
{
    /// <summary>How far each other writer of the last minutes is.</summary>
    /// <exception cref="StoreException">The store can't be read.</exception>
    IReadOnlyDictionary<ulong, long> FeedEnds(CancellationToken cancellation = default);

    /// <summary>What other writers wrote beyond these places, and all that is there of writers that are not among them; by writer, in order.</summary>
    /// <param name="places">Of a writer, the calls that are known.</param>
    /// <param name="limit">Batches at most.</param>
    /// <param name="cancellation">Ends the query.</param>
    /// <exception cref="StoreException">The store can't be read.</exception>
    IReadOnlyList<FeedBatch> FeedAfter(IReadOnlyDictionary<ulong, long> places, int limit, CancellationToken cancellation = default);

    /// <summary>Which calls a batch is of, in order; null when it is gone.</summary>
    /// <exception cref="StoreException">The store can't be read.</exception>
    IReadOnlyList<ExchangeCursor>? FeedCalls(FeedBatch batch, CancellationToken cancellation = default);

    /// <summary>
    /// The calls as they are stored now, without those that are not: deleted, or not yet on the server that is asked.
    /// </summary>
    /// <param name="calls">Some hundreds.</param>
    /// <param name="full">Records instead of summaries.</param>
    /// <param name="cancellation">Ends the query.</param>
    /// <exception cref="StoreException">The store can't be read.</exception>
    IReadOnlyDictionary<ExchangeCursor, FedCall> FeedRecords(IReadOnlyCollection<ExchangeCursor> calls, bool full, CancellationToken cancellation = default);
}

/// <summary>What a writer wrote at once.</summary>
/// <param name="Writer">A number that a center makes up when it starts.</param>
/// <param name="First">Calls that it wrote before.</param>
/// <param name="Count">Calls of this batch.</param>
public readonly record struct FeedBatch(ulong Writer, long First, int Count)
{
    /// <summary>The place behind it.</summary>
    public long End => First + Count;
}

/// <summary>One call of the feed.</summary>
/// <param name="Summary">UTF-8 JSON.</param>
/// <param name="Record">UTF-8 JSON; empty when it was not asked for.</param>
public readonly record struct FedCall(byte[] Summary, byte[] Record);
