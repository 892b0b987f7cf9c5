namespace Weir.Privacy.Detection.Validation;

/// <summary>Payment card numbers: issuer range, length and Luhn.</summary>
internal static class CardNumber
{
    public const int MinDigits = 12;
    public const int MaxDigits = 19;

    /// <param name="digits">Digits alone.</param>
    /// <param name="usual">The length that this issuer gives out today; others need a word nearby that says card.</param>
    public static bool IsValid(ReadOnlySpan<byte> digits, out bool usual)
    {
        usual = false;
        if (digits.Length is < MinDigits or > MaxDigits || !KnownIssuer(digits, out usual)) return false;
        return CheckDigits.Luhn(digits) && !CheckDigits.AllSame(digits);
    }

    /// <summary>Issuer identification numbers as the networks publish them.</summary>
    private static bool KnownIssuer(ReadOnlySpan<byte> digits, out bool usual)
    {
        var length = digits.Length;
        var two = CheckDigits.Number(digits[..2]);
        var three = CheckDigits.Number(digits[..3]);
        var four = CheckDigits.Number(digits[..4]);
        (var known, usual) = (two, three, four) switch
        {
            ( >= 40 and <= 49, _, _) => (length is 13 or 16 or 19, length == 16),
            ( >= 51 and <= 55, _, _) or (_, _, >= 2221 and <= 2720) => (length == 16, true),
            (34 or 37, _, _) => (length == 15, true),
            (_, _, 6011) or (65, _, _) or (_, >= 644 and <= 649, _) => (length is >= 16, length == 16),
            (36 or 38 or 39, _, _) or (_, >= 300 and <= 305, _) => (length is 14 or 16 or 19, length is 14 or 16),
            (_, _, >= 3528 and <= 3589) => (length is >= 16, length == 16),
            (62 or 81, _, _) => (length is >= 16, length is 16 or 19),
            (_, _, >= 2200 and <= 2204) => (length is >= 16, length == 16),
            (60 or 82, _, _) or (_, 508, _) => (length == 16, true),
            (50 or >= 56 and <= 69, _, _) => (true, false),
            _ => (false, false),
        };
        return known;
    }
}
