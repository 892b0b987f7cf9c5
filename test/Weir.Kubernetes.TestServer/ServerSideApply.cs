using System.Text.Json.Nodes;

namespace Weir.Kubernetes.TestServer;

/// <summary>
/// Server-side apply with managed fields in the FieldsV1 form (<c>f:spec</c>, <c>k:{"name":"x"}</c>). Lists of objects that all have a name
/// are maps by it, as most of the API's are; other lists are values.
/// </summary>
internal static class ServerSideApply
{
    private static readonly string[] s_untracked = ["apiVersion", "kind"];

    private static readonly string[] s_untrackedMetadata = ["name", "namespace", "uid", "resourceVersion", "creationTimestamp", "generation", "managedFields", "selfLink"];

    /// <exception cref="ApiException">409: another manager owns a field with another value.</exception>
    public static JsonObject Apply(JsonObject? live, JsonObject applied, string manager, bool force)
    {
        if (applied["metadata"]?["managedFields"] is not null) throw ApiException.BadRequest("metadata.managedFields must be nil");
        var result = (JsonObject?)live?.DeepClone() ?? new JsonObject { ["apiVersion"] = applied["apiVersion"]!.DeepClone(), ["kind"] = applied["kind"]!.DeepClone(), ["metadata"] = new JsonObject { ["name"] = applied["metadata"]?["name"]?.DeepClone() } };
        var managers = Managers(result);
        var wanted = Leaves(applied).ToDictionary(one => one.Path, one => one.Value, StringComparer.Ordinal);
        var present = Leaves(result).ToDictionary(one => one.Path, one => one.Value, StringComparer.Ordinal);
        var conflicts = (
            from owner in managers
            where owner.Manager != manager || owner.Operation != "Apply"
            from path in owner.Paths
            where wanted.TryGetValue(path, out var value) && !(present.TryGetValue(path, out var now) && JsonNode.DeepEquals(now, value))
            orderby path
            select (owner.Manager, path)).ToList();
        if (conflicts.Count > 0 && !force) throw Conflict(conflicts);
        foreach (var (owner, path) in conflicts) managers.Find(one => one.Manager == owner && one.Paths.Contains(path))!.Paths.Remove(path);
        var own = managers.Find(one => one.Manager == manager && one.Operation == "Apply");
        // What this manager had, wants no longer, and nobody else owns, goes.
        foreach (var path in own?.Paths.Except(wanted.Keys).Where(path => !managers.Exists(one => one != own && one.Paths.Contains(path))).ToList() ?? [])
            Remove(result, path.Split('\n'));
        foreach (var (path, value) in wanted) Set(result, path.Split('\n'), value);
        if (own is null) managers.Add(own = new Owner(manager, "Apply", []));
        own.Paths.Clear();
        own.Paths.UnionWith(wanted.Keys);
        Write(result, managers);
        return result;
    }

    /// <summary>Who changes an object by other means owns the fields that changed.</summary>
    public static void Updated(JsonObject? before, JsonObject after, string manager)
    {
        var old = before is null ? [] : Leaves(before).ToDictionary(one => one.Path, one => one.Value, StringComparer.Ordinal);
        var changed = Leaves(after).Where(one => !old.TryGetValue(one.Path, out var was) || !JsonNode.DeepEquals(was, one.Value)).Select(one => one.Path).ToHashSet(StringComparer.Ordinal);
        var present = Leaves(after).Select(one => one.Path).ToHashSet(StringComparer.Ordinal);
        var managers = Managers(after);
        foreach (var other in managers) other.Paths.RemoveWhere(path => changed.Contains(path) || !present.Contains(path));
        var own = managers.Find(one => one.Manager == manager && one.Operation == "Update");
        if (own is null) managers.Add(own = new Owner(manager, "Update", []));
        own.Paths.UnionWith(changed);
        Write(after, managers);
    }

