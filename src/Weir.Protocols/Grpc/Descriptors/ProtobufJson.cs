using Weir.Records.Json;

namespace Weir.Protocols.Grpc.Descriptors;

/// <summary>
/// Writes messages in the proto3 JSON mapping, fields in order of their numbers. What the descriptor does not know, or knows
/// otherwise, becomes <c>field_N</c>; a message that breaks the wire format becomes a string of its bytes in base64.
/// </summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed partial class ProtobufJson
{
    /// <summary>
    /// Nesting of messages; deeper ones become bytes. Each may be an object within an array, and JSON readers stop at 64 levels.
    /// </summary>
    private const int MaxDepth = 28;

    /// <summary>Fields of one outermost message; a hostile one has more than anybody reads.</summary>
    private const int MaxFields = 50_000;

    private readonly List<ProtobufField> _fields = [];
    private int _fieldsRead;

    public void Write(ref JsonOutput json, MessageType type, ReadOnlySpan<byte> message)
    {
        _fields.Clear();
        _fieldsRead = 0;
        WriteMessage(ref json, type, message, 0);
    }

    private void WriteMessage(scoped ref JsonOutput json, MessageType type, ReadOnlySpan<byte> message, int depth)
    {
        var start = _fields.Count;
        if (depth > MaxDepth || !TryReadFields(message, start))
        {
            _fields.RemoveRange(start, _fields.Count - start);
            json.Base64Text(message);
            return;
        }

        if (type.WellKnown == WellKnown.None || !TryWriteWellKnown(ref json, type, message, start, depth))
        {
            json.Raw((byte)'{');
            WriteFields(ref json, type, message, start, depth);
            json.Raw((byte)'}');
        }

        _fields.RemoveRange(start, _fields.Count - start);
    }

    private bool TryReadFields(ReadOnlySpan<byte> message, int start)
    {
        var reader = new ProtobufReader(message);
        while (reader.TryRead(out var field))
        {
            if (field.Type == WireType.EndGroup || ++_fieldsRead > MaxFields) return false;
            // Senders write fields in order of their numbers, nearly; equal numbers keep their order.
            var at = _fields.Count;
            _fields.Add(field);
            for (; at > start && _fields[at - 1].Number > field.Number; at--) _fields[at] = _fields[at - 1];
            _fields[at] = field;
        }

        return !reader.Failed;
    }

    private void WriteFields(scoped ref JsonOutput json, MessageType type, ReadOnlySpan<byte> message, int start, int depth)
    {
        var end = _fields.Count;
        var first = true;
        for (var at = start; at < end;)
        {
            var next = at + 1;
            var number = _fields[at].Number;
            while (next < end && _fields[next].Number == number) next++;
            var known = type.Fields.TryGetValue(number, out var field) && AllFit(field, at, next);
            if (known && field!.OneOf >= 0 && IsOverridden(type, field, start, end, _fields[next - 1].Offset))
            {
                at = next;
                continue;
            }

            if (!first) json.Raw((byte)',');
            first = false;
            if (known) WriteKnown(ref json, field!, message, at, next, depth);
            else WriteUnknown(ref json, message, number, at, next);
            at = next;
        }
    }

    private bool AllFit(FieldType field, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            var wire = _fields[i].Type;
            // Packed or not, a parser takes both (encoding guide, "Packed Repeated Fields").
            if (wire != field.Wire && !(wire == WireType.Length && field.Repeated && IsPackable(field))) return false;
        }

        return true;
    }

    /// <summary>Of several members of a oneof the last on the wire counts.</summary>
    private bool IsOverridden(MessageType type, FieldType field, int start, int end, int offset)
    {
        for (var i = start; i < end; i++)
        {
            var other = _fields[i];
            if (other.Offset > offset && other.Number != field.Number
                && type.Fields.TryGetValue(other.Number, out var member) && member.OneOf == field.OneOf) return true;
        }

        return false;
    }

    private void WriteKnown(scoped ref JsonOutput json, FieldType field, ReadOnlySpan<byte> message, int from, int to, int depth)
    {
        json.Text(field.JsonName);
        json.Raw((byte)':');
        if (field.IsMap)
        {
            WriteMap(ref json, field.Message!, message, from, to, depth);
        }
        else if (field.Repeated)
        {
            json.Raw((byte)'[');
            var first = true;
            for (var i = from; i < to; i++) WriteElements(ref json, field, message, _fields[i], ref first, depth);
            json.Raw((byte)']');
        }
        else if (field.Kind == FieldKind.Message && to - from > 1)
        {
            // Parts of one message are merged, which is what parsing their concatenation does.
            var whole = new byte[TotalLength(from, to)];
            for (int i = from, at = 0; i < to; at += _fields[i].Length, i++) Content(message, _fields[i]).CopyTo(whole.AsSpan(at));
            WriteMessage(ref json, field.Message!, whole, depth + 1);
        }
        else
        {
            WriteValue(ref json, field, message, _fields[to - 1], depth);
        }
    }

    private int TotalLength(int from, int to)
    {
        var sum = 0;
        for (var i = from; i < to; i++) sum += _fields[i].Length;
        return sum;
    }

    private void WriteElements(
        scoped ref JsonOutput json, FieldType field, ReadOnlySpan<byte> message, ProtobufField raw, ref bool first, int depth)
    {
        if (raw.Type != WireType.Length || !IsPackable(field))
        {
            if (!first) json.Raw((byte)',');
            first = false;
            WriteValue(ref json, field, message, raw, depth);
            return;
        }

        var packed = Content(message, raw);
        for (var at = 0; at < packed.Length;)
        {
            if (!TryReadPacked(field, packed, ref at, out var scalar)) return;
            if (!first) json.Raw((byte)',');
            first = false;
            WriteScalar(ref json, field, scalar);
        }
    }

    private void WriteMap(scoped ref JsonOutput json, MessageType entry, ReadOnlySpan<byte> message, int from, int to, int depth)
    {
        json.Raw((byte)'{');
        for (var i = from; i < to; i++)
        {
            if (i > from) json.Raw((byte)',');
            var bytes = Content(message, _fields[i]);
            ProtobufField key = default, value = default;
            var reader = new ProtobufReader(bytes);
            while (reader.TryRead(out var field))
            {
                if (field.Number == 1) key = field;
                else if (field.Number == 2) value = field;
            }

            WriteKey(ref json, entry, bytes, key);
            json.Raw((byte)':');
            if (!entry.Fields.TryGetValue(2, out var type)) json.Raw("null"u8);
            else if (value.Number == 0) WriteDefault(ref json, type, depth);
            else if (value.Type != type.Wire) json.Raw("null"u8);
            else WriteValue(ref json, type, bytes, value, depth);
        }

        json.Raw((byte)'}');
    }

    /// <summary>Keys are always strings in JSON.</summary>
    private static void WriteKey(scoped ref JsonOutput json, MessageType entry, ReadOnlySpan<byte> bytes, ProtobufField key)
    {
        if (!entry.Fields.TryGetValue(1, out var type))
        {
            json.Raw("\"\""u8);
            return;
        }

        var quoted = type.Kind is FieldKind.String or FieldKind.Int64 or FieldKind.UInt64 or FieldKind.SInt64 or FieldKind.Fixed64
            or FieldKind.SFixed64;
        if (!quoted) json.Raw((byte)'"');
        if (type.Kind == FieldKind.String) json.Text(key.Type == WireType.Length ? Content(bytes, key) : default);
        else WriteScalar(ref json, type, key.Scalar);
        if (!quoted) json.Raw((byte)'"');
    }

    private void WriteDefault(scoped ref JsonOutput json, FieldType type, int depth)
    {
        if (type.Kind == FieldKind.Message) WriteMessage(ref json, type.Message!, default, depth + 1);
        else if (type.Kind is FieldKind.String or FieldKind.Bytes) json.Raw("\"\""u8);
        else WriteScalar(ref json, type, 0);
    }

    private void WriteValue(scoped ref JsonOutput json, FieldType field, ReadOnlySpan<byte> message, ProtobufField raw, int depth)
    {
        switch (field.Kind)
        {
            case FieldKind.Message:
                WriteMessage(ref json, field.Message!, Content(message, raw), depth + 1);
                break;
            case FieldKind.String:
                json.Text(Content(message, raw));
                break;
            case FieldKind.Bytes:
                json.Base64Text(Content(message, raw));
                break;
            default:
                WriteScalar(ref json, field, raw.Scalar);
                break;
        }
    }

    private void WriteUnknown(scoped ref JsonOutput json, ReadOnlySpan<byte> message, int number, int from, int to)
    {
        json.Raw("\"field_"u8);
        json.Number(number);
        json.Raw("\":"u8);
        if (to - from > 1) json.Raw((byte)'[');
        for (var i = from; i < to; i++)
        {
            if (i > from) json.Raw((byte)',');
            var raw = _fields[i];
            if (raw.Type == WireType.Length) json.Base64Text(Content(message, raw));
            else if (raw.Type == WireType.Fixed32) json.Number((long)raw.Scalar);
            else WriteUnsigned(ref json, raw.Scalar, quoted: true);
        }

        if (to - from > 1) json.Raw((byte)']');
    }

    private static ReadOnlySpan<byte> Content(ReadOnlySpan<byte> message, ProtobufField field) =>
        message.Slice(field.Offset, field.Length);

    private static bool IsPackable(FieldType field) => field.Wire is not (WireType.Length or WireType.StartGroup);
}
