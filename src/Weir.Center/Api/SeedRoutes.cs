using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Weir.Center.Respond;
using Weir.Center.Respond.RateLimits;
using Weir.Detection.Findings;
using Weir.Kubernetes.RateLimits;

namespace Weir.Center.Api;

/// <summary>
/// Paths and shapes that scripts of an older dashboard use: <c>/get-alerts</c> and the three routes of its rate limit, which name no target and take a single
/// number. The work is done by the routes under <c>/api/v1</c>.
/// </summary>
internal static class SeedRoutes
{
    private const int MaxAlerts = 100;

    public static void MapSeed(this IEndpointRouteBuilder routes, Responder responder)
    {
        routes.MapGet("/get-alerts", () => Alerts(responder)).WithName("getAlertMessages").WithSummary("Incidents of medium severity and worse: id, message, timestamp").Produces<object>();
        routes.MapPost("/apply_rate_limit", (Delegate)((HttpContext context) => Apply(context, responder)))
            .WithName("applyDefaultRateLimit").WithSummary("Limit the configured target: the form field user_value is the requests per second, with a burst of 10 more and 20 more connections")
            .Produces<object>().ProducesProblem(400).ProducesProblem(403).ProducesProblem(404).ProducesProblem(409).ProducesProblem(422).ProducesProblem(502).ProducesProblem(503);
        routes.MapPost("/revert_rate_limit", (Delegate)((HttpContext context) => Revert(context, responder)))
            .WithName("revertDefaultRateLimit").WithSummary("Take that limit back").Produces<object>().ProducesProblem(403).ProducesProblem(404).ProducesProblem(503);
        routes.MapGet("/check_rate_limit", (Delegate)((HttpContext context) => Check(context, responder)))
            .WithName("checkDefaultRateLimit").WithSummary("Whether that limit is set, and how").Produces<object>().ProducesProblem(502).ProducesProblem(503);
    }

    private static IResult Alerts(Responder responder)
    {
        var incidents = responder.Incidents.Latest(static one => one.Severity >= Severity.Medium, MaxAlerts);
        if (incidents.Count == 0) return RespondRoutes.Json(new JsonObject { ["message"] = "No alerts found" });
        var alerts = new JsonArray();
        foreach (var one in incidents)
        {
            alerts.Add(new JsonObject
            {
                ["id"] = one.Id, ["message"] = "Anomaly Detected", ["timestamp"] = one.DetectedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
                ["detail"] = one.Key, ["severity"] = IncidentJsonWriter.NameOf(one.Severity),
            });
        }

        return RespondRoutes.Json(new JsonObject { ["alerts"] = alerts });
    }

    private static async Task<IResult> Apply(HttpContext context, Responder responder)
    {
        var (text, problem) = await RequestForm.FieldAsync(context, "user_value");
        if (problem is not null) return problem;
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value is < 1 or > 100_000)
            return Problem.BadParameter("user_value", "must be a number from 1 to 100000");
        if (responder.RateLimits.Default is not { } target) return NoDefault();
        try
        {
            var record = await responder.RateLimits.ApplyAsync(
                new RateLimitOrder(
                    new RateLimitRequest { Target = target, RequestsPerSecond = value, Burst = value + 10, Connections = value + 20 }, RespondRoutes.Who(context)), context.RequestAborted);
            return RespondRoutes.Json(new JsonObject { ["message"] = $"Rate limiting applied to {target.Name}", ["id"] = record.Id, ["warnings"] = new JsonArray([.. record.Warnings.Select(static one => JsonValue.Create(one))]) });
        }
        catch (RateLimitException e)
        {
            return RateLimitRoutes.Failed(e);
        }
    }

    private static async Task<IResult> Revert(HttpContext context, Responder responder)
    {
        if (await RequestBody.Read(context, RequestForm.MaxBytes) is null) return RequestBody.TooLarge(RequestForm.MaxBytes);
        if (responder.RateLimits.Default is not { } target) return NoDefault();
        try
        {
            if (responder.RateLimits.ActiveOn(target) is not { } active || await responder.RateLimits.RevertAsync(active.Id, RespondRoutes.Who(context), context.RequestAborted) is not { } record)
                return Problem.NotFound($"No limit of Weir is set on {target}.");
            return record.State == RateLimitState.Reverted
                ? RespondRoutes.Json(new JsonObject { ["message"] = $"Rate limiting reverted on {target.Name}" })
                : Problem.Unavailable($"The cluster did not let the limit go yet, and is asked again: {record.Error}");
        }
        catch (RateLimitException e)
        {
            return RateLimitRoutes.Failed(e);
        }
    }

    private static async Task<IResult> Check(HttpContext context, Responder responder)
    {
        if (responder.RateLimits.Default is not { } target) return RespondRoutes.Json(Answer(false, null, null, null));
        try
        {
            var values = await responder.RateLimits.Limiter().PresentAsync(target, context.RequestAborted);
            return RespondRoutes.Json(Answer(values.Rate is not null || values.Connections is not null, values.Rate, values.Burst, values.Connections));
        }
        catch (RateLimitException e)
        {
            return RateLimitRoutes.Failed(e);
        }
    }

    private static JsonObject Answer(bool applied, int? rate, int? burst, int? connections) => new()
    {
        ["rate_limiting_applied"] = applied,
        ["details"] = new JsonObject { ["limit-rps"] = Text(rate), ["limit-burst"] = Text(burst), ["limit-connections"] = Text(connections) },
    };

    private static string? Text(int? value) => value?.ToString(CultureInfo.InvariantCulture);

    private static IResult NoDefault() => Problem.NotFound("No target is configured for this route: rateLimits.target names one, and /api/v1/ratelimits takes any.");
}
