using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Weir.Inventory.Templating;

namespace Weir.Inventory.OpenApi;

/// <summary>A parameter that a specification describes.</summary>
/// <param name="Place"><c>path</c>, <c>query</c>, <c>header</c>, <c>cookie</c>.</param>
/// <param name="Name">As written.</param>
/// <param name="Required">Whether it must be there.</param>
/// <param name="Schema">Null when there is none.</param>
public sealed record SpecParameter(string Place, string Name, bool Required, JsonNode? Schema);

/// <summary>An operation that a specification describes.</summary>
public sealed class SpecOperation
{
    internal SpecOperation(string method, string path) => (Method, Path) = (method, path);

    /// <summary>Upper case.</summary>
    public string Method { get; }

    /// <summary>With the path of its server before it.</summary>
    public string Path { get; }

    public bool IsDeprecated { get; internal init; }

    public IReadOnlyList<SpecParameter> Parameters { get; internal init; } = [];

    /// <summary>By media type; null when no body is described.</summary>
    public IReadOnlyDictionary<string, JsonNode?>? RequestBody { get; internal init; }

    /// <summary>By status (<c>200</c>, <c>4XX</c>, <c>default</c>), then by media type.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, JsonNode?>> Responses { get; internal init; } = new Dictionary<string, IReadOnlyDictionary<string, JsonNode?>>();

    internal List<TemplatePart> Parts { get; init; } = [];
}

/// <summary>What Weir reads of an OpenAPI document 3.0 or 3.1: operations with their parameters and schemas.</summary>
public sealed class SpecModel
{
    private const int MaxOperations = 10_000;

    private static readonly string[] s_methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

    private readonly JsonObject _document;

    private SpecModel(JsonObject document) => _document = document;

    public string Title { get; private set; } = "";

    public IReadOnlyList<SpecOperation> Operations { get; private set; } = [];

    /// <summary>Names of headers, query parameters and cookies that carry keys.</summary>
    public IReadOnlySet<string> KeyNames { get; private set; } = new HashSet<string>();

    /// <summary>References are followed within the document; others describe nothing.</summary>
    /// <param name="document">JSON, or YAML turned into it.</param>
    /// <param name="model">The operations.</param>
    /// <param name="error">What is wrong.</param>
    public static bool TryRead(JsonNode? document, [NotNullWhen(true)] out SpecModel? model, [NotNullWhen(false)] out string? error)
    {
        (model, error) = (null, null);
        if (document is not JsonObject root) error = "it is no object";
        else if (root.ContainsKey("swagger")) error = "it is Swagger 2.0; convert it to OpenAPI 3 first";
        else if (Text(root["openapi"]) is not { } version || !(version.StartsWith("3.0", StringComparison.Ordinal) || version.StartsWith("3.1", StringComparison.Ordinal) || version.StartsWith("3.2", StringComparison.Ordinal)))
            error = "it does not say openapi: 3.0 or 3.1";
        else if (root["paths"] is not (null or JsonObject)) error = "its paths are no object";
        if (error is not null) return false;
        model = new SpecModel((JsonObject)document!);
        error = model.Read();
        if (error is null) return true;
        model = null;
        return false;
    }

    /// <summary>Follows references within the document; null when they lead nowhere or in a circle.</summary>
    public JsonNode? Resolve(JsonNode? node)
    {
        for (var hops = 0; hops < 32; hops++)
        {
            if (node is not JsonObject member || Text(member["$ref"]) is not { } reference) return node;
            if (!reference.StartsWith("#/", StringComparison.Ordinal)) return null;
            JsonNode? at = _document;
            foreach (var part in reference[2..].Split('/'))
            {
                var name = Uri.UnescapeDataString(part).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
                at = at switch
                {
                    JsonObject members => members[name],
                    JsonArray elements when int.TryParse(name, out var index) && index >= 0 && index < elements.Count => elements[index],
                    _ => null,
                };
            }

            node = at;
        }

        return null;
    }

    internal static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    internal static bool True(JsonNode? node) => node is JsonValue value && value.TryGetValue<bool>(out var yes) && yes;

