using System.Text.Json.Nodes;
using Weir.Inventory.Schemas;
using Weir.Inventory.Templating;

namespace Weir.Inventory.OpenApi;

/// <summary>What was seen, as JSON Schema 2020-12 (the dialect of OpenAPI 3.1).</summary>
internal static class SchemaJson
{
    /// <summary>Objects that must have been seen before a property that all had is called required.</summary>
    public const int SamplesForRequired = 3;

    private static readonly (SchemaTypes Type, string Name)[] s_names =
    [
        (SchemaTypes.Object, "object"), (SchemaTypes.Array, "array"), (SchemaTypes.String, "string"), (SchemaTypes.Number, "number"),
        (SchemaTypes.Integer, "integer"), (SchemaTypes.Boolean, "boolean"), (SchemaTypes.Null, "null"),
    ];

    public static JsonObject Of(SchemaNode node)
    {
        var schema = new JsonObject();
        Types(schema, node.Types);
        if ((node.Types & SchemaTypes.String) != 0 && node is { Format: not StringFormat.None, FormatMixed: false }) schema["format"] = StringFormats.NameOf(node.Format);
        else if (node.Wide && (node.Types & (SchemaTypes.Integer | SchemaTypes.Number)) == SchemaTypes.Integer) schema["format"] = "int64";
        if (node.Properties is { Count: > 0 } properties)
        {
            var described = new JsonObject();
            var required = new JsonArray();
            foreach (var (name, property) in properties.OrderBy(static one => one.Key, StringComparer.Ordinal))
            {
                described[name] = Of(property);
                if (node.Objects >= SamplesForRequired && node.IsRequired(property)) required.Add(name);
            }

            schema["properties"] = described;
            if (required.Count > 0) schema["required"] = required;
        }

        if (node.IsMap) schema["additionalProperties"] = node.Values is null ? new JsonObject() : Of(node.Values);
        if ((node.Types & SchemaTypes.Array) != 0) schema["items"] = node.Items is null ? new JsonObject() : Of(node.Items);
        if (node.Sensitive is not null) schema["x-weir-sensitive"] = node.Sensitive;
        return schema;
    }

    public static JsonObject Of(PathParameter parameter)
    {
        var schema = new JsonObject { ["type"] = parameter.Kind switch { SegmentKind.Integer => "integer", SegmentKind.Number => "number", _ => "string" } };
        var values = parameter.Values.Entries.Keys;
        switch (parameter.Kind)
        {
            case SegmentKind.Integer when parameter.Wide: schema["format"] = "int64"; break;
            case SegmentKind.Uuid: schema["format"] = "uuid"; break;
            case SegmentKind.Email: schema["format"] = "email"; break;
            case SegmentKind.Date when values.All(static value => value.Length == 10): schema["format"] = "date"; break;
            case SegmentKind.ObjectId: schema["pattern"] = "^[0-9a-fA-F]{24}$"; break;
            case SegmentKind.Hash: schema["pattern"] = "^[0-9a-fA-F]+$"; break;
            default: break;
        }

        return schema;
    }

    public static string NameOf(SchemaTypes types)
    {
        if ((types & SchemaTypes.Number) != 0) types &= ~SchemaTypes.Integer;
        return string.Join(" or ", s_names.Where(one => (types & one.Type) != 0).Select(static one => one.Name));
    }

    public static SchemaTypes Parse(string name) => Array.Find(s_names, one => one.Name == name).Type;

    private static void Types(JsonObject schema, SchemaTypes types)
    {
        // An integer is a number too.
        if ((types & SchemaTypes.Number) != 0) types &= ~SchemaTypes.Integer;
        var names = s_names.Where(one => (types & one.Type) != 0).Select(static one => (JsonNode)one.Name).ToArray();
        if (names.Length == 1) schema["type"] = names[0];
        else if (names.Length > 1) schema["type"] = new JsonArray(names);
    }
}
