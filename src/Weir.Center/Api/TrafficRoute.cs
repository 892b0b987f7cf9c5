using System.ComponentModel;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Weir.Storage.Traffic;

namespace Weir.Center.Api;

/// <summary><c>/api/v1/traffic</c>: bytes and packets by time, and by who sent them to whom.</summary>
internal static class TrafficRoute
{
    private const int DefaultSteps = 60;
    private const int MaxSteps = 1500;
    private const int DefaultTop = 10;
    private const int MaxTop = 100;

    /// <summary>Fields of one answer: beyond, nearly every row is a group of its own.</summary>
    private const int MaxGroupBy = 6;

    /// <summary>From here back when no start is asked for.</summary>
    private static readonly TimeSpan s_defaultRange = TimeSpan.FromHours(1);

    public static void MapTraffic(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/v1/traffic", Read)
            .WithName("getTraffic").WithSummary("Bytes and packets of all traffic by time, and by source, destination, pod, service, device, node, protocol or direction")
            .Produces<Traffic>().ProducesProblem(400).ProducesProblem(503);

    private static IResult Read(
        ITrafficStore store,
        TimeProvider time,
        CancellationToken cancellation,
        [Description("Start; an hour before the end when left out: " + TimeParameter.Description)] string? from = null,
        [Description("End; now when left out: " + TimeParameter.Description)] string? to = null,
        [Description("Seconds of a step, or a time such as 30s, 5m, 1h; chosen to fit when left out")] string? step = null,
        [Description("Fields with commas between: node, device, direction, protocol, source, destination, pod, workload, service (of either end), source_pod, source_workload, source_service, destination_pod, destination_workload, destination_service")] string? group_by = null,
        [Description("Groups with the most bytes, 1 to 100; 10 when left out")] string? top = null,
        [Description("Only this probe")] string? node = null,
        [Description("Only this interface")] string? device = null,
        [Description("Only in or out, as the interface sees it")] string? direction = null,
        [Description("Only this protocol: tcp, udp, icmp, icmpv6, a number, non-ip, unreadable, other")] string? protocol = null,
        [Description("Only from this address")] string? source = null,
        [Description("Only to this address")] string? destination = null,
        [Description("Only with this pod at either end, as namespace/name")] string? pod = null,
        [Description("Only with this workload at either end, as namespace/name")] string? workload = null,
        [Description("Only with this service at either end, as namespace/name")] string? service = null)
    {
        var now = time.GetUtcNow();
        if (!CallSelection.TryReadTimes(from, to, now, out var fromNs, out var toNs, out var problem)) return problem;
        var end = toNs is { } asked ? Seconds(asked) : now.ToUnixTimeSeconds() + 1;
        var start = fromNs is { } begin ? (long)Math.Floor(begin / 1e9) : end - (long)s_defaultRange.TotalSeconds;
        if (start >= end) return Problem.BadParameter("from", "must be before the end");
        var interval = (long)store.Interval.TotalSeconds;
        if (!TryStep(step, interval, end - start, out var seconds))
            return Problem.BadParameter("step", $"must be a whole multiple of {interval} s, what the store keeps, and make at most {MaxSteps} steps");
        if (!CountParameter.TryParse(top, DefaultTop, MaxTop, out var count)) return Problem.BadParameter("top", $"must be 1 to {MaxTop}");
        var fields = (group_by ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct().ToList();
        if (fields.Count > MaxGroupBy) return Problem.BadParameter("group_by", $"holds more than {MaxGroupBy} names");
        if (fields.Find(field => !TrafficQuery.Fields.Contains(field)) is { } unknown)
            return Problem.BadParameter("group_by", $"'{unknown}' is none of {string.Join(", ", TrafficQuery.Fields)}");
        (string Field, string? Value)[] filters =
        [
            ("node", node), ("device", device), ("direction", direction), ("protocol", protocol), ("source", source), ("destination", destination),
            ("pod", pod), ("workload", workload), ("service", service),
        ];
        var query = new TrafficQuery
        {
            From = start - (start % seconds),
            To = end,
            StepSeconds = seconds,
            GroupBy = fields,
            Where = [.. filters.Where(filter => !string.IsNullOrEmpty(filter.Value)).Select(filter => KeyValuePair.Create(filter.Field, filter.Value!))],
            Top = count,
        };
        return Results.Json(Traffic.Of(query, store.Read(query, cancellation)), ApiJson.Options);
    }

    private static long Seconds(long ns) => (long)Math.Ceiling(ns / 1e9);

    private static bool TryStep(string? text, long interval, long range, out long seconds)
    {
        if (string.IsNullOrEmpty(text))
        {
            seconds = interval * Math.Max(1, (range + (interval * DefaultSteps) - 1) / (interval * DefaultSteps));
            return true;
        }

        var unit = text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86_400, _ => 0 };
        return long.TryParse(unit == 0 ? text : text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out seconds)
            && seconds is >= 1 and <= int.MaxValue && (seconds *= Math.Max(1, unit)) % interval == 0 && range / seconds < MaxSteps;
    }
}

/// <summary>Bytes and packets.</summary>
/// <param name="From">Start of the first step, Unix milliseconds.</param>
/// <param name="To">End, Unix milliseconds.</param>
/// <param name="StepSeconds">Length of a step.</param>
/// <param name="GroupBy">The fields asked for.</param>
/// <param name="Bytes">Of everything that matches: whole frames, link header included, as each device saw them.</param>
/// <param name="Packets">Of everything that matches.</param>
/// <param name="Steps">The same by time, oldest first; steps without traffic are left out.</param>
/// <param name="Groups">Those with the most bytes.</param>
/// <param name="Others">All other groups together.</param>
internal sealed record Traffic(
    long From, long To, long StepSeconds, IReadOnlyList<string> GroupBy, long Bytes, long Packets,
    IReadOnlyList<TrafficPart> Steps, IReadOnlyList<TrafficSlice> Groups, TrafficRest Others)
{
    public static Traffic Of(TrafficQuery query, TrafficAnswer answer) => new(
        query.From * 1000, query.To * 1000, query.StepSeconds, query.GroupBy, answer.Bytes, answer.Packets, Parts(answer.Steps),
        [
            .. answer.Groups.Select(group => new TrafficSlice(
                query.GroupBy.Zip(group.Values).ToDictionary(), group.Bytes, group.Packets, Parts(group.Steps))),
        ],
        new TrafficRest(answer.OtherGroups, answer.OtherBytes, answer.OtherPackets));

    private static IReadOnlyList<TrafficPart> Parts(IReadOnlyList<TrafficStep> steps) =>
        [.. steps.Select(step => new TrafficPart(step.Start * 1000, step.Bytes, step.Packets))];
}

/// <summary>One step.</summary>
/// <param name="Start">Unix milliseconds.</param>
/// <param name="Bytes">Bytes in it.</param>
/// <param name="Packets">Packets in it.</param>
internal sealed record TrafficPart(long Start, long Bytes, long Packets);

/// <summary>One group.</summary>
/// <param name="Values">By field; an empty text where it is not known.</param>
/// <param name="Bytes">Of the whole time.</param>
/// <param name="Packets">Of the whole time.</param>
/// <param name="Steps">By time.</param>
internal sealed record TrafficSlice(IReadOnlyDictionary<string, string> Values, long Bytes, long Packets, IReadOnlyList<TrafficPart> Steps);

/// <summary>What is not told one by one.</summary>
/// <param name="Groups">How many.</param>
/// <param name="Bytes">Theirs.</param>
/// <param name="Packets">Theirs.</param>
internal sealed record TrafficRest(long Groups, long Bytes, long Packets);
