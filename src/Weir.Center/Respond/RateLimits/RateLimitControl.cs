using Weir.Center.Cluster;
using Weir.Center.Respond.Shared;
using Weir.Kubernetes;
using Weir.Kubernetes.RateLimits;
using Weir.Records;
using Weir.Records.Status;
using Weir.Storage;

namespace Weir.Center.Respond.RateLimits;

/// <summary>What is asked for, beside the limit itself.</summary>
/// <param name="Request">The limit.</param>
/// <param name="By">Who asks.</param>
public sealed record RateLimitOrder(RateLimitRequest Request, string By)
{
    /// <summary>Null takes the default.</summary>
    public TimeSpan? Ttl { get; init; }

    /// <summary>Also changes what others own.</summary>
    public bool TakeOver { get; init; }

    /// <summary>The server checks it and stores nothing.</summary>
    public bool DryRun { get; init; }

    public string? Reason { get; init; }

    public string? Incident { get; init; }
}

/// <summary>
/// The limits that are set, and their ends. A limit is in the store before the cluster is asked, so that an end of this process leaves none behind that nobody
/// knows: what was half done is taken back at the next start, what has expired meanwhile too. One change at a time. Where several centers share the store each
/// shows the limits of all and takes any of them back; the end of a limit is its own center's, and when that is gone, another's.
/// </summary>
internal sealed class RateLimitControl : IStatusSource, IDisposable
{
    public const string Kind = "respond-ratelimits";

    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_firstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_lastRetry = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _changing = new(1);
    private readonly Lock _lock = new();
    private readonly IExchangeStore _store;
    private readonly RateLimitOptions _options;
    private readonly ClusterLink _cluster;
    private readonly RespondLimits _limits;
    private readonly TimeProvider _time;
    private readonly ChangeLog _log;
    private readonly DocumentSlots<RateLimitRecord> _slots;
    private readonly SortedDictionary<long, RateLimitRecord> _records = [];
    private readonly RespondShare? _share;
    private readonly Dictionary<string, (DateTimeOffset At, TimeSpan Wait)> _retries = new(StringComparer.Ordinal);
    private readonly ExchangeIdGenerator _ids = new();
    private long _applied, _reverted, _failed;

    public RateLimitControl(
        RateLimitOptions options, RespondLimits limits, ClusterLink cluster, IExchangeStore store, RespondDocuments documents, ChangeLog log, TimeProvider time, RespondShare? share)
    {
        (_options, _limits, _cluster, _store, _log, _time, _share) = (options, limits, cluster, store, log, time, share);
        _slots = new DocumentSlots<RateLimitRecord>(documents, Kind, limits.MaxRateLimits);
    }

    public string Name => "ratelimits";

    public RateLimitTarget? Default => _options.Default;

    public AutoLimitOptions Auto => _options.Auto;

    /// <summary>Of all centers, newest first.</summary>
    public IReadOnlyList<RateLimitRecord> All
    {
        get
        {
            var own = Own;
            // Ids begin with the time. Several centers may have taken up the same of an older Weir.
            return _share is null ? own : [.. own.Concat(OfOthers).OrderByDescending(static one => one.Id, StringComparer.Ordinal).ThenByDescending(static one => one.Progress).DistinctBy(static one => one.Id)];
        }
    }

    /// <summary>Centers that are gone and left limits that somebody has to end.</summary>
    public IReadOnlyCollection<string> Orphans
    {
        get
        {
            if (_share is null || !_cluster.IsConfigured) return [];
            var now = _time.GetUtcNow();
            return [.. OfOthers.Where(one => !_share.Leases.IsThere(one.Place!.Value.Center) && IsDue(one, now, isHalfDone: true)).Select(static one => one.Place!.Value.Center).Distinct()];
        }
    }

    private List<RateLimitRecord> Own
    {
        get
        {
            lock (_lock) return [.. _records.Values.Reverse()];
        }
    }

