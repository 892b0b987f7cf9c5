using System.Globalization;
using System.Text;

namespace Weir.Records.Filter;

internal enum TokenKind : byte
{
    End,
    Name,
    String,
    Int,
    Double,
    Symbol,
}

/// <summary>The text is the name, the symbol, or the string without quotes and escapes; the value is that of a number.</summary>
internal readonly record struct Token(TokenKind Kind, string Text, object? Value, FilterSpan Span);

/// <summary>Splits a filter into CEL tokens (CEL language definition, "Lexis").</summary>
internal sealed class FilterLexer(string text)
{
    private static readonly string[] s_symbols =
        ["==", "!=", "<=", ">=", "&&", "||", "<", ">", "!", "(", ")", "[", "]", ",", ".", "-"];

    private int _at;

    /// <summary>False with <paramref name="error"/> set when the characters here are no token.</summary>
    public bool TryNext(out Token token, out FilterError? error)
    {
        error = null;
        while (_at < text.Length && text[_at] is ' ' or '\t' or '\r' or '\n' or '\f') _at++;
        if (_at >= text.Length)
        {
            token = new Token(TokenKind.End, "", null, new FilterSpan(text.Length, 0));
            return true;
        }

        var c = text[_at];
        if (c is '"' or '\'') return QuotedString(_at, raw: false, out token, out error);
        if (c is 'r' or 'R' && _at + 1 < text.Length && text[_at + 1] is '"' or '\'')
        {
            return QuotedString(_at + 1, raw: true, out token, out error);
        }

        if (char.IsAsciiDigit(c)) return Number(out token, out error);
        if (char.IsAsciiLetter(c) || c == '_')
        {
            var start = _at;
            while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] == '_')) _at++;
            token = new Token(TokenKind.Name, text[start.._at], null, new FilterSpan(start, _at - start));
            return true;
        }

        return Symbol(out token, out error);
    }

    private bool Symbol(out Token token, out FilterError? error)
    {
        error = null;
        foreach (var symbol in s_symbols)
        {
            if (string.CompareOrdinal(text, _at, symbol, 0, symbol.Length) != 0) continue;
            token = new Token(TokenKind.Symbol, symbol, null, new FilterSpan(_at, symbol.Length));
            _at += symbol.Length;
            return true;
        }

        token = default;
        var hint = text[_at] switch
        {
            '=' => "; use == to compare",
            '&' => "; use && for and",
            '|' => "; use || for or",
            _ => "",
        };
        var shown = char.IsControl(text[_at]) || char.IsSurrogate(text[_at])
            ? $"U+{(int)text[_at]:X4}"
            : text[_at].ToString();
        error = new FilterError($"Unexpected character {shown}{hint}", _at + 1, 1);
        return false;
    }

    private bool Number(out Token token, out FilterError? error)
    {
        error = null;
        var start = _at;
        object? value = null;
        if (text[_at] == '0' && _at + 1 < text.Length && text[_at + 1] is 'x' or 'X')
        {
            _at += 2;
            while (_at < text.Length && char.IsAsciiHexDigit(text[_at])) _at++;
            if (long.TryParse(text.AsSpan(start + 2, _at - start - 2), NumberStyles.AllowHexSpecifier,
                    CultureInfo.InvariantCulture, out var hex) && hex >= 0)
            {
                value = hex;
            }
        }
        else
        {
            Digits();
            var isDouble = false;
            if (_at + 1 < text.Length && text[_at] == '.' && char.IsAsciiDigit(text[_at + 1]))
            {
                isDouble = true;
                _at++;
                Digits();
            }

            if (_at < text.Length && text[_at] is 'e' or 'E')
            {
                isDouble = true;
                _at++;
                if (_at < text.Length && text[_at] is '+' or '-') _at++;
                Digits();
            }

            var digits = text.AsSpan(start, _at - start);
            if (isDouble && double.TryParse(digits, CultureInfo.InvariantCulture, out var real) && double.IsFinite(real))
            {
                value = real;
            }
            else if (!isDouble && long.TryParse(digits, CultureInfo.InvariantCulture, out var integer))
            {
                value = integer;
            }
        }

        var span = new FilterSpan(start, _at - start);
        token = new Token(value is double ? TokenKind.Double : TokenKind.Int, "", value, span);
        if (value is null) error = new FilterError("The number is malformed or too large", start + 1, span.Length);
        return value is not null;

        void Digits()
        {
            while (_at < text.Length && char.IsAsciiDigit(text[_at])) _at++;
        }
    }

    private bool QuotedString(int quoteAt, bool raw, out Token token, out FilterError? error)
    {
        var start = _at;
        var quote = text[quoteAt];
        var value = new StringBuilder();
        for (_at = quoteAt + 1; _at < text.Length; _at++)
        {
            var c = text[_at];
            if (c == quote)
            {
                _at++;
                error = null;
                token = new Token(TokenKind.String, value.ToString(), null, new FilterSpan(start, _at - start));
                return true;
            }

            if (c == '\\' && !raw)
            {
                if (Escape(value)) continue;
                token = default;
                error = new FilterError(
                    """Unknown escape; known are \\ \" \' \n \r \t \xHH \uHHHH, and r"…" takes no escapes""", _at + 1, 1);
                return false;
            }

            value.Append(c);
        }

        token = default;
        error = new FilterError("The string has no closing quote", start + 1, text.Length - start);
        return false;
    }

    /// <summary>On the backslash; left on the last character of the escape.</summary>
    private bool Escape(StringBuilder value)
    {
        var letter = _at + 1 < text.Length ? text[_at + 1] : '\0';
        var hexDigits = letter switch { 'x' => 2, 'u' => 4, _ => 0 };
        if (hexDigits > 0)
        {
            if (_at + 2 + hexDigits > text.Length ||
                !ushort.TryParse(text.AsSpan(_at + 2, hexDigits), NumberStyles.AllowHexSpecifier,
                    CultureInfo.InvariantCulture, out var code))
            {
                return false;
            }

            value.Append((char)code);
            _at += 1 + hexDigits;
            return true;
        }

        var plain = letter switch
        {
            '\\' or '"' or '\'' => letter,
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            _ => '\0',
        };
        if (plain == '\0') return false;
        value.Append(plain);
        _at++;
        return true;
    }
}
