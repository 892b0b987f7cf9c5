using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Weir.Center.Auth;
using Weir.Center.Respond;
using Weir.Center.Respond.Alerts;
using Weir.Center.Respond.Incidents;
using Weir.Detection.Findings;
using Weir.Export.Alerts;

namespace Weir.Center.Api;

/// <summary>Incidents, alerts and silences. docs/guides/alerts.md shows them at work.</summary>
internal static class RespondRoutes
{
    private const string Incidents = "/api/v1/incidents";
    private const string Alerts = "/api/v1/alerts";
    private const string Silences = "/api/v1/alerts/silences";
    private const int MaxItems = 1000;

    /// <summary>Longest silence: what is longer is a change of the configuration.</summary>
    private static readonly TimeSpan s_longestSilence = TimeSpan.FromDays(30);

    public static void MapRespond(this IEndpointRouteBuilder routes, Responder responder)
    {
        routes.MapGet(Incidents, ([Description("open or closed")] string? state, [Description("Lowest severity: info, low, medium, high or critical")] string? severity, [Description("Most incidents of the answer, 1 to 1000")] string? limit) => List(responder, state, severity, limit))
            .WithName("listIncidents").WithSummary("Incidents, newest first").Produces<IncidentList>().ProducesProblem(400);
        routes.MapGet(Incidents + "/{id}", ([Description("Id of the incident")] string id) =>
                responder.Incidents.Find(id) is { } found ? Json(responder.Watch.Now(found)) : Problem.NotFound("There is no incident of this id; the oldest are forgotten."))
            .WithName("getIncident").WithSummary("One incident with its numbers and evidence").Produces<IncidentRecord>().ProducesProblem(404);
        routes.MapGet(Incidents + "/{id}/deliveries", ([Description("Id of the incident")] string id) =>
                responder.Incidents.Find(id) is null ? Problem.NotFound("There is no incident of this id; the oldest are forgotten.") : Json(responder.Alerts.DeliveriesOf(id)))
            .WithName("listIncidentDeliveries").WithSummary("Who was told of an incident since the start of this center, and what they answered").Produces<IReadOnlyList<AlertDelivery>>().ProducesProblem(404);
        routes.MapGet(Alerts, () => Json(new AlertOverview(responder.Alerts.Destinations, responder.Alerts.Pending, responder.Alerts.Silences)))
            .WithName("getAlerts").WithSummary("Receivers of alerts and how they fare, and silences").Produces<AlertOverview>();
        routes.MapPost(Alerts + "/test", (HttpContext context, [Description("Only this receiver")] string? destination) => Test(context, responder, destination))
            .WithName("testAlerts").WithSummary("Send a test to each receiver now, and say what it answered")
            .Produces<IReadOnlyList<AlertTest>>().ProducesProblem(403).ProducesProblem(404);
        routes.MapGet(Silences, () => Json(responder.Alerts.Silences)).WithName("listSilences").WithSummary("What is not told just now").Produces<IReadOnlyList<Silence>>();
        routes.MapPost(Silences, (Delegate)((HttpContext context) => AddSilence(context, responder)))
            .WithName("addSilence").WithSummary("Do not tell of something for a time").Accepts<SilenceBody>("application/json")
            .Produces<Silence>(201).ProducesProblem(400).ProducesProblem(403).ProducesProblem(413).ProducesProblem(503);
        routes.MapDelete(Silences + "/{id}", (HttpContext context, [Description("Id of the silence")] string id) => RemoveSilence(context, responder, id))
            .WithName("removeSilence").WithSummary("Tell of it again").Produces(204).ProducesProblem(403).ProducesProblem(404);
        routes.MapRateLimits(responder);
        routes.MapSeed(responder);
    }

    /// <summary>Who is to be written down.</summary>
    public static string Who(HttpContext context) => context.Caller()?.Name ?? Caller.Anybody.Name;

    public static IResult Json<T>(T value, int status = StatusCodes.Status200OK) => Results.Json(value, RespondJson.Options, statusCode: status);

