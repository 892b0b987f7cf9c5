using System.ComponentModel;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Weir.Center.Api.Described;
using Weir.Center.Inventory;
using Weir.Inventory.Catalogue;
using Weir.Inventory.Drift;
using Weir.Inventory.OpenApi;
using Weir.Inventory.Security;
using Weir.Inventory.State;
using Weir.Records.Json;
using Weir.Specs;

namespace Weir.Center.Api;

/// <summary>Endpoints, what people decide about their templates, OpenAPI and drift. docs/formats/catalogue.md shows the answers.</summary>
internal static class CatalogueRoutes
{
    private const string Endpoints = "/api/v1/endpoints";
    private const string DriftPath = "/api/v1/drift";
    private const int MaxDecisionBytes = 16 << 10;

    public static void MapCatalogue(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Endpoints, List).WithName("listEndpoints").WithSummary("Endpoints that traffic shows, with security findings").Produces<EndpointList>();
        routes.MapGet(Endpoints + "/{id}", Get).WithName("getEndpoint").WithSummary("One endpoint: parameters, schemas, callers, and why its template is what it is").Produces<EndpointDetail>().ProducesProblem(404);
        routes.MapPost(Endpoints + "/{id}/accept", (Delegate)Accept).WithName("acceptTemplate").WithSummary("Keep the template of an endpoint, or give it another: {\"template\": \"/users/{user_id}\"}")
            .Produces<object>().ProducesProblem(400).ProducesProblem(403).ProducesProblem(404);
        routes.MapPost(Endpoints + "/{id}/undo", (Delegate)Undo).WithName("undoTemplate").WithSummary("Say that a parameter is none: {\"parameter\": \"user_id\"}")
            .Produces<object>().ProducesProblem(400).ProducesProblem(403).ProducesProblem(404);
        routes.MapGet("/api/v1/openapi", OpenApi).WithName("describeService").WithSummary("OpenAPI 3.1 of a service, derived from its traffic").Produces<object>().ProducesProblem(404);
        routes.MapPost(DriftPath, (Delegate)Drift).WithName("compareWithSpecification").WithSummary("What a service does that the OpenAPI document in the body does not say")
            .Produces<DriftAnswer>().ProducesProblem(400).ProducesProblem(403).ProducesProblem(404).ProducesProblem(413);
    }

    private static IResult List(
        LiveCatalogue catalogue,
        [Description("Only this service")] string? service = null,
        [Description("true: also endpoints that only ever answered 404 and the like")] string? all = null) => catalogue.Read(read =>
    {
        var services = read.Services.Values.Where(one => string.IsNullOrEmpty(service) || one.Name == service).OrderBy(static one => one.Name, StringComparer.Ordinal).ToList();
        var items = new JsonArray();
        var findings = new JsonArray();
        foreach (var one in services)
        {
            foreach (var endpoint in one.Endpoints.Where(endpoint => endpoint.Confirmed || all == "true").OrderBy(static endpoint => endpoint.Template, StringComparer.Ordinal).ThenBy(static endpoint => endpoint.Method, StringComparer.Ordinal))
                items.Add(EndpointJson.Summary(one.Name, endpoint));
            foreach (var finding in EndpointJson.Findings(ServiceFindings.Of(one)).OfType<JsonObject>().ToList())
            {
                finding.Parent!.AsArray().Remove(finding);
                finding.Insert(0, "service", one.Name);
                findings.Add(finding);
            }
        }

        return Json(new JsonObject { ["services"] = new JsonArray([.. services.Select(static one => (JsonNode)one.Name).ToArray()]), ["items"] = items, ["findings"] = findings });
    });

    private static IResult Get([Description("Id of the endpoint")] string id, LiveCatalogue catalogue) =>
        catalogue.Read(read => Find(read.Services.Values, id) is { } found ? Json(EndpointJson.Detail(found.Service, found.Endpoint)) : Unknown());

    private static async Task<IResult> Accept(string id, HttpContext context, LiveCatalogue catalogue)
    {
        var (body, problem) = await Decision(context);
        if (problem is not null) return problem;
        if (Name(catalogue, id) is not { } service) return Unknown();
        var template = body!["template"] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
        return catalogue.Decide(service, read =>
        {
            if (Find(read.Services.Values, id) is not { } found) return Unknown();
            return found.Service.Accept(template ?? found.Endpoint.Template)
                ? Json(new JsonObject { ["service"] = service, ["accepted"] = template ?? found.Endpoint.Template })
                : Problem.BadParameter("template", "is no path template such as /users/{user_id}, or there is no room for more decisions");
        });
    }

    private static async Task<IResult> Undo(string id, HttpContext context, LiveCatalogue catalogue)
    {
        var (body, problem) = await Decision(context);
        if (problem is not null) return problem;
        if (Name(catalogue, id) is not { } service) return Unknown();
        var parameter = body!["parameter"] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
        return catalogue.Decide(service, read =>
        {
            if (Find(read.Services.Values, id) is not { } found) return Unknown();
            var template = found.Endpoint.Template;
            var segments = template.Split('/', StringSplitOptions.RemoveEmptyEntries);
            var index = Array.FindLastIndex(segments, segment => segment.StartsWith('{') && (parameter is null || segment.StartsWith($"{{{parameter}}}", StringComparison.Ordinal)));
            return index >= 0 && found.Service.Undo(template, index)
                ? Json(new JsonObject { ["service"] = service, ["undone"] = template, ["segment"] = segments[index] })
                : Problem.BadParameter("parameter", $"is none of {template}");
        });
    }

    private static IResult OpenApi(
        LiveCatalogue catalogue,
        [Description("Name of the service")] string? service = null,
        [Description("true: also endpoints that only ever answered 404 and the like")] string? all = null,
        [Description("json (default) or yaml")] string? format = null) => catalogue.Read(read =>
    {
        if (service is null || !read.Services.TryGetValue(service, out var found)) return Problem.NotFound($"There is no service {service}; /api/v1/endpoints lists them.");
        var document = OpenApiBuilder.Build(found, all == "true");
        return format == "yaml" ? Results.Text(YamlWriter.Write(document), "application/yaml; charset=utf-8") : Json(document);
    });

    private static async Task<IResult> Drift(HttpContext context, LiveCatalogue catalogue, [Description("Name of the service")] string? service = null)
    {
        if (await RequestBody.Read(context, SpecLimits.Default.MaxBytes) is not { } bytes) return Results.Problem("The document is too large", statusCode: 413);
        if (!SpecReader.TryRead(bytes, out var model, out var error)) return Problem.BadParameter("body", $"is no OpenAPI document that can be used: {error}");
        return catalogue.Read(read => service is not null && read.Services.TryGetValue(service, out var found)
            ? Json(EndpointJson.Drift(found.Name, SpecDiff.Compare(model, found)))
            : Problem.NotFound($"There is no service {service}; /api/v1/endpoints lists them."));
    }

    private static async Task<(JsonObject? Body, IResult? Problem)> Decision(HttpContext context)
    {
        if (await RequestBody.Read(context, MaxDecisionBytes) is not { } bytes) return (null, Results.Problem("The body is too large", statusCode: 413));
        if (bytes.Length == 0) return ([], null);
        try
        {
            if (WholeJson.Is(bytes.Span) && JsonNode.Parse(bytes.Span, documentOptions: new() { AllowDuplicateProperties = false }) is JsonObject body) return (body, null);
        }
        catch (System.Text.Json.JsonException)
        {
            // Told below, as what is JSON but no object is.
        }

        return (null, Problem.BadParameter("body", "is no JSON object"));
    }

    private static IResult Unknown() => Problem.NotFound("There is no endpoint of this id; its template may have changed.");

    private static IResult Json(JsonObject body) => Results.Text(body.ToJsonString(), "application/json");

    private static string? Name(LiveCatalogue catalogue, string id) => catalogue.Read(read => Find(read.Services.Values, id)?.Service.Name);

    private static (ServiceCatalogue Service, Weir.Inventory.Catalogue.Endpoint Endpoint)? Find(IEnumerable<ServiceCatalogue> services, string id)
    {
        foreach (var service in services)
            if (service.Find(id) is { } endpoint) return (service, endpoint);
        return null;
    }
}
