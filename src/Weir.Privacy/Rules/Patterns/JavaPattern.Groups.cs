namespace Weir.Privacy.Rules.Patterns;

internal sealed partial class JavaPattern
{
    /// <summary>After the opening parenthesis. Capturing groups get explicit numbers: .NET would number named ones last.</summary>
    /// <returns>False for flags alone.</returns>
    private bool Group()
    {
        if (!_in.TryTake("?"))
        {
            Numbered(++_groups);
            return true;
        }

        foreach (var kind in (ReadOnlySpan<string>)[":", "=", "!", ">", "<=", "<!"])
        {
            if (!_in.TryTake(kind)) continue;
            _out.Append("(?").Append(kind);
            Rest();
            return true;
        }

        if (_in.TryTake("<"))
        {
            var name = _in.TakeUntil('>');
            if (name.Length == 0 || !char.IsAsciiLetter(name[0]) || !name.All(char.IsAsciiLetterOrDigit))
            {
                throw new PatternException($"'{name}' is no group name");
            }

            if (!_names.TryAdd(name, ++_groups)) throw new PatternException($"two groups are named {name}");
            Numbered(_groups);
            return true;
        }

        return Flags();
    }

    private void Numbered(int number)
    {
        _out.Append("(?<").Append(number).Append('>');
        Rest();
    }

    private void Rest()
    {
        Alternatives();
        if (!_in.TryTake(")")) throw new PatternException("')' is missing");
        _out.Append(')');
    }

    /// <summary><c>(?i)</c>, <c>(?s-m)</c>, <c>(?i:…)</c>. Only <c>i</c> is left to .NET; the others change what is written.</summary>
    private bool Flags()
    {
        var (dotAll, multiline) = (_dotAll, _multiline);
        bool? ignoreCase = null;
        var on = true;
        while (_in.Current is not (')' or ':'))
        {
            var flag = _in.Take();
            switch (flag)
            {
                case '-' when on:
                    on = false;
                    break;
                case 'i':
                    ignoreCase = on;
                    break;
                case 's':
                    _dotAll = on;
                    break;
                case 'm':
                    _multiline = on;
                    break;
                case 'u':
                    break;
                default:
                    throw new PatternException($"the flag '{flag}' is not supported");
            }
        }

        var letter = ignoreCase switch { true => "i", false => "-i", null => "" };
        if (_in.Take() == ')')
        {
            // Until the end of the enclosing group.
            if (letter.Length > 0) _out.Append("(?").Append(letter).Append(')');
            return false;
        }

        _out.Append("(?").Append(letter).Append(':');
        Rest();
        (_dotAll, _multiline) = (dotAll, multiline);
        return true;
    }
}
