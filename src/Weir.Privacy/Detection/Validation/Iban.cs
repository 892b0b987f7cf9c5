using System.Collections.Frozen;

namespace Weir.Privacy.Detection.Validation;

/// <summary>International bank account numbers, ISO 13616.</summary>
internal static class Iban
{
    /// <summary>Country and total length, from the SWIFT IBAN registry.</summary>
    private const string Lengths =
        "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 " +
        "FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 " +
        "LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 " +
        "RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30";

    private static readonly FrozenDictionary<int, int> s_lengths = Lengths.Split(' ')
        .ToFrozenDictionary(entry => (entry[0] << 8) | entry[1], entry => int.Parse(entry.AsSpan(2), System.Globalization.CultureInfo.InvariantCulture));

    public const int MinLength = 15;
    public const int MaxLength = 34;

    /// <summary>Total length for the country that the text begins with; 0 when it names none.</summary>
    public static int LengthFor(ReadOnlySpan<byte> upper) =>
        upper.Length >= 4 && Chars.IsDigit(upper[2]) && Chars.IsDigit(upper[3])
            ? s_lengths.GetValueOrDefault((upper[0] << 8) | upper[1])
            : 0;

    /// <param name="upper">Letters in upper case and digits, no spaces.</param>
    public static bool IsValid(ReadOnlySpan<byte> upper)
    {
        if (upper.Length < MinLength || LengthFor(upper) != upper.Length) return false;
        var remainder = 0;
        for (var i = 0; i < upper.Length; i++)
        {
            // ISO 7064 MOD 97-10 over the text with its first four characters moved to the end.
            var c = upper[(i + 4) % upper.Length];
            remainder = Chars.IsDigit(c) ? ((remainder * 10) + (c - '0')) % 97 : ((remainder * 100) + (c - 'A' + 10)) % 97;
        }

        return remainder == 1;
    }
}
