using Weir.Records;
using Weir.Records.Json;
using Weir.Storage;

namespace Weir.Center.Map;

/// <summary>
/// Looks at the calls of a time, or at as many of them as can be looked at: then the same share of every slice of the time, the newest of the
/// slice, each standing for as many calls as its slice has for each that is looked at. So a busy day is told as truly as a quiet hour.
/// </summary>
internal sealed class CallSample
{
    /// <summary>Slices that a time is cut into: a change within a forty-eighth of it may be missed.</summary>
    private const int Slices = 48;

    /// <summary>Summaries of one look into the store.</summary>
    private const int Step = 1000;

    /// <summary>Counting before, and the answer of the store to the last question, come on top.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private readonly Exchange _exchange = new();

    /// <summary>Calls that match.</summary>
    public long Calls { get; private set; }

    /// <summary>Those that were looked at.</summary>
    public long Looked { get; private set; }

    /// <summary>What is told is of calls from here on, Unix nanoseconds: the start asked for, unless time ran out.</summary>
    public long FromNs { get; private set; }

    /// <param name="store">Holds the calls.</param>
    /// <param name="filter">Null takes all.</param>
    /// <param name="fromNs">Earliest start, Unix nanoseconds.</param>
    /// <param name="toNs">Latest start, exclusive.</param>
    /// <param name="most">Calls to look at.</param>
    /// <param name="time">For the patience.</param>
    /// <param name="visit">Is given each call, which holds until it returns, and how many it stands for.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="StoreException">The store can't be read.</exception>
    public void Read(IExchangeStore store, StoreFilter? filter, long fromNs, long toNs, int most, TimeProvider time, Action<Exchange, double> visit, CancellationToken cancellation)
    {
        var counted = store.Overview(new OverviewQuery { Filter = filter, FromNs = fromNs, ToNs = toNs, Buckets = Slices }, cancellation);
        var started = time.GetTimestamp();
        FromNs = counted.ReachedNs ?? fromNs;
        Calls = counted.Matched;
        var share = Math.Min(1, (double)most / Math.Max(1, Calls));
        for (var slice = Slices - 1; slice >= 0; slice--)
        {
            var calls = counted.Buckets[slice].Counts.Sum();
            if (calls == 0) continue;
            var wanted = share < 1 ? (long)Math.Ceiling(calls * share) : long.MaxValue;
            var query = new ExchangeQuery
            {
                Filter = filter,
                FromNs = Math.Max(FromNs, counted.Buckets[slice].StartNs),
                ToNs = slice == Slices - 1 ? toNs : counted.Buckets[slice + 1].StartNs,
            };
            if (Read(store, query, wanted, share < 1 ? (double)calls / wanted : 1, started, time, visit, cancellation)) continue;
            // What was counted before is not told: nobody looked at it.
            FromNs = query.FromNs;
            Calls = counted.Buckets.Skip(slice).Sum(static bucket => bucket.Counts.Sum());
            return;
        }
    }

    /// <returns>False when patience ran out.</returns>
    private bool Read(IExchangeStore store, ExchangeQuery query, long wanted, double weight, long started, TimeProvider time, Action<Exchange, double> visit, CancellationToken cancellation)
    {
        while (wanted > 0)
        {
            var page = store.Query(query with { Limit = (int)Math.Min(Step, wanted) }, cancellation);
            foreach (var item in page.Items)
            {
                if (!ExchangeJsonReader.TryRead(item.Json, _exchange, out var error)) throw new StoreException(StoreFailure.Corrupt, $"A stored call cannot be read: {error}");
                Looked++;
                visit(_exchange, weight);
            }

            wanted -= page.Items.Count;
            if (page.Next is null) return true;
            if (time.GetElapsedTime(started) > s_patience) return false;
            query = query with { After = page.Next };
        }

        return time.GetElapsedTime(started) <= s_patience;
    }
}
