using Weir.Storage.Filter;

namespace Weir.Storage;

/// <summary>What to count: calls of a time by status class, and the commonest values of some fields.</summary>
public sealed record OverviewQuery
{
    /// <summary>Condition; null takes everything.</summary>
    public StoreFilter? Filter { get; init; }

    /// <summary>Start of the first bucket, Unix nanoseconds.</summary>
    public required long FromNs { get; init; }

    /// <summary>End of the last bucket, Unix nanoseconds; after <see cref="FromNs"/>.</summary>
    public required long ToNs { get; init; }

    /// <summary>Buckets that the time is cut into, at least 1.</summary>
    public int Buckets { get; init; } = 60;

    /// <summary>Filter fields whose values are counted: those of <see cref="CountableFields"/>.</summary>
    public IReadOnlyList<string> Fields { get; init; } = [];

    /// <summary>Values of each field that are told, the commonest.</summary>
    public int Top { get; init; } = 10;

    /// <summary>The text fields that the index columns hold, and <c>anomalies</c>.</summary>
    public static IReadOnlyList<string> CountableFields { get; } =
        [.. Records.Filter.FilterFields.All.Where(field => IsCountable(field)).Select(field => field.Name)];

    /// <summary>Nanoseconds of a bucket; the last may be longer by what does not divide.</summary>
    internal long BucketNs => Math.Max(1, (ToNs - FromNs) / Buckets);

    internal static string ColumnOf(string field) => field == "anomalies"
        ? field
        : FieldSql.Of(field) ?? throw new ArgumentException($"{field} is not among the countable fields");

    private static bool IsCountable(Records.Filter.FilterField field) =>
        field.Name == "anomalies" || (field.Type == Records.Filter.FilterType.String && FieldSql.Of(field.Name) is not null);
}

/// <summary>How a call ended, as a row of a histogram. The numbers are places in <see cref="OverviewBucket"/>.</summary>
public enum StatusClass
{
    /// <summary>HTTP without a response that was seen.</summary>
    None = 0,
    Informational = 1,
    Success = 2,
    Redirect = 3,
    ClientError = 4,
    ServerError = 5,
    /// <summary>Not HTTP: a lookup, whose codes mean other things.</summary>
    Other = 6,
}

/// <summary>Calls of one stretch of time.</summary>
/// <param name="StartNs">Unix nanoseconds.</param>
/// <param name="Counts">By <see cref="StatusClass"/>.</param>
public sealed record OverviewBucket(long StartNs, long[] Counts)
{
    public const int Classes = 7;

    public long this[StatusClass status] => Counts[(int)status];
}

/// <summary>The commonest values of a field.</summary>
/// <param name="Field">Its name in filters.</param>
/// <param name="Values">Commonest first; what is unknown is not among them.</param>
/// <param name="Others">Calls with a value that is not listed.</param>
public sealed record FieldCounts(string Field, IReadOnlyList<(string Value, long Count)> Values, long Others);

/// <summary>The answer to an <see cref="OverviewQuery"/>.</summary>
public sealed record ExchangeOverview
{
    public required IReadOnlyList<OverviewBucket> Buckets { get; init; }

    public required IReadOnlyList<FieldCounts> Fields { get; init; }

    /// <summary>Calls that match, of those looked at.</summary>
    public long Matched { get; init; }

    public long Scanned { get; init; }

    /// <summary>Calls whose fields were counted: the newest that match.</summary>
    public long FieldsCounted { get; init; }

    /// <summary>The counts reach back to here only, because time or rows ran out; null when they cover everything.</summary>
    public long? ReachedNs { get; init; }
}
