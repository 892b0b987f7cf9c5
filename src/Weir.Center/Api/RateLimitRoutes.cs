using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Weir.Center.Respond;
using Weir.Center.Respond.RateLimits;
using Weir.Kubernetes.RateLimits;

namespace Weir.Center.Api;

/// <summary>Limits on traffic: what one would do, what is set, its end. docs/guides/rate-limits.md shows them at work.</summary>
internal static class RateLimitRoutes
{
    public const string Path = "/api/v1/ratelimits";

    public static void MapRateLimits(this IEndpointRouteBuilder routes, Responder responder)
    {
        routes.MapGet(Path, () => RespondRoutes.Json(responder.RateLimits.All.Select(RateLimitView.Of).ToList()))
            .WithName("listRateLimits").WithSummary("Limits that are set, and those of before, newest first").Produces<IReadOnlyList<RateLimitView>>();
        routes.MapGet(Path + "/changes", () => RespondRoutes.Json(responder.Log.Latest(200)))
            .WithName("listRespondChanges").WithSummary("Who changed limits and silences, and what Weir changed or left alone by itself").Produces<IReadOnlyList<ChangeEntry>>();
        routes.MapGet(Path + "/auto", (TimeProvider time) => RespondRoutes.Json(AutoLimitView.Of(responder.RateLimits, time)))
            .WithName("getAutoRateLimits").WithSummary("Whether incidents set limits by themselves, on what, and how many they set within the hour").Produces<AutoLimitView>();
        routes.MapGet(Path + "/targets", ([Description("Namespace of the service")] string? @namespace, [Description("Name of the service")] string? service, CancellationToken cancellation) =>
                Targets(responder, @namespace, service, cancellation))
            .WithName("listRateLimitTargets").WithSummary("Ingresses and routes that lead to a service").Produces<IReadOnlyList<RateLimitTarget>>().ProducesProblem(400).ProducesProblem(502).ProducesProblem(503);
        Problems(routes.MapPost(Path + "/preview", (Delegate)((HttpContext context) => Preview(context, responder)))
            .WithName("previewRateLimit").WithSummary("What a limit would change, and which calls of the last hour it would have refused").Accepts<RateLimitBody>("application/json")
            .Produces<RateLimitPreview>());
        Problems(routes.MapPost(Path, (Delegate)((HttpContext context) => Apply(context, responder)))
            .WithName("applyRateLimit").WithSummary("Set a limit that ends by itself").Accepts<RateLimitBody>("application/json").Produces<RateLimitView>(201));
        routes.MapGet(Path + "/{id}", ([Description("Id of the limit")] string id) => responder.RateLimits.Find(id) is { } found ? RespondRoutes.Json(RateLimitView.Of(found)) : Unknown())
            .WithName("getRateLimit").WithSummary("One limit").Produces<RateLimitView>().ProducesProblem(404);
        Problems(routes.MapGet(Path + "/{id}/check", ([Description("Id of the limit")] string id, CancellationToken cancellation) => Check(responder, id, cancellation))
            .WithName("checkRateLimit").WithSummary("Whether the cluster still has the limit as it was set").Produces<RateLimitCheck>());
        Problems(routes.MapDelete(Path + "/{id}", (HttpContext context, [Description("Id of the limit")] string id) => Revert(context, responder, id))
            .WithName("revertRateLimit").WithSummary("Take a limit back, and restore what was there before").Produces<RateLimitView>().Produces<RateLimitView>(202));
    }

    /// <summary>An answer for what could not be done.</summary>
    public static IResult Failed(RateLimitException failure)
    {
        var (status, title) = failure.Fault switch
        {
            RateLimitFault.Invalid => (StatusCodes.Status422UnprocessableEntity, "The limit is not possible"),
            RateLimitFault.NotFound => (StatusCodes.Status404NotFound, "The target is not there"),
            RateLimitFault.Unsupported => (StatusCodes.Status422UnprocessableEntity, "This provider cannot do that"),
            RateLimitFault.MissingKind => (StatusCodes.Status422UnprocessableEntity, "A custom resource definition is missing"),
            RateLimitFault.Conflict => (StatusCodes.Status409Conflict, "Somebody else owns a part of it"),
            // Not 403: the caller may, Weir may not.
            RateLimitFault.Forbidden => (StatusCodes.Status502BadGateway, "The cluster does not let Weir do that"),
            _ => (StatusCodes.Status503ServiceUnavailable, "The cluster cannot be asked now"),
        };
        var extensions = new Dictionary<string, object?> { ["fault"] = System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(failure.Fault.ToString()) };
        if (failure.Conflicts.Count > 0) extensions["conflicts"] = failure.Conflicts.Select(static one => new Dictionary<string, object> { ["field"] = one.Field, ["manager"] = one.Manager, ["isGitOps"] = one.IsGitOps }).ToList();
        return Results.Problem(failure.Message, statusCode: status, title: title, extensions: extensions);
    }

