using System.Text.Json.Nodes;

namespace Weir.Center.Mcp;

/// <summary>A parameter of a tool, which is one of the route behind it.</summary>
/// <param name="Name">As in the route.</param>
/// <param name="Description">For the model.</param>
/// <param name="IsRequired">Part of the route's path, or without meaning when it is left out.</param>
/// <param name="IsNumber">A whole number; else text.</param>
internal sealed record McpParameter(string Name, string Description, bool IsRequired = false, bool IsNumber = false);

/// <summary>A question that a model may ask: a route of the REST API that changes nothing.</summary>
/// <param name="Name">Of the tool.</param>
/// <param name="Title">For people.</param>
/// <param name="Description">When to use it and what comes back.</param>
/// <param name="Operation">Name of the route (operationId at /openapi/v1.json).</param>
/// <param name="Parameters">In the order of interest.</param>
/// <param name="Body">The parameter that is the body of the request; null where it has none.</param>
/// <param name="Defaults">Values of parameters that the model left out, for answers of a size that it can read.</param>
internal sealed record McpTool(
    string Name, string Title, string Description, string Operation, IReadOnlyList<McpParameter> Parameters, string? Body = null, params (string Name, string Value)[] Defaults)
{
    /// <summary>JSON Schema of the arguments, and the hint that nothing is changed.</summary>
    public JsonObject Describe()
    {
        var properties = new JsonObject();
        foreach (var parameter in Parameters)
        {
            properties[parameter.Name] = new JsonObject { ["type"] = parameter.IsNumber ? "integer" : "string", ["description"] = parameter.Description };
        }

        var schema = new JsonObject { ["type"] = "object", ["properties"] = properties, ["additionalProperties"] = false };
        var required = Parameters.Where(static parameter => parameter.IsRequired).Select(static parameter => (JsonNode?)parameter.Name).ToArray();
        if (required.Length > 0) schema["required"] = new JsonArray(required);
        return new JsonObject
        {
            ["name"] = Name,
            ["title"] = Title,
            ["description"] = Description,
            ["inputSchema"] = schema,
            ["annotations"] = new JsonObject { ["readOnlyHint"] = true, ["openWorldHint"] = false },
        };
    }
}

/// <summary>What the center offers over the Model Context Protocol. None of it changes anything.</summary>
internal static class McpTools
{
    private const string Times = "ISO 8601 such as 2026-03-01T12:00:00Z, or back from now such as -15m, -24h";

    private static readonly McpParameter s_where = new("where", "CEL filter, such as status_code >= 500 && dst.name == 'orders'; list_fields tells the fields");
    private static readonly McpParameter s_from = new("from", "Earliest start: " + Times);
    private static readonly McpParameter s_to = new("to", "Latest start, exclusive: " + Times);

    public static IReadOnlyList<McpTool> All { get; } =
    [
        new("list_calls", "List calls", "API calls that were seen, newest first: who called whom, method, path, status, duration. Without headers and bodies.", "listExchanges",
            [s_where, s_from, s_to, new("limit", "Calls, 1 to 1000; 20 when left out", IsNumber: true), new("cursor", "The next value of an earlier answer")], null, ("limit", "20")),
        new("get_call", "Get a call", "One call whole: headers and bodies of both sides as redaction left them, timing, process and pod of both ends, anomalies.", "getExchange",
            [new("id", "Its id, from list_calls", IsRequired: true)]),
        new("count_calls", "Count calls", "Calls by time and status class, and the commonest values of fields: for questions such as which service fails, and since when.", "getOverview",
            [s_where, s_from, s_to, new("buckets", "Stretches of time, 1 to 500; 12 when left out", IsNumber: true),
             new("fields", "Fields whose values are counted, with commas between, such as dst.name,endpoint,status_code"), new("top", "Values of each field, 1 to 100", IsNumber: true)],
            null, ("buckets", "12")),
        new("list_fields", "List filter fields", "Fields of the filter language that list_calls and count_calls take.", "listFields", []),
        new("list_endpoints", "List endpoints", "Endpoints that traffic shows (method and path template such as /orders/{order_id}), with authentication, sensitive data, latency and findings.", "listEndpoints",
            [new("service", "Only this service"), new("all", "true: also endpoints that only ever answered 404 and the like")]),
        new("get_endpoint", "Get an endpoint", "One endpoint: parameters, schemas, status codes, callers, and why its template is what it is.", "getEndpoint",
            [new("id", "Its id, from list_endpoints", IsRequired: true)]),
        new("describe_service", "Describe a service", "OpenAPI 3.1 of a service, derived from its traffic.", "describeService",
            [new("service", "Name of the service, from list_endpoints", IsRequired: true)]),
        new("find_drift", "Find drift", "What a service does that its OpenAPI document does not say, and the other way round. Needs the role operator.", "compareWithSpecification",
            [new("service", "Name of the service", IsRequired: true), new("document", "The OpenAPI document, JSON or YAML", IsRequired: true)], "document"),
        new("list_incidents", "List incidents", "Anomalies and attacks that were detected, newest first, with severity, reason and what they are about.", "listIncidents",
            [new("state", "open or closed"), new("severity", "Lowest severity: info, low, medium, high or critical"), new("limit", "Incidents, 1 to 1000; 20 when left out", IsNumber: true)],
            null, ("limit", "20")),
        new("get_incident", "Get an incident", "One incident with its numbers, what is usual, and its evidence.", "getIncident", [new("id", "Its id", IsRequired: true)]),
        new("get_traffic", "Get traffic", "Bytes and packets of all traffic by time, and by who sent them to whom: not only of APIs.", "getTraffic",
            [new("from", s_from.Description), new("to", s_to.Description), new("group_by", "Fields with commas between: node, direction, protocol, source, destination, pod, workload, service"),
             new("top", "Groups with the most bytes, 1 to 100", IsNumber: true), new("service", "Only with this service at either end, as namespace/name")]),
        new("get_service_map", "Get the service map", "Who calls whom, by observed traffic: calls, rates, errors, latency and bytes of each edge.", "getMap", [s_where, s_from, s_to, new("namespace", "Only this namespace")]),
        new("get_status", "Get the status", "How Weir fares: probes, planes, storage, and the ledger of what was not seen and why.", "getStatus", []),
    ];
}
