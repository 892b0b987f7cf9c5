using Weir.Records;

namespace Weir.Storage;

/// <summary>Which form of an exchange a query returns.</summary>
public enum ExchangeDetail
{
    Summary,
    Full,
}

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

    public ExchangeDetail Detail { get; init; }
}

/// <summary>One exchange of a page.</summary>
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

/// <summary>What the store holds and did.</summary>
/// <param name="Bytes">Database and write-ahead log on disk.</param>
/// <param name="OldestNs">Start of the oldest exchange, Unix nanoseconds; null when empty.</param>
/// <param name="Stored">Exchanges stored since the store was opened.</param>
/// <param name="Duplicates">Exchanges that were there already, by id.</param>
/// <param name="Failures">Transactions that failed.</param>
public sealed record StoreStatistics(
    long Exchanges, long Bytes, long? OldestNs, long? NewestNs, long Stored, long Duplicates, long DeletedByAge,
    long DeletedBySize, long Failures, string? LastError);

/// <summary>What <see cref="SqliteExchangeStore.Append"/> did.</summary>
public readonly record struct AppendResult(int Stored, int Duplicates);