    private static IResult List(Responder responder, string? state, string? severity, string? limit)
    {
        if (state is not (null or "" or "open" or "closed")) return Problem.BadParameter("state", "must be open or closed");
        var lowest = Severity.Info;
        if (!string.IsNullOrEmpty(severity) && (!Enum.TryParse(severity, ignoreCase: true, out lowest) || !Enum.IsDefined(lowest) || char.IsAsciiDigit(severity[0])))
            return Problem.BadParameter("severity", "must be info, low, medium, high or critical");
        if (!CountParameter.TryParse(limit, otherwise: 100, MaxItems, out var most)) return Problem.BadParameter("limit", $"must be 1 to {MaxItems}");
        var items = responder.Incidents.Latest(one => one.Severity >= lowest && (string.IsNullOrEmpty(state) || (one.State == IncidentState.Open) == (state == "open")), most);
        return Json(new IncidentList([.. items.Select(responder.Watch.Now)], responder.Watch.IsLearning));
    }

    private static async Task<IResult> Test(HttpContext context, Responder responder, string? destination)
    {
        if (await RequestBody.Read(context, RequestForm.MaxBytes) is null) return RequestBody.TooLarge(RequestForm.MaxBytes);
        if (!responder.Alerts.Destinations.Any(one => string.IsNullOrEmpty(destination) || one.Name == destination))
            return Problem.NotFound(string.IsNullOrEmpty(destination) ? "No receiver of alerts is configured." : "There is no receiver of this name.");
        responder.Log.Add(Who(context), "alerts.test", destination is { Length: > 0 } ? destination : "all receivers");
        var answers = await responder.Alerts.TestAsync(string.IsNullOrEmpty(destination) ? null : destination, context.RequestAborted);
        return Json(answers.Select(static one => new AlertTest(one.Name, one.Answer.Outcome == AlertOutcome.Taken, one.Answer.Problem)).ToList());
    }

    private static async Task<IResult> AddSilence(HttpContext context, Responder responder)
    {
        var (body, problem) = await RequestBody.Json<SilenceBody>(context, RequestForm.MaxBytes);
        if (problem is not null) return problem;
        if (new[] { body!.Namespace, body.Service, body.Kind, body.Source }.All(string.IsNullOrEmpty)) return Problem.BadParameter("body", "a silence names a namespace, service, kind or source");
        if (new[] { body.Namespace, body.Service, body.Kind, body.Source, body.Comment }.Any(static text => text?.Length > 512)) return Problem.BadParameter("body", "has a text of more than 512 characters");
        if (body.DurationSeconds < 1 || body.DurationSeconds > s_longestSilence.TotalSeconds) return Problem.BadParameter("durationSeconds", $"must be 1 to {s_longestSilence.TotalSeconds}");
        var now = DateTimeOffset.UtcNow;
        var silence = responder.Alerts.Add(id => new Silence
        {
            Id = id, Namespace = Text(body.Namespace), Service = Text(body.Service), Kind = Text(body.Kind), Source = Text(body.Source), Comment = Text(body.Comment),
            StartsAt = now, EndsAt = now.AddSeconds(body.DurationSeconds), By = Who(context),
        });
        if (silence is null) return Problem.Unavailable("There is no room for another silence.");
        responder.Log.Add(silence.By, "silence.add", silence.Id, silence.Comment);
        return Json(silence, StatusCodes.Status201Created);

        static string? Text(string? text) => string.IsNullOrEmpty(text) ? null : text;
    }

    private static IResult RemoveSilence(HttpContext context, Responder responder, string id)
    {
        if (!responder.Alerts.RemoveSilence(id)) return Problem.NotFound("There is no silence of this id.");
        responder.Log.Add(Who(context), "silence.remove", id);
        return Results.NoContent();
    }
}

/// <param name="Items">Newest first.</param>
/// <param name="IsLearning">What is usual is still being learned, and nothing is reported.</param>
internal sealed record IncidentList(IReadOnlyList<IncidentRecord> Items, bool IsLearning);

/// <param name="Destinations">Receivers.</param>
/// <param name="Pending">Groups of alerts that wait.</param>
/// <param name="Silences">What is not told.</param>
internal sealed record AlertOverview(IReadOnlyList<AlertDestination> Destinations, int Pending, IReadOnlyList<Silence> Silences);

/// <param name="Name">The receiver.</param>
/// <param name="Taken">It took the test.</param>
/// <param name="Problem">What it answered otherwise.</param>
internal sealed record AlertTest(string Name, bool Taken, string Problem);

/// <summary>At least one of namespace, service, kind and source; each may have <c>*</c> for any characters.</summary>
internal sealed record SilenceBody(int DurationSeconds, string? Namespace = null, string? Service = null, string? Kind = null, string? Source = null, string? Comment = null);
