using static Weir.Privacy.Detection.Validation.CheckDigits;

namespace Weir.Privacy.Detection.Validation;

/// <summary>
/// Checks of identity numbers outside Europe. Each takes the number without separators, letters in upper case, at the length
/// that <see cref="IdRules"/> names.
/// </summary>
internal static class WorldIds
{
    /// <summary>SSA: area 000, 666 and 9xx, group 00 and serial 0000 are never given out.</summary>
    public static bool Ssn(ReadOnlySpan<byte> id) =>
        Number(id[..3]) is > 0 and < 900 and not 666 && Number(id[3..5]) != 0 && Number(id[5..]) != 0;

    /// <summary>Taxpayer numbers of the IRS look like an SSN of area 9xx, with certain groups.</summary>
    public static bool Itin(ReadOnlySpan<byte> id) =>
        id[0] == '9' && Number(id[3..5]) is (>= 50 and <= 65) or (>= 70 and <= 88) or (>= 90 and <= 92) or >= 94;

    public static bool Cpf(ReadOnlySpan<byte> id) =>
        !AllSame(id) && Mod11(id, [10, 9, 8, 7, 6, 5, 4, 3, 2]) == id[9] - '0'
        && Mod11(id, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) == id[10] - '0';

    public static bool Cnpj(ReadOnlySpan<byte> id) =>
        !AllSame(id) && Mod11(id, [5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]) == id[12] - '0'
        && Mod11(id, [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]) == id[13] - '0';

    public static bool Aadhaar(ReadOnlySpan<byte> id) => id[0] >= '2' && Verhoeff(id);

    /// <summary>Three letters, the kind of holder, the first letter of the name, four digits, a letter.</summary>
    public static bool Pan(ReadOnlySpan<byte> id) =>
        Letters(id[..5]) && "ABCFGHJLPT"u8.Contains(id[3]) && Digits(id[5..9]) && Letters(id[9..]);

    public static bool Sin(ReadOnlySpan<byte> id) => id[0] is not ((byte)'0' or (byte)'8') && Luhn(id);

    /// <summary>Values count Ñ between N and O, so letters behind it are one more.</summary>
    public static bool Curp(ReadOnlySpan<byte> id)
    {
        var sum = 0;
        for (var i = 0; i < 17; i++)
        {
            var c = id[i];
            if (i is < 4 or (> 9 and < 16) ? !Chars.IsUpper(c) : i < 10 && !Chars.IsDigit(c)) return false;
            sum += (Chars.IsDigit(c) ? c - '0' : c - 'A' + (c > 'N' ? 11 : 10)) * (18 - i);
        }

        return id[10] is (byte)'H' or (byte)'M' or (byte)'X' && IsDate(Number(id[6..8]), Number(id[8..10]))
               && (10 - (sum % 10)) % 10 == id[17] - '0';
    }

    /// <summary>Seven or eight digits and a check character, K for ten.</summary>
    public static bool Rut(ReadOnlySpan<byte> id)
    {
        if (!Digits(id[..^1])) return false;
        var sum = 0;
        for (var i = 0; i < id.Length - 1; i++) sum += (id[id.Length - 2 - i] - '0') * (2 + (i % 6));
        var check = 11 - (sum % 11);
        return !AllSame(id[..^1]) && id[^1] == (check == 11 ? '0' : check == 10 ? 'K' : '0' + check);
    }

