using Weir.Center.Respond.Shared;
using Weir.Export.Alerts;
using Weir.Records;
using Weir.Records.Status;
using Weir.Storage;

namespace Weir.Center.Respond.Alerts;

/// <summary>How a receiver fares.</summary>
/// <param name="Name">As the configuration calls it.</param>
/// <param name="Kind"><c>slack</c> …</param>
/// <param name="Destination">Without what is secret.</param>
/// <param name="MinSeverity">Lowest severity that it is told of.</param>
/// <param name="Namespaces">Patterns; empty for all.</param>
/// <param name="Delivered">Alerts it took since the start.</param>
/// <param name="Waiting">Alerts on disk.</param>
/// <param name="Refused">Alerts it called wrong.</param>
/// <param name="Expired">Alerts that became too old.</param>
/// <param name="Problem">What stands in the way now; null when nothing does.</param>
public sealed record AlertDestination(
    string Name, string Kind, string Destination, AlertSeverity MinSeverity, IReadOnlyList<string> Namespaces, long Delivered, long Waiting, long Refused, long Expired, string? Problem);

/// <summary>
/// Decides who is told what: routes, silences, what was told already, groups. What <see cref="Offer"/> has taken is in the store when it returns; from
/// there it goes to the receivers' queues on disk, under an id that stays the same, so that an end in between repeats and loses nothing. Thread-safe.
/// </summary>
internal sealed class AlertDispatcher : IStatusSource, IDisposable
{
    private const string Document = "respond-alerts";

    private readonly Lock _lock = new();
    private readonly RespondDocuments _documents;
    private readonly AlertOptions _options;
    private readonly RespondLimits _limits;
    private readonly TimeProvider _time;
    private readonly ExchangeIdGenerator _ids = new();
    private readonly Dictionary<string, AlertOutput> _outputs = new(StringComparer.Ordinal);
    private readonly DeliveryBook _deliveries;
    private readonly SharedSilences? _shared;
    private AlertState _state = new();
    private long _offered, _silenced, _repeated, _unrouted, _omitted, _noRoom;

    /// <param name="options">Who is told of what.</param>
    /// <param name="limits">How much is kept.</param>
    /// <param name="spool">Directory of the queues.</param>
    /// <param name="documents">Where it is written down what was taken.</param>
    /// <param name="time">Clock.</param>
    /// <param name="tell">Takes what an operator should read.</param>
    /// <param name="shared">The silences of all centers over the store; null where there is one center, which keeps its own.</param>
    /// <exception cref="Export.OutputException">A queue's directory cannot be used.</exception>
    public AlertDispatcher(AlertOptions options, RespondLimits limits, string spool, RespondDocuments documents, TimeProvider time, Action<string> tell, SharedSilences? shared = null)
    {
        (_options, _limits, _documents, _time, _shared) = (options, limits, documents, time, shared);
        _deliveries = new DeliveryBook(limits.MaxKnown);
        foreach (var route in options.Routes)
        {
            _outputs.Add(route.Name, new AlertOutput(
                route.Channel,
                new AlertOutputOptions
                {
                    SpoolRoot = Path.Combine(spool, route.Name), Limits = options.Queue, Retry = options.Retry, Tell = tell,
                    Attempted = (notification, attempt) => _deliveries.Attempted(route, notification, attempt, time.GetUtcNow()),
                }, time));
        }
    }

    public string Name => "alerts";

    public IReadOnlyList<AlertDestination> Destinations =>
        [.. _options.Routes.Select(route => (route, output: _outputs[route.Name])).Select(static one => new AlertDestination(
            one.route.Name, one.output.Channel.Kind, one.output.Channel.Destination, one.route.MinSeverity, one.route.Namespaces,
            one.output.Delivered, one.output.Waiting, one.output.Refused, one.output.Expired, one.output.LastProblem))];

    public IReadOnlyList<Silence> Silences
    {
        get
        {
            var now = _time.GetUtcNow();
            if (_shared is not null) return _shared.At(now);
            lock (_lock) return [.. _state.Silences.Where(one => one.EndsAt > now)];
        }
    }

    /// <summary>Groups that wait for others, or for room in a queue.</summary>
    public int Pending
    {
        get
        {
            lock (_lock) return _state.Groups.Count;
        }
    }

    /// <summary>Who was told of an incident since the start, oldest first.</summary>
    public IReadOnlyList<AlertDelivery> DeliveriesOf(string incident) => _deliveries.Of(incident);

