using Weir.Records;
using Weir.Records.Json;
using Weir.Storage;
using Weir.Storage.Processes;

namespace Weir.Center.Tetragon;

/// <summary>
/// Which calls belong to which events: those of the same pod at that time, and of the same process where both know it. Calls know their process
/// where a probe reads sockets or TLS libraries.
/// </summary>
internal static class EventJoin
{
    /// <returns>For each event the ids of its calls, newest first; false when there were more calls than were looked at.</returns>
    public static (IReadOnlyList<IReadOnlyList<string>> Calls, bool IsComplete) Find(
        IExchangeStore store, IReadOnlyList<ProcessEvent> events, TetragonLimits limits, CancellationToken cancellation)
    {
        var found = events.Select(static _ => new List<string>()).ToList();
        var places = events.Select(static (one, at) => (one, at)).Where(static item => item.one.Pod.Length > 0)
            .ToLookup(static item => (item.one.Namespace, item.one.Pod));
        if (places.Count == 0) return (found, true);
        var window = (long)limits.JoinWindow.TotalNanoseconds;
        var (first, last) = (events.Where(static one => one.Pod.Length > 0).Min(static one => one.TimeNs), events.Where(static one => one.Pod.Length > 0).Max(static one => one.TimeNs));
        var query = new ExchangeQuery { FromNs = first - window, ToNs = last + window, Limit = 1000 };
        var exchange = new Exchange();
        for (var read = 0; read < limits.MaxJoinedCalls;)
        {
            var page = store.Query(query, cancellation);
            foreach (var item in page.Items)
            {
                read++;
                if (!ExchangeJsonReader.TryRead(item.Json, exchange, out _)) continue;
                foreach (var peer in (Peer[])[exchange.Client, exchange.Server])
                {
                    if (peer.Pod is not { } pod) continue;
                    foreach (var (one, at) in places[(peer.Namespace ?? "", pod)])
                    {
                        if (Math.Abs(exchange.StartedAtNs - one.TimeNs) > window || (peer.ProcessId != 0 && one.Pid != 0 && peer.ProcessId != one.Pid)) continue;
                        var id = item.Id.ToString();
                        if (found[at].Count < limits.MaxExchanges && !found[at].Contains(id)) found[at].Add(id);
                    }
                }
            }

            if (page.Next is null) return (found, true);
            query = query with { After = page.Next };
        }

        return (found, false);
    }
}