    private static void Problems(RouteHandlerBuilder route) =>
        route.ProducesProblem(400).ProducesProblem(403).ProducesProblem(404).ProducesProblem(409).ProducesProblem(422).ProducesProblem(502).ProducesProblem(503);

    private static async Task<IResult> Targets(Responder responder, string? space, string? service, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(space)) return Problem.BadParameter("namespace", "is missing");
        if (string.IsNullOrEmpty(service)) return Problem.BadParameter("service", "is missing");
        try
        {
            return RespondRoutes.Json(await responder.RateLimits.Limiter().TargetsOfAsync(space, service, cancellation));
        }
        catch (RateLimitException e)
        {
            return Failed(e);
        }
    }

    private static async Task<IResult> Preview(HttpContext context, Responder responder)
    {
        var (body, problem) = await RequestBody.Json<RateLimitBody>(context, RequestForm.MaxBytes);
        if (problem is not null) return problem;
        try
        {
            return RespondRoutes.Json(await responder.RateLimits.PreviewAsync(body!.ToOrder(RespondRoutes.Who(context)), context.RequestAborted));
        }
        catch (RateLimitException e)
        {
            return Failed(e);
        }
    }

    private static async Task<IResult> Apply(HttpContext context, Responder responder)
    {
        var (body, problem) = await RequestBody.Json<RateLimitBody>(context, RequestForm.MaxBytes);
        if (problem is not null) return problem;
        try
        {
            var record = await responder.RateLimits.ApplyAsync(body!.ToOrder(RespondRoutes.Who(context)), context.RequestAborted);
            return RespondRoutes.Json(RateLimitView.Of(record), StatusCodes.Status201Created);
        }
        catch (RateLimitException e)
        {
            return Failed(e);
        }
    }

    private static async Task<IResult> Check(Responder responder, string id, CancellationToken cancellation)
    {
        if (responder.RateLimits.Find(id) is not { } record) return Unknown();
        try
        {
            return RespondRoutes.Json(await responder.RateLimits.CheckAsync(record, cancellation));
        }
        catch (RateLimitException e)
        {
            return Failed(e);
        }
    }

    private static async Task<IResult> Revert(HttpContext context, Responder responder, string id)
    {
        if (responder.RateLimits.Find(id) is null) return Unknown();
        try
        {
            if (await responder.RateLimits.RevertAsync(id, RespondRoutes.Who(context), context.RequestAborted) is not { } record)
                return Results.Problem("The limit is over already.", statusCode: StatusCodes.Status409Conflict, title: "Nothing to take back");
            // Accepted: the cluster did not let it go yet, and is asked again.
            return RespondRoutes.Json(RateLimitView.Of(record), record.State == RateLimitState.Reverted ? StatusCodes.Status200OK : StatusCodes.Status202Accepted);
        }
        catch (RateLimitException e)
        {
            return Failed(e);
        }
    }

    private static IResult Unknown() => Problem.NotFound("There is no limit of this id; the oldest are forgotten.");
}

/// <summary>An Ingress, HTTPRoute, GRPCRoute or Gateway.</summary>
internal sealed record RateLimitTargetBody(string? Kind, string? Namespace, string? Name);

