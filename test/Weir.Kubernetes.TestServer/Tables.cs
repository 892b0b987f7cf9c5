using System.Globalization;
using System.Text.Json.Nodes;

namespace Weir.Kubernetes.TestServer;

/// <summary>Objects as rows (meta/v1 Table): what kubectl asks for when a person reads, since it has no columns of its own.</summary>
internal static class Tables
{
    public static bool IsWanted(Microsoft.AspNetCore.Http.HttpContext context) => context.Request.Headers.Accept.ToString().Contains("as=Table", StringComparison.Ordinal);

    public static JsonObject Of(ApiType type, IEnumerable<JsonObject> objects, JsonObject metadata)
    {
        var isPod = type.Kind == "Pod";
        string[] columns = isPod ? ["Name", "Ready", "Status", "Restarts", "Age"] : ["Name", "Age"];
        return new JsonObject
        {
            ["kind"] = "Table", ["apiVersion"] = "meta.k8s.io/v1", ["metadata"] = metadata,
            ["columnDefinitions"] = new JsonArray([.. columns.Select(static name => (JsonNode)new JsonObject
            {
                ["name"] = name, ["type"] = "string", ["format"] = name == "Name" ? "name" : "", ["description"] = name, ["priority"] = 0,
            })]),
            ["rows"] = new JsonArray([.. objects.Select(one => (JsonNode)new JsonObject { ["cells"] = isPod ? Pod(one) : Any(one), ["object"] = Partial(one) })]),
        };
    }

    /// <summary>Nothing but metadata (meta/v1 PartialObjectMetadata).</summary>
    public static JsonObject Partial(JsonObject one) => new() { ["kind"] = "PartialObjectMetadata", ["apiVersion"] = "meta.k8s.io/v1", ["metadata"] = one["metadata"]!.DeepClone() };

    private static JsonArray Any(JsonObject one) => [(string?)one["metadata"]!["name"], Age(one)];

    private static JsonArray Pod(JsonObject one)
    {
        var all = (one["spec"]?["containers"] as JsonArray)?.Count ?? 0;
        var running = (one["status"]?["containerStatuses"] as JsonArray ?? []).Count(static status => status?["state"]?["running"] is not null);
        return [(string?)one["metadata"]!["name"], $"{running}/{all}", (string?)one["status"]?["phase"] ?? "Unknown", "0", Age(one)];
    }

    private static string Age(JsonObject one) =>
        DateTimeOffset.TryParse((string?)one["metadata"]!["creationTimestamp"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var since)
            ? $"{Math.Max(0, (int)(DateTimeOffset.UtcNow - since).TotalMinutes)}m"
            : "<unknown>";
}