    /// <summary>Takes up what an earlier run left.</summary>
    /// <exception cref="StoreException">The store can't be read, or silences could not be written down for all centers.</exception>
    public void Load()
    {
        var stored = _documents.Load(Document);
        if (stored.Count == 0 || RespondJson.Read<AlertState>(stored[0].Body) is not { } state) return;
        // What was handed on already must not change: the receiver may have it under this id.
        foreach (var group in state.Groups) group.IsSealed = true;
        lock (_lock) _state = state;
        if (_shared is null || state.Silences.Count == 0) return;
        // As an older Weir kept them: for this center alone.
        _shared.TakeUp(state.Silences, _time.GetUtcNow());
        lock (_lock)
        {
            _state.Silences.Clear();
            Save();
        }
    }

    /// <summary>Takes an alert for everybody who wants it.</summary>
    /// <param name="alert">What they are told.</param>
    /// <param name="incident">Id of what it is about; null when it is about none.</param>
    /// <exception cref="StoreException">It could not be written down, and is not taken.</exception>
    public void Offer(Alert alert, string? incident = null)
    {
        lock (_lock)
        {
            _offered++;
            var now = _time.GetUtcNow();
            if (Silences.Any(silence => silence.Covers(alert, now)))
            {
                _silenced++;
                if (incident is not null) _deliveries.Silenced(incident, alert, now);
                return;
            }

            var routes = _options.Routes.Where(route => route.Wants(alert)).ToList();
            if (routes.Count == 0) _unrouted++;
            var before = Clone(_state);
            var joined = new List<AlertRoute>();
            foreach (var route in routes)
            {
                if (!IsNews(route, alert, now))
                {
                    _repeated++;
                    continue;
                }

                if (Join(route, alert, now)) joined.Add(route);
            }

            if (joined.Count == 0) return;
            try
            {
                Save();
            }
            catch (StoreException)
            {
                _state = before;
                throw;
            }

            if (incident is not null)
                foreach (var route in joined) _deliveries.Waits(incident, route, alert, now);
        }

        Flush();
    }

    /// <summary>Hands on the groups that have waited long enough. Called now and then.</summary>
    public void Flush()
    {
        lock (_lock)
        {
            var now = _time.GetUtcNow();
            var due = _state.Groups.Where(group => group.IsSealed || now - group.Since >= _options.GroupWait).ToList();
            var changed = false;
            foreach (var group in due)
            {
                changed |= !group.IsSealed;
                group.IsSealed = true;
                // A receiver that is no longer configured has nobody to be told.
                if (!_outputs.TryGetValue(group.Route, out var output) || output.TryEnqueue(Notification(group, now))) changed |= _state.Groups.Remove(group);
            }

            if (!changed) return;

            try
            {
                Save();
            }
            catch (StoreException)
            {
                // They are in the queues: the store forgets them at the next change, and until then a restart sends them again under the same ids.
            }
        }
    }

    /// <summary>One attempt at each receiver, past queue, groups and silences: for the one who sets it up.</summary>
    public async Task<IReadOnlyList<(string Name, AlertAnswer Answer)>> TestAsync(string? only, CancellationToken cancellation)
    {
        var now = _time.GetUtcNow();
        var results = new List<(string, AlertAnswer)>();
        foreach (var route in _options.Routes.Where(route => only is null || route.Name == only))
        {
            var alert = new Alert
            {
                Id = NextId(now), Key = "test", Severity = AlertSeverity.Info, Kind = "test", Title = "Test of Weir", StartsAt = now, EndsAt = now, Link = _options.Page,
                Text = $"This receiver ({route.Name}) is told of {route.MinSeverity.ToString().ToLowerInvariant()} and worse.",
            };
            results.Add((route.Name, await _outputs[route.Name].TryNowAsync(
                new AlertNotification { Id = NextId(now), CreatedAt = now, Alerts = [alert] }, cancellation)));
        }

        return results;
    }

    /// <returns>Null when there is no room for another.</returns>
    /// <exception cref="StoreException">It could not be written down.</exception>
    public Silence? Add(Func<string, Silence> make)
    {
        var now = _time.GetUtcNow();
        var silence = make(NextId(now));
        if (_shared is not null) return _shared.Add(silence, now) ? silence : null;
        lock (_lock)
        {
            _state.Silences.RemoveAll(one => one.EndsAt <= now);
            if (_state.Silences.Count >= _limits.MaxSilences) return null;
            _state.Silences.Add(silence);
            Save();
            return silence;
        }
    }

