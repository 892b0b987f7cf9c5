using System.Buffers;
using System.Text;

namespace Weir.Privacy.Rules.Exchanges;

/// <summary>Percent-encoding (RFC 3986 §2.1) and form encoding (WHATWG URL §5).</summary>
internal static class PercentText
{
    /// <summary>Characters of a path that need no encoding (RFC 3986 §3.3), and the percent sign of what stayed encoded.</summary>
    private static readonly SearchValues<char> s_path = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=:@/%");

    /// <summary>
    /// A path as people write patterns for it: decoded, except for what would change its structure (<c>% / ? #</c>) or hide the
    /// rest from a pattern (control characters and line separators).
    /// </summary>
    public static string ReadablePath(string path) => Decode(path, plusIsSpace: false, static rune =>
        !Rune.IsControl(rune) && rune.Value is not ('%' or '/' or '?' or '#' or 0x2028 or 0x2029));

    public static string EncodePath(string path)
    {
        var text = new StringBuilder();
        foreach (var rune in path.EnumerateRunes())
        {
            if (rune.IsAscii && s_path.Contains((char)rune.Value)) text.Append((char)rune.Value);
            else text.Append(Uri.EscapeDataString(rune.ToString()));
        }

        return text.ToString();
    }

    public static string DecodeForm(string text) => Decode(text, plusIsSpace: true, static _ => true);

    public static string EncodeForm(string text) => Uri.EscapeDataString(text)
        .Replace("%20", "+", StringComparison.Ordinal).Replace("%2A", "*", StringComparison.Ordinal);

    private static string Decode(string text, bool plusIsSpace, Func<Rune, bool> isWanted)
    {
        if (!text.Contains('%') && !(plusIsSpace && text.Contains('+'))) return text;
        var decoded = new StringBuilder(text.Length);
        var bytes = new List<byte>();
        for (var at = 0; at < text.Length;)
        {
            bytes.Clear();
            var run = at;
            while (run + 2 < text.Length && text[run] == '%' && char.IsAsciiHexDigit(text[run + 1]) && char.IsAsciiHexDigit(text[run + 2]))
            {
                bytes.Add(Convert.ToByte(text.Substring(run + 1, 2), 16));
                run += 3;
            }

            if (run > at)
            {
                Append(decoded, text.AsSpan(at, run - at), System.Runtime.InteropServices.CollectionsMarshal.AsSpan(bytes), isWanted);
                at = run;
            }
            else
            {
                decoded.Append(plusIsSpace && text[at] == '+' ? ' ' : text[at]);
                at++;
            }
        }

        return decoded.ToString();
    }

    /// <summary>Characters that are not wanted, and bytes that are none, stay encoded.</summary>
    private static void Append(StringBuilder decoded, ReadOnlySpan<char> encoded, ReadOnlySpan<byte> bytes, Func<Rune, bool> isWanted)
    {
        while (!bytes.IsEmpty)
        {
            var status = Rune.DecodeFromUtf8(bytes, out var rune, out var used);
            if (status == OperationStatus.Done && isWanted(rune)) decoded.Append(rune.ToString());
            else decoded.Append(encoded[..(used * 3)]);
            bytes = bytes[used..];
            encoded = encoded[(used * 3)..];
        }
    }
}
