using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Weir.Records.Filter;

/// <summary>
/// Patterns of <c>matches</c>. The engine without backtracking takes time linear in the text and, like RE2, knows no
/// look-around and no back references. Counted repetition is unrolled into the automaton, so it is bounded here.
/// </summary>
internal static partial class FilterPattern
{
    public static bool TryCreate(
        string pattern, FilterLimits limits, [NotNullWhen(true)] out Regex? regex, [NotNullWhen(false)] out string? error)
    {
        regex = null;
        error = null;
        if (Repetition(pattern) > limits.MaxPatternRepetition)
        {
            error = $"The pattern repeats more than {limits.MaxPatternRepetition} times";
            return false;
        }

        try
        {
            regex = new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            return true;
        }
        catch (ArgumentException malformed)
        {
            error = $"The pattern is not a regular expression: {malformed.Message}";
        }
        catch (NotSupportedException)
        {
            error = "The pattern uses look-around or a back reference, which matches does not know";
        }

        return false;
    }

    /// <summary>An upper bound of how often the innermost part is copied: the product of all counts.</summary>
    private static double Repetition(string pattern)
    {
        var product = 1.0;
        foreach (var count in Counts().EnumerateMatches(pattern))
        {
            var digits = pattern.AsSpan(count.Index, count.Length).Trim("{}");
            var comma = digits.IndexOf(',');
            var last = comma >= 0 && comma + 1 < digits.Length ? digits[(comma + 1)..] : digits.TrimEnd(',');
            product *= double.TryParse(last, System.Globalization.CultureInfo.InvariantCulture, out var times)
                ? Math.Max(1, times)
                : 1;
        }

        return product;
    }

    [GeneratedRegex(@"\{[0-9]+(,[0-9]*)?\}", RegexOptions.CultureInvariant)]
    private static partial Regex Counts();
}
