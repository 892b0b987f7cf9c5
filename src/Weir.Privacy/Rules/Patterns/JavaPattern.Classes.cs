namespace Weir.Privacy.Rules.Patterns;

internal sealed partial class JavaPattern
{
    /// <summary>
    /// After <c>[</c>. Java's classes nest: <c>[a[b]]</c> is a union, <c>[a-z&amp;&amp;[^b]]</c> an intersection, and an opening
    /// bracket is never a character. A union is written as one class, an intersection as look-aheads on the same character.
    /// </summary>
    private void Class()
    {
        var start = _out.Length;
        var negated = _in.TryTake("^");
        var parts = new List<string>();
        // Java leaves out an operand that is missing at either end: [&&a] and [a&&] are [a].
        if (!_in.TryTake("&&")) parts.Add(ClassPart(isFirst: true));
        else parts.Add(ClassPart(isFirst: false));
        while (_in.TryTake("&&"))
            if (_in.Current != ']') parts.Add(ClassPart(isFirst: false));
        if (!_in.TryTake("]")) throw new PatternException("']' is missing");
        _out.Length = start;
        if (parts.Count == 1)
        {
            _out.Append(negated ? "[^" : "[").Append(parts[0]).Append(']');
            return;
        }

        _out.Append(negated ? "(?:(?!" : "(?:");
        for (var i = 0; i < parts.Count - 1; i++) _out.Append("(?=[").Append(parts[i]).Append("])");
        _out.Append('[').Append(parts[^1]).Append(']');
        _out.Append(negated ? ")[\\s\\S])" : ")");
    }

    /// <summary>The inside of a .NET class for one operand of <c>&amp;&amp;</c>.</summary>
    private string ClassPart(bool isFirst)
    {
        var start = _out.Length;
        Items(isFirst);
        if (_out.Length == start) throw new PatternException("an empty character class");
        return _out.ToString(start, _out.Length - start);
    }

    /// <param name="isFirst">Nothing of this class was read yet: a closing bracket is a character.</param>
    private void Items(bool isFirst)
    {
        while (true)
        {
            if (_in.AtEnd) throw new PatternException("']' is missing");
            if (_in.Current == ']' && !isFirst) return;
            if (_in is { Current: '&', Next: '&' } && !isFirst) return;
            isFirst = false;
            if (_in.TryTake("[")) Nested();
            else Item();
        }
    }

    /// <summary>A class within a class: its items join those around it.</summary>
    private void Nested()
    {
        if (++_depth > MaxDepth) throw new PatternException($"more than {MaxDepth} classes within one another");
        if (_in.Current == '^')
        {
            NegatedNested();
        }
        else
        {
            Items(isFirst: true);
            if (!_in.TryTake("]")) throw new PatternException("'&&' in a nested class is not supported");
        }

        _depth--;
    }

    /// <summary>Only single characters and ranges can be turned round into a list that joins another.</summary>
    private void NegatedNested()
    {
        _in.At++;
        var excluded = new CharRanges();
        var isFirst = true;
        while (isFirst || _in.Current != ']')
        {
            isFirst = false;
            if (_in.AtEnd) throw new PatternException("']' is missing");
            if (_in.Current is '[' or '&') throw new PatternException("nesting in a negated nested class is not supported");
            if (!TryRange(out var first, out var last)) throw new PatternException("a class in a negated nested class is not supported");
            excluded.Add(first, last);
        }

        _in.At++;
        excluded.Complement().WriteTo(_out);
    }

    private void Item()
    {
        if (_in.Current == '\\' && NamedClasses.TryEscape(_in.Next, out var ranges))
        {
            _in.At += 2;
            ranges.WriteTo(_out);
        }
        else if (_in is { Current: '\\', Next: 'p' or 'P' })
        {
            var negated = _in.Next == 'P';
            _in.At += 2;
            Property(negated, inClass: true);
        }
        else if (TryRange(out var first, out var last))
        {
            CharRanges.Of((first, last)).WriteTo(_out);
        }
    }

    /// <summary>One character, or two with a hyphen between them.</summary>
    private bool TryRange(out char first, out char last)
    {
        last = first = '\0';
        if (_in.Current == '\\' && (NamedClasses.TryEscape(_in.Next, out _) || _in.Next is 'p' or 'P')) return false;
        last = first = ClassCharacter();
        if (_in.Current != '-' || _in.Next is '[' or ']' or '\0') return true;
        _in.At++;
        if (_in.Current == '\\' && NamedClasses.TryEscape(_in.Next, out _)) throw new PatternException("a range that ends in a class");
        last = ClassCharacter();
        if (last < first) throw new PatternException("a range that ends before it begins");
        return true;
    }

    private char ClassCharacter()
    {
        var c = _in.Take();
        if (c == '\\') c = Character(_in.Take());
        return char.IsSurrogate(c) ? throw new PatternException("characters beyond U+FFFF are not supported in classes") : c;
    }
}
