using System.Text;
using System.Text.Unicode;
using Weir.Records.Json;

namespace Weir.Privacy.Rules.Exchanges;

/// <summary>Bytes of a message as text for rules and back. Text that is no UTF-8 is one character a byte, so that nothing is lost.</summary>
internal static class DetailText
{
    public static string Decode(ReadOnlySpan<byte> bytes) => Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : Encoding.Latin1.GetString(bytes);

    public static string Windows(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        foreach (var value in bytes) text.Append(Windows1252.ToChar(value));
        return text.ToString();
    }

    /// <summary>Part of a key: lower case, and nothing in it that a pattern's dot would stop at.</summary>
    public static string Name(string name)
    {
        name = name.ToLowerInvariant();
        return name.Any(IsUnprintable) ? string.Concat(name.Select(c => IsUnprintable(c) ? '_' : c)) : name;
    }

    public static bool IsUnprintable(char c) => char.IsControl(c) || c is '\u2028' or '\u2029';
}
