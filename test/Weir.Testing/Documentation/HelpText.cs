using System.Text.RegularExpressions;

namespace Weir.Testing.Documentation;

/// <summary>Lines below "Examples:" in a help text: a command, and two spaces or more behind it what it does.</summary>
public static partial class HelpText
{
    public static string WithoutExplanation(string line) =>
        Gap().Matches(line).FirstOrDefault(gap => IsOutsideQuotes(line.AsSpan(0, gap.Index))) is { } gap ? line[..gap.Index] : line;

    private static bool IsOutsideQuotes(ReadOnlySpan<char> text) => text.Count('\'') % 2 == 0 && text.Count('"') % 2 == 0;

    [GeneratedRegex(" {2,}")]
    private static partial Regex Gap();
}
