using System.Globalization;
using System.Text.Json;

namespace Weir.Manifests.Yaml;

/// <summary>Nodes to JSON and back, for the Kubernetes API.</summary>
public static class NodeJson
{
    /// <summary>An object of the Kubernetes API.</summary>
    public static Node Read(JsonElement element) => JsonTree.From(element);

    /// <summary>A document as UTF-8.</summary>
    public static byte[] Write(Node node)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer)) Write(node, json);
        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(Node node, Utf8JsonWriter json)
    {
        switch (node.Kind)
        {
            case NodeKind.Map:
                json.WriteStartObject();
                foreach (var entry in node.Entries)
                {
                    json.WritePropertyName(entry.Key);
                    Write(entry.Value, json);
                }

                json.WriteEndObject();
                break;
            case NodeKind.List:
                json.WriteStartArray();
                foreach (var item in node.Items) Write(item, json);
                json.WriteEndArray();
                break;
            case NodeKind.Null: json.WriteNullValue(); break;
            case NodeKind.Boolean: json.WriteBooleanValue(ScalarKinds.IsTrue(node.Text)); break;
            case NodeKind.Integer when long.TryParse(node.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer): json.WriteNumberValue(integer); break;
            case NodeKind.Number when double.TryParse(node.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number): json.WriteNumberValue(number); break;
            // What no JSON number can say (0x10, .inf) the server judges as text.
            default: json.WriteStringValue(node.Text); break;
        }
    }
}
