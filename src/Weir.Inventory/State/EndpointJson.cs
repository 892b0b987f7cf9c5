using System.Globalization;
using System.Text.Json.Nodes;
using Weir.Inventory.Catalogue;
using Weir.Inventory.Drift;
using Weir.Inventory.OpenApi;
using Weir.Inventory.Security;
using Weir.Inventory.Templating;
using Weir.Records.Credentials;

namespace Weir.Inventory.State;

/// <summary>Endpoints, findings and drift as the API and <c>--json</c> show them; docs/formats/catalogue.md.</summary>
public static class EndpointJson
{
    /// <summary>One endpoint in a list.</summary>
    public static JsonObject Summary(string service, Endpoint endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        var summary = new JsonObject { ["id"] = endpoint.Id, ["service"] = service, ["kind"] = KindOf(endpoint.Kind), ["method"] = endpoint.Method, ["template"] = endpoint.Template };
        if (endpoint.Operation.Length > 0) summary["operation"] = endpoint.Operation;
        summary["confirmed"] = endpoint.Confirmed;
        summary["calls"] = endpoint.Calls;
        summary["unanswered"] = endpoint.Unanswered;
        summary["statuses"] = new JsonObject(endpoint.Responses.Select(static one => KeyValuePair.Create(one.Key.ToString(CultureInfo.InvariantCulture), (JsonNode?)one.Value.Count)));
        summary["firstSeen"] = OpenApiBuilder.Time(endpoint.FirstNs);
        summary["lastSeen"] = OpenApiBuilder.Time(endpoint.LastNs);
        summary["latencyMs"] = new JsonObject { ["p50"] = Ms(endpoint, 0.5), ["p90"] = Ms(endpoint, 0.9), ["p99"] = Ms(endpoint, 0.99) };
        summary["auth"] = new JsonArray([.. endpoint.Auth.Keys.SelectMany(CredentialNames.Of).Distinct().Order(StringComparer.Ordinal).Select(static name => (JsonNode)name).ToArray()]);
        summary["sensitive"] = new JsonArray([.. endpoint.Sensitive.Keys.Select(static one => one.Class).Distinct().Order(StringComparer.Ordinal).Select(static name => (JsonNode)name).ToArray()]);
        summary["example"] = endpoint.Example;
        return summary;
    }

    /// <summary>One endpoint with all that is known of it, and why its template is what it is.</summary>
    public static JsonObject Detail(ServiceCatalogue service, Endpoint endpoint)
    {
        ArgumentNullException.ThrowIfNull(service);
        var detail = Summary(service.Name, endpoint);
        detail["explanation"] = new JsonArray([.. endpoint.Explain().Select(static one => (JsonNode)Explanation(one)).ToArray()]);
        detail["parameters"] = new JsonArray([.. endpoint.PathParameters.Select(static one => (JsonNode)PathParameter(one))
            .Concat(Parameters(endpoint.Query, "query", endpoint)).Concat(Parameters(endpoint.Headers, "header", endpoint)).Concat(Parameters(endpoint.Cookies, "cookie", endpoint)).ToArray()]);
        detail["request"] = Message(endpoint.Request);
        detail["responses"] = new JsonObject(endpoint.Responses.Select(static one => KeyValuePair.Create(one.Key.ToString(CultureInfo.InvariantCulture), (JsonNode?)Message(one.Value))));
        detail["sensitiveData"] = new JsonArray([.. endpoint.Sensitive.Select(static one => (JsonNode)new JsonObject { ["class"] = one.Key.Class, ["where"] = one.Key.Where, ["count"] = one.Value }).ToArray()]);
        detail["callers"] = Counts(endpoint.Callers, "name");
        detail["findings"] = Findings(ServiceFindings.Of(service).Where(one => one.Method == endpoint.Method && one.Template == endpoint.Template));
        return detail;
    }

