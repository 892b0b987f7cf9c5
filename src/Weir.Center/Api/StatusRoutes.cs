using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Weir.Center.Api.Described;
using Weir.Center.Hosting;
using Weir.Center.Ingest;
using Weir.Records;
using Weir.Storage;

namespace Weir.Center.Api;

/// <summary>Every counter as JSON and for Prometheus, and health.</summary>
internal static class StatusRoutes
{
    public static void MapStatus(this IEndpointRouteBuilder routes, CenterOptions options)
    {
        routes.MapGet("/api/v1/status", (StatusSources sources, TimeProvider time) => Results.Json(Status(sources, time, options)))
            .WithName("getStatus").WithSummary("Every counter: what was captured, stored, shown and lost").Produces<StatusAnswer>();
        routes.MapMetrics();
        routes.MapGet("/healthz", () => Results.Text("ok")).AllowAnonymous().WithName("getHealth").WithSummary("The process answers");
        routes.MapGet("/health", () => Results.Json(new { status = "healthy" })).AllowAnonymous().WithName("getHealthAsJson").WithSummary("The same as JSON").Produces<object>();
        routes.MapGet("/readyz", (IExchangeStore store, StoreWriter writer) =>
        {
            store.ReadStatistics();
            return writer.LastError is { } error ? Problem.Unavailable(error) : Results.Text("ok");
        }).AllowAnonymous().WithName("getReadiness").WithSummary("The store answers, and takes what is captured").ProducesProblem(503);
    }

    private static JsonObject Status(StatusSources sources, TimeProvider time, CenterOptions options)
    {
        var status = new JsonObject
        {
            ["version"] = ProductVersion.Text,
            ["startedAt"] = sources.StartedAt.UtcDateTime.ToString("O"),
            ["uptimeSeconds"] = Math.Round((time.GetUtcNow() - sources.StartedAt).TotalSeconds, 1),
            ["demo"] = options.Demo,
            ["settings"] = Settings(options),
        };
        foreach (var source in sources.All)
        {
            var section = new StatusSection();
            source.Report(section);
            status[source.Name] = section.ToJson();
        }

        return status;
    }

    /// <summary>What was chosen at the start, for the one who wonders why something is not kept.</summary>
    private static JsonObject Settings(CenterOptions options) => new()
    {
        ["listen"] = options.Listen.ToString(),
        ["dataDirectory"] = options.DataDirectory,
        ["maxBytes"] = options.MaxBytes,
        ["maxAgeSeconds"] = (long)options.MaxAge.TotalSeconds,
        ["maxQueuedCalls"] = options.Ingest.MaxRows,
        ["maxLiveStreams"] = options.Live.MaxSubscribers,
        ["runtime"] = System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription,
        ["system"] = System.Runtime.InteropServices.RuntimeInformation.OSDescription,
    };
}
