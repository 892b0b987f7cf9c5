using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Weir.Records.Json;

namespace Weir.Export.Resurface;

/// <summary>
/// Strings as logger-go's encoder leaves them, so that a line is the same byte for byte: <c>&amp;</c>, U+2028 and U+2029 are
/// escaped, <c>&lt;</c> and <c>&gt;</c> are not, and each byte that is no UTF-8 becomes <c>\ufffd</c>.
/// </summary>
internal static class ResurfaceText
{
    /// <summary>ASCII that is escaped, and 0xE2, with which U+2028 and U+2029 begin.</summary>
    private static readonly SearchValues<byte> s_special = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(static c => (byte)c), (byte)'"', (byte)'\\', (byte)'&', 0xE2]);

    public static void Quoted(ref JsonOutput json, scoped ReadOnlySpan<byte> bytes)
    {
        json.Raw((byte)'"');
        Part(ref json, bytes);
        json.Raw((byte)'"');
    }

    public static void Part(ref JsonOutput json, scoped ReadOnlySpan<byte> bytes)
    {
        if (!Utf8.IsValid(bytes))
        {
            Repaired(ref json, bytes);
            return;
        }

        for (int next; (next = bytes.IndexOfAny(s_special)) >= 0;)
        {
            json.Raw(bytes[..next]);
            bytes = bytes[next..];
            if (bytes[0] != 0xE2)
            {
                Escape(ref json, bytes[0]);
                bytes = bytes[1..];
                continue;
            }

            // Valid UTF-8: two more bytes follow. U+2028 is E2 80 A8, U+2029 is E2 80 A9.
            if (bytes[1] == 0x80 && bytes[2] == 0xA8) json.Raw("\\u2028"u8);
            else if (bytes[1] == 0x80 && bytes[2] == 0xA9) json.Raw("\\u2029"u8);
            else json.Raw(bytes[..3]);
            bytes = bytes[3..];
        }

        json.Raw(bytes);
    }

    private static void Repaired(ref JsonOutput json, scoped ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out _, out var length) == OperationStatus.Done)
            {
                Part(ref json, bytes[..length]);
                bytes = bytes[length..];
                continue;
            }

            // Go steps over one byte, not over what could have begun a character.
            json.Raw("\\ufffd"u8);
            bytes = bytes[1..];
        }
    }

    private static void Escape(ref JsonOutput json, byte c)
    {
        switch (c)
        {
            case (byte)'"': json.Raw("\\\""u8); break;
            case (byte)'\\': json.Raw("\\\\"u8); break;
            case (byte)'\n': json.Raw("\\n"u8); break;
            case (byte)'\r': json.Raw("\\r"u8); break;
            case (byte)'\t': json.Raw("\\t"u8); break;
            default:
                json.Raw("\\u00"u8);
                json.Raw("0123456789abcdef"u8[c >> 4]);
                json.Raw("0123456789abcdef"u8[c & 15]);
                break;
        }
    }
}
