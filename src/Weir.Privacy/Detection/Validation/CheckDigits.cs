namespace Weir.Privacy.Detection.Validation;

/// <summary>The check digit schemes that numbers are protected with. Inputs are ASCII digits unless told otherwise.</summary>
internal static class CheckDigits
{
    private static ReadOnlySpan<byte> VerhoeffProduct =>
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 0, 6, 7, 8, 9, 5, 2, 3, 4, 0, 1, 7, 8, 9, 5, 6, 3, 4, 0, 1, 2, 8, 9, 5, 6, 7,
        4, 0, 1, 2, 3, 9, 5, 6, 7, 8, 5, 9, 8, 7, 6, 0, 4, 3, 2, 1, 6, 5, 9, 8, 7, 1, 0, 4, 3, 2, 7, 6, 5, 9, 8, 2, 1, 0, 4, 3,
        8, 7, 6, 5, 9, 3, 2, 1, 0, 4, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0,
    ];

    private static ReadOnlySpan<byte> VerhoeffPermutation =>
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 5, 7, 6, 2, 8, 3, 0, 9, 4, 5, 8, 0, 3, 7, 9, 6, 1, 4, 2, 8, 9, 1, 6, 0, 4, 3, 5, 2, 7,
        9, 4, 5, 3, 1, 2, 6, 8, 7, 0, 4, 2, 8, 6, 5, 7, 3, 9, 0, 1, 2, 7, 9, 3, 8, 0, 6, 4, 1, 5, 7, 0, 4, 6, 9, 1, 3, 2, 5, 8,
    ];

    /// <summary>ISO/IEC 7812-1 annex B, the Luhn formula.</summary>
    public static bool Luhn(ReadOnlySpan<byte> digits)
    {
        var sum = 0;
        var twice = false;
        for (var i = digits.Length - 1; i >= 0; i--)
        {
            var digit = digits[i] - '0';
            if (twice) digit = digit > 4 ? (digit * 2) - 9 : digit * 2;
            sum += digit;
            twice = !twice;
        }

        return sum % 10 == 0;
    }

    public static bool Verhoeff(ReadOnlySpan<byte> digits)
    {
        var check = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var digit = digits[digits.Length - 1 - i] - '0';
            check = VerhoeffProduct[(check * 10) + VerhoeffPermutation[(i % 8 * 10) + digit]];
        }

        return check == 0;
    }

    /// <summary>ISO/IEC 7064 MOD 11,10: the last digit checks the rest.</summary>
    public static bool Mod11And10(ReadOnlySpan<byte> digits)
    {
        var product = 10;
        foreach (var c in digits[..^1])
        {
            var sum = (c - '0' + product) % 10;
            product = (sum == 0 ? 10 : sum) * 2 % 11;
        }

        return (11 - product) % 10 == digits[^1] - '0';
    }

    /// <summary>Sum of digit × weight over the first <c>weights.Length</c> digits.</summary>
    public static int Weighted(ReadOnlySpan<byte> digits, ReadOnlySpan<byte> weights)
    {
        var sum = 0;
        for (var i = 0; i < weights.Length; i++) sum += (digits[i] - '0') * weights[i];
        return sum;
    }

    public static int Number(ReadOnlySpan<byte> digits)
    {
        var value = 0;
        foreach (var c in digits) value = (value * 10) + (c - '0');
        return value;
    }

    public static long LongNumber(ReadOnlySpan<byte> digits)
    {
        long value = 0;
        foreach (var c in digits) value = (value * 10) + (c - '0');
        return value;
    }

    public static bool IsDate(int month, int day) => month is >= 1 and <= 12 && day is >= 1 and <= 31;

    public static bool AllSame(ReadOnlySpan<byte> digits) => !digits.ContainsAnyExcept(digits[0]);
}
