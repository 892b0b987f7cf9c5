using System.Globalization;
using System.Text.Json.Nodes;

namespace Weir.Kubernetes.TestServer;

/// <summary>RFC 7396 and RFC 6902, without mercy.</summary>
internal static class Patches
{
    public static JsonObject Merge(JsonObject target, JsonObject patch)
    {
        var result = (JsonObject)target.DeepClone();
        foreach (var (name, value) in patch)
        {
            if (value is null) result.Remove(name);
            else if (value is JsonObject map) result[name] = Merge(result[name] as JsonObject ?? [], map);
            else result[name] = value.DeepClone();
        }

        return result;
    }

    /// <exception cref="ApiException">422: a test failed or a path is not there; 400: it is no JSON patch.</exception>
    public static JsonObject Apply(JsonObject target, JsonArray patch)
    {
        JsonNode root = target.DeepClone();
        foreach (var step in patch)
        {
            var op = (string?)step!["op"] ?? throw ApiException.BadRequest("a step of the patch has no op");
            var path = (string?)step["path"] ?? throw ApiException.BadRequest("a step of the patch has no path");
            var (parent, last) = Parent(root, path);
            switch (op)
            {
                case "add":
                    if (parent is JsonArray list) list.Insert(last == "-" ? list.Count : Index(last, list.Count), step["value"]?.DeepClone());
                    else ((JsonObject)parent)[last] = step["value"]?.DeepClone();
                    break;
                case "replace":
                    _ = Get(parent, last, path);
                    if (parent is JsonArray array) array[Index(last, array.Count - 1)] = step["value"]?.DeepClone();
                    else ((JsonObject)parent)[last] = step["value"]?.DeepClone();
                    break;
                case "remove":
                    _ = Get(parent, last, path);
                    if (parent is JsonArray from) from.RemoveAt(Index(last, from.Count - 1));
                    else ((JsonObject)parent).Remove(last);
                    break;
                case "test":
                    if (!JsonNode.DeepEquals(Get(parent, last, path), step["value"])) throw Unprocessable($"testing value {path} failed");
                    break;
                default:
                    throw ApiException.BadRequest($"unexpected op {op}");
            }
        }

        return (JsonObject)root;
    }

    private static (JsonNode Parent, string Last) Parent(JsonNode root, string path)
    {
        if (!path.StartsWith('/')) throw ApiException.BadRequest($"{path} is no JSON pointer");
        var parts = path[1..].Split('/').Select(part => part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)).ToList();
        var node = root;
        foreach (var part in parts.SkipLast(1)) node = Get(node, part, path) ?? throw Unprocessable($"{path} does not exist");
        return (node, parts[^1]);
    }

    private static JsonNode? Get(JsonNode node, string part, string path) => node switch
    {
        JsonArray list => list[Index(part, list.Count - 1)],
        JsonObject map when map.TryGetPropertyValue(part, out var value) => value,
        _ => throw Unprocessable($"{path} does not exist"),
    };

    private static int Index(string text, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index <= most ? index : throw Unprocessable($"{text} is no index");

    private static ApiException Unprocessable(string message) => new(422, "Invalid", $"the server rejected our request due to an error in our request: {message}");
}
