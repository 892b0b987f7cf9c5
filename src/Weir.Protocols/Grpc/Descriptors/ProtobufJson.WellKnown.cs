using System.Globalization;
using System.Text.Unicode;
using Weir.Records.Json;

namespace Weir.Protocols.Grpc.Descriptors;

/// <content>The types of <c>google/protobuf</c> that have a JSON form of their own.</content>
internal sealed partial class ProtobufJson
{
    /// <summary>Seconds of 0001-01-01 and 9999-12-31, between which a Timestamp lies.</summary>
    private const long FirstSecond = -62_135_596_800;
    private const long LastSecond = 253_402_300_799;

    /// <summary>About 10 000 years, the range of a Duration.</summary>
    private const long LongestSeconds = 315_576_000_000;

    private const int MaxNanos = 999_999_999;

    /// <returns>False when the value has no such form: it is then written as an object of its fields.</returns>
    private bool TryWriteWellKnown(scoped ref JsonOutput json, MessageType type, ReadOnlySpan<byte> message, int start, int depth)
    {
        switch (type.WellKnown)
        {
            case WellKnown.Timestamp:
                return TryWriteTimestamp(ref json, (long)Scalar(start, 1), (int)Scalar(start, 2));
            case WellKnown.Duration:
                return TryWriteDuration(ref json, (long)Scalar(start, 1), (int)Scalar(start, 2));
            case WellKnown.Wrapper:
                return TryWriteWrapper(ref json, type, message, start, depth);
            case WellKnown.FieldMask:
                return TryWriteMask(ref json, message, start);
            case WellKnown.Struct:
                return TryWriteStruct(ref json, type, message, start, depth);
            case WellKnown.Value:
                return TryWriteOneValue(ref json, type, message, start, depth);
            case WellKnown.ListValue:
                return TryWriteList(ref json, type, message, start, depth);
            default:
                WriteAny(ref json, message, start);
                return true;
        }
    }

    private static bool TryWriteTimestamp(scoped ref JsonOutput json, long seconds, int nanos)
    {
        if (seconds is < FirstSecond or > LastSecond || nanos is < 0 or > MaxNanos) return false;
        Span<byte> text = stackalloc byte[32];
        var time = DateTime.UnixEpoch.AddSeconds(seconds);
        if (!Utf8.TryWrite(text, CultureInfo.InvariantCulture, $"\"{time:yyyy-MM-ddTHH:mm:ss}", out var length)) return false;
        json.Raw(text[..length]);
        WriteFraction(ref json, nanos);
        json.Raw("Z\""u8);
        return true;
    }

    private static bool TryWriteDuration(scoped ref JsonOutput json, long seconds, int nanos)
    {
        if (Math.Abs((decimal)seconds) > LongestSeconds || nanos is < -MaxNanos or > MaxNanos) return false;
        if (seconds != 0 && nanos != 0 && (seconds < 0) != (nanos < 0)) return false;
        json.Raw((byte)'"');
        if (seconds < 0 || nanos < 0) json.Raw((byte)'-');
        json.Number(Math.Abs(seconds));
        WriteFraction(ref json, Math.Abs(nanos));
        json.Raw("s\""u8);
        return true;
    }

    /// <summary>None, three, six or nine digits, whatever is needed.</summary>
    private static void WriteFraction(scoped ref JsonOutput json, int nanos)
    {
        if (nanos == 0) return;
        var (digits, unit) = nanos % 1_000_000 == 0 ? (3, 1_000_000) : nanos % 1_000 == 0 ? (6, 1_000) : (9, 1);
        Span<byte> text = stackalloc byte[9];
        for (int i = digits - 1, rest = nanos / unit; i >= 0; i--, rest /= 10) text[i] = (byte)('0' + (rest % 10));
        json.Raw((byte)'.');
        json.Raw(text[..digits]);
    }

