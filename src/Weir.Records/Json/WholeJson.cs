using System.Text.Json;

namespace Weir.Records.Json;

/// <summary>
/// JSON of strangers. An escape may stand for half a character (<c>\ud800</c>, RFC 8259 §8.2), which the grammar allows and no .NET string is made
/// of: the readers of the framework throw when such a text, or a member's name, is looked at. So it is looked at here, once, before anybody else does.
/// </summary>
public static class WholeJson
{
    /// <summary>Whether this is one JSON value, and all texts and names in it are Unicode.</summary>
    /// <param name="utf8">The whole text.</param>
    /// <param name="maxDepth">Levels of nesting.</param>
    public static bool Is(ReadOnlySpan<byte> utf8, int maxDepth = 64)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = maxDepth });
        try
        {
            while (reader.Read())
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName) _ = reader.GetString();
            return true;
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            // The reader has no other way to say either.
            return false;
        }
    }

    /// <summary>The value, where <see cref="Is"/> says that it is one.</summary>
    /// <param name="utf8">The whole text.</param>
    /// <param name="value">Lasts by itself; nothing when there is none.</param>
    /// <param name="maxDepth">Levels of nesting.</param>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out JsonElement value, int maxDepth = 64)
    {
        value = Is(utf8, maxDepth) ? JsonElement.Parse(utf8, new JsonDocumentOptions { MaxDepth = maxDepth }) : default;
        return value.ValueKind != JsonValueKind.Undefined;
    }
}