    private IEnumerable<RateLimitRecord> OfOthers =>
        _share is null ? [] : _share.RateLimits.Items.Where(one => !_share.IsOwn(one.Place)).Select(static one => one.Item with { Place = one.Place });

    public void Load()
    {
        lock (_lock)
            foreach (var record in _slots.Load()) _records[record.Number] = record;
    }

    /// <summary>Takes up what other centers wrote of limits of this one: that they took them back. After each look at the store.</summary>
    public void TakeUp()
    {
        foreach (var item in _share?.RateLimits.Items.Where(one => _share.IsOwn(one.Place)).Select(static one => one.Item) ?? [])
        {
            lock (_lock)
            {
                if (_records.TryGetValue(item.Number, out var known) && known.Id == item.Id && known.Progress < item.Progress) _records[item.Number] = item;
            }
        }
    }

    public RateLimitRecord? Find(string id) => All.FirstOrDefault(one => one.Id == id);

    public RateLimitRecord? ActiveOn(RateLimitTarget target) => All.FirstOrDefault(one => one.IsOpen && one.Request.Target == target);

    /// <summary>Learns what other centers have set by now, before something is decided by it.</summary>
    /// <exception cref="StoreException">The store can't be read.</exception>
    public void Refresh(CancellationToken cancellation) => _share?.Follow(cancellation);

    /// <exception cref="RateLimitException">As of <see cref="RateLimiter"/>, or there is no cluster.</exception>
    public RateLimiter Limiter()
    {
        try
        {
            return new RateLimiter(_cluster.Client());
        }
        catch (KubernetesException e)
        {
            throw new RateLimitException(RateLimitFault.Unavailable, e.Message, e);
        }
    }

    /// <exception cref="RateLimitException">It cannot be planned.</exception>
    public async Task<RateLimitPreview> PreviewAsync(RateLimitOrder order, CancellationToken cancellation)
    {
        var limiter = Limiter();
        var now = _time.GetUtcNow();
        var plan = await limiter.PlanAsync(order.Request, NextId(now), now + Ttl(order), cancellation);
        var services = await limiter.ServicesOfAsync(order.Request.Target, cancellation);
        var traffic = services.Count == 0 ? null : RateLimitPreviews.Traffic(_store, plan.Effective, services, now - s_hour, _limits.MaxPreviewCalls, cancellation);
        return new RateLimitPreview(plan.Provider, plan.Effective, RateLimitPreviews.Objects(plan), plan.Warnings, plan.Conflicts, plan.Unavailable, traffic);
    }

