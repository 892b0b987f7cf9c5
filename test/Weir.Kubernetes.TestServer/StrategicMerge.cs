using System.Text.Json.Nodes;

namespace Weir.Kubernetes.TestServer;

/// <summary>
/// The patch that kubectl sends for kinds it knows (application/strategic-merge-patch+json): as RFC 7396, but lists of objects are merged by
/// a key, and directives delete, replace and order. Keys are those of the API reference for the kinds that this server has.
/// </summary>
internal static class StrategicMerge
{
    private const string Directive = "$patch";
    private const string Order = "$setElementOrder/";
    private const string DeletePrimitives = "$deleteFromPrimitiveList/";

    private static readonly Dictionary<string, string[]> s_keys = new(StringComparer.Ordinal)
    {
        ["containers"] = ["name"], ["initContainers"] = ["name"], ["ephemeralContainers"] = ["name"], ["volumes"] = ["name"], ["env"] = ["name"],
        ["imagePullSecrets"] = ["name"], ["volumeMounts"] = ["mountPath"], ["volumeDevices"] = ["devicePath"], ["hostAliases"] = ["ip"],
        ["ownerReferences"] = ["uid"], ["conditions"] = ["type"], ["addresses"] = ["type"], ["topologySpreadConstraints"] = ["topologyKey"],
        // Of a container or of a service.
        ["ports"] = ["containerPort", "port"],
    };

    public static JsonObject Merge(JsonObject target, JsonObject patch)
    {
        var result = (JsonObject)target.DeepClone();
        if (patch["$retainKeys"] is JsonArray retained)
            foreach (var name in result.Select(static one => one.Key).Except(retained.Select(static one => (string)one!)).ToList()) result.Remove(name);
        foreach (var (name, value) in patch)
        {
            if (name.StartsWith(DeletePrimitives, StringComparison.Ordinal)) Remove(result[name[DeletePrimitives.Length..]] as JsonArray, (JsonArray)value!);
            else if (name.StartsWith('$')) continue;
            else if (value is null) result.Remove(name);
            else if (value is JsonObject map) Object(result, name, map);
            else if (value is JsonArray list && s_keys.TryGetValue(name, out var keys) && list.All(static one => one is JsonObject)) result[name] = List(result[name] as JsonArray ?? [], list, keys);
            else if (value is JsonArray finalizers && name == "finalizers") result[name] = Union(result[name] as JsonArray ?? [], finalizers);
            else result[name] = value.DeepClone();
        }

        foreach (var (name, value) in patch.Where(static one => one.Key.StartsWith(Order, StringComparison.Ordinal)))
            if (result[name[Order.Length..]] is JsonArray list) result[name[Order.Length..]] = Sort(list, (JsonArray)value!);
        return result;
    }

    private static void Object(JsonObject result, string name, JsonObject map)
    {
        switch ((string?)map[Directive])
        {
            case "delete":
                result.Remove(name);
                break;
            case "replace":
                var whole = (JsonObject)map.DeepClone();
                whole.Remove(Directive);
                result[name] = whole;
                break;
            default:
                result[name] = Merge(result[name] as JsonObject ?? [], map);
                break;
        }
    }

    private static JsonArray List(JsonArray before, JsonArray patch, string[] keys)
    {
        var isReplaced = patch.Any(static one => (string?)one![Directive] == "replace");
        var result = isReplaced ? [] : (JsonArray)before.DeepClone();
        foreach (var item in patch.OfType<JsonObject>())
        {
            if ((string?)item[Directive] == "replace") continue;
            var key = keys.FirstOrDefault(item.ContainsKey) ?? throw new ApiException(422, "Invalid", $"map: {item.ToJsonString()} does not contain declared merge key: {keys[0]}");
            var known = result.OfType<JsonObject>().FirstOrDefault(one => JsonNode.DeepEquals(one[key], item[key]));
            if (known is not null) result.Remove(known);
            if ((string?)item[Directive] != "delete") result.Add(Merge(known ?? [], item));
        }

        return result;
    }

    private static JsonArray Union(JsonArray before, JsonArray patch) =>
        [.. before.Concat(patch).Select(static one => (string)one!).Distinct().Select(static one => (JsonNode)one)];

    private static void Remove(JsonArray? list, JsonArray gone)
    {
        foreach (var value in gone)
            if (list?.FirstOrDefault(one => JsonNode.DeepEquals(one, value)) is { } found) list.Remove(found);
    }

    /// <summary>Those that the order names in its order; the others behind, as they were.</summary>
    private static JsonArray Sort(JsonArray list, JsonArray order)
    {
        var places = list.Select(one => Place(one, order)).ToList();
        return [.. list.Select((one, i) => (one, i)).OrderBy(pair => places[pair.i]).ThenBy(static pair => pair.i).Select(static pair => pair.one?.DeepClone())];
    }

    private static int Place(JsonNode? one, JsonArray order)
    {
        for (var i = 0; i < order.Count; i++)
        {
            if (order[i] is JsonObject key ? key.All(pair => JsonNode.DeepEquals((one as JsonObject)?[pair.Key], pair.Value)) : JsonNode.DeepEquals(one, order[i])) return i;
        }

        return order.Count;
    }
}
