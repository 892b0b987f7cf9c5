namespace Weir.Records.Filter;

/// <summary>
/// Recursive descent over the CEL grammar, without the ternary, arithmetic and macros. Types are checked as nodes are
/// made (<see cref="FilterChecker"/>), so an error stands at the smallest part that is wrong.
/// <code>
/// or       = and { "||" and }
/// and      = relation { "&amp;&amp;" relation }
/// relation = unary [ ( "==" | "!=" | "&lt;" | "&lt;=" | ">" | ">=" | "in" ) unary ]
/// unary    = "!" unary | "-" number | postfix
/// postfix  = primary { "." method "(" [ or ] ")" | "[" string "]" }
/// primary  = literal | list | "(" or ")" | field | "size" "(" or ")" | "timestamp" "(" string ")"
/// </code>
/// </summary>
internal sealed class FilterParser(string text, FilterLimits limits)
{
    private static readonly Dictionary<string, FilterComparisonOperator> s_comparisons = new()
    {
        ["=="] = FilterComparisonOperator.Equal,
        ["!="] = FilterComparisonOperator.NotEqual,
        ["<"] = FilterComparisonOperator.Less,
        ["<="] = FilterComparisonOperator.LessOrEqual,
        [">"] = FilterComparisonOperator.Greater,
        [">="] = FilterComparisonOperator.GreaterOrEqual,
    };

    private readonly FilterLexer _lexer = new(text);
    private readonly FilterChecker _checker = new(limits);
    private Token _token;
    private int _depth;

    public FilterError? Error { get; private set; }

    /// <summary>Null with <see cref="Error"/> set when the text is no filter.</summary>
    public FilterExpression? Parse()
    {
        if (text.Length > limits.MaxLength)
        {
            Error = new FilterError($"The filter is longer than {limits.MaxLength} characters", limits.MaxLength + 1, 1);
            return null;
        }

        if (!Advance()) return null;
        if (_token.Kind == TokenKind.End) return Fail("The filter is empty", _token.Span);
        if (Or() is not { } expression) return null;
        if (_token.Kind != TokenKind.End) return Fail($"Expected && or || before this{Hint()}", _token.Span);
        return expression.Type == FilterType.Bool
            ? expression
            : Fail($"A filter must be true or false, this is {FilterChecker.Name(expression.Type)}", expression.Span);
    }

    private FilterExpression? Or() => Chain("||", And);

    private FilterExpression? And() => Chain("&&", Relation);

    private FilterExpression? Chain(string symbol, Func<FilterExpression?> operand)
    {
        var left = operand();
        while (left is not null && Is(symbol))
        {
            if (!Advance() || operand() is not { } right) return null;
            left = Take(FilterChecker.Logical(symbol == "&&", left, right));
        }

        return left;
    }

    private FilterExpression? Relation()
    {
        var left = Unary();
        if (left is null) return null;
        if (_token.Kind == TokenKind.Symbol && s_comparisons.TryGetValue(_token.Text, out var comparison))
        {
            if (!Advance() || Unary() is not { } right) return null;
            return Take(FilterChecker.Comparison(comparison, left, right));
        }

        if (_token is not { Kind: TokenKind.Name, Text: "in" }) return left;
        if (!Advance() || Unary() is not { } collection) return null;
        return Take(FilterChecker.Membership(left, collection));
    }

    private FilterExpression? Unary()
    {
        var start = _token.Span;
        if (!Is("!") && !Is("-")) return Postfix();
        var not = Is("!");
        if (!Enter() || !Advance() || Unary() is not { } operand) return null;
        _depth--;
        return Take(not ? FilterChecker.Not(operand, start) : FilterChecker.Negative(operand, start));
    }

    private FilterExpression? Postfix()
    {
        var target = Primary();
        while (target is not null)
        {
            if (Is("["))
            {
                if (!Advance()) return null;
                var key = _token;
                if (key.Kind != TokenKind.String) return Fail("Expected a header name in quotes", key.Span);
                if (!Advance() || !Expect("]", out var end)) return null;
                target = Take(FilterChecker.Index(target, key.Text, target.Span.To(end)));
            }
            else if (Is("."))
            {
                if (!Advance()) return null;
                if (_token.Kind != TokenKind.Name) return Fail("Expected the name of a method", _token.Span);
                target = Method(target, _token);
            }
            else
            {
                break;
            }
        }

        return target;
    }

