namespace Weir.Storage.ClickHouse;

/// <summary>An overview in the making.</summary>
internal sealed class Tally
{
    private readonly long[][] _buckets;
    private readonly ValueCounter[] _fields;

    public Tally(OverviewQuery query)
    {
        Query = query;
        _buckets = new long[query.Buckets][];
        for (var i = 0; i < _buckets.Length; i++) _buckets[i] = new long[OverviewBucket.Classes];
        _fields = [.. query.Fields.Select(static field => new ValueCounter(field))];
    }

    public OverviewQuery Query { get; }

    public long Matched { get; private set; }

    /// <summary>Rows looked at; where no filter is, those that match.</summary>
    public long Scanned { get; set; }

    public long FieldsCounted { get; set; }

    /// <summary>Keys that may have several rows, with the version of the row that counts.</summary>
    public Dictionary<ExchangeCursor, ulong> Winners { get; } = [];

    public int BucketOf(long startedNs) => (int)Math.Min((startedNs - Query.FromNs) / Query.BucketNs, _buckets.Length - 1);

    public void Add(int bucket, int status, long calls)
    {
        _buckets[bucket][status] += calls;
        Matched += calls;
    }

    /// <summary>Reads the fields of a row, and counts them when the row counts.</summary>
    public void AddFields(RowBinaryReader reader, bool counts)
    {
        foreach (var field in _fields)
        {
            var value = reader.Text();
            if (counts) field.Add(value);
        }

        if (counts) FieldsCounted++;
    }

    /// <summary>Start of the bucket in which the last of the newest calls lies.</summary>
    public long StartOfNewest(long calls, long from)
    {
        for (var i = _buckets.Length - 1; i > 0; i--)
        {
            calls -= _buckets[i].Sum();
            if (calls <= 0) return Math.Max(from, Query.FromNs + (i * Query.BucketNs));
        }

        return from;
    }

    public ExchangeOverview Overview(long? reached) => new()
    {
        Buckets = [.. _buckets.Select((counts, i) => new OverviewBucket(Query.FromNs + (i * Query.BucketNs), counts))],
        Fields = [.. _fields.Select(field => field.Counts(Query.Top))],
        Matched = Matched,
        Scanned = Math.Max(Scanned, Matched),
        FieldsCounted = FieldsCounted,
        ReachedNs = reached,
    };
}
