namespace Weir.Kubernetes.RateLimits;

/// <summary>A call as a limit sees it.</summary>
/// <param name="Client">Whose bucket it is.</param>
/// <param name="StartedMs">Unix milliseconds.</param>
/// <param name="EndedMs">The same of its end; for connections.</param>
public readonly record struct LimitedCall(string Client, long StartedMs, long EndedMs);

/// <summary>One client's share.</summary>
public sealed record BlockedClient(string Client, int Calls, int Blocked);

/// <summary>What a limit would have done.</summary>
/// <param name="Calls">That were looked at.</param>
/// <param name="Blocked">Of them, those that would have been refused.</param>
/// <param name="Clients">Those most often refused first.</param>
public sealed record SimulatedLimit(int Calls, int Blocked, IReadOnlyList<BlockedClient> Clients);

/// <summary>
/// Counts as the provider would, one replica with whole calls in the order in which they began. Leaky: ngx_http_limit_req_lookup, in thousandths of a
/// request; a refused call leaves no trace. Token: a full bucket, filled evenly.
/// </summary>
public static class RateLimitSimulation
{
    /// <param name="limit">What the plan does in the end.</param>
    /// <param name="calls">In any order.</param>
    /// <param name="most">Clients that are told of.</param>
    public static SimulatedLimit Run(EffectiveLimit limit, IEnumerable<LimitedCall> calls, int most = 20)
    {
        var clients = calls.GroupBy(static call => call.Client).Select(one =>
        {
            var ordered = one.OrderBy(static call => call.StartedMs).ToList();
            return new BlockedClient(one.Key, ordered.Count, Refused(limit, ordered).Count(static refused => refused));
        }).ToList();
        return new SimulatedLimit(
            clients.Sum(static one => one.Calls), clients.Sum(static one => one.Blocked),
            [.. clients.OrderByDescending(static one => one.Blocked).ThenByDescending(static one => one.Calls).ThenBy(static one => one.Client, StringComparer.Ordinal).Take(most)]);
    }

    /// <summary>For each call of one client, in order, whether it is refused.</summary>
    public static IEnumerable<bool> Refused(EffectiveLimit limit, IReadOnlyList<LimitedCall> calls)
    {
        var buckets = limit.Rates.Select(rate => new Bucket(limit.Bucket, rate)).ToList();
        var open = new PriorityQueue<long, long>();
        foreach (var call in calls)
        {
            while (open.TryPeek(out _, out var end) && end <= call.StartedMs) open.Dequeue();
            var refused = limit.Connections is { } connections && open.Count >= connections;
            // As nginx does it: all limits are asked before any is charged.
            refused = refused || !buckets.TrueForAll(bucket => bucket.MayPass(call.StartedMs));
            if (!refused)
            {
                foreach (var bucket in buckets) bucket.Pass(call.StartedMs);
                open.Enqueue(call.StartedMs, Math.Max(call.EndedMs, call.StartedMs));
            }

            yield return refused;
        }
    }

    private sealed class Bucket(BucketKind kind, EffectiveRate rate)
    {
        /// <summary>Thousandths of a request, as nginx counts: what is above the rate, or what is left in the bucket.</summary>
        private long _level = kind == BucketKind.Token ? rate.AtOnce * 1000L : -1;

        private long _lastMs;

        public bool MayPass(long nowMs) => kind == BucketKind.Token ? Level(nowMs) >= 1000 : Level(nowMs) <= (rate.AtOnce - 1) * 1000L;

        public void Pass(long nowMs)
        {
            _level = kind == BucketKind.Token ? Level(nowMs) - 1000 : Level(nowMs);
            _lastMs = nowMs;
        }

        private long Level(long nowMs)
        {
            if (kind == BucketKind.Leaky && _level < 0) return 0;
            var elapsed = _lastMs == 0 ? 0 : Math.Max(0, nowMs - _lastMs);
            var gained = (long)(elapsed * (rate.Requests / (double)rate.Seconds));
            return kind == BucketKind.Token ? Math.Min(rate.AtOnce * 1000L, _level + gained) : Math.Max(0, _level - gained + 1000);
        }
    }
}
