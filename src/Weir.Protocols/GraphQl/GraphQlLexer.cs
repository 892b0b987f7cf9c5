using System.Buffers;

namespace Weir.Protocols.GraphQl;

internal enum GraphQlToken : byte
{
    /// <summary>The document is over.</summary>
    End,
    Name,
    /// <summary>One of <c>! $ &amp; ( ) : = @ [ ] { | }</c>, in <see cref="GraphQlLexer.Text"/>.</summary>
    Punctuator,
    /// <summary><c>...</c></summary>
    Spread,
    /// <summary>A string or a number: what it is does not matter here.</summary>
    Value,
    /// <summary>No token of the language, or a string that the end cut off.</summary>
    Invalid,
}

/// <summary>Splits a GraphQL document into tokens (GraphQL specification, §2.1).</summary>
internal ref struct GraphQlLexer(ReadOnlySpan<byte> document)
{
    private static readonly SearchValues<byte> s_ignored = SearchValues.Create("\t\r\n ,"u8);

    private static readonly SearchValues<byte> s_name =
        SearchValues.Create("_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    private static readonly SearchValues<byte> s_number = SearchValues.Create("+-.0123456789Ee"u8);

    private static readonly SearchValues<byte> s_punctuators = SearchValues.Create("!$&():=@[]{|}"u8);

    private ReadOnlySpan<byte> _rest = document.StartsWith("\uFEFF"u8) ? document[3..] : document;

    /// <summary>The bytes of the last token.</summary>
    public ReadOnlySpan<byte> Text { get; private set; }

    public readonly bool Is(byte punctuator) => Text.Length == 1 && Text[0] == punctuator;

    public GraphQlToken Next()
    {
        SkipIgnored();
        if (_rest.IsEmpty)
        {
            Text = default;
            return GraphQlToken.End;
        }

        var first = _rest[0];
        if (s_punctuators.Contains(first)) return Take(1, GraphQlToken.Punctuator);
        if (first == '.') return _rest.StartsWith("..."u8) ? Take(3, GraphQlToken.Spread) : Take(1, GraphQlToken.Invalid);
        if (first == '"') return TakeString();
        if (first is (byte)'-' or (>= (byte)'0' and <= (byte)'9')) return Take(Run(s_number), GraphQlToken.Value);
        return s_name.Contains(first) ? Take(Run(s_name), GraphQlToken.Name) : Take(1, GraphQlToken.Invalid);
    }

    private void SkipIgnored()
    {
        while (true)
        {
            var start = _rest.IndexOfAnyExcept(s_ignored);
            _rest = start < 0 ? default : _rest[start..];
            if (_rest.IsEmpty || _rest[0] != '#') return;
            var end = _rest.IndexOfAny("\r\n"u8);
            _rest = end < 0 ? default : _rest[end..];
        }
    }

    private GraphQlToken TakeString()
    {
        if (_rest.StartsWith("\"\"\""u8)) return TakeBlockString();
        for (var at = 1; at < _rest.Length; at++)
        {
            if (_rest[at] == '"') return Take(at + 1, GraphQlToken.Value);
            if (_rest[at] == '\\') at++;
            else if (_rest[at] is (byte)'\n' or (byte)'\r') break;
        }

        return Take(_rest.Length, GraphQlToken.Invalid);
    }

    private GraphQlToken TakeBlockString()
    {
        for (var at = 3; at < _rest.Length; at++)
        {
            if (_rest[at..].StartsWith("\\\"\"\""u8)) at += 3;
            else if (_rest[at..].StartsWith("\"\"\""u8)) return Take(at + 3, GraphQlToken.Value);
        }

        return Take(_rest.Length, GraphQlToken.Invalid);
    }

    private readonly int Run(SearchValues<byte> of)
    {
        var end = _rest.IndexOfAnyExcept(of);
        return end < 0 ? _rest.Length : end;
    }

    private GraphQlToken Take(int length, GraphQlToken token)
    {
        Text = _rest[..length];
        _rest = _rest[length..];
        return token;
    }
}
