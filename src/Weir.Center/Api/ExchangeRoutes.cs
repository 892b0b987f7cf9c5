using System.Buffers;
using System.ComponentModel;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.OpenApi;
using Weir.Center.Api.Described;
using Weir.Records;
using Weir.Records.Filter;
using Weir.Records.Json;
using Weir.Storage;

namespace Weir.Center.Api;

/// <summary><c>/api/v1/exchanges</c>: stored calls, newest first, and one call whole.</summary>
internal static class ExchangeRoutes
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1000;

    /// <summary>Full records of one look into the store.</summary>
    private const int FullStep = 20;

    /// <summary>Bytes after which a page of full records ends, by at most one step.</summary>
    private const long MaxPageBytes = 16 << 20;

    public static void MapExchanges(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/exchanges", List)
            .WithName("listExchanges").WithSummary("Stored calls, newest first")
            .Produces<CallPage>().ProducesProblem(400).ProducesProblem(503)
            .AddOpenApiOperationTransformer((operation, _, _) =>
            {
                // Bound as text, so that a value that is no number gets an answer that names the parameter.
                if (operation.Parameters?.FirstOrDefault(p => p.Name == "limit")?.Schema is OpenApiSchema schema)
                {
                    schema.Type = JsonSchemaType.Integer;
                    schema.Minimum = "1";
                    schema.Maximum = MaxLimit.ToString(CultureInfo.InvariantCulture);
                    schema.Default = DefaultLimit;
                }

                return Task.CompletedTask;
            });
        routes.MapGet("/api/v1/exchanges/{id}", Get)
            .WithName("getExchange").WithSummary("One call with headers and bodies")
            .Produces<CallRecord>().ProducesProblem(404).ProducesProblem(503);
        routes.MapGet("/api/v1/fields", () => FilterFields.All.Select(
                field => new FieldDescription(field.Name, field.Type.ToString().ToLowerInvariant(), field.Description)))
            .WithName("listFields").WithSummary("Fields of the filter language");
    }

    private static IResult List(
        IExchangeStore store,
        TimeProvider time,
        CancellationToken cancellation,
        [Description("CEL filter, such as status_code >= 500")] string? where = null,
        [Description("Earliest start: " + TimeParameter.Description)] string? from = null,
        [Description("Latest start, exclusive: " + TimeParameter.Description)] string? to = null,
        [Description("Calls of one page, 1 to 1000; a page of full records also ends at 16 MiB")] string? limit = null,
        [Description("The next value of an earlier page")] string? cursor = null,
        [Description("summary (default) or full: with headers and bodies")] string? detail = null)
    {
        var now = time.GetUtcNow();
        if (!CallSelection.TryRead(where, from, to, now, out var selection, out var problem)) return problem;
        if (!CountParameter.TryParse(limit, DefaultLimit, MaxLimit, out var count)) return Problem.BadParameter("limit", $"must be 1 to {MaxLimit}");
        ExchangeCursor before = default;
        if (!string.IsNullOrEmpty(cursor) && !ExchangeCursor.TryParse(cursor, out before))
            return Problem.BadParameter("cursor", "is not one that this API gave");
        if (detail is not (null or "" or "summary" or "full")) return Problem.BadParameter("detail", "must be summary or full");
        var query = selection.Query(detail == "full" ? ExchangeDetail.Full : ExchangeDetail.Summary, count) with { After = string.IsNullOrEmpty(cursor) ? null : before };
        return Results.Bytes(Encode(Read(store, query, cancellation)), "application/json");
    }

    private static IResult Get([Description("Id of the call")] string id, IExchangeStore store, CancellationToken cancellation) =>
        StoredCalls.Find(store, id, cancellation) is { } record ? Results.Bytes(record, "application/json") : StoredCalls.Unknown;

    /// <summary>Full records carry bodies: they are read a few at a time, until the page has enough bytes.</summary>
    private static ExchangePage Read(IExchangeStore store, ExchangeQuery query, CancellationToken cancellation)
    {
        if (query.Detail == ExchangeDetail.Summary) return store.Query(query, cancellation);
        var items = new List<StoredExchange>();
        var (scanned, bytes) = (0, 0L);
        while (true)
        {
            var step = query with { Limit = Math.Min(FullStep, query.Limit - items.Count) };
            var page = store.Query(step, cancellation);
            items.AddRange(page.Items);
            scanned += page.Scanned;
            bytes += page.Items.Sum(item => (long)item.Json.Length);
            var stepFilled = page.Items.Count == step.Limit;
            if (page.Next is null || !stepFilled || items.Count == query.Limit || bytes >= MaxPageBytes)
                return new ExchangePage(items, page.Next, scanned);
            query = query with { After = page.Next };
        }
    }

    /// <summary>The stored JSON goes out as it is: nothing is parsed again.</summary>
    private static ReadOnlyMemory<byte> Encode(ExchangePage page)
    {
        var body = new ArrayBufferWriter<byte>(64 + page.Items.Sum(item => item.Json.Length + 1));
        body.Write("{\"items\":["u8);
        for (var i = 0; i < page.Items.Count; i++)
        {
            if (i > 0) body.Write(","u8);
            body.Write(page.Items[i].Json);
        }

        var next = page.Next is { } cursor ? $"\"{cursor}\"" : "null";
        Encoding.ASCII.GetBytes($"],\"next\":{next},\"scanned\":{page.Scanned}}}", body);
        return body.WrittenMemory;
    }
}

/// <summary>A field of the filter language.</summary>
internal sealed record FieldDescription(string Name, string Type, string Description);
