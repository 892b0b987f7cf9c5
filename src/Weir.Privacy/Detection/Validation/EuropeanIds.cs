using static Weir.Privacy.Detection.Validation.CheckDigits;

namespace Weir.Privacy.Detection.Validation;

/// <summary>
/// Checks of European identity numbers. Each takes the number without separators, letters in upper case, at the length that
/// <see cref="IdRules"/> names. Sources: the issuing authorities' descriptions, as collected in the OECD's TIN sheets.
/// </summary>
internal static class EuropeanIds
{
    private static ReadOnlySpan<byte> DniLetters => "TRWAGMYFPDXBNJZSQVHLCKE"u8;

    private static ReadOnlySpan<byte> HetuLetters => "0123456789ABCDEFHJKLMNPRSTUVWXY"u8;

    /// <summary>Values of the characters at odd places, digits first, then A to Z (Decreto MEF 12/03/1974).</summary>
    private static ReadOnlySpan<byte> FiscalCodeOdd =>
    [
        1, 0, 5, 7, 9, 13, 15, 17, 19, 21,
        1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
    ];

    /// <summary>ISO 7064 MOD 11,10, and exactly one digit of the first ten is there twice or three times.</summary>
    public static bool GermanTaxId(ReadOnlySpan<byte> id)
    {
        if (id[0] == '0' || !Mod11And10(id)) return false;
        Span<byte> seen = stackalloc byte[10];
        seen.Clear();
        foreach (var c in id[..10]) seen[c - '0']++;
        var repeated = 0;
        foreach (var count in seen)
        {
            if (count > 3) return false;
            if (count > 1) repeated++;
        }

        return repeated == 1;
    }

    public static bool Dni(ReadOnlySpan<byte> id) =>
        Digits(id[..8]) && id[8] == DniLetters[Number(id[..8]) % 23];

    public static bool Nie(ReadOnlySpan<byte> id) =>
        id[0] is >= (byte)'X' and <= (byte)'Z' && Digits(id[1..8])
        && id[8] == DniLetters[(((id[0] - 'X') * 10_000_000) + Number(id[1..8])) % 23];

    /// <summary>The last two digits are 97 minus the rest of the first thirteen; Corsica writes 2A and 2B.</summary>
    public static bool Nir(ReadOnlySpan<byte> id)
    {
        if (id[0] is not ((byte)'1' or (byte)'2' or (byte)'7' or (byte)'8')) return false;
        Span<byte> digits = stackalloc byte[15];
        id.CopyTo(digits);
        long corsica = 0;
        if (digits[5] == '2' && digits[6] is (byte)'A' or (byte)'B')
        {
            corsica = digits[6] == 'A' ? 1_000_000 : 2_000_000;
            digits[6] = (byte)'0';
        }

        if (!Digits(digits)) return false;
        var month = Number(digits[3..5]);
        if (month is not ((>= 1 and <= 12) or (>= 20 and <= 42) or >= 50)) return false;
        return 97 - ((LongNumber(digits[..13]) - corsica) % 97) == Number(digits[13..]);
    }

    public static bool FiscalCode(ReadOnlySpan<byte> id)
    {
        // L letter, D digit or the letter that stands for one when codes would collide (omocodia).
        var shape = "LLLLLLDDLDDLDDDL"u8;
        var sum = 0;
        for (var i = 0; i < 16; i++)
        {
            var digit = Chars.IsDigit(id[i]);
            var letter = Chars.IsUpper(id[i]);
            if (shape[i] == 'L' ? !letter : !(digit || "LMNPQRSTUV"u8.Contains(id[i]))) return false;
            if (i == 15) break;
            var value = digit ? id[i] - '0' : id[i] - 'A';
            sum += i % 2 == 0 ? FiscalCodeOdd[digit ? value : value + 10] : value;
        }

        return "ABCDEHLMPRST"u8.Contains(id[8]) && id[15] == 'A' + (sum % 26);
    }

