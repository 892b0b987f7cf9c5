using System.Buffers.Binary;
using System.Globalization;
using Weir.Records.Json;

namespace Weir.Protocols.Grpc.Descriptors;

/// <content>Numbers, booleans and enums.</content>
internal sealed partial class ProtobufJson
{
    private static bool TryReadPacked(FieldType field, ReadOnlySpan<byte> packed, ref int at, out ulong scalar)
    {
        scalar = 0;
        switch (field.Wire)
        {
            case WireType.Fixed64 when packed.Length - at >= 8:
                scalar = BinaryPrimitives.ReadUInt64LittleEndian(packed[at..]);
                at += 8;
                return true;
            case WireType.Fixed32 when packed.Length - at >= 4:
                scalar = BinaryPrimitives.ReadUInt32LittleEndian(packed[at..]);
                at += 4;
                return true;
            case WireType.Varint:
                return ProtobufReader.TryReadVarint(packed, ref at, out scalar);
            default:
                return false;
        }
    }

    private static void WriteScalar(scoped ref JsonOutput json, FieldType field, ulong scalar)
    {
        switch (field.Kind)
        {
            case FieldKind.Double:
                WriteDouble(ref json, BitConverter.UInt64BitsToDouble(scalar));
                break;
            case FieldKind.Float:
                WriteFloat(ref json, BitConverter.UInt32BitsToSingle((uint)scalar));
                break;
            case FieldKind.Int64 or FieldKind.SFixed64:
                WriteSigned(ref json, (long)scalar);
                break;
            case FieldKind.SInt64:
                WriteSigned(ref json, (long)(scalar >> 1) ^ -(long)(scalar & 1));
                break;
            case FieldKind.UInt64 or FieldKind.Fixed64:
                WriteUnsigned(ref json, scalar, quoted: true);
                break;
            case FieldKind.SInt32:
                json.Number((int)((uint)scalar >> 1) ^ -(int)(scalar & 1));
                break;
            case FieldKind.UInt32 or FieldKind.Fixed32:
                json.Number((uint)scalar);
                break;
            case FieldKind.Bool:
                json.Boolean(scalar != 0);
                break;
            case FieldKind.Enum:
                WriteEnum(ref json, field.Enum, (int)scalar);
                break;
            default:
                json.Number((int)scalar);
                break;
        }
    }

    private static void WriteEnum(scoped ref JsonOutput json, EnumType? type, int value)
    {
        if (type is { IsNull: true }) json.Raw("null"u8);
        else if (type is not null && type.Names.TryGetValue(value, out var name)) json.Text(name);
        else json.Number(value);
    }

    /// <summary>64-bit numbers are strings, because JavaScript would round them.</summary>
    private static void WriteSigned(scoped ref JsonOutput json, long value)
    {
        json.Raw((byte)'"');
        json.Number(value);
        json.Raw((byte)'"');
    }

    private static void WriteUnsigned(scoped ref JsonOutput json, ulong value, bool quoted)
    {
        Span<byte> text = stackalloc byte[20];
        value.TryFormat(text, out var length, default, CultureInfo.InvariantCulture);
        if (quoted) json.Raw((byte)'"');
        json.Raw(text[..length]);
        if (quoted) json.Raw((byte)'"');
    }

    private static void WriteDouble(scoped ref JsonOutput json, double value)
    {
        Span<byte> text = stackalloc byte[32];
        if (!double.IsFinite(value)) WriteNonFinite(ref json, value);
        else if (value.TryFormat(text, out var length, default, CultureInfo.InvariantCulture)) json.Raw(text[..length]);
    }

    private static void WriteFloat(scoped ref JsonOutput json, float value)
    {
        Span<byte> text = stackalloc byte[32];
        if (!float.IsFinite(value)) WriteNonFinite(ref json, value);
        else if (value.TryFormat(text, out var length, default, CultureInfo.InvariantCulture)) json.Raw(text[..length]);
    }

    private static void WriteNonFinite(scoped ref JsonOutput json, double value) =>
        json.Raw(double.IsNaN(value) ? "\"NaN\""u8 : value > 0 ? "\"Infinity\""u8 : "\"-Infinity\""u8);
}
