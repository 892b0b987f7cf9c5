using System.Globalization;
using System.Text.RegularExpressions;

namespace Weir.Cli.HttpFilters;

/// <summary>Regular expressions and shares as GoReplay's options write them.</summary>
internal static class Patterns
{
    /// <summary>As Go's: linear in the input, so that no captured text can hold a worker up.</summary>
    private const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    /// <exception cref="UsageException">Not a regular expression, or one with look-around or back references.</exception>
    public static Regex Compile(string pattern, string option)
    {
        try
        {
            return new Regex(pattern, Linear);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new UsageException($"{option}: '{pattern}' is not understood: {e.Message}");
        }
    }

    /// <summary><c>NAME:REGEX</c></summary>
    public static (string Name, Regex Pattern) Named(string text, string option)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0) throw new UsageException($"{option}: '{text}' is not NAME:REGEX");
        return (text[..colon].Trim(), Compile(text[(colon + 1)..].Trim(), option));
    }

    /// <summary><c>NAME:25%</c></summary>
    public static (string Name, int Percent) Share(string text, string option)
    {
        var colon = text.LastIndexOf(':');
        if (colon <= 0 || !int.TryParse(text[(colon + 1)..].Trim().TrimEnd('%'), NumberStyles.None, CultureInfo.InvariantCulture, out var percent) || percent > 100)
            throw new UsageException($"{option}: '{text}' is not NAME:PERCENT, such as X-User:25%");
        return (text[..colon].Trim(), percent);
    }
}
