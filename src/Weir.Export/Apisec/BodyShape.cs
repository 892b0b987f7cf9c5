using System.Buffers;
using System.Text;
using System.Text.Json;
using Weir.Records;
using Weir.Records.Json;

namespace Weir.Export.Apisec;

/// <summary>
/// What kind of body a request has, as a number: media type and, of JSON, which names are where with which type of value, whatever their
/// order and number; of forms the names. Allocates nothing once warm. Not thread-safe.
/// </summary>
internal sealed class BodyShape(int maxBodyBytes)
{
    private const int MaxDepth = 64;

    private readonly BodyDecoder _decoder = new();
    private readonly HashSet<ulong> _leaves = [];

    /// <summary>0 for no body.</summary>
    public ulong Of(HttpMessage request)
    {
        if (request.Body.Length == 0) return 0;
        Span<byte> type = stackalloc byte[64];
        var shape = StableHash.Add(StableHash.Start, MediaType(request, type));
        var body = _decoder.Decode(request, keep: true);
        if (body.Kind != BodyKind.Utf8 || body.Truncated || body.Bytes.Length > maxBodyBytes) return shape;
        _leaves.Clear();
        if (IsForm(request)) Form(body.Bytes);
        else if (LooksLikeJson(body.Bytes)) Json(body.Bytes);
        foreach (var leaf in _leaves) shape ^= leaf;
        return shape;
    }

    /// <summary>The body to send: an example of its shape, or itself; empty where it is no complete text.</summary>
    public string Example(HttpMessage request, ApisecExamples examples)
    {
        if (request.Body.Length == 0) return "";
        var body = _decoder.Decode(request, keep: true);
        if (body.Kind != BodyKind.Utf8 || body.Truncated || body.Bytes.Length > maxBodyBytes) return "";
        if (examples == ApisecExamples.Captured) return Encoding.UTF8.GetString(body.Bytes);
        if (IsForm(request)) return Names(Encoding.UTF8.GetString(body.Bytes));
        return LooksLikeJson(body.Bytes) ? JsonExample(body.Bytes) : "";
    }

    /// <summary>A query or form with a fixed value in place of each.</summary>
    public static string Names(string pairs)
    {
        var text = new StringBuilder();
        foreach (var pair in pairs.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (text.Length > 0) text.Append('&');
            text.Append(equals < 0 ? pair : pair[..equals]);
            if (equals >= 0) text.Append(long.TryParse(pair.AsSpan(equals + 1), out _) ? "=1" : "=string");
        }

        return text.ToString();
    }

    public static string ContentType(HttpMessage request)
    {
        Span<byte> type = stackalloc byte[64];
        return Encoding.ASCII.GetString(MediaType(request, type));
    }

    private static ReadOnlySpan<byte> MediaType(HttpMessage request, Span<byte> output)
    {
        var value = request[request.ContentType];
        var semicolon = value.IndexOf((byte)';');
        if (semicolon >= 0) value = value[..semicolon];
        value = value.Trim(" \t"u8);
        if (value.Length > output.Length) value = value[..output.Length];
        for (var i = 0; i < value.Length; i++) output[i] = value[i] is >= (byte)'A' and <= (byte)'Z' ? (byte)(value[i] | 0x20) : value[i];
        return output[..value.Length];
    }

    private static bool IsForm(HttpMessage request) => request[request.ContentType].StartsWith("application/x-www-form-urlencoded"u8);

    private static bool LooksLikeJson(ReadOnlySpan<byte> body)
    {
        var text = body.TrimStart(" \t\r\n"u8);
        return text.Length > 1 && text[0] is (byte)'{' or (byte)'[';
    }

    private void Form(ReadOnlySpan<byte> body)
    {
        foreach (var range in body.Split((byte)'&'))
        {
            var pair = body[range];
            var equals = pair.IndexOf((byte)'=');
            _leaves.Add(StableHash.Add(StableHash.Start, equals < 0 ? pair : pair[..equals]));
        }
    }

    private void Json(ReadOnlySpan<byte> body)
    {
        Span<ulong> places = stackalloc ulong[MaxDepth + 2];
        places[0] = StableHash.Start;
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            while (reader.Read())
            {
                var depth = reader.CurrentDepth;
                switch (reader.TokenType)
                {
                    case JsonTokenType.PropertyName: places[depth] = StableHash.Add(places[depth - 1], reader.ValueSpan); break;
                    case JsonTokenType.StartObject: Leaf(places[depth], (byte)'{'); break;
                    case JsonTokenType.StartArray:
                        Leaf(places[depth], (byte)'[');
                        places[depth + 1] = StableHash.Add(places[depth], "[]"u8);
                        break;
                    case JsonTokenType.String: Leaf(places[depth], (byte)'s'); break;
                    case JsonTokenType.Number: Leaf(places[depth], (byte)'n'); break;
                    case JsonTokenType.True or JsonTokenType.False: Leaf(places[depth], (byte)'b'); break;
                    default: break;
                }
            }
        }
        catch (JsonException)
        {
            // No JSON after all: a shape of its own, by its media type.
            _leaves.Clear();
        }
    }

    private void Leaf(ulong place, byte type) => _leaves.Add(StableHash.Add(place, type));

    private static string JsonExample(ReadOnlySpan<byte> body)
    {
        var buffer = new ArrayBufferWriter<byte>();
        try
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaxDepth });
            using var document = JsonDocument.ParseValue(ref reader);
            using (var json = new Utf8JsonWriter(buffer)) Example(document.RootElement, json);
            return Encoding.UTF8.GetString(buffer.WrittenSpan);
        }
        catch (JsonException)
        {
            return "";
        }
    }

    private static void Example(JsonElement value, Utf8JsonWriter json)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (var property in value.EnumerateObject())
                {
                    json.WritePropertyName(property.Name);
                    Example(property.Value, json);
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (var item in value.EnumerateArray().Take(1)) Example(item, json);
                json.WriteEndArray();
                break;
            case JsonValueKind.String: json.WriteStringValue("string"); break;
            case JsonValueKind.Number: json.WriteNumberValue(0); break;
            case JsonValueKind.True or JsonValueKind.False: json.WriteBooleanValue(true); break;
            default: json.WriteNullValue(); break;
        }
    }
}