    private string? Read()
    {
        Title = Text((_document["info"] as JsonObject)?["title"]) ?? "";
        var operations = new List<SpecOperation>();
        foreach (var (path, value) in _document["paths"] as JsonObject ?? [])
        {
            if (Resolve(value) is not JsonObject item || !path.StartsWith('/')) continue;
            foreach (var server in ServerPaths(item))
            {
                var whole = server + path;
                if (!TemplatePattern.TryParse(whole, 64, out var parts)) return $"the path {path} is no template";
                foreach (var method in s_methods)
                {
                    if (Resolve(item[method]) is not JsonObject operation) continue;
                    if (operations.Count == MaxOperations) return $"it has more than {MaxOperations} operations";
                    operations.Add(Operation(method, whole, parts, item, operation));
                }
            }
        }

        Operations = operations;
        KeyNames = Keys();
        return null;
    }

    private SpecOperation Operation(string method, string path, List<TemplatePart> parts, JsonObject item, JsonObject operation)
    {
        // Those of the operation take the place of those of the path (OpenAPI 3.1 §4.8.9).
        var parameters = new Dictionary<(string, string), SpecParameter>();
        foreach (var one in Elements(item["parameters"]).Concat(Elements(operation["parameters"])))
        {
            if (Resolve(one) is not JsonObject parameter || Text(parameter["name"]) is not { } name || Text(parameter["in"]) is not { } place) continue;
            var schema = parameter["schema"] ?? (parameter["content"] as JsonObject)?.FirstOrDefault().Value?["schema"];
            parameters[(place, name)] = new SpecParameter(place, name, True(parameter["required"]), schema);
        }

        var responses = new Dictionary<string, IReadOnlyDictionary<string, JsonNode?>>(StringComparer.OrdinalIgnoreCase);
        foreach (var (status, response) in Resolve(operation["responses"]) as JsonObject ?? [])
            responses[status] = Content(Resolve(response));
        return new SpecOperation(method.ToUpperInvariant(), path)
        {
            IsDeprecated = True(operation["deprecated"]),
            Parameters = [.. parameters.Values],
            RequestBody = Resolve(operation["requestBody"]) is JsonObject body ? Content(body) : null,
            Responses = responses,
            Parts = parts,
        };
    }

    private Dictionary<string, JsonNode?> Content(JsonNode? message)
    {
        var types = new Dictionary<string, JsonNode?>(StringComparer.OrdinalIgnoreCase);
        foreach (var (type, media) in (message as JsonObject)?["content"] as JsonObject ?? [])
            types[type.Split(';')[0].Trim()] = (Resolve(media) as JsonObject)?["schema"];
        return types;
    }

    private string[] ServerPaths(JsonObject item)
    {
        var servers = Elements(item["servers"] ?? _document["servers"]).OfType<JsonObject>().Select(ServerPath).Distinct(StringComparer.Ordinal).Take(8).ToArray();
        return servers.Length == 0 ? [""] : servers;
    }

    /// <summary>The path of a server's URL, with its variables at their defaults.</summary>
    private static string ServerPath(JsonObject server)
    {
        var url = Text(server["url"]) ?? "";
        foreach (var (name, variable) in server["variables"] as JsonObject ?? [])
            url = url.Replace($"{{{name}}}", Text((variable as JsonObject)?["default"]) ?? "", StringComparison.Ordinal);
        var scheme = url.IndexOf("://", StringComparison.Ordinal);
        if (scheme >= 0)
        {
            var slash = url.IndexOf('/', scheme + 3);
            url = slash < 0 ? "" : url[slash..];
        }

        url = url.TrimEnd('/');
        return url.Length == 0 || url[0] == '/' ? url : "/" + url;
    }

    private HashSet<string> Keys()
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (_, value) in (_document["components"] as JsonObject)?["securitySchemes"] as JsonObject ?? [])
            if (Resolve(value) is JsonObject scheme && Text(scheme["type"]) == "apiKey" && Text(scheme["name"]) is { } name) names.Add(name);
        return names;
    }

    private static IEnumerable<JsonNode?> Elements(JsonNode? node) => node as JsonArray ?? [];
}
