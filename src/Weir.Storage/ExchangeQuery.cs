using Weir.Records;
using Weir.Records.Json;

namespace Weir.Storage;

/// <summary>What to look for. Order is always newest first.</summary>
public sealed record ExchangeQuery
{
    /// <summary>Condition; null takes everything.</summary>
    public StoreFilter? Filter { get; init; }

    /// <summary>Start of the exchange at or after this, Unix nanoseconds.</summary>
    public long FromNs { get; init; } = long.MinValue;

    /// <summary>Start of the exchange before this, Unix nanoseconds.</summary>
    public long ToNs { get; init; } = long.MaxValue;

    /// <summary>Items of a page, at least 1.</summary>
    public int Limit { get; init; } = 100;

    /// <summary>Continue after this place; null begins at the newest.</summary>
    public ExchangeCursor? After { get; init; }

    public ExchangeDetail Detail { get; init; } = ExchangeDetail.Summary;
}

/// <summary>One exchange of a page.</summary>
/// <param name="Position">Its place in the order.</param>
/// <param name="Json">UTF-8 JSON in the detail that was asked for.</param>
public readonly record struct StoredExchange(ExchangeCursor Position, byte[] Json)
{
    public ExchangeId Id => Position.Id;
}

/// <summary>A page of a query.</summary>
/// <param name="Items">Newest first; may hold fewer than asked, or none, when the scan limit ended the page.</param>
/// <param name="Next">Where the next page begins; null when everything was looked at.</param>
/// <param name="Scanned">Rows looked at.</param>
public sealed record ExchangePage(IReadOnlyList<StoredExchange> Items, ExchangeCursor? Next, int Scanned);

/// <summary>What the store holds, and what it did since it was opened.</summary>
public sealed record StoreStatistics
{
    /// <summary>Exchanges held now.</summary>
    public long Exchanges { get; init; }

    public long DatabaseBytes { get; init; }

    /// <summary>Bytes of the write-ahead log beside the database.</summary>
    public long LogBytes { get; init; }

    /// <summary>Start of the oldest exchange, Unix nanoseconds; null when empty.</summary>
    public long? OldestNs { get; init; }

    public long? NewestNs { get; init; }

    /// <summary>Exchanges stored since the store was opened.</summary>
    public long Stored { get; init; }

    /// <summary>Exchanges given again that were there already, by id.</summary>
    public long Duplicates { get; init; }

    public long DeletedByAge { get; init; }

    public long DeletedBySize { get; init; }

    /// <summary>Transactions that failed.</summary>
    public long Failures { get; init; }

    /// <summary>Message of the last failure; null when there was none.</summary>
    public string? LastError { get; init; }
}

/// <summary>What <see cref="IExchangeStore.Append"/> did.</summary>
public readonly record struct AppendResult(int Stored, int Duplicates, int Replaced = 0);
