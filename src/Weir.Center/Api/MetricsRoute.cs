using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using Weir.Center.Hosting;
using Weir.Records.Metrics;

namespace Weir.Center.Api;

/// <summary>Every counter for Prometheus: docs/metrics.md.</summary>
internal static class MetricsRoute
{
    private const string OpenMetrics = "application/openmetrics-text";

    public static void MapMetrics(this IEndpointRouteBuilder routes) => routes
        .MapGet("/metrics", (HttpContext context, StatusSources sources) =>
        {
            var open = WantsOpenMetrics(context.Request.GetTypedHeaders().Accept);
            context.Response.Headers.Vary = "Accept";
            return Results.Text(Exposition.Write(MetricSet.From(sources.All), open), open ? Exposition.OpenMetricsType : Exposition.TextType);
        })
        .AllowAnonymous().WithName("getMetrics").WithSummary("The counters in Prometheus' text format, or in OpenMetrics where that is asked for");

    /// <summary>Who names OpenMetrics in a version that is spoken here, and likes nothing else better, gets it (RFC 9110 §12.5.1).</summary>
    private static bool WantsOpenMetrics(IList<MediaTypeHeaderValue> accept)
    {
        var open = 0.0;
        var text = 0.0;
        foreach (var type in accept)
        {
            var quality = type.Quality ?? 1;
            var version = type.Parameters.FirstOrDefault(one => one.Name.Equals("version", StringComparison.OrdinalIgnoreCase))?.GetUnescapedValue().Value;
            if (type.MediaType.Equals(OpenMetrics, StringComparison.OrdinalIgnoreCase) && version is null or "1.0.0") open = Math.Max(open, quality);
            else if (type.MediaType.Equals("text/plain", StringComparison.OrdinalIgnoreCase)) text = Math.Max(text, quality);
        }

        return open > 0 && open >= text;
    }
}
