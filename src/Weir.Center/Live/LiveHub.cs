using System.Collections.Immutable;
using Weir.Records;
using Weir.Records.Status;

namespace Weir.Center.Live;

/// <summary>Shows exchanges to the open live streams, those that last while they run too. Costs one field read while nobody listens.</summary>
internal sealed class LiveHub(LiveLimits limits) : IStatusSource
{
    private ImmutableArray<LiveSubscription> _subscriptions = [];
    private long _sent;
    private long _dropped;

    public string Name => "live";

    public LiveLimits Limits => limits;

    /// <summary>Null when too many streams are open.</summary>
    public LiveSubscription? Subscribe(Func<Exchange, bool>? where)
    {
        var subscription = new LiveSubscription(limits.MaxBufferedBytes, where);
        ImmutableArray<LiveSubscription> before, after;
        do
        {
            before = _subscriptions;
            if (before.Length >= limits.MaxSubscribers) return null;
            after = before.Add(subscription);
        }
        while (ImmutableInterlocked.InterlockedCompareExchange(ref _subscriptions, after, before) != before);

        return subscription;
    }

    public void Unsubscribe(LiveSubscription subscription) =>
        ImmutableInterlocked.Update(ref _subscriptions, static (all, gone) => all.Remove(gone), subscription);

    public void Publish(Exchange exchange, ReadOnlySpan<byte> summary)
    {
        foreach (var subscription in _subscriptions)
        {
            var wanted = subscription.Wants(exchange);
            // Shown while it ran, perhaps, and no longer what the filter asks for: whoever shows it must not show it as running.
            var known = exchange.ProgressReports > (exchange.InProgress ? 1 : 0);
            if (!wanted && !known) continue;
            if (subscription.TryAppend(wanted ? "exchange"u8 : "update"u8, exchange.Id, summary)) Interlocked.Increment(ref _sent);
            else Interlocked.Increment(ref _dropped);
        }
    }

    public void Report(IStatusReport report)
    {
        report.Gauge("subscribers", _subscriptions.Length);
        report.Counter("sent", Interlocked.Read(ref _sent));
        // A slow browser misses live lines, not stored calls: told here, and to the browser, but no loss of data.
        report.Counter("dropped", Interlocked.Read(ref _dropped));
    }
}