    public static bool Pesel(ReadOnlySpan<byte> id) =>
        IsDate(Number(id[2..4]) % 20, Number(id[4..6]))
        && (10 - (Weighted(id, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10 == id[10] - '0';

    public static bool Bsn(ReadOnlySpan<byte> id) =>
        !AllSame(id) && (Weighted(id, [9, 8, 7, 6, 5, 4, 3, 2]) - (id[8] - '0')) % 11 == 0;

    public static bool Nhs(ReadOnlySpan<byte> id)
    {
        var check = 11 - (Weighted(id, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11);
        return !AllSame(id) && check != 10 && check % 11 == id[9] - '0';
    }

    /// <summary>Prefixes that HMRC does not give out are refused.</summary>
    public static bool Nino(ReadOnlySpan<byte> id)
    {
        if (!Chars.IsUpper(id[0]) || !Chars.IsUpper(id[1]) || !Digits(id[2..8]) || id[8] is < (byte)'A' or > (byte)'D') return false;
        if ("DFIQUV"u8.Contains(id[0]) || "DFIOQUV"u8.Contains(id[1])) return false;
        var prefix = id[..2];
        return !(prefix.SequenceEqual("BG"u8) || prefix.SequenceEqual("GB"u8) || prefix.SequenceEqual("NK"u8)
                 || prefix.SequenceEqual("KN"u8) || prefix.SequenceEqual("TN"u8) || prefix.SequenceEqual("NT"u8)
                 || prefix.SequenceEqual("ZZ"u8));
    }

    /// <summary>Ten digits; a coordination number adds 60 to the day.</summary>
    public static bool Personnummer(ReadOnlySpan<byte> id) =>
        IsDate(Number(id[2..4]), Number(id[4..6]) % 60) && Luhn(id);

    public static bool PersonnummerWithCentury(ReadOnlySpan<byte> id) =>
        Number(id[..2]) is 18 or 19 or 20 && Personnummer(id[2..]);

    public static bool Hetu(ReadOnlySpan<byte> id)
    {
        // Without its separator, or with a letter as one (A is the century 2000).
        Span<byte> digits = stackalloc byte[9];
        if (id.Length == 11 && !Chars.IsUpper(id[6])) return false;
        id[..6].CopyTo(digits);
        id[^4..^1].CopyTo(digits[6..]);
        return Digits(digits) && IsDate(Number(id[2..4]), Number(id[..2])) && id[^1] == HetuLetters[Number(digits) % 31];
    }

    public static bool Fodselsnummer(ReadOnlySpan<byte> id)
    {
        if (!IsDate(Number(id[2..4]) % 40, Number(id[..2]) % 40)) return false;
        var first = (11 - (Weighted(id, [3, 7, 6, 1, 8, 9, 4, 5, 2]) % 11)) % 11;
        var second = (11 - (Weighted(id, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11;
        return first == id[9] - '0' && second == id[10] - '0';
    }

    /// <summary>A date and a serial; the check digit was given up in 2007.</summary>
    public static bool Cpr(ReadOnlySpan<byte> id) => IsDate(Number(id[2..4]), Number(id[..2]) % 60);

    /// <summary>For those born from 2000 on, a 2 goes before the nine digits.</summary>
    public static bool BelgianNumber(ReadOnlySpan<byte> id)
    {
        if (!IsDate(Number(id[2..4]) % 20, Number(id[4..6]))) return false;
        var number = LongNumber(id[..9]);
        var check = Number(id[9..]);
        return check == 97 - (number % 97) || check == 97 - ((number + 2_000_000_000) % 97);
    }

    public static bool Nif(ReadOnlySpan<byte> id)
    {
        var rest = Weighted(id, [9, 8, 7, 6, 5, 4, 3, 2]) % 11;
        return id[0] is not ((byte)'0' or (byte)'4' or (byte)'7') && (rest < 2 ? 0 : 11 - rest) == id[8] - '0';
    }

    /// <summary>756 for Switzerland, and the check digit of EAN-13.</summary>
    public static bool Ahv(ReadOnlySpan<byte> id) =>
        id[..3].SequenceEqual("756"u8) && (10 - (Weighted(id, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3]) % 10)) % 10 == id[12] - '0';

    public static bool Cnp(ReadOnlySpan<byte> id)
    {
        var check = Weighted(id, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
        return id[0] != '0' && IsDate(Number(id[3..5]), Number(id[5..7])) && (check == 10 ? 1 : check) == id[12] - '0';
    }

    public static bool Egn(ReadOnlySpan<byte> id) =>
        IsDate(Number(id[2..4]) % 20, Number(id[4..6]))
        && Weighted(id, [2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11 % 10 == id[9] - '0';

    private static bool Digits(ReadOnlySpan<byte> text) => !text.ContainsAnyExcept(Chars.Digits);
}
