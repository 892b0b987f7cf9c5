using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Weir.Privacy.Rules;

/// <summary>A message as the loggers send it: a JSON array of pairs, <c>[["request_method","GET"],…]</c>.</summary>
public static class LogMessageJson
{
    private static readonly JsonWriterOptions s_writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads one message. Entries that are no pairs are ignored, as the reference's receiver does; numbers become text.</summary>
    /// <param name="json">One line.</param>
    /// <param name="details">Filled.</param>
    /// <returns>False when it is no message.</returns>
    public static bool TryRead(ReadOnlySpan<byte> json, List<LogDetail> details)
    {
        details.Clear();
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 8 });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray) return false;
            while (reader.Read() && reader.TokenType == JsonTokenType.StartArray)
            {
                if (!TryReadPair(ref reader, details)) return false;
            }

            return reader.TokenType == JsonTokenType.EndArray && !reader.Read();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // JsonException: not JSON. InvalidOperationException: a string with half a surrogate pair.
            return false;
        }
    }

    public static void Write(IReadOnlyList<LogDetail> details, IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output, s_writing);
        writer.WriteStartArray();
        foreach (var detail in details)
        {
            writer.WriteStartArray();
            writer.WriteStringValue(detail.Key);
            writer.WriteStringValue(detail.Value);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
    }

    private static bool TryReadPair(ref Utf8JsonReader reader, List<LogDetail> details)
    {
        string? key = null;
        string? value = null;
        var count = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            count++;
            var text = reader.TokenType switch
            {
                JsonTokenType.String => reader.GetString(),
                JsonTokenType.Number => System.Text.Encoding.UTF8.GetString(reader.ValueSpan),
                _ => null,
            };
            if (text is null && !reader.TrySkip()) return false;
            if (count == 1) key = text;
            else value = text;
        }

        if (count == 2 && key is not null && value is not null) details.Add(new LogDetail(key, value));
        return true;
    }
}
