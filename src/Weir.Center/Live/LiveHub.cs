using System.Collections.Immutable;
using Weir.Records;
using Weir.Records.Status;

namespace Weir.Center.Live;

/// <summary>
/// Shows exchanges to the open live streams, those that last while they run too, and each that is over once, however often it is
/// delivered. Costs one field read while nobody listens.
/// </summary>
internal sealed class LiveHub(LiveLimits limits) : IStatusSource
{
    private ImmutableArray<LiveSubscription> _subscriptions = [];
    private readonly Lock _gate = new();
    private RecentIds? _over;
    private RecentIds? _running;
    private long _sent;
    private long _fromOthers;
    private long _missed;
    private long _dropped;

    public string Name => "live";

    public LiveLimits Limits => limits;

    public bool IsWatched => !_subscriptions.IsEmpty;

    /// <summary>Somebody asks for some calls only, which their whole records decide.</summary>
    public bool HasFilters => _subscriptions.Any(static one => one.HasFilter);

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

    /// <param name="exchange">What filters look at.</param>
    /// <param name="summary">What is sent.</param>
    /// <param name="fromHere">This center took it.</param>
    public void Publish(Exchange exchange, ReadOnlySpan<byte> summary, bool fromHere = true)
    {
        if (_subscriptions.IsEmpty || !IsNew(exchange, out var wasShown)) return;
        if (!fromHere) Interlocked.Increment(ref _fromOthers);
        foreach (var subscription in _subscriptions)
        {
            var wanted = subscription.Wants(exchange);
            // Shown while it ran, perhaps, and no longer what the filter asks for: whoever shows it must not show it as running.
            var known = wasShown || exchange.ProgressReports > (exchange.InProgress ? 1 : 0);
            if (!wanted && !known) continue;
            if (subscription.TryAppend(wanted ? "exchange"u8 : "update"u8, exchange.Id, summary)) Interlocked.Increment(ref _sent);
            else Interlocked.Increment(ref _dropped);
        }
    }

    /// <summary>Tells every reader of calls that it will not see.</summary>
    public void Miss(long calls)
    {
        foreach (var subscription in _subscriptions) subscription.Miss(calls);
        Interlocked.Add(ref _missed, calls);
    }

    public void Report(IStatusReport report)
    {
        report.Gauge("subscribers", _subscriptions.Length);
        report.Counter("sent", Interlocked.Read(ref _sent));
        // A slow browser misses live lines, not stored calls: told here, and to the browser, but no loss of data.
        report.Counter("dropped", Interlocked.Read(ref _dropped));
        report.Counter("from_other_centers", Interlocked.Read(ref _fromOthers));
        report.Counter("missed_of_other_centers", Interlocked.Read(ref _missed));
    }

    /// <summary>False for a call whose end was shown before.</summary>
    private bool IsNew(Exchange exchange, out bool wasShown)
    {
        lock (_gate)
        {
            _over ??= new RecentIds(limits.RememberedCalls);
            _running ??= new RecentIds(limits.RememberedCalls / 16);
            wasShown = _running.Contains(exchange.Id);
            if (!exchange.InProgress) return _over.Add(exchange.Id);
            _running.Add(exchange.Id);
            return !_over.Contains(exchange.Id);
        }
    }
}
