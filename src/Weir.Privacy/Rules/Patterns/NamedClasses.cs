using System.Diagnostics.CodeAnalysis;

namespace Weir.Privacy.Rules.Patterns;

/// <summary>
/// The named character classes of <c>java.util.regex.Pattern</c> without flags. They are ASCII there, where .NET's are Unicode,
/// so each is spelled out.
/// </summary>
internal static class NamedClasses
{
    /// <summary>Line terminators: what <c>.</c> leaves out and <c>$</c> stops before.</summary>
    public const string LineTerminators = "\\n\\r\\u0085\\u2028\\u2029";

    private static readonly Dictionary<string, (char, char)[]> s_posix = new(StringComparer.Ordinal)
    {
        ["Lower"] = [('a', 'z')],
        ["Upper"] = [('A', 'Z')],
        ["ASCII"] = [('\0', '\x7F')],
        ["Alpha"] = [('a', 'z'), ('A', 'Z')],
        ["Digit"] = [('0', '9')],
        ["Alnum"] = [('0', '9'), ('a', 'z'), ('A', 'Z')],
        ["Punct"] = [('!', '/'), (':', '@'), ('[', '`'), ('{', '~')],
        ["Graph"] = [('!', '~')],
        ["Print"] = [(' ', '~')],
        ["Blank"] = [(' ', ' '), ('\t', '\t')],
        ["Cntrl"] = [('\0', '\x1F'), ('\x7F', '\x7F')],
        ["XDigit"] = [('0', '9'), ('a', 'f'), ('A', 'F')],
        ["Space"] = [('\t', '\r'), (' ', ' ')],
    };

    private static readonly HashSet<string> s_categories = new(StringComparer.Ordinal)
    {
        "L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "Z", "Zs", "Zl", "Zp",
        "C", "Cc", "Cf", "Co", "Cs", "Cn", "P", "Pd", "Ps", "Pe", "Pi", "Pf", "Pc", "Po", "S", "Sm", "Sc", "Sk", "So",
    };

    /// <summary>The class of <c>\d \w \s \h \v</c> and their capitals.</summary>
    public static bool TryEscape(char letter, [NotNullWhen(true)] out CharRanges? ranges)
    {
        ranges = char.ToLowerInvariant(letter) switch
        {
            'd' => CharRanges.Of(('0', '9')),
            'w' => CharRanges.Of(('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')),
            's' => CharRanges.Of(('\t', '\r'), (' ', ' ')),
            'h' => CharRanges.Of(
                ('\t', '\t'), (' ', ' '), ('\u00A0', '\u00A0'), ('\u1680', '\u1680'), ('\u180E', '\u180E'),
                ('\u2000', '\u200A'), ('\u202F', '\u202F'), ('\u205F', '\u205F'), ('\u3000', '\u3000')),
            'v' => CharRanges.Of(('\n', '\r'), ('\u0085', '\u0085'), ('\u2028', '\u2029')),
            _ => null,
        };
        if (ranges is not null && char.IsUpper(letter)) ranges = ranges.Complement();
        return ranges is not null;
    }

    public static bool TryPosix(string name, [NotNullWhen(true)] out CharRanges? ranges)
    {
        ranges = s_posix.TryGetValue(name, out var found) ? CharRanges.Of(found) : null;
        return ranges is not null;
    }

    /// <summary>The .NET name of a Unicode general category written as <c>Lu</c> or <c>IsLu</c>.</summary>
    public static bool TryCategory(string name, out string category)
    {
        category = name.StartsWith("Is", StringComparison.Ordinal) ? name[2..] : name;
        return s_categories.Contains(category);
    }
}