    /// <returns>False when there is none of this id.</returns>
    /// <exception cref="StoreException">It could not be written down.</exception>
    public bool RemoveSilence(string id)
    {
        if (_shared is not null) return _shared.Remove(id, _time.GetUtcNow());
        lock (_lock)
        {
            if (_state.Silences.RemoveAll(one => one.Id == id) == 0) return false;
            Save();
            return true;
        }
    }

    public string NextId(DateTimeOffset at)
    {
        lock (_lock) return _ids.Next(at.ToUnixTimeMilliseconds() * 1_000_000).ToString();
    }

    public void Report(IStatusReport report)
    {
        report.Gauge("silences", Silences.Count);
        lock (_lock)
        {
            report.Counter("offered", _offered);
            report.Counter("silenced", _silenced);
            report.Counter("repeated", _repeated);
            report.Counter("unrouted", _unrouted);
            report.Counter("omitted", _omitted);
            report.Counter("no_room", _noRoom);
            report.Gauge("groups", _state.Groups.Count);
        }

        report.Counter("delivered", _outputs.Values.Sum(static one => one.Delivered));
        report.Counter("refused", _outputs.Values.Sum(static one => one.Refused));
        report.Counter("expired", _outputs.Values.Sum(static one => one.Expired));
        report.Gauge("waiting", _outputs.Values.Sum(static one => one.Waiting));
    }

    public void Dispose()
    {
        foreach (var output in _outputs.Values) output.Dispose();
    }

    private static AlertState Clone(AlertState state) => new()
    {
        Groups = [.. state.Groups.Select(static group => group with { Alerts = [.. group.Alerts] })], Known = [.. state.Known], Silences = [.. state.Silences],
    };

    /// <summary>Not what was told and is neither worse nor over nor long ago; of an end, only who knows of the beginning is told.</summary>
    private bool IsNews(AlertRoute route, Alert alert, DateTimeOffset now)
    {
        var known = _state.Known.Find(one => one.Route == route.Name && one.Key == alert.Key);
        if (alert.Status == AlertStatus.Resolved) return known?.Status == AlertStatus.Firing;
        return known is null || known.Status == AlertStatus.Resolved || alert.Severity > known.Severity || now - known.At >= _options.Repeat;
    }

    /// <summary>False when there is no room for another group: receivers have taken nothing for long, and their queues are full.</summary>
    private bool Join(AlertRoute route, Alert alert, DateTimeOffset now)
    {
        var labels = Labels(alert);
        var group = _state.Groups.Find(one => !one.IsSealed && one.Route == route.Name && Same(one.Labels, labels));
        if (group is null)
        {
            if (_state.Groups.Count >= _limits.MaxGroups)
            {
                _noRoom++;
                return false;
            }

            _state.Groups.Add(group = new AlertGroup { Id = _ids.Next(now.ToUnixTimeMilliseconds() * 1_000_000).ToString(), Route = route.Name, Labels = labels, Since = now, Alerts = [] });
        }

        // The latest word on the same thing takes the place of what was not told yet.
        group.Alerts.RemoveAll(one => one.Key == alert.Key && one.Status == alert.Status);
        if (group.Alerts.Count < _limits.MaxAlertsPerGroup)
        {
            group.Alerts.Add(alert);
        }
        else
        {
            group.Omitted++;
            _omitted++;
        }

        _state.Known.RemoveAll(one => one.Route == route.Name && one.Key == alert.Key);
        _state.Known.Add(new KnownAlert(route.Name, alert.Key, alert.Status, alert.Severity, now));
        if (_state.Known.Count > _limits.MaxKnown) _state.Known.RemoveAt(0);
        return true;
    }

    private Dictionary<string, string> Labels(Alert alert)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in _options.GroupBy)
        {
            var value = name switch { "namespace" => alert.Namespace, "service" => alert.Service, _ => alert.Kind };
            if (value is not null) labels[name] = value;
        }

        return labels;
    }

    private static bool Same(Dictionary<string, string> left, Dictionary<string, string> right) =>
        left.Count == right.Count && left.All(one => right.TryGetValue(one.Key, out var value) && value == one.Value);

    private static AlertNotification Notification(AlertGroup group, DateTimeOffset now) => new()
    {
        Id = group.Id, CreatedAt = now, Group = group.Labels, Alerts = group.Alerts, Omitted = group.Omitted,
    };

    private void Save() => _documents.Save(Document, "state", RespondJson.Write(_state));
}
