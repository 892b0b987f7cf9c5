using System.Text;

namespace Weir.Privacy.Detection.Walking;

/// <summary>
/// A text without its escapes, and for each of its bytes where that began in the text it was made of; so that what is found
/// in the plain text can be overwritten in the original. Keeps its arrays.
/// </summary>
internal sealed class DecodedText
{
    private const int RetainedBytes = 64 * 1024;

    private byte[] _bytes = new byte[256];
    private int[] _origins = new int[257];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Span => _bytes.AsSpan(0, Length);

    /// <summary>Lets go of arrays that one large text made.</summary>
    public void Shrink()
    {
        if (_bytes.Length <= RetainedBytes) return;
        (_bytes, _origins) = (new byte[256], new int[257]);
        Length = 0;
    }

    /// <summary>Matches in this text become matches in the original.</summary>
    public void MapBack(MatchList matches, int from)
    {
        for (var i = from; i < matches.Count; i++)
        {
            var match = matches[i];
            var start = _origins[match.Offset];
            matches[i] = match with { Offset = start, Length = _origins[match.End] - start };
        }
    }

    /// <summary>JSON string escapes, RFC 8259 §7. What is no escape stays as it is.</summary>
    public void FromJson(ReadOnlySpan<byte> text)
    {
        Begin(text.Length);
        Span<byte> utf8 = stackalloc byte[4];
        for (var i = 0; i < text.Length;)
        {
            if (text[i] != '\\' || i + 1 == text.Length)
            {
                Add(text[i], i++);
                continue;
            }

            var start = i;
            if (text[i + 1] != 'u' || !Hex4(text, i + 2, out var unit))
            {
                var plain = text[i + 1] switch
                {
                    (byte)'n' => (byte)'\n',
                    (byte)'t' => (byte)'\t',
                    (byte)'r' => (byte)'\r',
                    (byte)'b' => (byte)'\b',
                    (byte)'f' => (byte)'\f',
                    var other => other,
                };
                Add(plain, start);
                i += 2;
                continue;
            }

            i += 6;
            if (char.IsHighSurrogate((char)unit) && i + 1 < text.Length && text[i] == '\\' && text[i + 1] == 'u'
                && Hex4(text, i + 2, out var low) && char.IsLowSurrogate((char)low))
            {
                unit = char.ConvertToUtf32((char)unit, (char)low);
                i += 6;
            }

            var rune = Rune.IsValid(unit) ? new Rune(unit) : Rune.ReplacementChar;
            var length = rune.EncodeToUtf8(utf8);
            for (var k = 0; k < length; k++) Add(utf8[k], start);
        }

        End(text.Length);
    }

    /// <summary>Percent-encoding (RFC 3986 §2.1); in forms a plus sign is a space.</summary>
    public void FromPercent(ReadOnlySpan<byte> text, bool form)
    {
        Begin(text.Length);
        for (var i = 0; i < text.Length;)
        {
            if (text[i] == '%' && i + 2 < text.Length && Chars.HexValue(text[i + 1]) is >= 0 and var high
                && Chars.HexValue(text[i + 2]) is >= 0 and var low)
            {
                Add((byte)((high << 4) | low), i);
                i += 3;
            }
            else
            {
                Add(form && text[i] == '+' ? (byte)' ' : text[i], i++);
            }
        }

        End(text.Length);
    }

    /// <summary>Character references of XML and HTML: decimal, hexadecimal and the five names of XML.</summary>
    public void FromXml(ReadOnlySpan<byte> text)
    {
        Begin(text.Length);
        Span<byte> utf8 = stackalloc byte[4];
        for (var i = 0; i < text.Length;)
        {
            var semicolon = text[i] == '&' ? text[i..Math.Min(text.Length, i + 12)].IndexOf((byte)';') : -1;
            if (semicolon < 0 || !Reference(text.Slice(i + 1, semicolon - 1), out var rune))
            {
                Add(text[i], i++);
                continue;
            }

            var length = rune.EncodeToUtf8(utf8);
            for (var k = 0; k < length; k++) Add(utf8[k], i);
            i += semicolon + 1;
        }

        End(text.Length);
    }

    private static bool Reference(ReadOnlySpan<byte> name, out Rune rune)
    {
        rune = default;
        if (name.Length > 1 && name[0] == '#')
        {
            var hex = name[1] is (byte)'x' or (byte)'X';
            var value = 0;
            foreach (var c in name[(hex ? 2 : 1)..])
            {
                var digit = Chars.HexValue(c);
                if (digit < 0 || (!hex && digit > 9)) return false;
                value = (value * (hex ? 16 : 10)) + digit;
                if (value > 0x10FFFF) return false;
            }

            return Rune.TryCreate(value, out rune);
        }

        var named = name switch
        {
            _ when name.SequenceEqual("amp"u8) => '&',
            _ when name.SequenceEqual("lt"u8) => '<',
            _ when name.SequenceEqual("gt"u8) => '>',
            _ when name.SequenceEqual("quot"u8) => '"',
            _ when name.SequenceEqual("apos"u8) => '\'',
            _ when name.SequenceEqual("commat"u8) => '@',
            _ => '\0',
        };
        rune = new Rune(named);
        return named != 0;
    }

    private static bool Hex4(ReadOnlySpan<byte> text, int at, out int value)
    {
        value = 0;
        if (at + 4 > text.Length) return false;
        for (var i = at; i < at + 4; i++)
        {
            var digit = Chars.HexValue(text[i]);
            if (digit < 0) return false;
            value = (value << 4) | digit;
        }

        return true;
    }

    private void Begin(int capacity)
    {
        Length = 0;
        if (_bytes.Length >= capacity) return;
        _bytes = new byte[capacity];
        _origins = new int[capacity + 1];
    }

    private void Add(byte value, int origin)
    {
        _bytes[Length] = value;
        _origins[Length++] = origin;
    }

    private void End(int origin) => _origins[Length] = origin;
}
