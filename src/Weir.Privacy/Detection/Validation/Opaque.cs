namespace Weir.Privacy.Detection.Validation;

/// <summary>Whether a text looks made by a machine to be unguessable.</summary>
internal static class Opaque
{
    private const int MinBytes = 16;

    /// <summary>Bits a character. Hexadecimal digits have up to 4, base64 up to 6, words and ids around 3.</summary>
    private const double MinEntropyBits = 3.0;

    public static bool Looks(ReadOnlySpan<byte> value)
    {
        if (value.Length < MinBytes || IsUuid(value)) return false;
        Span<byte> seen = stackalloc byte[128];
        seen.Clear();
        var (digits, letters) = (0, 0);
        var sample = value[..Math.Min(value.Length, 255)];
        foreach (var c in sample)
        {
            if (c is <= 0x20 or >= 0x7F) return false;
            if (Chars.IsDigit(c)) digits++;
            else if (Chars.IsLetter(c)) letters++;
            seen[c]++;
        }

        if (digits == 0 || letters == 0) return false;
        var entropy = 0.0;
        foreach (var count in seen)
        {
            if (count == 0) continue;
            var share = (double)count / sample.Length;
            entropy -= share * Math.Log2(share);
        }

        return entropy >= MinEntropyBits;
    }

    /// <summary>8-4-4-4-12 hexadecimal digits (RFC 9562 §4).</summary>
    public static bool IsUuid(ReadOnlySpan<byte> text) => text.Length == 36 && BeginsUuid(text);

    public static bool BeginsUuid(ReadOnlySpan<byte> text) =>
        text.Length >= 36 && text[8] == '-' && text[13] == '-' && text[18] == '-' && text[23] == '-'
        && Chars.Run(text, Chars.Hex) == 8 && Chars.Run(text[24..36], Chars.Hex) == 12
        && !text[9..13].ContainsAnyExcept(Chars.Hex) && !text[14..18].ContainsAnyExcept(Chars.Hex)
        && !text[19..23].ContainsAnyExcept(Chars.Hex);
}
