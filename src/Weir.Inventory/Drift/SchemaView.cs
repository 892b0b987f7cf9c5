using System.Text.Json;
using System.Text.Json.Nodes;
using Weir.Inventory.OpenApi;
using Weir.Inventory.Schemas;

namespace Weir.Inventory.Drift;

/// <summary>
/// A JSON Schema seen as what it allows at one place, with references followed and alternatives put together. Generous: what several
/// alternatives allow, each of them allows.
/// </summary>
internal sealed class SchemaView
{
    private const SchemaTypes All = SchemaTypes.Null | SchemaTypes.Boolean | SchemaTypes.Integer | SchemaTypes.Number | SchemaTypes.String | SchemaTypes.Object | SchemaTypes.Array;
    private const int MaxParts = 256;

    private int _parts;

    public SchemaTypes Types { get; private set; } = All;

    public Dictionary<string, List<JsonNode?>> Properties { get; } = new(StringComparer.Ordinal);

    public HashSet<string> Required { get; } = new(StringComparer.Ordinal);

    public List<JsonNode?> Items { get; } = [];

    /// <summary>Schemas of properties that are not named; with <see cref="IsOpen"/> any property may stand there.</summary>
    public List<JsonNode?> Additional { get; } = [];

    /// <summary>Further properties are expressly allowed, or the object is not described at all.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Null when the schema says nothing.</summary>
    public static SchemaView? Of(SpecModel spec, IEnumerable<JsonNode?> schemas)
    {
        var view = new SchemaView();
        var types = SchemaTypes.None;
        var any = false;
        foreach (var schema in schemas)
        {
            var resolved = spec.Resolve(schema);
            if (resolved is JsonObject { Count: 0 } || (resolved is JsonValue value && value.GetValueKind() == JsonValueKind.True)) return null;
            if (resolved is not JsonObject members) continue;
            any = true;
            types |= view.Add(spec, members, required: true, depth: 0);
        }

        if (!any) return null;
        view.Types = types;
        if (view.Properties.Count == 0 && view.Additional.Count == 0) view.IsOpen = true;
        return view;
    }

    /// <summary>Adds what a schema describes and returns the types it allows.</summary>
    private SchemaTypes Add(SpecModel spec, JsonObject schema, bool required, int depth)
    {
        if (depth > 16 || ++_parts > MaxParts) return All;
        var types = TypesOf(schema);
        foreach (var (name, property) in schema["properties"] as JsonObject ?? [])
        {
            if (!Properties.TryGetValue(name, out var all)) Properties.Add(name, all = []);
            all.Add(property);
        }

        if (required)
            foreach (var name in schema["required"] as JsonArray ?? [])
                if (SpecModel.Text(name) is { } text) Required.Add(text);
        if (schema.TryGetPropertyValue("items", out var items)) Items.Add(items);
        foreach (var (_, pattern) in schema["patternProperties"] as JsonObject ?? []) Additional.Add(pattern);
        if (schema["additionalProperties"] is { } additional)
        {
            if (additional is JsonObject { Count: > 0 }) Additional.Add(additional);
            else if (additional is JsonObject || SpecModel.True(additional)) IsOpen = true;
        }

        foreach (var part in schema["allOf"] as JsonArray ?? [])
            if (spec.Resolve(part) is JsonObject members) types &= Add(spec, members, required, depth + 1);
        foreach (var name in (string[])["oneOf", "anyOf"])
        {
            if (schema[name] is not JsonArray { Count: > 0 } alternatives) continue;
            var allowed = SchemaTypes.None;
            foreach (var part in alternatives)
                allowed |= spec.Resolve(part) is JsonObject members ? Add(spec, members, required: false, depth + 1) : All;
            types &= allowed;
        }

        return types;
    }

    private static SchemaTypes TypesOf(JsonObject schema)
    {
        var types = SchemaTypes.None;
        if (SpecModel.Text(schema["type"]) is { } one) types = SchemaJson.Parse(one);
        else if (schema["type"] is JsonArray several)
            foreach (var name in several) types |= SchemaJson.Parse(SpecModel.Text(name) ?? "");
        else return All;
        if ((types & SchemaTypes.Number) != 0) types |= SchemaTypes.Integer;
        if (SpecModel.True(schema["nullable"])) types |= SchemaTypes.Null;
        return types == SchemaTypes.None ? All : types;
    }
}
