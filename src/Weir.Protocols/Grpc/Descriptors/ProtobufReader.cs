using System.Buffers.Binary;

namespace Weir.Protocols.Grpc.Descriptors;

/// <summary>Wire types of protocol buffers.</summary>
internal enum WireType : byte
{
    Varint = 0,
    Fixed64 = 1,
    Length = 2,
    StartGroup = 3,
    EndGroup = 4,
    Fixed32 = 5,
}

/// <summary>One field as it lies in a message.</summary>
/// <param name="Number">Field number.</param>
/// <param name="Type">How it is written.</param>
/// <param name="Scalar">The number of a varint or fixed field.</param>
/// <param name="Offset">Where the content of a length-delimited field begins in the message, and the order of fields.</param>
/// <param name="Length">Its length.</param>
internal readonly record struct ProtobufField(int Number, WireType Type, ulong Scalar, int Offset, int Length);

/// <summary>Walks the fields of one message in wire order. Groups are stepped over.</summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> message)
{
    private const int MaxGroupDepth = 64;

    private readonly ReadOnlySpan<byte> _message = message;
    private int _at;

    /// <summary>The bytes break the wire format.</summary>
    public bool Failed { get; private set; }

    /// <returns>False at the end of the message, or with <see cref="Failed"/> where it breaks.</returns>
    public bool TryRead(out ProtobufField field)
    {
        while (_at < _message.Length)
        {
            if (!TryReadOne(out field)) break;
            if (field.Type != WireType.StartGroup) return true;
            if (!TrySkipGroup(field.Number)) break;
        }

        Failed |= _at < _message.Length;
        field = default;
        return false;
    }

    public readonly ReadOnlySpan<byte> Content(ProtobufField field) => _message.Slice(field.Offset, field.Length);

    /// <summary>Reads one varint and moves on behind it.</summary>
    public static bool TryReadVarint(ReadOnlySpan<byte> bytes, ref int at, out ulong value)
    {
        value = 0;
        for (var shift = 0; shift < 70 && at < bytes.Length; shift += 7)
        {
            var b = bytes[at++];
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80) return true;
        }

        return false;
    }

    private bool TryReadOne(out ProtobufField field)
    {
        field = default;
        Failed = true;
        if (!TryReadVarint(_message, ref _at, out var tag) || tag > uint.MaxValue || tag >> 3 == 0) return false;
        var number = (int)(tag >> 3);
        var start = _at;
        ulong scalar = 0;
        var length = 0;
        var type = (WireType)(tag & 7);
        switch (type)
        {
            case WireType.Varint:
                if (!TryReadVarint(_message, ref _at, out scalar)) return false;
                break;
            case WireType.Fixed64:
                if (_message.Length - _at < 8) return false;
                scalar = BinaryPrimitives.ReadUInt64LittleEndian(_message[_at..]);
                _at += 8;
                break;
            case WireType.Fixed32:
                if (_message.Length - _at < 4) return false;
                scalar = BinaryPrimitives.ReadUInt32LittleEndian(_message[_at..]);
                _at += 4;
                break;
            case WireType.Length:
                if (!TryReadVarint(_message, ref _at, out var size) || size > (ulong)(_message.Length - _at)) return false;
                start = _at;
                length = (int)size;
                _at += length;
                break;
            case WireType.StartGroup:
            case WireType.EndGroup:
                break;
            default:
                return false;
        }

        Failed = false;
        field = new ProtobufField(number, type, scalar, start, length);
        return true;
    }

    private bool TrySkipGroup(int number)
    {
        Span<int> open = stackalloc int[MaxGroupDepth];
        open[0] = number;
        var depth = 1;
        while (depth > 0)
        {
            if (_at >= _message.Length || !TryReadOne(out var field)) break;
            if (field.Type == WireType.StartGroup)
            {
                if (depth == MaxGroupDepth) break;
                open[depth++] = field.Number;
            }
            else if (field.Type == WireType.EndGroup && open[--depth] != field.Number)
            {
                depth++;
                break;
            }
        }

        Failed |= depth > 0;
        return depth == 0;
    }
}
