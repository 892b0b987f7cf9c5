using System.Text.Json;
using Weir.Records;

namespace Weir.Export.Resurface;

/// <summary>
/// Walks over the messages of a body as the Resurface loggers send them: a message a line, one message, or an array of
/// messages. What is no message is counted and passed over to the next line. Never throws on content.
/// </summary>
public ref struct ResurfaceMessageReader(ReadOnlySpan<byte> text)
{
    /// <summary>A message is 2 deep; more lets odd values be passed over and bounds what broken nesting costs.</summary>
    private const int MaxDepth = 8;

    private static readonly JsonReaderOptions s_options = new() { MaxDepth = MaxDepth };

    private readonly ResurfaceMessage _message = new();
    private ReadOnlySpan<byte> _rest = text.StartsWith(ByteOrderMark) ? text[3..] : text;
    private bool _inArray;

    /// <summary>Lines, or elements of an array, that are no message.</summary>
    public long Invalid { get; private set; }

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Fills the exchange with the next message.</summary>
    /// <param name="exchange">Cleared first.</param>
    /// <param name="receivedNs">Time of a message that has none, Unix nanoseconds.</param>
    /// <returns>False at the end.</returns>
    public bool TryRead(Exchange exchange, long receivedNs)
    {
        while (true)
        {
            _rest = _rest.TrimStart(_inArray ? " \t\r\n,"u8 : " \t\r\n"u8);
            if (_rest.IsEmpty) return false;
            if (_inArray && _rest[0] == ']')
            {
                _inArray = false;
                _rest = _rest[1..];
                continue;
            }

            if (!_inArray && BeginsArrayOfMessages(_rest))
            {
                _inArray = true;
                _rest = _rest[1..];
                continue;
            }

            if (TryReadMessage(out var consumed) && _message.IsCall)
            {
                _rest = _rest[consumed..];
                _message.CopyTo(exchange, receivedNs);
                return true;
            }

            Invalid++;
            var end = _rest.IndexOf((byte)'\n');
            _rest = end < 0 ? default : _rest[(end + 1)..];
        }
    }

    private static bool BeginsArrayOfMessages(ReadOnlySpan<byte> text)
    {
        for (var depth = 0; depth < 3; depth++)
        {
            if (text.IsEmpty || text[0] != '[') return false;
            text = text[1..].TrimStart(" \t\r\n"u8);
        }

        return true;
    }

    private bool TryReadMessage(out int consumed)
    {
        consumed = 0;
        var json = new Utf8JsonReader(_rest, s_options);
        _message.Clear();
        try
        {
            if (!json.Read() || json.TokenType != JsonTokenType.StartArray) return false;
            while (json.Read() && json.TokenType != JsonTokenType.EndArray)
            {
                if (json.TokenType == JsonTokenType.StartArray) _message.ReadDetail(ref json);
                else json.Skip();
            }
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            // Utf8JsonReader tells bad syntax, and text that is no Unicode, by exception only.
            return false;
        }

        consumed = (int)json.BytesConsumed;
        if (_inArray) return true;
        // Two messages on a line are none, as on the server.
        var behind = _rest[consumed..].TrimStart(" \t\r"u8);
        return behind.IsEmpty || behind[0] == '\n';
    }
}
