using System.Buffers;

namespace Weir.Privacy.Rules;

/// <summary>
/// Finds the literals of a line that has the shape of a verb. The reference uses greedy patterns, so the last delimiter that
/// lets the rest fit ends a literal; which error a malformed line gets follows from that.
/// </summary>
internal readonly ref struct RuleLine
{
    /// <summary>White space of Java's <c>\s</c>.</summary>
    public const string WhiteSpace = " \t\n\v\f\r";

    private static readonly SearchValues<char> s_delimiters = SearchValues.Create("~!%|/");

    private readonly string _line;
    private readonly int _start;
    private readonly int _lastBeforeTail;

    public RuleLine(string line)
    {
        _line = line;
        _start = SkipSpace(0);
        _lastBeforeTail = LastBeforeTail();
    }

    public static bool IsDelimiter(char c) => s_delimiters.Contains(c);

    public static bool IsSpace(char c) => WhiteSpace.Contains(c);

    public bool IsBlankOrComment => IsTail(_start);

    /// <summary>The verb alone.</summary>
    public bool IsSwitch(string verb) => StartsWith(_start, verb) && IsTail(_start + verb.Length);

    /// <summary>The verb and a number.</summary>
    public bool TryNumber(string verb, out string digits)
    {
        digits = "";
        if (!StartsWith(_start, verb)) return false;
        var from = SkipSpace(_start + verb.Length);
        var to = from;
        while (to < _line.Length && char.IsAsciiDigit(_line[to])) to++;
        digits = _line[from..to];
        return from > _start + verb.Length && to > from && IsTail(to);
    }

    /// <summary>The verb and a literal.</summary>
    public bool TryArgument(string verb, out string literal)
    {
        literal = "";
        if (!StartsWith(_start, verb)) return false;
        var from = SkipSpace(_start + verb.Length);
        return from > _start + verb.Length && TryLastLiteral(from, 1, out literal);
    }

    /// <summary>A literal and the verb.</summary>
    public bool TryScope(string verb, out string scope)
    {
        for (var end = LastDelimiter(_line.Length - 1); IsLiteral(_start, end, 1); end = LastDelimiter(end - 1))
        {
            var at = SkipSpace(end + 1);
            scope = _line[_start..(end + 1)];
            if (StartsWith(at, verb) && IsTail(at + verb.Length)) return true;
        }

        scope = "";
        return false;
    }

    /// <summary>A literal, the verb, a literal.</summary>
    public bool TryScopeAndPattern(string verb, out string scope, out string pattern)
    {
        for (var end = LastDelimiter(_line.Length - 1); IsLiteral(_start, end, 1); end = LastDelimiter(end - 1))
        {
            scope = _line[_start..(end + 1)];
            if (TryVerb(end, verb, out var from) && TryLastLiteral(from, 1, out pattern)) return true;
        }

        scope = pattern = "";
        return false;
    }

    /// <summary>A literal, the verb, a literal, a comma, a text.</summary>
    public bool TryReplacement(string verb, out string scope, out string pattern, out string text)
    {
        for (var end = LastDelimiter(_line.Length - 1); IsLiteral(_start, end, 1); end = LastDelimiter(end - 1))
        {
            scope = _line[_start..(end + 1)];
            if (!TryVerb(end, verb, out var from)) continue;
            for (var stop = LastDelimiter(_line.Length - 1); IsLiteral(from, stop, 1); stop = LastDelimiter(stop - 1))
            {
                if (!StartsWith(stop + 1, ",")) continue;
                var next = SkipSpace(stop + 2);
                pattern = _line[from..(stop + 1)];
                if (next > stop + 2 && TryLastLiteral(next, 0, out text)) return true;
            }
        }

        scope = pattern = text = "";
        return false;
    }

    /// <param name="end">Where the scope ends.</param>
    /// <param name="verb">It follows, with white space before it or none, and some after it.</param>
    /// <param name="from">Where the literal after it begins.</param>
    private bool TryVerb(int end, string verb, out int from)
    {
        var at = SkipSpace(end + 1);
        from = SkipSpace(at + verb.Length);
        return StartsWith(at, verb) && from > at + verb.Length;
    }

    private bool TryLastLiteral(int from, int leastChars, out string literal)
    {
        var found = IsLiteral(from, _lastBeforeTail, leastChars);
        literal = found ? _line[from..(_lastBeforeTail + 1)] : "";
        return found;
    }

    private bool IsLiteral(int from, int end, int leastChars) =>
        from < _line.Length && end > from + leastChars && IsDelimiter(_line[from]);

    private int LastDelimiter(int from) => from < 0 ? -1 : _line.AsSpan(0, from + 1).LastIndexOfAny(s_delimiters);

    /// <summary>The last delimiter that is followed by white space and a comment, or less.</summary>
    private int LastBeforeTail()
    {
        var isTail = true;
        for (var i = _line.Length - 1; i >= 0; i--)
        {
            if (isTail && IsDelimiter(_line[i])) return i;
            isTail = _line[i] == '#' || (isTail && IsSpace(_line[i]));
        }

        return -1;
    }

    private bool IsTail(int at)
    {
        at = SkipSpace(at);
        return at == _line.Length || _line[at] == '#';
    }

    private bool StartsWith(int at, string text) => at <= _line.Length && _line.AsSpan(at).StartsWith(text);

    private int SkipSpace(int at)
    {
        while (at < _line.Length && IsSpace(_line[at])) at++;
        return at;
    }
}
