using System.Security.Cryptography;
using Weir.Records;

namespace Weir.Protocols.Dns;

/// <summary>Domain names on the wire: labels, and pointers to labels earlier in the message (RFC 1035 §4.1.4).</summary>
internal static class DnsName
{
    /// <summary>RFC 1035 §2.3.4.</summary>
    private const int MaxBytes = 255;

    private static readonly ulong s_seed = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8));

    /// <summary>Steps over a name.</summary>
    /// <returns>False when the message ends within it or a label is of no known kind.</returns>
    public static bool TrySkip(ReadOnlySpan<byte> message, ref int at)
    {
        for (var total = 0; at < message.Length && total <= MaxBytes;)
        {
            var length = message[at];
            if (length >= 0xC0)
            {
                at += 2;
                return at <= message.Length;
            }

            if (length > 63) return false;
            at += 1 + length;
            total += 1 + length;
            if (length == 0) return true;
        }

        return false;
    }

    /// <summary>
    /// Reads a name in presentation form, without the final dot; the root is <c>.</c>. Bytes that are no printable ASCII
    /// become <c>\DDD</c>, dots and backslashes within a label are escaped (RFC 4343 §2.1).
    /// </summary>
    /// <param name="message">The whole message, for pointers.</param>
    /// <param name="at">Moves behind the name, or where it could not be read any further.</param>
    /// <param name="text">Receives the name.</param>
    /// <returns>False when the name is broken: cut off, too long, or a pointer that does not point back.</returns>
    public static bool TryRead(ReadOnlySpan<byte> message, ref int at, ByteBuffer text)
    {
        var cursor = at;
        var jumped = false;
        // Each pointer must lead further back than the one before, so that they come to an end.
        var limit = at;
        var begun = text.Length;
        for (var total = 0; cursor < message.Length;)
        {
            var length = message[cursor];
            if (length >= 0xC0)
            {
                if (cursor + 1 >= message.Length) return false;
                var target = ((length & 0x3F) << 8) | message[cursor + 1];
                if (!jumped) at = cursor + 2;
                jumped = true;
                if (target >= limit) return false;
                cursor = limit = target;
                continue;
            }

            if (length > 63 || cursor + 1 + length > message.Length) return false;
            total += 1 + length;
            if (total > MaxBytes) return false;
            cursor++;
            if (length == 0)
            {
                if (text.Length == begun) text.Append("."u8);
                if (!jumped) at = cursor;
                return true;
            }

            if (text.Length > begun) text.Append("."u8);
            AppendEscaped(message.Slice(cursor, length), text, "."u8);
            cursor += length;
        }

        return false;
    }

    /// <summary>Appends bytes with <c>\DDD</c> for what is not printable and a backslash before <paramref name="special"/>.</summary>
    public static void AppendEscaped(ReadOnlySpan<byte> bytes, ByteBuffer text, ReadOnlySpan<byte> special, bool spaces = false)
    {
        Span<byte> escape = stackalloc byte[4];
        foreach (var b in bytes)
        {
            if (b == '\\' || special.Contains(b))
            {
                escape[0] = (byte)'\\';
                escape[1] = b;
                text.Append(escape[..2]);
            }
            else if (b is > 0x20 and < 0x7F || (spaces && b == ' '))
            {
                escape[0] = b;
                text.Append(escape[..1]);
            }
            else
            {
                escape[0] = (byte)'\\';
                escape[1] = (byte)('0' + (b / 100));
                escape[2] = (byte)('0' + (b / 10 % 10));
                escape[3] = (byte)('0' + (b % 10));
                text.Append(escape);
            }
        }
    }

    /// <summary>A hash of name, type and class that does not tell upper from lower case: a question asked again has it again.</summary>
    /// <param name="question">From the name's first byte to behind the class; without pointers.</param>
    public static ulong Hash(ReadOnlySpan<byte> question)
    {
        // FNV-1a with a start that nobody outside knows.
        var hash = s_seed;
        foreach (var b in question) hash = (hash ^ (b is >= (byte)'A' and <= (byte)'Z' ? (byte)(b | 0x20) : b)) * 0x100000001B3;
        return hash;
    }
}
