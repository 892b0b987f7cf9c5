using System.Globalization;
using System.Text.Json.Nodes;
using Weir.Inventory.OpenApi;
using Weir.Records;

namespace Weir.Inventory.Tests.OpenApi;

/// <summary>Makes random APIs as OpenAPI documents, and traffic that keeps to a document.</summary>
internal sealed class RandomApi(int seed)
{
    private static readonly string[] s_nouns = ["users", "orders", "carts", "teams", "plans", "tickets", "rooms", "invoices"];
    private static readonly string[] s_fields = ["id", "name", "total", "state", "tags", "owner", "createdAt", "count", "active", "note"];

    private readonly Random _random = new(seed);

    public JsonObject Document()
    {
        var paths = new JsonObject();
        foreach (var noun in s_nouns.OrderBy(_ => _random.Next()).Take(3))
        {
            paths[$"/api/v1/{noun}"] = new JsonObject { ["get"] = Operation([], null), ["post"] = Operation([], Schema(2)) };
            paths[$"/api/v1/{noun}/{{{noun}Id}}"] = new JsonObject
            {
                ["parameters"] = new JsonArray(Path($"{noun}Id")),
                ["get"] = Operation([], null),
                ["put"] = Operation([], Schema(1)),
                ["delete"] = new JsonObject { ["responses"] = new JsonObject { ["204"] = new JsonObject { ["description"] = "gone" } } },
            };
        }

        return new JsonObject { ["openapi"] = "3.1.0", ["info"] = new JsonObject { ["title"] = "made", ["version"] = "1" }, ["paths"] = paths };
    }

    /// <summary>Calls of every operation, several times with every status, with all that is required and sometimes what is not.</summary>
    public IEnumerable<Exchange> Traffic(SpecModel spec, int rounds = 6)
    {
        for (var round = 0; round < rounds; round++)
            foreach (var operation in spec.Operations)
                foreach (var (status, content) in operation.Responses)
                    if (int.TryParse(status, CultureInfo.InvariantCulture, out var code)) yield return Call(spec, operation, code, content);
    }

    public Exchange Call(SpecModel spec, SpecOperation operation, int status, IReadOnlyDictionary<string, JsonNode?> content, Func<JsonNode?, JsonNode?>? change = null)
    {
        var path = string.Join('/', operation.Path.Split('/').Select(segment => segment.StartsWith('{') ? Text(PathValue(operation, segment.Trim('{', '}'))) : segment));
        var query = operation.Parameters.Where(one => one.Place == "query" && (one.Required || _random.Next(2) == 0)).Select(one => $"{one.Name}={Text(Value(spec, one.Schema))}").ToList();
        var headers = operation.Parameters.Where(one => one.Place == "header" && (one.Required || _random.Next(2) == 0)).Select(one => (one.Name, Text(Value(spec, one.Schema)))).ToArray();
        var request = operation.RequestBody?.FirstOrDefault();
        var response = content.FirstOrDefault();
        var body = response.Key is null ? null : Value(spec, response.Value);
        if (change is not null) body = change(body);
        return Calls.Make(
            operation.Method, path + (query.Count > 0 ? "?" + string.Join('&', query) : ""), status, body?.ToJsonString(), request is { Key: not null } one ? Value(spec, one.Value)?.ToJsonString() ?? "null" : null,
            responseType: response.Key ?? "", requestType: request?.Key ?? "", headers: headers);
    }

    public JsonNode? Value(SpecModel spec, JsonNode? schema)
    {
        if (spec.Resolve(schema) is not JsonObject members) return JsonValue.Create("any");
        var type = members["type"] switch { JsonArray several => several[_random.Next(several.Count)]!.GetValue<string>(), JsonNode one => one.GetValue<string>(), _ => "object" };
        switch (type)
        {
            case "integer": return JsonValue.Create(_random.Next(1, 9999));
            case "number": return JsonValue.Create(Math.Round(_random.NextDouble() * 100, 2) + 0.001);
            case "boolean": return JsonValue.Create(_random.Next(2) == 0);
            case "null": return null;
            case "array": return new JsonArray([.. Enumerable.Range(0, _random.Next(1, 3)).Select(_ => Value(spec, members["items"])).ToArray()]);
            case "string":
                return JsonValue.Create(members["format"]?.GetValue<string>() switch
                {
                    "uuid" => Guid.NewGuid().ToString(),
                    "date-time" => "2026-01-31T12:00:00Z",
                    "date" => "2026-01-31",
                    "email" => "a@b.example",
                    _ => $"text {_random.Next(1000)}",
                });
            default:
                var value = new JsonObject();
                var required = (members["required"] as JsonArray ?? []).Select(static name => name!.GetValue<string>()).ToHashSet();
                foreach (var (name, property) in members["properties"] as JsonObject ?? [])
                    if (required.Contains(name) || _random.Next(2) == 0) value[name] = Value(spec, property);
                return value;
        }
    }

    private JsonObject Operation(JsonObject[] parameters, JsonObject? request)
    {
        var all = new JsonArray([.. parameters]);
        if (_random.Next(2) == 0) all.Add(new JsonObject { ["name"] = "page", ["in"] = "query", ["schema"] = new JsonObject { ["type"] = "integer" } });
        if (_random.Next(2) == 0) all.Add(new JsonObject { ["name"] = "x-tenant", ["in"] = "header", ["schema"] = new JsonObject { ["type"] = "string" } });
        var operation = new JsonObject { ["parameters"] = all, ["responses"] = new JsonObject { ["200"] = Response(Schema(0)), ["400"] = Response(Schema(2)) } };
        if (request is not null) operation["requestBody"] = new JsonObject { ["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = request } } };
        return operation;
    }

    private static JsonObject Response(JsonObject schema) => new() { ["description"] = "x", ["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = schema } } };

    private JsonObject Path(string name) => new() { ["name"] = name, ["in"] = "path", ["required"] = true, ["schema"] = _random.Next(2) == 0 ? new JsonObject { ["type"] = "integer" } : new JsonObject { ["type"] = "string", ["format"] = "uuid" } };

    private JsonObject Schema(int depth)
    {
        var properties = new JsonObject();
        var required = new JsonArray();
        foreach (var name in s_fields.OrderBy(_ => _random.Next()).Take(_random.Next(2, 6)))
        {
            properties[name] = depth < 2 && _random.Next(4) == 0 ? Schema(depth + 1) : Leaf();
            if (_random.Next(3) > 0) required.Add(name);
        }

        return new JsonObject { ["type"] = "object", ["properties"] = properties, ["required"] = required };
    }

    private JsonObject Leaf() => _random.Next(7) switch
    {
        0 => new JsonObject { ["type"] = "integer" },
        1 => new JsonObject { ["type"] = "number" },
        2 => new JsonObject { ["type"] = "boolean" },
        3 => new JsonObject { ["type"] = new JsonArray("string", "null") },
        4 => new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "string" } },
        5 => new JsonObject { ["type"] = "string", ["format"] = "date-time" },
        _ => new JsonObject { ["type"] = "string" },
    };

    private JsonValue? PathValue(SpecOperation operation, string name) =>
        operation.Parameters.First(one => one.Place == "path" && one.Name == name).Schema?["type"]?.GetValue<string>() == "integer" ? JsonValue.Create(_random.Next(1, 9999)) : JsonValue.Create(Guid.NewGuid().ToString());

    private static string Text(JsonNode? node) => node is null ? "" : Uri.EscapeDataString(node.ToString());
}
