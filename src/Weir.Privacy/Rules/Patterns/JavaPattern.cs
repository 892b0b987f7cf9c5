using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Weir.Privacy.Rules.Patterns;

/// <summary>
/// Writes a pattern of <c>java.util.regex</c>, which logging rules are defined by, as a .NET pattern that accepts the same texts.
/// What Java rejects (a lone brace) is rejected; what .NET cannot express is rejected rather than approximated.
/// Known differences: characters beyond U+FFFF count as two, and <c>(?i)</c> and <c>\b</c> know all of Unicode.
/// </summary>
internal sealed partial class JavaPattern
{
    /// <summary>Groups within groups, because translation recurses.</summary>
    private const int MaxDepth = 100;

    private readonly PatternReader _in;
    private readonly StringBuilder _out = new();
    private readonly Dictionary<string, int> _names = new(StringComparer.Ordinal);
    private readonly int _groupsInAll;
    private int _groups;
    private int _depth;
    private bool _dotAll;
    private bool _multiline;

    private readonly bool _whole;

    private JavaPattern(string java, bool whole, int groupsInAll)
    {
        _in = new PatternReader(java);
        _whole = whole;
        _groupsInAll = groupsInAll;
    }

    /// <summary>Group numbers by name.</summary>
    public IReadOnlyDictionary<string, int> Names => _names;

    public int Groups => _groups;

    public string Text => _whole ? $"\\A(?:{_out})\\z" : _out.ToString();

    /// <param name="java">The pattern.</param>
    /// <param name="whole">It has to match a whole text, as Java's <c>matches()</c>, rather than be found in it.</param>
    /// <param name="translated">Null when the result is false.</param>
    /// <param name="error">Why not, for people.</param>
    public static bool TryTranslate(string java, bool whole, [NotNullWhen(true)] out JavaPattern? translated, out string error)
    {
        translated = null;
        error = "";
        try
        {
            var unquoted = Unquote(java);
            // A back-reference to a group that never comes is legal and fails; which those are is known after one pass.
            var counted = new JavaPattern(unquoted, whole, int.MaxValue);
            counted.Run();
            translated = new JavaPattern(unquoted, whole, counted._groups);
            translated.Run();
            return true;
        }
        catch (PatternException e)
        {
            error = e.Message;
            return false;
        }
    }

    private void Run()
    {
        Alternatives();
        if (!_in.AtEnd) throw new PatternException("')' without '('");
    }

    /// <summary><c>\Q…\E</c> as escapes of each character, which works inside classes too.</summary>
    private static string Unquote(string java)
    {
        if (!java.Contains("\\Q", StringComparison.Ordinal)) return java;
        var text = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < java.Length; i++)
        {
            var next = i + 1 < java.Length ? java[i + 1] : '\0';
            if (java[i] == '\\' && next == (quoted ? 'E' : 'Q'))
            {
                quoted = !quoted;
                i++;
            }
            else if (quoted)
            {
                if (!char.IsLetterOrDigit(java[i])) text.Append('\\');
                text.Append(java[i]);
            }
            else
            {
                text.Append(java[i]);
                if (java[i] == '\\' && next != '\0') text.Append(java[++i]);
            }
        }

        return text.ToString();
    }

    private void Alternatives()
    {
        if (++_depth > MaxDepth) throw new PatternException($"more than {MaxDepth} groups within one another");
        var (dotAll, multiline) = (_dotAll, _multiline);
        while (true)
        {
            Sequence();
            if (_in.Current != '|' || _in.AtEnd) break;
            _in.At++;
            _out.Append('|');
        }

        (_dotAll, _multiline) = (dotAll, multiline);
        _depth--;
    }

    private void Sequence()
    {
        while (!_in.AtEnd && _in.Current is not ('|' or ')'))
        {
            var start = _out.Length;
            if (Atom()) Quantifier(start);
        }
    }

    /// <returns>False when nothing was read that could be repeated: what follows stands for itself.</returns>
    private bool Atom()
    {
        var c = _in.Current;
        switch (c)
        {
            case '*' or '+' or '?':
                throw new PatternException($"'{c}' has nothing to repeat");
            case '{':
                // As Java reads it, the repetition of nothing; Quantifier rejects it when it is no repetition.
                _out.Append("(?:)");
                return true;
            case '(':
                _in.At++;
                return Group();
            case '[':
                _in.At++;
                Class();
                return true;
            case '\\':
                _in.At++;
                Escape();
                return true;
        }

        _in.At++;
        switch (c)
        {
            case '.':
                _out.Append(_dotAll ? "[\\s\\S]" : $"[^{NamedClasses.LineTerminators}]");
                break;
            case '^':
                _out.Append(_multiline
                    ? "(?:\\A|(?<=[\\n\\u0085\\u2028\\u2029]|\\r(?!\\n))(?!\\z))"
                    : "\\A");
                break;
            case '$' when _whole && _in.AtEnd && !_multiline:
                // True wherever a whole match may end; written out it would need look-around, which costs the linear-time engine.
                _out.Append("(?:)");
                break;
            case '$':
                _out.Append(_multiline ? $"(?:(?=[{NamedClasses.LineTerminators}]|\\z)(?<!\\r(?=\\n)))" : BeforeLastTerminator);
                break;
            default:
                Literal(c);
                break;
        }

        return true;
    }

    /// <summary><c>$</c> and <c>\Z</c>: at the end, or before a line terminator that ends the text.</summary>
    private const string BeforeLastTerminator = $"(?:(?=(?:\\r\\n|[{NamedClasses.LineTerminators}])?\\z)(?<!\\r(?=\\n)))";

    private void Literal(char c)
    {
        if (char.IsHighSurrogate(c) && char.IsLowSurrogate(_in.Current))
        {
            _out.Append("(?:").Append(c).Append(_in.Take()).Append(')');
            return;
        }

        if (char.IsLetterOrDigit(c)) _out.Append(c);
        else _out.Append("\\u").Append(((int)c).ToString("X4", CultureInfo.InvariantCulture));
    }

    private void Quantifier(int start)
    {
        switch (_in.Current)
        {
            case '*' or '+' or '?':
                _out.Append(_in.Take());
                break;
            case '{':
                Repetition();
                break;
            default:
                return;
        }

        if (_in.TryTake("?"))
        {
            _out.Append('?');
        }
        else if (_in.TryTake("+"))
        {
            _out.Insert(start, "(?>").Append(')');
        }
    }

    private void Repetition()
    {
        if (!char.IsAsciiDigit(_in.Next)) throw new PatternException("'{' begins no repetition; write \\{ for the character");
        _in.At++;
        var least = Count();
        _out.Append('{').Append(least);
        if (_in.TryTake(","))
        {
            _out.Append(',');
            if (char.IsAsciiDigit(_in.Current))
            {
                var most = Count();
                if (most < least) throw new PatternException("a repetition whose maximum is below its minimum");
                _out.Append(most);
            }
        }

        if (!_in.TryTake("}")) throw new PatternException("'}' is missing");
        _out.Append('}');
    }

    private int Count()
    {
        var value = 0L;
        while (char.IsAsciiDigit(_in.Current))
        {
            value = (value * 10) + (_in.Take() - '0');
            if (value > int.MaxValue) throw new PatternException("a repetition beyond 2147483647");
        }

        return (int)value;
    }
}
