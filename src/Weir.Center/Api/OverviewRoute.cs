using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Weir.Storage;

namespace Weir.Center.Api;

/// <summary><c>/api/v1/exchanges/overview</c>: how many calls, when, how they ended, and of whom.</summary>
internal static class OverviewRoute
{
    private const int DefaultBuckets = 60;
    private const int MaxBuckets = 500;
    private const int DefaultTop = 10;
    private const int MaxTop = 100;

    /// <summary>Fields of one answer: each costs every row of the walk.</summary>
    private const int MaxFields = 16;

    /// <summary>From here back when no start is asked for.</summary>
    private static readonly TimeSpan DefaultRange = TimeSpan.FromMinutes(15);

    public static void MapOverview(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/v1/exchanges/overview", Read)
            .WithName("getOverview").WithSummary("Calls counted by time and status class, and by the values of fields")
            .Produces<Overview>().ProducesProblem(400).ProducesProblem(503);

    private static IResult Read(
        IExchangeStore store,
        TimeProvider time,
        CancellationToken cancellation,
        [Description("CEL filter, such as status_code >= 500")] string? where = null,
        [Description("Start of the first bucket; 15 minutes before the end when left out: " + TimeParameter.Description)] string? from = null,
        [Description("End of the last bucket; now when left out: " + TimeParameter.Description)] string? to = null,
        [Description("Buckets, 1 to 500; 60 when left out")] string? buckets = null,
        [Description("Fields whose values are counted, with commas between: text fields other than headers and bodies, and anomalies")] string? fields = null,
        [Description("Values of each field, the commonest, 1 to 100; 10 when left out")] string? top = null)
    {
        var now = time.GetUtcNow();
        if (!CallSelection.TryRead(where, from, to, now, out var selection, out var problem)) return problem;
        var end = selection.ToNs ?? (now - DateTimeOffset.UnixEpoch).Ticks * 100;
        var start = selection.FromNs ?? end - (DefaultRange.Ticks * 100);
        if (start >= end) return Problem.BadParameter("from", "must be before the end");
        if (!CountParameter.TryParse(buckets, DefaultBuckets, MaxBuckets, out var count)) return Problem.BadParameter("buckets", $"must be 1 to {MaxBuckets}");
        if (!CountParameter.TryParse(top, DefaultTop, MaxTop, out var values)) return Problem.BadParameter("top", $"must be 1 to {MaxTop}");
        var names = (fields ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (names.Length > MaxFields) return Problem.BadParameter("fields", $"holds more than {MaxFields} names");
        if (Array.Find(names, name => !OverviewQuery.CountableFields.Contains(name)) is { } unknown)
            return Problem.BadParameter("fields", $"'{unknown}' cannot be counted: {string.Join(", ", OverviewQuery.CountableFields)}");

        var overview = store.Overview(
            new OverviewQuery
            {
                Filter = selection.Filter,
                FromNs = start,
                ToNs = end,
                Buckets = count,
                Fields = names,
                Top = values,
            },
            cancellation);
        return Results.Json(Overview.Of(overview, start, end), ApiJson.Options);
    }
}

/// <summary>Calls counted.</summary>
/// <param name="From">Start of the first bucket, Unix milliseconds.</param>
/// <param name="To">End of the last bucket, Unix milliseconds.</param>
/// <param name="Matched">Calls that match, of those looked at.</param>
/// <param name="Scanned">Stored calls that were looked at.</param>
/// <param name="FieldsCounted">Calls whose fields were counted: the newest that match.</param>
/// <param name="ReachedBackTo">The counts reach back to here only, Unix milliseconds, because time ran out; null when they are complete.</param>
/// <param name="Buckets">Oldest first.</param>
/// <param name="Fields">In the order asked for.</param>
internal sealed record Overview(
    double From, double To, long Matched, long Scanned, long FieldsCounted, double? ReachedBackTo,
    IReadOnlyList<OverviewBar> Buckets, IReadOnlyList<OverviewField> Fields)
{
    public static Overview Of(ExchangeOverview overview, long fromNs, long toNs) => new(
        Ms(fromNs), Ms(toNs), overview.Matched, overview.Scanned, overview.FieldsCounted, overview.ReachedNs is { } reached ? Ms(reached) : null,
        [.. overview.Buckets.Select(OverviewBar.Of)],
        [.. overview.Fields.Select(field => new OverviewField(
            field.Field, [.. field.Values.Select(value => new OverviewValue(value.Value, value.Count))], field.Others))]);

    internal static double Ms(long ns) => ns / 1000 / 1000.0;
}

/// <summary>Calls of one stretch of time, by how they ended.</summary>
/// <param name="Start">Unix milliseconds.</param>
/// <param name="None">HTTP without a response that was seen.</param>
/// <param name="Informational">1xx.</param>
/// <param name="Success">2xx.</param>
/// <param name="Redirect">3xx.</param>
/// <param name="ClientError">4xx.</param>
/// <param name="ServerError">5xx.</param>
/// <param name="Other">Not HTTP.</param>
internal sealed record OverviewBar(
    double Start, long None, long Informational, long Success, long Redirect, long ClientError, long ServerError, long Other)
{
    public static OverviewBar Of(OverviewBucket bucket) => new(
        Overview.Ms(bucket.StartNs), bucket[StatusClass.None], bucket[StatusClass.Informational], bucket[StatusClass.Success],
        bucket[StatusClass.Redirect], bucket[StatusClass.ClientError], bucket[StatusClass.ServerError], bucket[StatusClass.Other]);
}

/// <summary>The commonest values of a field.</summary>
/// <param name="Field">Its name in filters.</param>
/// <param name="Values">Commonest first; what is unknown is not among them.</param>
/// <param name="Others">Calls with a value that is not listed.</param>
internal sealed record OverviewField(string Field, IReadOnlyList<OverviewValue> Values, long Others);

/// <summary>A value of a field.</summary>
/// <param name="Value">As a filter compares it.</param>
/// <param name="Count">Calls that have it.</param>
internal sealed record OverviewValue(string Value, long Count);
