using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Weir.Inventory.OpenApi;

/// <summary>
/// Writes JSON as YAML 1.2 in block style. Strings are plain only where every reader takes them for strings; all others are quoted as JSON
/// is, which YAML contains.
/// </summary>
public static class YamlWriter
{
    public static string Write(JsonNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        var text = new StringBuilder();
        Value(text, node, 0, inline: false);
        return text.ToString();
    }

    private static void Value(StringBuilder text, JsonNode? node, int indent, bool inline)
    {
        switch (node)
        {
            case JsonObject { Count: > 0 } members:
                var first = true;
                foreach (var (name, value) in members)
                {
                    if (!first || !inline) text.Append(' ', indent);
                    first = false;
                    text.Append(Scalar(name)).Append(':');
                    Member(text, value, indent);
                }

                break;
            case JsonArray { Count: > 0 } elements:
                foreach (var element in elements)
                {
                    text.Append(' ', indent).Append('-');
                    if (element is JsonObject { Count: > 0 })
                    {
                        text.Append(' ');
                        Value(text, element, indent + 2, inline: true);
                    }
                    else
                    {
                        Member(text, element, indent);
                    }
                }

                break;
            default:
                text.Append(' ', inline ? 0 : indent).Append(Leaf(node)).Append('\n');
                break;
        }
    }

    private static void Member(StringBuilder text, JsonNode? value, int indent)
    {
        if (value is JsonObject { Count: > 0 } or JsonArray { Count: > 0 })
        {
            text.Append('\n');
            Value(text, value, indent + 2, inline: false);
        }
        else
        {
            text.Append(' ').Append(Leaf(value)).Append('\n');
        }
    }

    private static string Leaf(JsonNode? node) => node switch
    {
        null => "null",
        JsonObject => "{}",
        JsonArray => "[]",
        _ => node.GetValueKind() == JsonValueKind.String ? Scalar(node.GetValue<string>()) : node.ToJsonString(),
    };

    private static string Scalar(string text) => IsPlain(text) ? text : JsonSerializer.Serialize(text, YamlJson.Default.String);

    private static bool IsPlain(string text)
    {
        if (text.Length == 0 || text.Length > 200 || !(char.IsAsciiLetter(text[0]) || text[0] is '/' or '_' or '$') || text[^1] is ' ' or ':') return false;
        foreach (var c in text)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.' or '/' or ' ' or '$' or '(' or ')' or '+')) return false;
        // Words that some version of YAML takes for something else than a string.
        return text.ToLowerInvariant() is not ("null" or "true" or "false" or "yes" or "no" or "on" or "off" or "y" or "n")
            && !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
internal sealed partial class YamlJson : System.Text.Json.Serialization.JsonSerializerContext;
