using System.Buffers.Text;

namespace Weir.Inventory.Schemas;

/// <summary>Recognises the formats of JSON Schema in strings. Conservative: what is not certain is no format.</summary>
internal static class StringFormats
{
    /// <summary>What IPv4 and IPv6 addresses are made of.</summary>
    internal static readonly System.Buffers.SearchValues<char> Addresses = System.Buffers.SearchValues.Create("0123456789abcdefABCDEF:.");

    private static readonly string[] s_names = ["", "uuid", "date", "date-time", "time", "email", "ipv4", "ipv6", "uri", "binary"];

    public static string NameOf(StringFormat format) => s_names[(int)format];

    public static StringFormat Parse(string? name) => (StringFormat)Math.Max(0, Array.IndexOf(s_names, name));

    /// <param name="text">The value.</param>
    /// <param name="masked">Class of sensitive data that stands in its place; empty when it stands for itself.</param>
    public static StringFormat Of(ReadOnlySpan<char> text, out ReadOnlySpan<char> masked)
    {
        masked = MaskedClass(text);
        if (masked.Length > 0) return masked is "email" ? StringFormat.Email : StringFormat.None;
        if (text.Length is < 3 or > 256) return StringFormat.None;
        if (text.Length == 36 && Guid.TryParseExact(text, "D", out _)) return StringFormat.Uuid;
        if (char.IsAsciiDigit(text[0]))
        {
            if (text.Length == 10 && IsDate(text)) return StringFormat.Date;
            if (text.Length >= 19 && IsDate(text[..10]) && text[10] is 'T' or 't' or ' ' && IsTime(text[11..], zone: true)) return StringFormat.DateTime;
            if (text.Length == 8 && IsTime(text, zone: false)) return StringFormat.Time;
            if (text.Count('.') == 3 && Packets.IpAddress.TryParse(text, out _)) return StringFormat.Ipv4;
        }

        if (text.Count(':') >= 2 && !text.ContainsAnyExcept(Addresses) && Packets.IpAddress.TryParse(text, out _)) return StringFormat.Ipv6;
        if (text.StartsWith("http://") || text.StartsWith("https://")) return text.Contains(' ') ? StringFormat.None : StringFormat.Uri;
        var at = text.IndexOf('@');
        return at > 0 && text.LastIndexOf('@') == at && text[at..].LastIndexOf('.') > 1 && text[^1] != '.' && !text.ContainsAny(' ', '/', ',')
            ? StringFormat.Email
            : StringFormat.None;
    }

    /// <summary>The class that a mask of redaction names.</summary>
    public static ReadOnlySpan<char> MaskedClass(ReadOnlySpan<char> text)
    {
        var start = text.IndexOf("***");
        if (start < 0) return default;
        var length = text[(start + 3)..].IndexOf("***");
        if (length is < 1 or > 32) return default;
        var name = text.Slice(start + 3, length);
        foreach (var c in name)
            if (!char.IsAsciiLetterLower(c) && c != '_' && !char.IsAsciiDigit(c)) return default;
        return name;
    }

    private static bool IsDate(ReadOnlySpan<char> text) =>
        text[4] == '-' && text[7] == '-' && Two(text[5..], 12) && Two(text[8..], 31) && char.IsAsciiDigit(text[1]) && char.IsAsciiDigit(text[2]) && char.IsAsciiDigit(text[3]);

    private static bool IsTime(ReadOnlySpan<char> text, bool zone)
    {
        if (text.Length < 8 || text[2] != ':' || text[5] != ':' || !Two(text, 23) || !Two(text[3..], 59) || !Two(text[6..], 60)) return false;
        return zone ? text.Length == 8 || text[8] is '.' or 'Z' or 'z' or '+' or '-' : text.Length == 8;
    }

    private static bool Two(ReadOnlySpan<char> text, int most) =>
        char.IsAsciiDigit(text[0]) && char.IsAsciiDigit(text[1]) && ((text[0] - '0') * 10) + text[1] - '0' <= most;
}
