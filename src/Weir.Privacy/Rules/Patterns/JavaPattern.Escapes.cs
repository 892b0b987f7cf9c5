using System.Globalization;

namespace Weir.Privacy.Rules.Patterns;

internal sealed partial class JavaPattern
{
    private const string LineBreak = "(?:\\r\\n|[\\n\\v\\f\\r\\u0085\\u2028\\u2029])";

    /// <summary>After the backslash, outside a class.</summary>
    private void Escape()
    {
        var c = _in.Take();
        if (NamedClasses.TryEscape(c, out var ranges))
        {
            Bracket(ranges);
            return;
        }

        switch (c)
        {
            case 'b' when _in is { Current: '{', Next: 'g' }:
                throw new PatternException("\\b{g} is not supported");
            case 'b' or 'B' or 'A' or 'G' or 'z':
                _out.Append('\\').Append(c);
                break;
            case 'Z':
                _out.Append(BeforeLastTerminator);
                break;
            case 'R':
                _out.Append(LineBreak);
                break;
            case 'p' or 'P':
                Property(c == 'P', inClass: false);
                break;
            case 'k':
                if (!_in.TryTake("<")) throw new PatternException("\\k is not followed by a group name in <…>");
                var name = _in.TakeUntil('>');
                if (!_names.TryGetValue(name, out var named)) throw new PatternException($"there is no group {name}");
                _out.Append("\\k<").Append(named).Append('>');
                break;
            case >= '1' and <= '9':
                BackReference(c - '0');
                break;
            default:
                Literal(Character(c));
                break;
        }
    }

    /// <summary>Java takes as many digits as still name a group that was opened before.</summary>
    private void BackReference(int number)
    {
        while (char.IsAsciiDigit(_in.Current) && (number * 10) + (_in.Current - '0') <= _groups)
        {
            number = (number * 10) + (_in.Take() - '0');
        }

        if (number > _groupsInAll || _groupsInAll == int.MaxValue) _out.Append("(?!)");
        else _out.Append("\\k<").Append(number).Append('>');
    }

    /// <summary>The character that an escape stands for, inside a class or outside.</summary>
    private char Character(char c)
    {
        switch (c)
        {
            case 't': return '\t';
            case 'n': return '\n';
            case 'r': return '\r';
            case 'f': return '\f';
            case 'a': return '\a';
            case 'e': return '\x1B';
            case 'c': return (char)(_in.Take() ^ 64);
            case 'x' when _in.TryTake("{"):
                return CodeUnit(_in.TakeUntil('}'), 1);
            case 'x':
                return CodeUnit(Fixed(2), 2);
            case 'u':
                return CodeUnit(Fixed(4), 4);
            case '0':
                if (_in.Current is < '0' or > '7') throw new PatternException("\\0 is not followed by an octal number");
                return (char)_in.TakeDigits(_in.Current <= '3' ? 3 : 2, 8);
            default:
                if (char.IsAsciiLetterOrDigit(c)) throw new PatternException($"the escape \\{c} is not supported");
                return c;
        }
    }

    private string Fixed(int length)
    {
        var start = _in.At;
        var digits = "";
        while (digits.Length < length && char.IsAsciiHexDigit(_in.Current)) digits += _in.Take();
        return _in.At - start == length ? digits : throw new PatternException("an escape lacks hexadecimal digits");
    }

    private static char CodeUnit(string digits, int least)
    {
        if (digits.Length < least || !int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
        {
            throw new PatternException($"'{digits}' is no hexadecimal number");
        }

        return value is >= 0 and <= char.MaxValue ? (char)value : throw new PatternException("characters beyond U+FFFF are not supported in escapes");
    }

    /// <summary><c>\p{Lu}</c>, <c>\pL</c>, <c>\p{Alpha}</c>. Scripts, blocks and java… names have no .NET counterpart.</summary>
    private void Property(bool negated, bool inClass)
    {
        var name = _in.TryTake("{") ? _in.TakeUntil('}') : _in.Take().ToString();
        if (NamedClasses.TryPosix(name, out var ranges))
        {
            if (negated) ranges = ranges.Complement();
            if (inClass) ranges.WriteTo(_out);
            else Bracket(ranges);
        }
        else if (NamedClasses.TryCategory(name, out var category))
        {
            _out.Append(negated ? "\\P{" : "\\p{").Append(category).Append('}');
        }
        else
        {
            throw new PatternException($"the property {name} is not supported");
        }
    }

    private void Bracket(CharRanges ranges)
    {
        _out.Append('[');
        ranges.WriteTo(_out);
        _out.Append(']');
    }
}