    public static JsonArray Findings(IEnumerable<SecurityFinding> findings) => new([.. findings.Select(static one => (JsonNode)new JsonObject
    {
        ["kind"] = SecurityFinding.NameOf(one.Kind),
        ["severity"] = SecurityFinding.NameOf(one.Severity),
        ["method"] = one.Method,
        ["template"] = one.Template,
        ["detail"] = one.Detail,
        ["count"] = one.Count,
        ["firstSeen"] = OpenApiBuilder.Time(one.FirstNs),
        ["lastSeen"] = OpenApiBuilder.Time(one.LastNs),
    }).ToArray()]);

    public static JsonObject Drift(string service, DriftReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return new JsonObject
        {
            ["service"] = service,
            ["observed"] = report.Observed,
            ["matched"] = report.Matched,
            ["drift"] = new JsonArray([.. report.Items.Select(static one => (JsonNode)Drift(one)).ToArray()]),
            ["unused"] = new JsonArray([.. report.Unused.Select(static one => (JsonNode)one).ToArray()]),
        };
    }

    public static JsonObject Drift(DriftItem item)
    {
        ArgumentNullException.ThrowIfNull(item);
        return new JsonObject { ["kind"] = DriftItem.NameOf(item.Kind), ["method"] = item.Method, ["path"] = item.Path, ["where"] = item.Where, ["detail"] = item.Detail, ["count"] = item.Count };
    }

    private static string KindOf(EndpointKind kind) => kind.ToString().ToLowerInvariant();

    private static double Ms(Endpoint endpoint, double share) => Math.Round(endpoint.Latency.QuantileUs(share) / 1000, 3);

    private static JsonObject Explanation(TemplateExplanation one)
    {
        var explained = new JsonObject { ["segment"] = one.Segment, ["parameter"] = one.IsParameter, ["rule"] = one.Reason.ToString().ToLowerInvariant(), ["kind"] = SegmentKinds.NameOf(one.Kind), ["samples"] = one.Samples };
        if (one.IsParameter) explained["distinct"] = one.Distinct;
        explained["why"] = one.Text;
        return explained;
    }

    private static JsonObject PathParameter(PathParameter parameter) => new()
    {
        ["name"] = parameter.Name,
        ["in"] = "path",
        ["kind"] = SegmentKinds.NameOf(parameter.Kind),
        ["distinct"] = parameter.Distinct,
        ["schema"] = SchemaJson.Of(parameter),
        ["values"] = Counts(parameter.Values, "value"),
    };

    private static IEnumerable<JsonNode> Parameters(Dictionary<string, ParameterModel> parameters, string place, Endpoint endpoint) => parameters.Select(one => (JsonNode)new JsonObject
    {
        ["name"] = one.Key,
        ["in"] = place,
        ["count"] = one.Value.Count,
        ["always"] = one.Value.Count >= endpoint.Calls,
        ["schema"] = SchemaJson.Of(one.Value.Schema),
    });

    private static JsonObject Message(MessageModel message) => new()
    {
        ["count"] = message.Count,
        ["content"] = new JsonObject(message.Bodies.Select(static one => KeyValuePair.Create(one.Key, (JsonNode?)Body(one.Value)))),
    };

    private static JsonObject Body(BodyModel body)
    {
        var described = new JsonObject { ["count"] = body.Count, ["malformed"] = body.Malformed };
        if (body.Schema is not null) described["schema"] = SchemaJson.Of(body.Schema);
        return described;
    }

    private static JsonArray Counts(TopCounter top, string name) => new([.. top.Entries.OrderByDescending(static one => one.Value.Count).Select(one => (JsonNode)new JsonObject
    {
        [name] = one.Key,
        ["count"] = one.Value.Count,
        ["firstSeen"] = OpenApiBuilder.Time(one.Value.FirstNs),
        ["lastSeen"] = OpenApiBuilder.Time(one.Value.LastNs),
    }).ToArray()]);
}
