using System.Runtime.Intrinsics;

namespace Weir.Privacy.Detection;

/// <summary>
/// Tells request ids, trace ids, UUIDs and hashes in small hexadecimal digits: the most common values that are neither words nor
/// numbers. They are too long for a number, no prefix of a key is made of these digits, and what remains is only base64.
/// </summary>
internal static class HexIds
{
    /// <summary>Longer than any card number.</summary>
    private const int MinBytes = Validation.CardNumber.MaxDigits + 1;

    private const int MaxBytes = 64;
    private const int UuidBytes = 36;
    private const ulong UuidHyphens = (1ul << 8) | (1ul << 13) | (1ul << 18) | (1ul << 23);

    private static readonly ByteClass s_hex = new("0123456789abcdef"u8);

    /// <param name="text">A whole value, not cut off.</param>
    public static bool Is(ReadOnlySpan<byte> text)
    {
        if (text.Length is < MinBytes or > MaxBytes) return false;
        var hex = 0ul;
        for (var at = 0; at < text.Length; at += 16)
        {
            var start = Math.Min(at, text.Length - 16);
            hex |= (ulong)s_hex.Mask(Vector128.Create(text.Slice(start, 16))) << start;
        }

        var others = ~hex & (ulong.MaxValue >> (64 - text.Length));
        if (text.Length == UuidBytes && others == UuidHyphens)
            return text[8] == '-' && text[13] == '-' && text[18] == '-' && text[23] == '-' && text[..8].ContainsAnyInRange((byte)'0', (byte)'9');
        // Addresses of wallets begin with 1, 3 or 5, account numbers with two letters and two digits.
        return others == 0 && (Chars.IsDigit(text[0])
            ? text[0] is not ((byte)'1' or (byte)'3' or (byte)'5')
            : !Chars.IsDigit(text[2]) || !Chars.IsDigit(text[3]));
    }
}