    /// <exception cref="RateLimitException">It was not applied.</exception>
    /// <exception cref="StoreException">It could not be written down, or not be read what others set, so nothing was changed.</exception>
    public async Task<RateLimitRecord> ApplyAsync(RateLimitOrder order, CancellationToken cancellation)
    {
        var limiter = Limiter();
        await _changing.WaitAsync(cancellation);
        try
        {
            var now = _time.GetUtcNow();
            var (id, expires) = (NextId(now), now + Ttl(order));
            var plan = await limiter.PlanAsync(order.Request, id, expires, cancellation);
            Refresh(cancellation);
            var earlier = ActiveOn(order.Request.Target);
            var record = new RateLimitRecord
            {
                Id = id, Number = NextNumber(), State = order.DryRun ? RateLimitState.DryRun : RateLimitState.Applying, Request = order.Request, Provider = plan.Provider,
                Effective = plan.Effective, Objects = [.. plan.Changes.Select(AppliedObject.Of)], Warnings = plan.Warnings, CreatedAt = now, ExpiresAt = expires,
                By = order.By, Reason = order.Reason, Incident = order.Incident,
            };
            if (!order.DryRun && All.Count(static one => one.IsOpen) >= _limits.MaxRateLimits / 2)
                throw new RateLimitException(RateLimitFault.Unavailable, $"{_limits.MaxRateLimits / 2} limits are set already");
            if (!order.DryRun) Save(record);
            _log.Add(order.By, order.DryRun ? "ratelimit.dry_run" : "ratelimit.apply", $"{order.Request.Target}", Describe(record));
            try
            {
                // Once begun it is done: a client that goes away leaves no half of it.
                await limiter.ApplyAsync(plan, order.TakeOver, order.DryRun, CancellationToken.None);
            }
            catch (RateLimitException e)
            {
                Interlocked.Increment(ref _failed);
                Save(record with { State = RateLimitState.Failed, Error = e.Message, EndedAt = _time.GetUtcNow() });
                throw;
            }

            Interlocked.Increment(ref _applied);
            if (order.DryRun)
            {
                record = record with { EndedAt = now };
            }
            else
            {
                record = record with { State = RateLimitState.Active };
                if (earlier is not null) await ReplaceAsync(limiter, earlier, record);
            }

            Save(record);
            return record;
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Takes a limit back, whichever center set it. Where the cluster refuses, it is tried again until it is gone.</summary>
    /// <returns>The limit as it is now; null when there is none of this id that is set.</returns>
    /// <exception cref="RateLimitException">Another center is setting it just now.</exception>
    public async Task<RateLimitRecord?> RevertAsync(string id, string by, CancellationToken cancellation)
    {
        await _changing.WaitAsync(cancellation);
        try
        {
            if (Present(id) is not { IsOpen: true } record) return null;
            if (record is { State: RateLimitState.Applying, Place: { } place } && _share!.Leases.IsThere(place.Center))
                throw new RateLimitException(RateLimitFault.Unavailable, "another center is setting this limit just now: ask again in a moment");
            _log.Add(by, "ratelimit.revert", $"{record.Request.Target}", Describe(record));
            return await TryRevertAsync(record);
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <exception cref="RateLimitException">The cluster could not be asked.</exception>
    public Task<RateLimitCheck> CheckAsync(RateLimitRecord record, CancellationToken cancellation) => Limiter().CheckAsync(record.Changes, cancellation);

    /// <summary>Takes back what is over, and what an earlier run or a center that is gone left half done. Called now and then.</summary>
    public async Task ExpireAsync(bool isStart, CancellationToken cancellation)
    {
        var now = _time.GetUtcNow();
        foreach (var due in All.Where(one => IsMine(one) && IsDue(one, now, isHalfDone: isStart || one.Place is not null)))
        {
            if (_retries.TryGetValue(due.Id, out var retry) && retry.At > now) continue;
            await _changing.WaitAsync(cancellation);
            try
            {
                if (Present(due.Id) is not { IsOpen: true } record) continue;
                if (!_retries.ContainsKey(due.Id)) _log.Add("expiry", "ratelimit.revert", $"{record.Request.Target}", Describe(record));
                _ = await TryRevertAsync(record);
            }
            finally
            {
                _changing.Release();
            }
        }
    }

    public string NextId(DateTimeOffset at)
    {
        lock (_lock) return _ids.Next(at.ToUnixTimeMilliseconds() * 1_000_000).ToString();
    }

    public void Report(IStatusReport report)
    {
        report.Counter("applied", Interlocked.Read(ref _applied));
        report.Counter("reverted", Interlocked.Read(ref _reverted));
        report.Counter("failed", Interlocked.Read(ref _failed));
        var own = Own;
        report.Gauge("active", own.Count(static one => one.IsOpen));
        report.Gauge("reverting", own.Count(static one => one.State == RateLimitState.Reverting));
    }

    public void Dispose() => _changing.Dispose();

    /// <summary>A limit as it is now: what another center wrote may have gone on since the last look.</summary>
    private RateLimitRecord? Present(string id)
    {
        var known = Find(id);
        if (known?.Place is not { } place) return known;
        return _share!.RateLimits.Read(place) is { } present && present.Id == id ? present with { Place = place } : null;
    }

    /// <summary>Its end is this center's: it set it, or answers for the one that did.</summary>
    private bool IsMine(RateLimitRecord record) => record.Place is not { } place || _share!.Leases.AnswersFor(place.Center);

    private static bool IsDue(RateLimitRecord record, DateTimeOffset now, bool isHalfDone) => record.IsOpen
        && (record.ExpiresAt <= now || record.State == RateLimitState.Reverting || (isHalfDone && record.State == RateLimitState.Applying));

    private async Task<RateLimitRecord> TryRevertAsync(RateLimitRecord record)
    {
        // Written down first: an end of this process must not forget that somebody wanted it gone.
        record = record with { State = RateLimitState.Reverting };
        Save(record);
        try
        {
            var left = await Limiter().RevertAsync(record.Changes, CancellationToken.None);
            record = record with { State = RateLimitState.Reverted, EndedAt = _time.GetUtcNow(), Left = left, Error = null };
            _retries.Remove(record.Id);
            Interlocked.Increment(ref _reverted);
        }
        catch (RateLimitException e)
        {
            var wait = _retries.TryGetValue(record.Id, out var last) && last.Wait * 2 < s_lastRetry ? last.Wait * 2 : _retries.ContainsKey(record.Id) ? s_lastRetry : s_firstRetry;
            _retries[record.Id] = (_time.GetUtcNow() + wait, wait);
            record = record with { Error = e.Message };
        }

        Save(record);
        return record;
    }

    /// <summary>What the limit before had and this one has not goes.</summary>
    private async Task ReplaceAsync(RateLimiter limiter, RateLimitRecord earlier, RateLimitRecord now)
    {
        var gone = earlier.Objects.Where(old => old.IsOwn && !now.Objects.Any(one => one.Kind == old.Kind && one.Name == old.Name)).Select(static one => one.ToChange()).ToList();
        IReadOnlyList<string> left = [];
        string? error = null;
        try
        {
            if (gone.Count > 0) left = await limiter.RevertAsync(gone, CancellationToken.None);
        }
        catch (RateLimitException e)
        {
            error = $"{string.Join(", ", gone.Select(static one => $"{one.Type.Kind} {one.Name}"))} stayed: {e.Message}";
        }

        Save(earlier with { State = RateLimitState.Replaced, EndedAt = _time.GetUtcNow(), Left = left, Error = error });
    }

    private TimeSpan Ttl(RateLimitOrder order)
    {
        var ttl = order.Ttl ?? _options.Ttl;
        return ttl > TimeSpan.Zero && ttl <= _options.MaxTtl
            ? ttl
            : throw new RateLimitException(RateLimitFault.Invalid, $"a limit lasts at most {_options.MaxTtl.TotalHours:0.#} hours");
    }

    /// <summary>For tests of what is found after a start.</summary>
    internal void Keep(RateLimitRecord record) => Save(record);

    private void Save(RateLimitRecord record)
    {
        if (record.Place is { } place)
        {
            _share!.RateLimits.Save(place, record);
            return;
        }

        _slots.Save(record.Number, record);
        lock (_lock)
        {
            _records[record.Number] = record;
            while (_records.Count > _limits.MaxRateLimits) _records.Remove(_records.First(static one => !one.Value.IsOpen).Key);
        }
    }

    /// <summary>The slot of a limit that is set is not written over.</summary>
    private long NextNumber()
    {
        lock (_lock)
        {
            var number = _records.Count == 0 ? 1 : _records.Keys.Max() + 1;
            while (_records.Values.Any(one => one.IsOpen && one.Number % _limits.MaxRateLimits == number % _limits.MaxRateLimits)) number++;
            return number;
        }
    }

    private static string Describe(RateLimitRecord record)
    {
        var parts = new List<string>();
        if (record.Request.RequestsPerSecond is { } rps) parts.Add($"{rps}/s");
        if (record.Request.RequestsPerMinute is { } rpm) parts.Add($"{rpm}/min");
        if (record.Request.Connections is { } connections) parts.Add($"{connections} connections");
        return $"{record.Provider}: {string.Join(", ", parts)}, limit {record.Id}{(record.Reason is { } reason ? $", {reason}" : "")}";
    }
}
