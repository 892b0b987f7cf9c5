using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;

namespace Weir.Privacy.Rules;

/// <summary>
/// Replacement text by the rules of <c>java.util.regex.Matcher</c>: <c>\x</c> is x, <c>$n</c> the group with the longest number
/// that exists, <c>${name}</c> a named one, <c>$0</c> the whole match. .NET's own notation differs.
/// </summary>
internal sealed class Replacement
{
    private readonly List<(string Text, int Group)> _parts = [];

    private Replacement()
    {
    }

    /// <summary>Only the whole match is referred to, if anything: groups need not be captured.</summary>
    public bool NeedsGroups { get; private set; }

    public static bool TryCreate(string text, RulePattern pattern, [NotNullWhen(true)] out Replacement? replacement, out string error)
    {
        replacement = null;
        var made = new Replacement();
        var literal = new StringBuilder();
        for (var at = 0; at < text.Length;)
        {
            var c = text[at++];
            if (c == '\\')
            {
                if (at == text.Length) return Fail("character to be escaped is missing", out error);
                literal.Append(text[at++]);
            }
            else if (c == '$')
            {
                if (!TryReference(text, ref at, pattern, out var group, out error)) return false;
                made.Add(literal);
                made._parts.Add(("", group));
                made.NeedsGroups |= group > 0;
            }
            else
            {
                literal.Append(c);
            }
        }

        made.Add(literal);
        replacement = made;
        error = "";
        return true;
    }

    public void Append(StringBuilder output, ReadOnlySpan<char> whole)
    {
        foreach (var (text, group) in _parts)
        {
            if (group < 0) output.Append(text);
            else output.Append(whole);
        }
    }

    public void Append(StringBuilder output, Match match)
    {
        foreach (var (text, group) in _parts)
        {
            if (group < 0) output.Append(text);
            else output.Append(match.Groups[group].ValueSpan);
        }
    }

    private void Add(StringBuilder literal)
    {
        if (literal.Length > 0) _parts.Add((literal.ToString(), -1));
        literal.Clear();
    }

    private static bool TryReference(string text, ref int at, RulePattern pattern, out int group, out string error)
    {
        group = 0;
        if (at == text.Length) return Fail("Illegal group reference: group index is missing", out error);
        if (text[at] == '{') return TryNamed(text, ref at, pattern, out group, out error);
        if (!char.IsAsciiDigit(text[at])) return Fail("Illegal group reference", out error);
        group = text[at++] - '0';
        if (group > pattern.Groups) return Fail($"No group {group}", out error);
        while (at < text.Length && char.IsAsciiDigit(text[at]) && (group * 10) + (text[at] - '0') <= pattern.Groups)
        {
            group = (group * 10) + (text[at++] - '0');
        }

        error = "";
        return true;
    }

    private static bool TryNamed(string text, ref int at, RulePattern pattern, out int group, out string error)
    {
        group = 0;
        var end = ++at;
        while (end < text.Length && char.IsAsciiLetterOrDigit(text[end])) end++;
        if (end == at || end == text.Length || text[end] != '}') return Fail("named capturing group is missing trailing '}'", out error);
        var name = text[at..end];
        at = end + 1;
        error = "";
        return pattern.Names.TryGetValue(name, out group) || Fail($"No group with name {{{name}}}", out error);
    }

    private static bool Fail(string message, out string error)
    {
        error = message;
        return false;
    }
}
