using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Weir.Center.Map;
using Weir.Storage;

namespace Weir.Center.Api;

/// <summary><c>/api/v1/map</c>: who calls whom, with how much, how fast and how well. From calls alone: no cluster is asked.</summary>
internal static class MapRoute
{
    /// <summary>Calls of one answer that are read: some hundred milliseconds.</summary>
    private const int MostCalls = 20_000;

    /// <summary>Beyond, a map is no picture any more.</summary>
    private const int MostPlaces = 400;

    /// <summary>From here back when no start is asked for.</summary>
    private static readonly TimeSpan s_defaultRange = TimeSpan.FromHours(1);

    public static void MapCallMap(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/v1/map", Read)
            .WithName("getMap").WithSummary("Services and others as places, with what goes on between them: calls, rate, errors, latency, bytes")
            .Produces<CallMapAnswer>().ProducesProblem(400).ProducesProblem(503);

    private static IResult Read(
        IExchangeStore store,
        TimeProvider time,
        CancellationToken cancellation,
        [Description("CEL filter, such as status_code >= 500")] string? where = null,
        [Description("Earliest start; an hour before the end when left out: " + TimeParameter.Description)] string? from = null,
        [Description("Latest start, exclusive; now when left out: " + TimeParameter.Description)] string? to = null,
        [Description("Only places of this namespace, and those they talk with")] string? @namespace = null)
    {
        var now = time.GetUtcNow();
        if (!CallSelection.TryRead(where, from, to, now, out var selection, out var problem)) return problem;
        var end = selection.ToNs ?? (now - DateTimeOffset.UnixEpoch).Ticks * 100;
        var start = selection.FromNs ?? end - (s_defaultRange.Ticks * 100);
        if (start >= end) return Problem.BadParameter("from", "must be before the end");
        var (sample, map) = (new CallSample(), new CallMap(MostPlaces));
        sample.Read(
            store, selection.Filter, start, end, MostCalls, time,
            (exchange, weight) =>
            {
                if (string.IsNullOrEmpty(@namespace) || exchange.Client.Namespace == @namespace || exchange.Server.Namespace == @namespace) map.Add(exchange, weight);
            },
            cancellation);
        return Results.Json(CallMapAnswer.Of(sample, map, start, end), ApiJson.Options);
    }
}

/// <summary>Who calls whom.</summary>
/// <param name="From">Start asked for, Unix milliseconds.</param>
/// <param name="To">End, Unix milliseconds.</param>
/// <param name="ReachedBackTo">What is told reaches back to here only, Unix milliseconds, because time ran out; null when it is complete.</param>
/// <param name="Calls">Calls that match the filter.</param>
/// <param name="Looked">Calls that were looked at; where these are fewer, all figures are estimates from an even share of the time.</param>
/// <param name="Nodes">Places.</param>
/// <param name="Edges">What goes on between them, the most calls first.</param>
internal sealed record CallMapAnswer(double From, double To, double? ReachedBackTo, long Calls, long Looked, IReadOnlyList<CallMapPlace> Nodes, IReadOnlyList<CallMapEdge> Edges)
{
    public static CallMapAnswer Of(CallSample sample, CallMap map, long fromNs, long toNs)
    {
        var (nodes, edges) = map.Draw();
        var seconds = Math.Max(1, (toNs - sample.FromNs) / 1e9);
        return new CallMapAnswer(
            Overview.Ms(fromNs), Overview.Ms(toNs), sample.FromNs > fromNs ? Overview.Ms(sample.FromNs) : null, sample.Calls, sample.Looked,
            [.. nodes.Select(CallMapPlace.Of)], [.. edges.Select(one => CallMapEdge.Of(one.From, one.To, one.Edge, seconds))]);
    }
}

/// <summary>A place of the map.</summary>
/// <param name="Id">Tells it apart from the others, today and tomorrow.</param>
/// <param name="Kind">service, workload, pod, process, node, host, address or others.</param>
/// <param name="Namespace">Empty outside of a cluster.</param>
/// <param name="Name">As a person reads it; empty for others.</param>
/// <param name="Source">The filter that takes the calls it makes; empty when it makes none.</param>
/// <param name="Destination">The filter that takes the calls it gets; empty when it gets none.</param>
/// <param name="Members">How many places were put together here; 1 for most.</param>
internal sealed record CallMapPlace(string Id, string Kind, string Namespace, string Name, string Source, string Destination, int Members)
{
    public static CallMapPlace Of(MapNode node) => new(
        node.Id, node.Place.Kind.ToString().ToLowerInvariant(), node.Place.Namespace, node.Place.Label, node.Filter("src"), node.Filter("dst"), Math.Max(1, node.Members.Count));
}

/// <summary>The calls from one place to another.</summary>
/// <param name="From">Id of the place that calls.</param>
/// <param name="To">Id of the place that is called.</param>
/// <param name="Calls">How many.</param>
/// <param name="PerSecond">Of the time that is told.</param>
/// <param name="Errors">Answers 5xx, gRPC that did not succeed, lookups that failed.</param>
/// <param name="ClientErrors">Answers 4xx.</param>
/// <param name="Unanswered">Calls without an answer that was seen.</param>
/// <param name="P50Ms">Half of the calls took at most this long, milliseconds; null where none was answered.</param>
/// <param name="P95Ms">The same of 95 in 100.</param>
/// <param name="RequestBytes">Of request bodies, on the wire.</param>
/// <param name="ResponseBytes">Of response bodies.</param>
/// <param name="Protocols">HTTP/1.1, HTTP/2, DNS ….</param>
internal sealed record CallMapEdge(
    string From, string To, long Calls, double PerSecond, long Errors, long ClientErrors, long Unanswered, double? P50Ms, double? P95Ms,
    long RequestBytes, long ResponseBytes, IReadOnlyCollection<string> Protocols)
{
    public static CallMapEdge Of(string from, string to, MapEdge edge, double seconds)
    {
        var latency = edge.Quantiles(0.5, 0.95);
        return new CallMapEdge(
            from, to, Round(edge.Calls), Math.Round(edge.Calls / seconds, 4), Round(edge.Errors), Round(edge.ClientErrors), Round(edge.Unanswered),
            Milliseconds(latency[0]), Milliseconds(latency[1]), Round(edge.RequestBytes), Round(edge.ResponseBytes), edge.Protocols);
    }

    private static long Round(double count) => (long)Math.Round(count);

    private static double? Milliseconds(double? ms) => ms is { } known ? Math.Round(known, 3) : null;
}
