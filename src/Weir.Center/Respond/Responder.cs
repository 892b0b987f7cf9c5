using Weir.Center.Cluster;
using Weir.Center.Respond.Alerts;
using Weir.Center.Respond.Incidents;
using Weir.Center.Respond.RateLimits;
using Weir.Center.Respond.Shared;
using Weir.Detection.Findings;
using Weir.Export.Alerts;
using Weir.Records;
using Weir.Records.Status;
using Weir.Storage;

namespace Weir.Center.Respond;

/// <summary>The loop: calls → incidents → alerts → limits, and their ends. Over a store that centers share it follows what the others do.</summary>
internal sealed class Responder : IDisposable
{
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_storeRetry = TimeSpan.FromSeconds(1);

    private readonly RespondOptions _options;
    private readonly IExchangeStore _store;
    private readonly Action<string> _tell;
    private readonly CancellationTokenSource _stop = new();
    private readonly AutoLimiter _auto;
    private readonly RespondShare? _share;
    private string? _lastError;
    private Task _events = Task.CompletedTask;
    private Task _ticks = Task.CompletedTask;
    private Task _looks = Task.CompletedTask;

    /// <exception cref="Export.OutputException">A queue's directory cannot be used.</exception>
    public Responder(RespondOptions options, string directory, IExchangeStore store, TimeProvider time, Action<string> tell)
    {
        (_options, _store, _tell) = (options, store, tell);
        Cluster = new ClusterLink(options.Cluster);
        var documents = new RespondDocuments(store, directory);
        _share = store is ISharedDocuments shared ? new RespondShare(shared, documents, options, time) : null;
        Log = new ChangeLog(documents, options.Limits, time, _share);
        Watch = new IncidentWatch(options, time);
        Incidents = new IncidentBook(documents, options.Limits, _share);
        Alerts = new AlertDispatcher(options.Alerts, options.Limits, Path.Combine(directory, "alerts"), documents, time, tell, _share?.Silences);
        RateLimits = new RateLimitControl(options.RateLimits, options.Limits, Cluster, store, documents, Log, time, _share);
        _auto = new AutoLimiter(options.RateLimits.Auto, RateLimits, Log, time);
    }

    public ClusterLink Cluster { get; }

    public ChangeLog Log { get; }

    public IncidentWatch Watch { get; }

    public IncidentBook Incidents { get; }

    public AlertDispatcher Alerts { get; }

    public RateLimitControl RateLimits { get; }

    public IEnumerable<IStatusSource> Sources => [Watch, Alerts, RateLimits];

    /// <exception cref="StoreException">The store can't be read, or written where centers share it.</exception>
    public void Start()
    {
        _share?.Follow(_stop.Token);
        Log.Load();
        Incidents.Load();
        Alerts.Load();
        RateLimits.Load();
        // After what an earlier run left open is over: others take for open what a center left that is there.
        _share?.Leases.Look([], _stop.Token);
        if (_share is not null) _looks = Task.Run(() => Look(_share));
        Watch.Replay(_store, Incidents.NextNumber, _stop.Token);
        _events = Task.Run(TakeEvents);
        _ticks = Task.Run(Tick);
    }

    /// <summary>What has happened is written down; what was taken for receivers is in their queues.</summary>
    public async Task Stop()
    {
        // First: a cluster that does not answer must not hold up the end.
        await _stop.CancelAsync();
        Watch.Stop();
        await _events;
        await _ticks;
        await _looks;
        try
        {
            _share?.Leases.Release();
        }
        catch (StoreException e)
        {
            Tell(e);
        }
    }

    public void Dispose()
    {
        Alerts.Dispose();
        RateLimits.Dispose();
        Cluster.Dispose();
        _stop.Dispose();
    }

    /// <summary>What people are told of an incident.</summary>
    internal Alert ToAlert(IncidentRecord incident, IncidentChange change, string id)
    {
        var kind = IncidentJsonWriter.NameOf(incident.Kind);
        var whom = incident.Service is { } service ? $"{incident.Namespace}/{service}" : incident.Server ?? "several services";
        return new Alert
        {
            Id = id,
            Key = incident.Key,
            Severity = (AlertSeverity)(byte)incident.Severity,
            Status = change == IncidentChange.Closed ? AlertStatus.Resolved : AlertStatus.Firing,
            Kind = kind,
            Title = $"{char.ToUpperInvariant(kind[0])}{kind[1..].Replace('_', ' ')} on {whom}",
            Text = $"{(incident.Source is { } source ? $"From {source}. " : "")}{string.Join("; ", incident.Reasons.Select(static one => FormattableString.Invariant($"{one.Feature.Replace('_', ' ')}: {one.Present} (usually {one.Usual?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "unknown"})")))}",
            Namespace = incident.Namespace,
            Service = incident.Service,
            Source = incident.Source,
            StartsAt = incident.StartedAt,
            EndsAt = change == IncidentChange.Closed ? incident.LastAt : null,
            Details = [.. incident.Reasons.Select(static one => new AlertDetail(one.Feature, FormattableString.Invariant($"{one.Present}")))],
            Link = _options.Alerts.Page is { } page ? new Uri(page, $"incidents/{incident.Id}") : null,
        };
    }

    private async Task TakeEvents()
    {
        await foreach (var (record, change) in Watch.Events.ReadAllAsync())
        {
            var alert = ToAlert(record, change, Alerts.NextId(record.LastAt));
            await WrittenDown(() => Incidents.Save(record));
            await WrittenDown(() => Alerts.Offer(alert, record.Id));
            if (change != IncidentChange.Opened && change != IncidentChange.Worse) continue;
            try
            {
                if (await _auto.OnIncidentAsync(record, _stop.Token) is { } limit) _tell($"incident {record.Id}: {(limit.State == RateLimitState.DryRun ? "would limit" : "limits")} {limit.Request.Target}");
            }
            catch (StoreException e)
            {
                Tell(e);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                // The center stops, and sets no more limits.
            }
        }
    }

    private async Task Tick()
    {
        var isStart = true;
        try
        {
            while (true)
            {
                Watch.Advance();
                Alerts.Flush();
                try
                {
                    await RateLimits.ExpireAsync(isStart, _stop.Token);
                    isStart = false;
                }
                catch (StoreException e)
                {
                    Tell(e);
                }

                await Task.Delay(s_tick, _stop.Token);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // What is due is found at the next start.
        }
    }

    private async Task Look(RespondShare share)
    {
        try
        {
            while (true)
            {
                await Task.Delay(_options.Follow.Interval, _stop.Token);
                try
                {
                    // First: what others wrote may be much, and others wait for a sign of life.
                    share.Leases.Look(RateLimits.Orphans, _stop.Token);
                    share.Follow(_stop.Token);
                    RateLimits.TakeUp();
                }
                catch (StoreException e)
                {
                    Tell(e);
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The center stops.
        }
    }

    /// <summary>A store that refuses is asked again: an incident is not forgotten because the disk is full just now.</summary>
    private async Task WrittenDown(Action write)
    {
        while (true)
        {
            try
            {
                write();
                return;
            }
            catch (StoreException e)
            {
                Tell(e);
                if (!e.IsTransient || Watch.Events.Completion.IsCompleted) return;
                await Task.Delay(s_storeRetry);
            }
        }
    }

    private void Tell(StoreException failure)
    {
        if (_lastError != failure.Message) _tell(failure.Message);
        _lastError = failure.Message;
    }
}
