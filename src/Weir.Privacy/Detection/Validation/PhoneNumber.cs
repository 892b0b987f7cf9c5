namespace Weir.Privacy.Detection.Validation;

/// <summary>Telephone numbers in international form (ITU-T E.164) and the North American form with parentheses.</summary>
internal static class PhoneNumber
{
    private const int MinDigits = 9;
    private const int MaxDigits = 15;

    /// <summary>Calling codes of two digits that stand alone; codes of three begin with the others (ITU-T E.164 list).</summary>
    private static ReadOnlySpan<byte> TwoDigitCodes =>
    [
        20, 27, 30, 31, 32, 33, 34, 36, 39, 40, 41, 43, 44, 45, 46, 47, 48, 49, 51, 52, 53, 54, 55, 56, 57, 58, 60, 61, 62, 63,
        64, 65, 66, 81, 82, 84, 86, 90, 91, 92, 93, 94, 95, 98,
    ];

    /// <summary>First two digits of three-digit codes in use.</summary>
    private static ReadOnlySpan<byte> ThreeDigitStarts => [21, 22, 23, 24, 25, 26, 29, 35, 37, 38, 42, 50, 59, 67, 68, 69, 80, 85, 87, 88, 96, 97, 99];

    /// <param name="text">The text around it.</param>
    /// <param name="plus">Where its plus sign stands.</param>
    /// <param name="end">Where it ends.</param>
    public static bool International(ReadOnlySpan<byte> text, int plus, out int end)
    {
        end = plus;
        if (plus > 0 && (Chars.IsAlnum(text[plus - 1]) || text[plus - 1] is (byte)'+' or (byte)'/' or (byte)'.')) return false;
        Span<byte> digits = stackalloc byte[MaxDigits + 1];
        var count = ReadDigits(text, plus + 1, digits, out end);
        if (count is < MinDigits or > MaxDigits || (end < text.Length && Chars.IsLetter(text[end]))) return false;
        return digits[0] == '1'
            ? count == 11 && digits[1] >= '2'
            : digits[0] == '7' ? count == 11 : IsCode(((digits[0] - '0') * 10) + digits[1] - '0');
    }

    /// <param name="text">The text around it.</param>
    /// <param name="open">Where its parenthesis stands.</param>
    /// <param name="end">Where it ends.</param>
    public static bool NorthAmerican(ReadOnlySpan<byte> text, int open, out int end)
    {
        // (NXX) NXX-XXXX, N being 2 to 9.
        end = open;
        var rest = text[(open + 1)..];
        if (rest.Length < 12 || rest[3] != ')' || !IsArea(rest)) return false;
        var at = rest[4] is (byte)' ' or (byte)'-' ? 5 : 4;
        if (rest.Length < at + 8 || !IsArea(rest[at..]) || rest[at + 3] is not ((byte)'-' or (byte)' ' or (byte)'.')) return false;
        end = open + 1 + at + 8;
        return Chars.DigitCount(rest.Slice(at + 4, 4)) == 4 && (end == text.Length || !Chars.IsAlnum(text[end]));
    }

    /// <summary>Whether a value under a key that says telephone can be one: 5 to 15 digits and what people put between.</summary>
    public static bool Plausible(ReadOnlySpan<byte> value)
    {
        var digits = 0;
        foreach (var c in value)
        {
            if (Chars.IsDigit(c)) digits++;
            else if (!" +-()./x#"u8.Contains(c)) return false;
        }

        return digits is >= 5 and <= MaxDigits + 4;
    }

    private static bool IsArea(ReadOnlySpan<byte> text) =>
        text[0] is >= (byte)'2' and <= (byte)'9' && Chars.IsDigit(text[1]) && Chars.IsDigit(text[2]);

    private static bool IsCode(int two) => TwoDigitCodes.Contains((byte)two) || ThreeDigitStarts.Contains((byte)two);

    private static int ReadDigits(ReadOnlySpan<byte> text, int from, Span<byte> digits, out int end)
    {
        var count = 0;
        var separators = 0;
        end = from;
        for (var i = from; i < text.Length && count < digits.Length; i++)
        {
            if (Chars.IsDigit(text[i]))
            {
                digits[count++] = text[i];
                separators = 0;
                end = i + 1;
            }
            else if (!" -()./"u8.Contains(text[i]) || ++separators > 2)
            {
                break;
            }
        }

        return count;
    }
}
