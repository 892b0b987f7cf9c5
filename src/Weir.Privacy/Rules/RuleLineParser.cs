using System.Diagnostics.CodeAnalysis;

namespace Weir.Privacy.Rules;

/// <summary>One line of rule text to a rule. Verbs are tried in the reference's order.</summary>
public static class RuleLineParser
{
    private const string NothingToRepeat = "nothing to repeat";

    /// <param name="line">Without line end.</param>
    /// <param name="rule">Null for a blank line or a comment, and when the result is false.</param>
    /// <param name="error">Null when the result is true.</param>
    public static bool TryParse(string line, out LogRule? rule, [NotNullWhen(false)] out RuleError? error)
    {
        rule = null;
        error = null;
        try
        {
            // Java's dot stops at these, so no line with one fits any rule.
            if (line.AsSpan().Trim(RuleLine.WhiteSpace).IndexOfAny("\n\r\u0085\u2028\u2029") >= 0) throw new RuleException($"Invalid rule: {line}");
            rule = Parse(line, new RuleLine(line));
            return true;
        }
        catch (RuleException e)
        {
            error = new RuleError(e.Message, Detail: e.Detail);
            return false;
        }
    }

    private static LogRule? Parse(string text, RuleLine line)
    {
        if (line.IsBlankOrComment) return null;
        for (var verb = RuleVerb.AllowHttpUrl; verb <= RuleVerb.MaskSensitive; verb++)
        {
            if (TryVerb(text, line, verb) is { } rule) return rule;
        }

        throw new RuleException($"Invalid rule: {text}");
    }

    private static LogRule? TryVerb(string text, RuleLine line, RuleVerb verb)
    {
        var name = verb.Name();
        string scope, pattern;
        switch (verb)
        {
            case RuleVerb.AllowHttpUrl or RuleVerb.SkipCompression or RuleVerb.SkipSubmission:
                return line.IsSwitch(name) ? new LogRule(verb) : null;
            case RuleVerb.Sample:
                return line.TryNumber(name, out var digits) ? new LogRule(verb, null, Percent(digits)) : null;
            case RuleVerb.CopySessionField:
                return line.TryArgument(name, out pattern) ? new LogRule(verb, null, Whole(text, pattern)) : null;
            case RuleVerb.Remove or RuleVerb.Stop or RuleVerb.MaskSensitive:
                return line.TryScope(name, out scope) ? new LogRule(verb, Whole(text, scope)) : null;
            case RuleVerb.Replace:
                return line.TryReplacement(name, out scope, out pattern, out var replacement)
                    ? new LogRule(verb, Whole(text, scope), Found(text, pattern), Literal(text, replacement))
                    : null;
            case RuleVerb.RemoveIfFound or RuleVerb.RemoveUnlessFound or RuleVerb.StopIfFound or RuleVerb.StopUnlessFound:
                return line.TryScopeAndPattern(name, out scope, out pattern)
                    ? new LogRule(verb, Whole(text, scope), Found(text, pattern))
                    : null;
            default:
                return line.TryScopeAndPattern(name, out scope, out pattern)
                    ? new LogRule(verb, Whole(text, scope), Whole(text, pattern))
                    : null;
        }
    }

    private static string Percent(string digits) => int.TryParse(digits, out var percent) && percent is >= 1 and <= 99
        ? percent.ToString(System.Globalization.CultureInfo.InvariantCulture)
        : throw new RuleException($"Invalid sample percent: {digits.TrimStart('0').PadLeft(1, '0')}", "1 to 99");

    /// <summary>A pattern for a whole text: anchors are added where they are missing.</summary>
    private static string Whole(string line, string literal)
    {
        var pattern = Literal(line, literal);
        if (pattern is "*" or "+" or "?") throw Invalid(line, literal, NothingToRepeat);
        if (!pattern.StartsWith('^')) pattern = "^" + pattern;
        if (!pattern.EndsWith('$')) pattern += "$";
        return RulePattern.TryCreate(pattern, whole: true, RuleLimits.Default, out _, out var error) ? pattern : throw Invalid(line, literal, error);
    }

    private static string Found(string line, string literal)
    {
        var pattern = Literal(line, literal);
        return RulePattern.TryCreate(pattern, whole: false, RuleLimits.Default, out _, out var error) ? pattern : throw Invalid(line, literal, error);
    }

    /// <summary>The inside of a literal, with escaped delimiters unescaped and nothing else.</summary>
    private static string Literal(string line, string literal)
    {
        var delimiter = literal[0];
        if (literal[^1] != delimiter) throw new RuleException($"Invalid expression ({literal}) in rule: {line}", "it begins and ends differently");
        var inside = literal[1..^1];
        for (var i = 0; i < inside.Length; i++)
        {
            if (inside[i] == delimiter && (i == 0 || inside[i - 1] != '\\'))
            {
                throw new RuleException($"Unescaped separator ({delimiter}) in rule: {line}", $"write \\{delimiter} within the expression");
            }
        }

        return inside.Replace($"\\{delimiter}", delimiter.ToString(), StringComparison.Ordinal);
    }

    private static RuleException Invalid(string line, string literal, string detail) =>
        new($"Invalid regex ({literal}) in rule: {line}", detail);

    private sealed class RuleException(string message, string detail = "") : Exception(message)
    {
        public string Detail => detail;
    }
}