    private static ApiException Conflict(List<(string Manager, string Path)> conflicts)
    {
        var causes = new JsonArray();
        foreach (var (manager, path) in conflicts)
            causes.Add(new JsonObject { ["reason"] = "FieldManagerConflict", ["message"] = $"conflict with \"{manager}\"", ["field"] = Field(path) });
        var noun = conflicts.Count == 1 ? "1 conflict" : $"{conflicts.Count} conflicts";
        return new ApiException(409, "Conflict", $"Apply failed with {noun}: {string.Join(", ", conflicts.Select(one => $"conflict with \"{one.Manager}\": {Field(one.Path)}"))}")
        {
            Details = new JsonObject { ["causes"] = causes },
        };
    }

    private static string Field(string path) => string.Concat(path.Split('\n').Select(part => part.StartsWith("k:", StringComparison.Ordinal) ? $"[name=\"{Key(part)}\"]" : $".{part[2..]}"));

    /// <summary>Every value that can be owned, by its path: parts joined by line ends.</summary>
    private static IEnumerable<(string Path, JsonNode? Value)> Leaves(JsonObject one, string prefix = "")
    {
        foreach (var (name, value) in one)
        {
            if (prefix.Length == 0 && s_untracked.Contains(name)) continue;
            if (prefix == "f:metadata\n" && s_untrackedMetadata.Contains(name)) continue;
            var path = $"{prefix}f:{name}";
            if (value is JsonObject { Count: > 0 } map)
            {
                foreach (var leaf in Leaves(map, path + "\n")) yield return leaf;
            }
            else if (value is JsonArray { Count: > 0 } list && list.All(item => item is JsonObject entry && entry["name"] is JsonValue))
            {
                foreach (var item in list)
                    foreach (var leaf in Leaves((JsonObject)item!, $"{path}\nk:{{\"name\":\"{(string)item!["name"]!}\"}}\n")) yield return leaf;
            }
            else if (path != "f:metadata")
            {
                yield return (path, value);
            }
        }
    }

    private static void Set(JsonNode node, string[] parts, JsonNode? value)
    {
        for (var i = 0; i < parts.Length - 1; i++) node = Step(node, parts[i], parts[i + 1].StartsWith("k:", StringComparison.Ordinal))!;
        ((JsonObject)node)[parts[^1][2..]] = value?.DeepClone();
    }

    private static JsonNode Step(JsonNode node, string part, bool isList)
    {
        if (part.StartsWith("k:", StringComparison.Ordinal))
        {
            var list = (JsonArray)node;
            if (list.FirstOrDefault(item => (string?)item?["name"] == Key(part)) is { } found) return found;
            var added = new JsonObject { ["name"] = Key(part) };
            list.Add(added);
            return added;
        }

        var map = (JsonObject)node;
        if (map[part[2..]] is not { } next) map[part[2..]] = next = isList ? new JsonArray() : new JsonObject();
        return next;
    }

    private static void Remove(JsonNode node, string[] parts)
    {
        for (var i = 0; i < parts.Length - 1; i++)
        {
            var next = parts[i].StartsWith("k:", StringComparison.Ordinal)
                ? (node as JsonArray)?.FirstOrDefault(item => (string?)item?["name"] == Key(parts[i]))
                : (node as JsonObject)?[parts[i][2..]];
            if (next is null) return;
            node = next;
        }

        (node as JsonObject)?.Remove(parts[^1][2..]);
    }

    private static string Key(string part) => (string)JsonNode.Parse(part[2..])!["name"]!;

    private static List<Owner> Managers(JsonObject one) =>
        [.. (one["metadata"]?["managedFields"] as JsonArray ?? []).Select(entry => new Owner(
            (string)entry!["manager"]!, (string)entry["operation"]!, Paths((JsonObject)entry["fieldsV1"]!, "").ToHashSet(StringComparer.Ordinal)))];

    private static IEnumerable<string> Paths(JsonObject fields, string prefix)
    {
        foreach (var (name, value) in fields)
        {
            if (value is JsonObject { Count: > 0 } map) foreach (var path in Paths(map, $"{prefix}{name}\n")) yield return path;
            else yield return prefix + name;
        }
    }

    private static void Write(JsonObject one, List<Owner> managers)
    {
        var list = new JsonArray();
        foreach (var owner in managers.Where(owner => owner.Paths.Count > 0))
        {
            var fields = new JsonObject();
            foreach (var path in owner.Paths.Order(StringComparer.Ordinal))
            {
                var node = fields;
                foreach (var part in path.Split('\n')) node = (JsonObject)(node[part] ??= new JsonObject());
            }

            list.Add(new JsonObject
            {
                ["manager"] = owner.Manager, ["operation"] = owner.Operation, ["apiVersion"] = one["apiVersion"]!.DeepClone(), ["fieldsType"] = "FieldsV1", ["fieldsV1"] = fields,
            });
        }

        one["metadata"]!["managedFields"] = list;
    }

    private sealed record Owner(string Manager, string Operation, HashSet<string> Paths);
}
