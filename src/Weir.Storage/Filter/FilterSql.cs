using Weir.Records.Filter;

namespace Weir.Storage.Filter;

/// <summary>
/// Translates a filter to SQL over the index columns. Values only ever become what the dialect makes of a value. Each translation is either exact
/// (equal to the predicate on every row) or an upper bound (true wherever the predicate is true), which prepares the rows
/// that the predicate then decides. Below <c>!</c> only what is exact may be used. What is exact is so in every dialect.
/// </summary>
internal sealed class FilterSql(IFilterDialect dialect)
{
    private static readonly (string Sql, bool Exact) Anything = ("1", false);

    public (string Sql, bool Exact) Condition(FilterExpression expression) => expression switch
    {
        FilterLogical logical => Logical(logical),
        FilterNot not => Condition(not.Operand) is { Exact: true } operand ? (dialect.Not(operand.Sql), true) : Anything,
        _ => Attempt(expression),
    };

    private (string Sql, bool Exact) Logical(FilterLogical logical)
    {
        var left = Condition(logical.Left);
        var right = Condition(logical.Right);
        var word = logical.IsAnd ? "AND" : "OR";
        return ($"({left.Sql} {word} {right.Sql})", left.Exact && right.Exact);
    }

    /// <summary>A leaf is translated whole or not at all; values of an abandoned attempt are taken back.</summary>
    private (string Sql, bool Exact) Attempt(FilterExpression expression)
    {
        var before = dialect.Mark;
        var sql = expression switch
        {
            FilterLiteral { Value: bool value } => value ? "1" : "0",
            FilterFieldReference field when field.Type == FilterType.Bool => FieldSql.Of(field.Field.Name),
            FilterComparison comparison => Comparison(comparison),
            FilterMembership membership => Membership(membership),
            FilterTextTest test => TextTest(test),
            _ => null,
        };
        if (sql is not null) return (sql, true);
        dialect.Return(before);
        return Anything;
    }

    private string? Comparison(FilterComparison comparison)
    {
        var equality = comparison.Operator is FilterComparisonOperator.Equal or FilterComparisonOperator.NotEqual;
        // SQL orders text by UTF-8 bytes, the predicate by UTF-16 units: they differ beyond the basic plane.
        if (comparison.Left.Type == FilterType.String && !equality) return null;
        if (Value(comparison.Left) is not { } left || Value(comparison.Right) is not { } right) return null;
        var sign = comparison.Operator switch
        {
            FilterComparisonOperator.Equal => "=",
            FilterComparisonOperator.NotEqual => "<>",
            FilterComparisonOperator.Less => "<",
            FilterComparisonOperator.LessOrEqual => "<=",
            FilterComparisonOperator.Greater => ">",
            _ => ">=",
        };
        return $"({left} {sign} {right})";
    }

    private string? Membership(FilterMembership membership)
    {
        if (membership.Collection is FilterFieldReference { Field.Name: "anomalies" })
        {
            return membership.Item is FilterLiteral { Value: string name } ? Anomaly(name) : null;
        }

        if (membership.Collection is not FilterList list || Value(membership.Item) is not { } item) return null;
        if (list.Items.Count == 0) return "0";
        var values = new List<string>(list.Items.Count);
        foreach (var literal in list.Items)
        {
            if (Value(literal) is not { } value) return null;
            values.Add(value);
        }

        return dialect.In(item, values, list.Items[0].Type);
    }

    /// <summary>The record may say that a body did not decode; that is found while it is written, after the column.</summary>
    private string? Anomaly(string name) => name == "content_encoding_invalid" ? null : dialect.Contains("anomalies", "," + name + ",");

    /// <summary>UTF-8 is self-synchronizing, so one string holds another exactly when its bytes do.</summary>
    private string? TextTest(FilterTextTest test)
    {
        if (test.Argument is not FilterLiteral { Value: string wanted } || test.Method == FilterTextMethod.Matches) return null;
        if (!IsWellFormed(wanted) || Value(test.Target) is not { } target) return null;
        if (wanted.Length == 0) return "1";
        return test.Method switch
        {
            FilterTextMethod.Contains => dialect.Contains(target, wanted),
            FilterTextMethod.StartsWith => dialect.StartsWith(target, wanted),
            _ => dialect.EndsWith(target, wanted),
        };
    }

    private string? Value(FilterExpression expression) => expression switch
    {
        FilterLiteral { Value: string text } => IsWellFormed(text) ? dialect.Value(text) : null,
        FilterLiteral { Value: bool value } => value ? "1" : "0",
        FilterLiteral literal => dialect.Value(literal.Value),
        FilterFieldReference field => FieldSql.Of(field.Field.Name),
        FilterSize or FilterIndex => null,
        _ when expression.Type == FilterType.Bool && Condition(expression) is { Exact: true } condition => condition.Sql,
        _ => null,
    };

    /// <summary>Half a surrogate pair becomes U+FFFD on its way to the store and would then match other text.</summary>
    private static bool IsWellFormed(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value == 0xFFFD && !text.Contains('\uFFFD', StringComparison.Ordinal)) return false;
        }

        return true;
    }
}
