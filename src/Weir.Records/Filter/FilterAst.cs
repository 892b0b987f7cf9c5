namespace Weir.Records.Filter;

/// <summary>Type of a field or expression.</summary>
public enum FilterType : byte
{
    Bool,
    Int,
    Double,
    String,
    /// <summary>Unix nanoseconds; written <c>timestamp("2026-01-31T12:00:00Z")</c>.</summary>
    Timestamp,
    /// <summary>A list of strings, or of whatever a list literal holds.</summary>
    List,
    /// <summary>Strings by string, the keys without regard to case.</summary>
    Map,
}

/// <summary>Place in the text of a filter: offset from 0 and length, in characters.</summary>
public readonly record struct FilterSpan(int Offset, int Length)
{
    public FilterSpan To(FilterSpan end) => new(Offset, end.Offset + end.Length - Offset);
}

/// <summary>
/// A node of a checked filter. The set of nodes is closed: whoever compiles it (memory, SQL) handles each one.
/// </summary>
public abstract record FilterExpression(FilterType Type, FilterSpan Span);

/// <summary>The value is a bool, long (also Unix nanoseconds of a timestamp), double or string.</summary>
public sealed record FilterLiteral(object Value, FilterType Type, FilterSpan Span) : FilterExpression(Type, Span);

/// <summary>A list of literals of one type.</summary>
public sealed record FilterList(IReadOnlyList<FilterLiteral> Items, FilterSpan Span)
    : FilterExpression(FilterType.List, Span);

public sealed record FilterFieldReference(FilterField Field, FilterSpan Span) : FilterExpression(Field.Type, Span);

/// <summary><c>request.headers["content-type"]</c>: the value of the first such header, empty when there is none. The key is in lower case.</summary>
public sealed record FilterIndex(FilterField Map, string Key, FilterSpan Span) : FilterExpression(FilterType.String, Span);

public sealed record FilterNot(FilterExpression Operand, FilterSpan Span) : FilterExpression(FilterType.Bool, Span);

/// <summary><c>&amp;&amp;</c> when <paramref name="IsAnd"/>, else <c>||</c>.</summary>
public sealed record FilterLogical(bool IsAnd, FilterExpression Left, FilterExpression Right, FilterSpan Span)
    : FilterExpression(FilterType.Bool, Span);

public enum FilterComparisonOperator : byte
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// <summary>Both sides are of one type, or numbers.</summary>
public sealed record FilterComparison(
    FilterComparisonOperator Operator, FilterExpression Left, FilterExpression Right, FilterSpan Span)
    : FilterExpression(FilterType.Bool, Span);

/// <summary><c>item in collection</c>: in a list, or among the keys of a map. The collection is a <see cref="FilterList"/> or a field.</summary>
public sealed record FilterMembership(FilterExpression Item, FilterExpression Collection, FilterSpan Span)
    : FilterExpression(FilterType.Bool, Span);

public enum FilterTextMethod : byte
{
    Contains,
    StartsWith,
    EndsWith,
    /// <summary>The argument is a literal, a regular expression without backtracking that may match anywhere.</summary>
    Matches,
}

public sealed record FilterTextTest(
    FilterTextMethod Method, FilterExpression Target, FilterExpression Argument, FilterSpan Span)
    : FilterExpression(FilterType.Bool, Span);

/// <summary>Characters of a string, entries of a list or map.</summary>
public sealed record FilterSize(FilterExpression Target, FilterSpan Span) : FilterExpression(FilterType.Int, Span);
