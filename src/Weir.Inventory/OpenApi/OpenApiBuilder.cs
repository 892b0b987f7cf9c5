using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Weir.Inventory.Catalogue;
using Weir.Inventory.Schemas;

namespace Weir.Inventory.OpenApi;

/// <summary>
/// Describes the endpoints of a service as OpenAPI 3.1.1. Holds no value that was sent: no examples, no enumerations. gRPC is left out,
/// it has its own descriptions.
/// </summary>
public static class OpenApiBuilder
{
    private static readonly string[] s_methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

    /// <param name="service">Read while it is not changed.</param>
    /// <param name="unconfirmed">Also describe what only ever answered "not found" and the like.</param>
    public static JsonObject Build(ServiceCatalogue service, bool unconfirmed = false)
    {
        ArgumentNullException.ThrowIfNull(service);
        var paths = new JsonObject();
        var schemes = new SecuritySchemes();
        var endpoints = service.Endpoints.Where(endpoint => (endpoint.Confirmed || unconfirmed) && endpoint.Kind != EndpointKind.Grpc);
        foreach (var path in endpoints.GroupBy(static endpoint => endpoint.Template).OrderBy(static path => path.Key, StringComparer.Ordinal))
        {
            var item = new JsonObject();
            foreach (var method in path.GroupBy(static endpoint => endpoint.Method.ToLowerInvariant()).OrderBy(static one => Array.IndexOf(s_methods, one.Key)))
                if (s_methods.Contains(method.Key)) item[method.Key] = Operation(method.Key, [.. method], schemes);
            if (item.Count > 0) paths[path.Key] = item;
        }

        var document = new JsonObject
        {
            ["openapi"] = "3.1.1",
            ["info"] = new JsonObject
            {
                ["title"] = service.Name,
                ["version"] = "1.0.0",
                ["description"] = "Derived from observed traffic by Weir.",
            },
            ["paths"] = paths,
        };
        if (schemes.ToJson() is { Count: > 0 } security) document["components"] = new JsonObject { ["securitySchemes"] = security };
        return document;
    }

    /// <summary>As <c>2026-01-31T12:00:00.123456Z</c>.</summary>
    public static string Time(long unixNs) => DateTime.UnixEpoch.AddTicks(unixNs / 100).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    private static JsonObject Operation(string method, List<Endpoint> endpoints, SecuritySchemes schemes)
    {
        // Operations of GraphQL share a path and a method; OpenAPI has one place for them.
        var endpoint = endpoints.MaxBy(static one => one.Calls)!;
        var operation = new JsonObject { ["operationId"] = OperationId(method, endpoint.Template) };
        if (endpoint.Kind == EndpointKind.GraphQl)
            operation["x-weir-graphql-operations"] = new JsonArray([.. endpoints.Select(static one => (JsonNode)one.Operation).ToArray()]);
        var parameters = Parameters(endpoint);
        if (parameters.Count > 0) operation["parameters"] = parameters;
        if (endpoint.Request.Bodies.Count > 0)
        {
            var body = new JsonObject { ["content"] = Content(endpoint.Request) };
            if (endpoint.Request.Bodies.Values.Sum(static one => one.Count) >= endpoint.Request.Count) body["required"] = true;
            operation["requestBody"] = body;
        }

        operation["responses"] = Responses(endpoint);
        if (schemes.Of(endpoint) is { } security) operation["security"] = security;
        operation["x-weir"] = new JsonObject
        {
            ["calls"] = endpoints.Sum(static one => one.Calls),
            ["firstSeen"] = Time(endpoints.Min(static one => one.FirstNs)),
            ["lastSeen"] = Time(endpoints.Max(static one => one.LastNs)),
        };
        return operation;
    }

    private static JsonArray Parameters(Endpoint endpoint)
    {
        var all = new JsonArray();
        foreach (var parameter in endpoint.PathParameters)
            all.Add(new JsonObject { ["name"] = parameter.Name, ["in"] = "path", ["required"] = true, ["schema"] = SchemaJson.Of(parameter) });
        Add(all, endpoint, endpoint.Query, "query");
        Add(all, endpoint, endpoint.Headers, "header");
        Add(all, endpoint, endpoint.Cookies, "cookie");
        return all;
    }

    private static void Add(JsonArray all, Endpoint endpoint, Dictionary<string, ParameterModel> parameters, string place)
    {
        foreach (var (name, parameter) in parameters.OrderBy(static one => one.Key, StringComparer.Ordinal))
        {
            var described = new JsonObject { ["name"] = name, ["in"] = place };
            if (parameter.Count >= endpoint.Calls && endpoint.Calls >= SchemaJson.SamplesForRequired) described["required"] = true;
            var schema = SchemaJson.Of(parameter.Schema);
            described["schema"] = parameter.Repeated ? new JsonObject { ["type"] = "array", ["items"] = schema } : schema;
            all.Add(described);
        }
    }

    private static JsonObject Responses(Endpoint endpoint)
    {
        var responses = new JsonObject();
        foreach (var (status, response) in endpoint.Responses)
        {
            if (status is < 100 or > 599) continue;
            var described = new JsonObject { ["description"] = StatusText.Of(status) };
            if (response.Bodies.Count > 0) described["content"] = Content(response);
            responses[status.ToString(CultureInfo.InvariantCulture)] = described;
        }

        if (responses.Count == 0) responses["default"] = new JsonObject { ["description"] = "No response was seen" };
        return responses;
    }

    private static JsonObject Content(MessageModel message)
    {
        var content = new JsonObject();
        foreach (var (type, body) in message.Bodies.OrderBy(static one => one.Key, StringComparer.Ordinal))
            content[type.Length == 0 ? "*/*" : type] = body.Schema is null ? new JsonObject() : new JsonObject { ["schema"] = SchemaJson.Of(body.Schema) };
        return content;
    }

    /// <summary>Unique because templates are: what is no letter or digit becomes _ with the segments counted.</summary>
    private static string OperationId(string method, string template)
    {
        var text = new StringBuilder(method);
        foreach (var c in template)
        {
            if (char.IsAsciiLetterOrDigit(c)) text.Append(c);
            else if (c == '{') text.Append("by_");
            else if (c == '/') text.Append('_');
            else if (c != '}') text.Append(CultureInfo.InvariantCulture, $"_{(int)c:x}_");
        }

        return text.ToString();
    }
}