    private bool TryWriteWrapper(scoped ref JsonOutput json, MessageType type, ReadOnlySpan<byte> message, int start, int depth)
    {
        if (!type.Fields.TryGetValue(1, out var field) || field.Kind == FieldKind.Message) return false;
        var at = Last(start, 1);
        if (at < 0) WriteDefault(ref json, field, depth);
        else if (_fields[at].Type != field.Wire) return false;
        else WriteValue(ref json, field, message, _fields[at], depth);
        return true;
    }

    /// <summary>Paths in lowerCamelCase, joined with commas.</summary>
    private bool TryWriteMask(scoped ref JsonOutput json, ReadOnlySpan<byte> message, int start)
    {
        json.Raw((byte)'"');
        var first = true;
        for (var i = start; i < _fields.Count; i++)
        {
            if (_fields[i] is not { Number: 1, Type: WireType.Length }) continue;
            if (!first) json.Raw((byte)',');
            first = false;
            var path = Content(message, _fields[i]);
            for (var at = 0; at < path.Length; at++)
            {
                if (path[at] == '_' && at + 1 < path.Length && char.IsAsciiLetterLower((char)path[at + 1]))
                    json.Raw((byte)(path[++at] & ~0x20));
                else
                    json.TextPart(path.Slice(at, 1));
            }
        }

        json.Raw((byte)'"');
        return true;
    }

    private bool TryWriteStruct(scoped ref JsonOutput json, MessageType type, ReadOnlySpan<byte> message, int start, int depth)
    {
        if (!type.Fields.TryGetValue(1, out var field) || !field.IsMap || !AllAre(start, 1, WireType.Length)) return false;
        WriteMap(ref json, field.Message!, message, start, _fields.Count, depth);
        return true;
    }

    private bool TryWriteOneValue(scoped ref JsonOutput json, MessageType type, ReadOnlySpan<byte> message, int start, int depth)
    {
        ProtobufField last = default;
        for (var i = start; i < _fields.Count; i++)
        {
            if (_fields[i].Offset >= last.Offset) last = _fields[i];
        }

        if (last.Number == 0 || !type.Fields.TryGetValue(last.Number, out var field) || last.Type != field.Wire) return false;
        WriteValue(ref json, field, message, last, depth);
        return true;
    }

    private bool TryWriteList(scoped ref JsonOutput json, MessageType type, ReadOnlySpan<byte> message, int start, int depth)
    {
        if (!type.Fields.TryGetValue(1, out var field) || field.Message is null || !AllAre(start, 1, WireType.Length)) return false;
        json.Raw((byte)'[');
        var end = _fields.Count;
        for (var i = start; i < end; i++)
        {
            if (i > start) json.Raw((byte)',');
            WriteMessage(ref json, field.Message, Content(message, _fields[i]), depth + 1);
        }

        json.Raw((byte)']');
        return true;
    }

    /// <summary>What is in an Any is not looked at: its type and its bytes.</summary>
    private void WriteAny(scoped ref JsonOutput json, ReadOnlySpan<byte> message, int start)
    {
        var type = Last(start, 1);
        var value = Last(start, 2);
        json.Raw("{\"@type\":"u8);
        json.Text(type < 0 ? default : Content(message, _fields[type]));
        json.Raw(",\"value\":"u8);
        json.Base64Text(value < 0 ? default : Content(message, _fields[value]));
        json.Raw((byte)'}');
    }

    private bool AllAre(int start, int number, WireType type)
    {
        for (var i = start; i < _fields.Count; i++)
        {
            if (_fields[i].Number != number || _fields[i].Type != type) return false;
        }

        return true;
    }

    private int Last(int start, int number)
    {
        for (var i = _fields.Count - 1; i >= start; i--)
        {
            if (_fields[i].Number == number) return i;
        }

        return -1;
    }

    private ulong Scalar(int start, int number)
    {
        var at = Last(start, number);
        return at < 0 ? 0 : _fields[at].Scalar;
    }
}
