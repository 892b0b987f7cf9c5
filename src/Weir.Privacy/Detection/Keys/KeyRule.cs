using System.Buffers;

namespace Weir.Privacy.Detection.Keys;

/// <summary>What a value has to look like for its name to make it sensitive.</summary>
internal enum ValueShape : byte
{
    /// <summary>Any text or number that is not a truth value.</summary>
    Any,
    /// <summary>Any text; numbers under such names count something.</summary>
    Text,
    /// <summary>Looks made by a machine to be unguessable.</summary>
    Opaque,
    /// <summary>A short code: 3 to 12 characters, a digit among them.</summary>
    Code,
    /// <summary>At least four digits.</summary>
    Digits,
    /// <summary>At least twelve digits.</summary>
    LongDigits,
    /// <summary>What people write for a telephone number.</summary>
    Phone,
    /// <summary>Begins like a bank identifier code: six letters.</summary>
    Bic,
    /// <summary>A number with a fraction.</summary>
    Fraction,
    /// <summary>Has an @ in it.</summary>
    Address,
    /// <summary>Cookie pairs.</summary>
    Cookies,
    /// <summary>Authentication scheme and credentials.</summary>
    Credentials,
}

/// <summary>A name that makes its value sensitive.</summary>
/// <param name="Class">What the value is then.</param>
/// <param name="Shape">What it has to look like.</param>
internal sealed record KeyRule(SensitiveClass Class, ValueShape Shape)
{
    private static readonly SearchValues<byte> s_fraction = SearchValues.Create("0123456789.,- "u8);

    /// <summary>Whether a value fits. Quotes and blanks around it are already gone.</summary>
    public bool Fits(ReadOnlySpan<byte> value, bool isNumber)
    {
        if (value.IsEmpty || ValueWords.IsEmptyWord(value) || ValueWords.IsMasked(value)) return false;
        return Shape switch
        {
            ValueShape.Any or ValueShape.Cookies or ValueShape.Credentials => !isNumber || !value.SequenceEqual("0"u8),
            ValueShape.Text => !isNumber,
            ValueShape.Opaque => Validation.Opaque.Looks(value),
            ValueShape.Code => value.Length is >= 3 and <= 12 && Chars.DigitCount(value) > 0,
            ValueShape.Digits => value.Length <= 64 && Chars.DigitCount(value) >= 4,
            ValueShape.LongDigits => value.Length <= 64 && Chars.DigitCount(value) >= 12,
            ValueShape.Phone => Validation.PhoneNumber.Plausible(value),
            ValueShape.Bic => value.Length is 8 or 11 && !value[..6].ContainsAnyExceptInRange((byte)'A', (byte)'Z'),
            ValueShape.Fraction => IsFraction(value),
            _ => value.Contains((byte)'@') || value.IndexOf("%40"u8) >= 0,
        };
    }

    private static bool IsFraction(ReadOnlySpan<byte> value)
    {
        var dot = value.IndexOf((byte)'.');
        return dot > 0 && dot <= 4 && value.Length - dot > 2 && !value.ContainsAnyExcept(s_fraction);
    }
}

/// <summary>Values that say nothing.</summary>
internal static class ValueWords
{
    public static bool IsEmptyWord(ReadOnlySpan<byte> value) => value.Length <= 9 && (
        Is(value, "true"u8) || Is(value, "false"u8) || Is(value, "null"u8) || Is(value, "none"u8) || Is(value, "nil"u8)
        || Is(value, "undefined"u8) || Is(value, "yes"u8) || Is(value, "no"u8) || Is(value, "n/a"u8));

    /// <summary>A mask that is already there: masking twice changes nothing.</summary>
    public static bool IsMasked(ReadOnlySpan<byte> value)
    {
        if (value.Length < 7) return false;
        if (value.StartsWith("***"u8) && value.EndsWith("***"u8))
        {
            foreach (var c in value[3..^3]) if (!Chars.IsAlnum(c) && c != '_') return false;
            return true;
        }

        var stars = value.IndexOf((byte)'*');
        return stars == 6 && value.Length is >= 12 and <= 24 && Chars.DigitCount(value[..6]) == 6
               && Chars.DigitCount(value[^4..]) == 4 && !value[6..^4].ContainsAnyExcept((byte)'*');
    }

    private static bool Is(ReadOnlySpan<byte> value, ReadOnlySpan<byte> word) => System.Text.Ascii.EqualsIgnoreCase(value, word);
}
