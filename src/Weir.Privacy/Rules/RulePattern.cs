using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Weir.Privacy.Rules.Patterns;

namespace Weir.Privacy.Rules;

/// <summary>What a pattern said about a value.</summary>
internal enum PatternOutcome : byte
{
    No,
    Yes,
    /// <summary>Nothing within the time allowed.</summary>
    TimedOut,
}

/// <summary>A compiled pattern in Java's notation. Immutable; threads may share it.</summary>
internal sealed class RulePattern
{
    private const string Everything = "^.*$";

    private readonly Regex _regex;
    private readonly bool _isEverything;

    private RulePattern(Regex regex, JavaPattern java, bool isEverything)
    {
        _regex = regex;
        _isEverything = isEverything;
        Groups = java.Groups;
        Names = java.Names;
    }

    public int Groups { get; }

    public IReadOnlyDictionary<string, int> Names { get; }

    public Regex Regex => _regex;

    /// <summary>It takes time in proportion to the value.</summary>
    public bool IsLinear => _regex.Options.HasFlag(RegexOptions.NonBacktracking);

    /// <summary>Matches every key there is: keys have no line terminators.</summary>
    public bool IsEverything => _isEverything;

    public static bool TryCreate(
        string text, bool whole, RuleLimits limits, [NotNullWhen(true)] out RulePattern? pattern, out string error)
    {
        pattern = null;
        if (!JavaPattern.TryTranslate(text, whole, out var java, out error)) return false;
        try
        {
            pattern = new RulePattern(Compile(java.Text, limits), java, whole && text == Everything);
            return true;
        }
        catch (ArgumentException e)
        {
            // How Regex tells that a pattern is wrong.
            error = e.Message;
            return false;
        }
    }

    public PatternOutcome Matches(string value)
    {
        if (_isEverything) return value.AsSpan().IndexOfAny("\n\r\u0085\u2028\u2029") < 0 ? PatternOutcome.Yes : PatternOutcome.No;
        try
        {
            return _regex.IsMatch(value) ? PatternOutcome.Yes : PatternOutcome.No;
        }
        catch (RegexMatchTimeoutException)
        {
            return PatternOutcome.TimedOut;
        }
    }

    /// <summary>The engine that is linear in the value, except for patterns with look-around, back-references or atomic groups.</summary>
    private static Regex Compile(string text, RuleLimits limits)
    {
        try
        {
            return new Regex(
                text, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, TimeSpan.FromMilliseconds(limits.LinearPatternMilliseconds));
        }
        catch (NotSupportedException)
        {
            return new Regex(text, RegexOptions.CultureInvariant, TimeSpan.FromMilliseconds(limits.PatternMilliseconds));
        }
    }
}
