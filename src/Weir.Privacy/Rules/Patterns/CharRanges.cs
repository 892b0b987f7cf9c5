using System.Globalization;
using System.Text;

namespace Weir.Privacy.Rules.Patterns;

/// <summary>A set of UTF-16 code units as sorted inclusive ranges, written as the inside of a .NET character class.</summary>
internal sealed class CharRanges
{
    private readonly List<(char First, char Last)> _ranges = [];

    public static CharRanges Of(params ReadOnlySpan<(char First, char Last)> ranges)
    {
        var set = new CharRanges();
        foreach (var (first, last) in ranges) set.Add(first, last);
        return set;
    }

    public void Add(char first, char last) => _ranges.Add((first, last));

    public CharRanges Complement()
    {
        _ranges.Sort();
        var rest = new CharRanges();
        var next = 0;
        foreach (var (first, last) in _ranges)
        {
            if (first > next) rest.Add((char)next, (char)(first - 1));
            next = Math.Max(next, last + 1);
        }

        if (next <= char.MaxValue) rest.Add((char)next, char.MaxValue);
        return rest;
    }

    public void WriteTo(StringBuilder output)
    {
        foreach (var (first, last) in _ranges)
        {
            Write(output, first);
            if (last == first) continue;
            output.Append('-');
            Write(output, last);
        }
    }

    /// <summary>As an escape: inside a .NET class no character means anything special then.</summary>
    private static void Write(StringBuilder output, char c)
    {
        if (char.IsAsciiLetterOrDigit(c)) output.Append(c);
        else output.Append("\\u").Append(((int)c).ToString("X4", CultureInfo.InvariantCulture));
    }
}