    public static bool Cuit(ReadOnlySpan<byte> id)
    {
        if (Number(id[..2]) is not (20 or 23 or 24 or 27 or 30 or 33 or 34)) return false;
        var check = 11 - (Weighted(id, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11);
        return (check == 11 ? 0 : check == 10 ? 9 : check) == id[10] - '0';
    }

    public static bool Tfn(ReadOnlySpan<byte> id) => !AllSame(id) && Weighted(id, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 == 0;

    public static bool Medicare(ReadOnlySpan<byte> id) =>
        id[0] is >= (byte)'2' and <= (byte)'6' && Weighted(id, [1, 3, 7, 9, 1, 3, 7, 9]) % 10 == id[8] - '0';

    /// <summary>GB 11643-1999: ISO 7064 MOD 11-2 over a region, a date of birth and a serial.</summary>
    public static bool ResidentId(ReadOnlySpan<byte> id)
    {
        if (!Digits(id[..17]) || Number(id[6..8]) is not (18 or 19 or 20)) return false;
        var sum = Weighted(id, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]);
        return IsDate(Number(id[10..12]), Number(id[12..14])) && id[17] == "10X98765432"u8[sum % 11];
    }

    public static bool Rrn(ReadOnlySpan<byte> id) =>
        IsDate(Number(id[2..4]), Number(id[4..6])) && id[6] is >= (byte)'1' and <= (byte)'8'
        && (11 - (Weighted(id, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11)) % 10 == id[12] - '0';

    public static bool MyNumber(ReadOnlySpan<byte> id)
    {
        var rest = Weighted(id, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
        return (rest <= 1 ? 0 : 11 - rest) == id[11] - '0';
    }

    /// <summary>S and T for citizens, F and G for foreigners; T and G are the years from 2000 on.</summary>
    public static bool Nric(ReadOnlySpan<byte> id)
    {
        if (!"STFG"u8.Contains(id[0]) || !Digits(id[1..8])) return false;
        var sum = Weighted(id[1..], [2, 7, 6, 5, 4, 3, 2]) + (id[0] is (byte)'T' or (byte)'G' ? 4 : 0);
        return id[8] == (id[0] is (byte)'S' or (byte)'T' ? "JZIHGFEDCBA"u8 : "XWUTRQPNMLK"u8)[sum % 11];
    }

    /// <summary>The letter counts as two digits: its place in this order, from 10 on.</summary>
    public static bool TaiwaneseId(ReadOnlySpan<byte> id)
    {
        if (!Chars.IsUpper(id[0]) || !Digits(id[1..]) || id[1] is not ((byte)'1' or (byte)'2' or (byte)'8' or (byte)'9')) return false;
        var letter = "ABCDEFGHJKLMNPQRSTUVXYWZIO"u8.IndexOf(id[0]) + 10;
        var sum = (letter / 10) + (letter % 10 * 9) + Weighted(id[1..], [8, 7, 6, 5, 4, 3, 2, 1]) + (id[9] - '0');
        return sum % 10 == 0;
    }

    public static bool ThaiId(ReadOnlySpan<byte> id) =>
        id[0] != '0' && (11 - (Weighted(id, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 10 == id[12] - '0';

    public static bool IsraeliId(ReadOnlySpan<byte> id) => !AllSame(id) && Luhn(id);

    public static bool Kimlik(ReadOnlySpan<byte> id)
    {
        var odd = Weighted(id, [1, 0, 1, 0, 1, 0, 1, 0, 1]);
        var even = Weighted(id, [0, 1, 0, 1, 0, 1, 0, 1]);
        return id[0] != '0' && ((odd * 7) - even + 100) % 10 == id[9] - '0' && (odd + even + (id[9] - '0')) % 10 == id[10] - '0';
    }

    /// <summary>Date of birth, serial, citizenship (0, 1 or 2), 8 or 9, and a Luhn digit.</summary>
    public static bool SouthAfricanId(ReadOnlySpan<byte> id) =>
        IsDate(Number(id[2..4]), Number(id[4..6])) && id[10] is >= (byte)'0' and <= (byte)'2' && id[11] is (byte)'8' or (byte)'9'
        && Luhn(id);

    private static int Mod11(ReadOnlySpan<byte> id, ReadOnlySpan<byte> weights)
    {
        var rest = Weighted(id, weights) % 11;
        return rest < 2 ? 0 : 11 - rest;
    }

    private static bool Digits(ReadOnlySpan<byte> text) => !text.ContainsAnyExcept(Chars.Digits);

    private static bool Letters(ReadOnlySpan<byte> text) => !text.ContainsAnyExceptInRange((byte)'A', (byte)'Z');
}
