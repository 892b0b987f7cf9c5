using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Weir.Center.Hosting;
using Weir.Center.Ingest;
using Weir.Storage;

namespace Weir.Center.Api;

/// <summary>Every counter as JSON and for Prometheus, and health.</summary>
internal static class StatusRoutes
{
    public static string Version { get; } =
        typeof(StatusRoutes).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    public static void MapStatus(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/status", (StatusSources sources, TimeProvider time) => Results.Json(Status(sources, time)))
            .WithName("getStatus").WithSummary("Every counter: what was captured, stored, shown and lost").Produces<object>();
        routes.MapMetrics();
        routes.MapGet("/healthz", () => Results.Text("ok")).WithName("getHealth").WithSummary("The process answers");
        routes.MapGet("/readyz", (SqliteExchangeStore store, StoreWriter writer) =>
        {
            store.ReadStatistics();
            return writer.LastError is { } error ? Problem.Unavailable(error) : Results.Text("ok");
        }).WithName("getReadiness").WithSummary("The store answers, and takes what is captured").ProducesProblem(503);
    }

    private static JsonObject Status(StatusSources sources, TimeProvider time)
    {
        var status = new JsonObject
        {
            ["version"] = Version,
            ["startedAt"] = sources.StartedAt.UtcDateTime.ToString("O"),
            ["uptimeSeconds"] = Math.Round((time.GetUtcNow() - sources.StartedAt).TotalSeconds, 1),
        };
        foreach (var source in sources.All)
        {
            var section = new StatusSection();
            source.Report(section);
            status[source.Name] = section.ToJson();
        }

        return status;
    }
}