    private FilterExpression? Method(FilterExpression target, Token name)
    {
        if (!Advance()) return null;
        if (!FilterChecker.IsMethod(name.Text)) return Take(FilterChecker.UnknownMethod(target, name));
        if (!Expect("(", out _)) return null;
        FilterExpression? argument = null;
        if (!Is(")") && (argument = Nested()) is null) return null;
        return Expect(")", out var end) ? Take(_checker.Method(target, name, argument, target.Span.To(end))) : null;
    }

    private FilterExpression? Primary()
    {
        var token = _token;
        switch (token.Kind)
        {
            case TokenKind.String:
                return Advance() ? new FilterLiteral(token.Text, FilterType.String, token.Span) : null;
            case TokenKind.Int:
                return Advance() ? new FilterLiteral(token.Value!, FilterType.Int, token.Span) : null;
            case TokenKind.Double:
                return Advance() ? new FilterLiteral(token.Value!, FilterType.Double, token.Span) : null;
            case TokenKind.Name:
                return Advance() ? Named(token) : null;
            case TokenKind.Symbol when token.Text == "(":
                if (!Advance() || Nested() is not { } inner) return null;
                return Expect(")", out var end) ? inner with { Span = token.Span.To(end) } : null;
            case TokenKind.Symbol when token.Text == "[":
                return Advance() ? List(token.Span) : null;
            case TokenKind.End:
                return Fail("Expected a field or a value here, but the filter ends", token.Span);
            default:
                return Fail($"Expected a field or a value, not {token.Text}", token.Span);
        }
    }

    private FilterExpression? Named(Token name)
    {
        if (name.Text is "true" or "false") return new FilterLiteral(name.Text == "true", FilterType.Bool, name.Span);
        if (name.Text is "size" or "timestamp" && Is("("))
        {
            if (!Advance() || Nested() is not { } argument || !Expect(")", out var end)) return null;
            return Take(FilterChecker.Function(name.Text, argument, name.Span.To(end)));
        }

        return Field(name);
    }

    /// <summary>Joins <c>a.b.c</c> as long as it can become a field; what follows a field is a method.</summary>
    private FilterExpression? Field(Token first)
    {
        var path = first.Text;
        var span = first.Span;
        while (FilterFields.Find(path) is null && Is("."))
        {
            if (!Advance()) return null;
            if (_token.Kind != TokenKind.Name) return Fail("Expected the rest of a field name", _token.Span);
            path += "." + _token.Text;
            span = span.To(_token.Span);
            if (!Advance()) return null;
        }

        return FilterFields.Find(path) is { } field
            ? new FilterFieldReference(field, span)
            : Take(FilterChecker.UnknownField(path, span));
    }

    private FilterExpression? List(FilterSpan start)
    {
        if (!Enter()) return null;
        var items = new List<FilterLiteral>();
        while (!Is("]"))
        {
            if (items.Count > 0 && !Expect(",", out _)) return null;
            if (Unary() is not { } item) return null;
            if (item is not FilterLiteral literal) return Fail("A list holds values only", item.Span);
            if (items.Count > 0 && items[0].Type != literal.Type)
            {
                return Fail($"A list holds values of one type; the first is {FilterChecker.Name(items[0].Type)}", item.Span);
            }

            items.Add(literal);
        }

        _depth--;
        var end = _token.Span;
        return Advance() ? new FilterList(items, start.To(end)) : null;
    }

    private FilterExpression? Nested()
    {
        if (!Enter()) return null;
        var inner = Or();
        _depth--;
        return inner;
    }

    private bool Enter()
    {
        if (++_depth <= limits.MaxDepth) return true;
        Fail($"The filter is nested more than {limits.MaxDepth} deep", _token.Span);
        return false;
    }

    private bool Is(string symbol) => _token.Kind == TokenKind.Symbol && _token.Text == symbol;

    private bool Expect(string symbol, out FilterSpan span)
    {
        span = _token.Span;
        if (Is(symbol)) return Advance();
        Fail($"Expected {symbol}", span);
        return false;
    }

    private bool Advance()
    {
        if (_lexer.TryNext(out _token, out var error)) return true;
        Error = error;
        return false;
    }

    private string Hint() => _token switch
    {
        { Kind: TokenKind.Name, Text: "and" or "AND" } => "; and is written &&",
        { Kind: TokenKind.Name, Text: "or" or "OR" } => "; or is written ||",
        _ => "",
    };

    private FilterExpression? Take((FilterExpression? Expression, FilterError? Error) result)
    {
        Error ??= result.Error;
        return result.Expression;
    }

    private FilterExpression? Fail(string message, FilterSpan at)
    {
        Error ??= new FilterError(message, at.Offset + 1, Math.Max(1, at.Length));
        return null;
    }
}
