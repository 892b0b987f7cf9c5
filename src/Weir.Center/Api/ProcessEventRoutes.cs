using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Weir.Center.Tetragon;
using Weir.Storage;
using Weir.Storage.Processes;

namespace Weir.Center.Api;

/// <summary>What processes did, as Tetragon tells it, with their calls. docs/guides/tetragon.md shows it at work.</summary>
internal static class ProcessEventRoutes
{
    private const int MaxItems = 1000;

    private static readonly string[] s_types = ["exec", "exit", "kprobe", "tracepoint", "lsm", "uprobe", "usdt", "loader", "connect", "close", "listen"];

    public static void MapProcessEvents(this IEndpointRouteBuilder routes, ProcessEvents events, TetragonLimits limits)
    {
        routes.MapGet("/api/v1/process-events", (
                IExchangeStore store, TimeProvider time, [Description("Only this namespace")] string? @namespace, [Description("Only this pod")] string? pod,
                [Description("Only this type: exec, exit, kprobe, tracepoint, lsm, uprobe, usdt, loader, connect, close, listen")] string? type,
                [Description("Earliest: " + TimeParameter.Description)] string? from, [Description("Latest, exclusive: " + TimeParameter.Description)] string? to,
                [Description("Most events of the answer, 1 to 1000")] string? limit, CancellationToken cancellation) =>
                List(events, limits, store, time, (@namespace, pod, type, from, to, limit), cancellation))
            .WithName("listProcessEvents").WithSummary("What processes did, newest first, with the calls of the same pod and process at that time").Produces<ProcessEventList>().ProducesProblem(400).ProducesProblem(503);
        routes.MapGet("/api/events", (TimeProvider time, [Description("Age of the oldest, 1 to 1440")] string? minutes) => Seed(events, time, minutes))
            .WithName("getRecentProcessEvents").WithSummary("Commands of the last minutes: event, timestamp, pod, command, capabilities").Produces<IReadOnlyList<SeedEvent>>().ProducesProblem(400).ProducesProblem(503);
    }

    private static IResult List(
        ProcessEvents events, TetragonLimits limits, IExchangeStore store, TimeProvider time,
        (string? Namespace, string? Pod, string? Type, string? From, string? To, string? Limit) asked, CancellationToken cancellation)
    {
        var type = string.IsNullOrEmpty(asked.Type) ? null : asked.Type.StartsWith("process_", StringComparison.Ordinal) ? asked.Type["process_".Length..] : asked.Type;
        if (type is not null && !s_types.Contains(type)) return Problem.BadParameter("type", $"must be one of {string.Join(", ", s_types)}");
        if (!CountParameter.TryParse(asked.Limit, otherwise: 100, MaxItems, out var most)) return Problem.BadParameter("limit", $"must be 1 to {MaxItems}");
        if (!CallSelection.TryReadTimes(asked.From, asked.To, time.GetUtcNow(), out var fromNs, out var toNs, out var problem)) return problem;
        var found = events.Query(new ProcessEventQuery
        {
            Namespace = string.IsNullOrEmpty(asked.Namespace) ? null : asked.Namespace, Pod = string.IsNullOrEmpty(asked.Pod) ? null : asked.Pod, Type = type, 
            FromNs = fromNs ?? long.MinValue, ToNs = toNs ?? long.MaxValue, Limit = most,
        });
        var (calls, isComplete) = EventJoin.Find(store, found, limits, cancellation);
        var reason = Reason(events);
        return Results.Json(new ProcessEventList(reason is null, reason, events.Sources, events.Counters, [.. found.Zip(calls, ProcessEventView.Of)], isComplete), ApiJson.Options);
    }

    /// <summary>Null when at least one source is read.</summary>
    private static string? Reason(ProcessEvents events)
    {
        if (events.Sources.Count == 0) return "no export or agent of Tetragon is configured: the section tetragon of the configuration names them";
        return events.Sources.Any(static one => one.Connected) ? null : string.Join("; ", events.Sources.Select(static one => $"{one.Address}: {one.Error}"));
    }

    private static IResult Seed(ProcessEvents events, TimeProvider time, string? minutes)
    {
        if (!CountParameter.TryParse(minutes, otherwise: 5, 1440, out var age)) return Problem.BadParameter("minutes", "must be 1 to 1440");
        var from = time.GetUtcNow().AddMinutes(-age).ToUnixTimeMilliseconds() * 1_000_000;
        return Results.Json(events.Query(new ProcessEventQuery { Type = "exec", FromNs = from, Limit = MaxItems }).Select(SeedEvent.Of).ToList(), ApiJson.Options);
    }
}

/// <summary>The shape of an older dashboard.</summary>
internal sealed record SeedEvent(string Event, DateTime Timestamp, string Pod, string Command, IReadOnlyList<string> Capabilities)
{
    public static SeedEvent Of(ProcessEvent one) => new("process", ProcessEventView.Moment(one.TimeNs), one.Pod, $"{one.Binary} {one.Arguments}".TrimEnd(), []);
}

/// <param name="Time">When.</param>
/// <param name="Node">On which node.</param>
/// <param name="Type">exec, exit, kprobe …</param>
/// <param name="Policy">Policy that asked for it; empty for what is told in any case.</param>
/// <param name="Namespace">Empty for a process of the node.</param>
/// <param name="Pod">Empty for a process of the node.</param>
/// <param name="Container">Of the pod.</param>
/// <param name="Binary">The program.</param>
/// <param name="Arguments">Of the program.</param>
/// <param name="Pid">On the node.</param>
/// <param name="ParentBinary">Who started it.</param>
/// <param name="Function">Function of the kernel.</param>
/// <param name="Action">What Tetragon did.</param>
/// <param name="Detail">Arguments of the function, or how it ended.</param>
/// <param name="Source">This end of a connection.</param>
/// <param name="Destination">The other end.</param>
/// <param name="Exchanges">Ids of calls of the same pod, and process where it is known, within seconds of it.</param>
internal sealed record ProcessEventView(
    DateTime Time, string Node, string Type, string Policy, string Namespace, string Pod, string Container, string Binary, string Arguments, int Pid, string ParentBinary,
    string Function, string Action, string Detail, string Source, string Destination, IReadOnlyList<string> Exchanges)
{
    public static ProcessEventView Of(ProcessEvent one, IReadOnlyList<string> exchanges) => new(
        Moment(one.TimeNs), one.Node, one.Type, one.Policy, one.Namespace, one.Pod, one.Container, one.Binary, one.Arguments, one.Pid, one.ParentBinary, one.Function, one.Action, one.Detail,
        one.Source, one.Destination, exchanges);

    public static DateTime Moment(long ns) => DateTime.UnixEpoch.AddTicks(ns / 100);
}

/// <param name="Available">Events come in.</param>
/// <param name="Reason">Why not; null when they do.</param>
/// <param name="Sources">Where they come from.</param>
/// <param name="Counters">What came since the start.</param>
/// <param name="Events">Newest first.</param>
/// <param name="JoinComplete">False when there were more calls at that time than were looked at.</param>
internal sealed record ProcessEventList(bool Available, string? Reason, IReadOnlyList<EventSource> Sources, EventCounters Counters, IReadOnlyList<ProcessEventView> Events, bool JoinComplete);
