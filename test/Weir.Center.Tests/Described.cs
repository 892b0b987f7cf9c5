using System.Text.Json;

namespace Weir.Center.Tests;

/// <summary>Holds an answer against the schema that the OpenAPI document has for it: every member is described, of its type, and there when it must be.</summary>
/// <param name="document">The document.</param>
/// <param name="open">Schemas that say of themselves that they tell only a part.</param>
internal sealed class Described(JsonElement document, params IEnumerable<string> open)
{
    private readonly HashSet<string> _open = [.. open];

    /// <summary>What is wrong; empty where the answer is as described.</summary>
    public IReadOnlyList<string> Compare(string path, JsonElement answer)
    {
        var schema = document.GetProperty("paths").GetProperty(path).GetProperty("get").GetProperty("responses").GetProperty("200")
            .GetProperty("content").GetProperty("application/json").GetProperty("schema");
        var wrong = new List<string>();
        Compare(schema, answer, path, wrong);
        return wrong;
    }

    private void Compare(JsonElement schema, JsonElement value, string place, List<string> wrong)
    {
        var name = "";
        if (schema.TryGetProperty("oneOf", out var choices))
        {
            if (value.ValueKind == JsonValueKind.Null) return;
            schema = choices.EnumerateArray().First(one => one.TryGetProperty("$ref", out _));
        }

        if (schema.TryGetProperty("$ref", out var reference))
        {
            name = reference.GetString()!.Split('/')[^1];
            schema = document.GetProperty("components").GetProperty("schemas").GetProperty(name);
        }

        if (schema.TryGetProperty("enum", out var names))
        {
            if (!names.EnumerateArray().Any(one => one.ToString() == value.ToString())) wrong.Add($"{place}: {value} is none of {names}");
            return;
        }

        if (!schema.TryGetProperty("type", out var type)) return;
        var types = type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(one => one.GetString()!).ToList() : [type.GetString()!];
        if (!types.Any(one => Is(one, value))) wrong.Add($"{place}: {value.ValueKind} is not {string.Join(" or ", types)}");
        if (value.ValueKind == JsonValueKind.Array && schema.TryGetProperty("items", out var items))
            foreach (var item in value.EnumerateArray()) Compare(items, item, $"{place}[]", wrong);
        if (value.ValueKind != JsonValueKind.Object) return;
        var known = schema.TryGetProperty("properties", out var properties);
        foreach (var member in value.EnumerateObject())
        {
            if (known && properties.TryGetProperty(member.Name, out var described)) Compare(described, member.Value, $"{place}.{member.Name}", wrong);
            else if (schema.TryGetProperty("additionalProperties", out var values)) Compare(values, member.Value, $"{place}.{member.Name}", wrong);
            else if (known && !_open.Contains(name)) wrong.Add($"{place}.{member.Name} is not described");
        }

        if (!schema.TryGetProperty("required", out var required)) return;
        foreach (var must in required.EnumerateArray().Select(one => one.GetString()!))
            if (!value.TryGetProperty(must, out _)) wrong.Add($"{place}.{must} is missing");
    }

    private static bool Is(string type, JsonElement value) => (type, value.ValueKind) switch
    {
        ("null", JsonValueKind.Null) or ("string", JsonValueKind.String) or ("object", JsonValueKind.Object) or ("array", JsonValueKind.Array) or ("number", JsonValueKind.Number) => true,
        ("boolean", JsonValueKind.True or JsonValueKind.False) => true,
        ("integer", JsonValueKind.Number) => value.TryGetInt64(out _),
        _ => false,
    };
}