/// <summary>A limit; counts are for each client address and each replica of the controller.</summary>
/// <param name="Target">What is limited.</param>
/// <param name="Rps">Requests per second.</param>
/// <param name="Rpm">Requests per minute.</param>
/// <param name="Burst">Requests beyond the rate that are let through at once.</param>
/// <param name="Connections">Connections at the same time.</param>
/// <param name="Allow">Addresses and networks that are not limited.</param>
/// <param name="StatusCode">Answer to what is refused.</param>
/// <param name="Shadow">The provider counts and refuses nothing, where it can.</param>
/// <param name="TtlSeconds">When it ends by itself.</param>
/// <param name="TakeOver">Also changes fields that others own; their values come back at the end.</param>
/// <param name="DryRun">The API server checks it and stores nothing.</param>
/// <param name="Reason">For the log.</param>
internal sealed record RateLimitBody(
    RateLimitTargetBody? Target, int? Rps = null, int? Rpm = null, int? Burst = null, int? Connections = null, IReadOnlyList<string>? Allow = null, int? StatusCode = null,
    bool Shadow = false, int? TtlSeconds = null, bool TakeOver = false, bool DryRun = false, string? Reason = null)
{
    /// <summary>A target that is missing becomes one without a name, which the check of the request refuses.</summary>
    public RateLimitOrder ToOrder(string by) => new(
        new RateLimitRequest
        {
            Target = new RateLimitTarget(Target?.Kind ?? "", Target?.Namespace ?? "", Target?.Name ?? ""), RequestsPerSecond = Rps, RequestsPerMinute = Rpm, Burst = Burst,
            Connections = Connections, Allow = Allow ?? [], StatusCode = StatusCode, Shadow = Shadow,
        }, by)
    {
        Ttl = TtlSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null, TakeOver = TakeOver, DryRun = DryRun, Reason = Reason is { Length: > 200 } ? Reason[..200] : Reason,
    };
}

/// <summary>A limit as the API shows it.</summary>
internal sealed record RateLimitView(
    string Id, RateLimitState State, RateLimitTarget Target, int? Rps, int? Rpm, int? Burst, int? Connections, string Provider, EffectiveLimit Effective,
    IReadOnlyList<string> Objects, IReadOnlyList<string> Warnings, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, DateTimeOffset? EndedAt, string By, string? Reason,
    string? Incident, string? Error, IReadOnlyList<string> Left)
{
    public static RateLimitView Of(RateLimitRecord record) => new(
        record.Id, record.State, record.Request.Target, record.Request.RequestsPerSecond, record.Request.RequestsPerMinute, record.Request.Burst, record.Request.Connections,
        record.Provider, record.Effective, [.. record.Objects.Select(static one => $"{one.Kind} {one.Namespace}/{one.Name}")], record.Warnings, record.CreatedAt, record.ExpiresAt,
        record.EndedAt, record.By, record.Reason, record.Incident, record.Error, record.Left);
}

/// <summary>What incidents may do by themselves.</summary>
/// <param name="Mode"><c>off</c>, <c>dry_run</c> or <c>on</c>.</param>
/// <param name="Allow">Targets that may be limited, NAMESPACE/NAME with *.</param>
/// <param name="Severity">From which on.</param>
/// <param name="Kinds">Kinds of incident.</param>
/// <param name="Rps">Requests per second of the limit.</param>
/// <param name="Rpm">Requests per minute.</param>
/// <param name="Connections">Connections at the same time.</param>
/// <param name="TtlSeconds">When it ends.</param>
/// <param name="MaxPerHour">Changes within an hour.</param>
/// <param name="MadeThisHour">Of them, those that were made.</param>
internal sealed record AutoLimitView(
    string Mode, IReadOnlyList<string> Allow, Weir.Detection.Findings.Severity Severity, IReadOnlyList<string> Kinds, int? Rps, int? Rpm, int? Connections, long TtlSeconds, int MaxPerHour,
    int MadeThisHour)
{
    public static AutoLimitView Of(RateLimitControl control, TimeProvider time)
    {
        var auto = control.Auto;
        return new AutoLimitView(
            !auto.Enabled ? "off" : auto.DryRun ? "dry_run" : "on", auto.Allow, auto.Severity, auto.Kinds, auto.RequestsPerSecond, auto.RequestsPerMinute, auto.Connections,
            (long)auto.Ttl.TotalSeconds, auto.MaxPerHour, AutoLimiter.MadeWithinTheHour(control, time));
    }
}
