using Weir.Export.Alerts;

namespace Weir.Center.Respond.Alerts;

/// <summary>How far the word about an incident has come to a receiver.</summary>
public enum DeliveryState : byte
{
    /// <summary>It waits for others of its group, or for the receiver.</summary>
    Waiting,
    /// <summary>The receiver did not take it yet, and is asked again.</summary>
    Trying,
    Delivered,
    /// <summary>The receiver called it wrong, and it was dropped.</summary>
    Refused,
    /// <summary>A silence held it back: nobody was told.</summary>
    Silenced,
}

/// <summary>One thing that a receiver is told about an incident.</summary>
/// <param name="Receiver">As the configuration calls it; null where a silence held it back for all.</param>
/// <param name="Kind"><c>slack</c> …; null with the receiver.</param>
/// <param name="Status">Whether it is the beginning, or the end.</param>
/// <param name="Severity">As it was told.</param>
/// <param name="TakenAt">When it was taken for the receiver.</param>
/// <param name="State">How far it came.</param>
/// <param name="At">When that was known.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="Problem">What stood in the way of the last attempt; null when nothing did.</param>
public sealed record AlertDelivery(
    string? Receiver, string? Kind, AlertStatus Status, AlertSeverity Severity, DateTimeOffset TakenAt, DeliveryState State, DateTimeOffset At, int Attempts, string? Problem);

/// <summary>What became of the latest alerts about incidents, for the eye: the queues on disk are what counts. Thread-safe.</summary>
/// <param name="most">Deliveries; the oldest make room.</param>
internal sealed class DeliveryBook(int most)
{
    private readonly Lock _lock = new();
    private readonly List<(string Incident, string Alert, AlertDelivery Delivery)> _all = [];

    public void Waits(string incident, AlertRoute route, Alert alert, DateTimeOffset now) =>
        Add(incident, alert, new AlertDelivery(route.Name, route.Channel.Kind, alert.Status, alert.Severity, now, DeliveryState.Waiting, now, 0, null));

    public void Silenced(string incident, Alert alert, DateTimeOffset now) =>
        Add(incident, alert, new AlertDelivery(null, null, alert.Status, alert.Severity, now, DeliveryState.Silenced, now, 0, null));

    /// <summary>What an earlier run took is not in the book, and stays out.</summary>
    public void Attempted(AlertRoute route, AlertNotification notification, AlertAttempt attempt, DateTimeOffset now)
    {
        var state = attempt switch
        {
            { Outcome: AlertOutcome.Taken } => DeliveryState.Delivered,
            { IsLast: true } => DeliveryState.Refused,
            _ => DeliveryState.Trying,
        };
        var told = notification.Alerts.Select(static alert => alert.Id).ToHashSet(StringComparer.Ordinal);
        lock (_lock)
        {
            for (var i = 0; i < _all.Count; i++)
            {
                var (incident, alert, delivery) = _all[i];
                if (delivery.Receiver != route.Name || !told.Contains(alert)) continue;
                _all[i] = (incident, alert, delivery with { State = state, At = now, Attempts = delivery.Attempts + 1, Problem = attempt.Problem.Length == 0 ? null : attempt.Problem });
            }
        }
    }

    public IReadOnlyList<AlertDelivery> Of(string incident)
    {
        lock (_lock) return [.. _all.Where(one => one.Incident == incident).Select(static one => one.Delivery)];
    }

    private void Add(string incident, Alert alert, AlertDelivery delivery)
    {
        lock (_lock)
        {
            if (_all.Count >= most) _all.RemoveAt(0);
            _all.Add((incident, alert.Id, delivery));
        }
    }
}
