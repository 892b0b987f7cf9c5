using System.Globalization;

namespace Weir.Records.Filter;

/// <summary>Makes nodes out of parts whose types fit, and says what does not fit. One of the pair returned is null.</summary>
internal sealed class FilterChecker(FilterLimits limits)
{
    private static readonly string[] s_methods = ["contains", "startsWith", "endsWith", "matches", "size"];

    public static string Name(FilterType type) => type switch
    {
        FilterType.Bool => "true or false",
        FilterType.Int => "a whole number",
        FilterType.Double => "a number",
        FilterType.String => "a string",
        FilterType.Timestamp => "a timestamp",
        FilterType.List => "a list",
        _ => "a map",
    };

    public static bool IsMethod(string name) => Array.IndexOf(s_methods, name) >= 0;

    public static (FilterExpression?, FilterError?) UnknownField(string path, FilterSpan span)
    {
        var names = FilterFields.All.Select(static field => field.Name);
        return Error($"Unknown field {path}{Spelling.Suggest(path, names)}", span);
    }

    public static (FilterExpression?, FilterError?) UnknownMethod(FilterExpression target, Token name)
    {
        var what = target is FilterFieldReference ? "method or field" : "method";
        return Error($"Unknown {what} {name.Text}{Spelling.Suggest(name.Text, s_methods)}", name.Span);
    }

    public static (FilterExpression?, FilterError?) Logical(bool isAnd, FilterExpression left, FilterExpression right)
    {
        foreach (var side in (ReadOnlySpan<FilterExpression>)[left, right])
        {
            if (side.Type != FilterType.Bool)
            {
                return Error($"{(isAnd ? "&&" : "||")} joins what is true or false, this is {Name(side.Type)}", side.Span);
            }
        }

        return Ok(new FilterLogical(isAnd, left, right, left.Span.To(right.Span)));
    }

    public static (FilterExpression?, FilterError?) Not(FilterExpression operand, FilterSpan start) =>
        operand.Type == FilterType.Bool
            ? Ok(new FilterNot(operand, start.To(operand.Span)))
            : Error($"! needs true or false, this is {Name(operand.Type)}", operand.Span);

    public static (FilterExpression?, FilterError?) Negative(FilterExpression operand, FilterSpan start) => operand switch
    {
        FilterLiteral { Value: long value, Type: FilterType.Int } literal =>
            Ok(literal with { Value = -value, Span = start.To(operand.Span) }),
        FilterLiteral { Value: double value } literal => Ok(literal with { Value = -value, Span = start.To(operand.Span) }),
        _ => Error("- stands before a number only", start),
    };

    public static (FilterExpression?, FilterError?) Comparison(
        FilterComparisonOperator comparison, FilterExpression left, FilterExpression right)
    {
        var ordered = comparison is not (FilterComparisonOperator.Equal or FilterComparisonOperator.NotEqual);
        if (left.Type is FilterType.List or FilterType.Map) return Error("A list or map can only be used with in", left.Span);
        if (!Comparable(left.Type, right.Type))
        {
            return Error($"Cannot compare {Name(left.Type)} with {Name(right.Type)}", right.Span);
        }

        if (ordered && left.Type == FilterType.Bool) return Error("true and false have no order", left.Span.To(right.Span));
        return Ok(new FilterComparison(comparison, left, right, left.Span.To(right.Span)));
    }

    public static (FilterExpression?, FilterError?) Membership(FilterExpression item, FilterExpression collection)
    {
        switch (collection)
        {
            case FilterList { Items: [var first, ..] } when !Comparable(item.Type, first.Type):
                return Error($"The list holds {Name(first.Type)} each, this is {Name(item.Type)}", item.Span);
            case FilterList when item.Type is FilterType.List or FilterType.Map:
                return Error($"{Name(item.Type)} cannot be in a list", item.Span);
            case FilterList:
                break;
            case FilterFieldReference when item.Type != FilterType.String &&
                                           collection.Type is FilterType.List or FilterType.Map:
                return Error($"Only a string can be in this, not {Name(item.Type)}", item.Span);
            case FilterFieldReference { Field.Name: "anomalies" } when item is FilterLiteral { Value: string name }:
                if (WireNames.Anomalies.Contains(name)) break;
                return Error($"Unknown anomaly {name}{Spelling.Suggest(name, WireNames.Anomalies)}", item.Span);
            case FilterFieldReference when collection.Type is FilterType.List or FilterType.Map:
                break;
            default:
                return Error($"in needs a list or a map, this is {Name(collection.Type)}", collection.Span);
        }

        return Ok(new FilterMembership(item, collection, item.Span.To(collection.Span)));
    }

    public static (FilterExpression?, FilterError?) Index(FilterExpression target, string key, FilterSpan span) =>
        target is FilterFieldReference { Type: FilterType.Map } map
            ? Ok(new FilterIndex(map.Field, key.ToLowerInvariant(), span))
            : Error($"Only a map has entries, this is {Name(target.Type)}", target.Span);

    public static (FilterExpression?, FilterError?) Function(string name, FilterExpression argument, FilterSpan span)
    {
        if (name == "size") return Size(argument, span);
        return argument is FilterLiteral { Value: string text } && TryTimestamp(text, out var unixNs)
            ? Ok(new FilterLiteral(unixNs, FilterType.Timestamp, span))
            : Error("timestamp needs an ISO 8601 time in quotes, such as \"2026-01-31T12:00:00Z\"", argument.Span);
    }

    public (FilterExpression?, FilterError?) Method(
        FilterExpression target, Token name, FilterExpression? argument, FilterSpan span)
    {
        if (name.Text == "size")
        {
            return argument is null ? Size(target, span) : Error("size takes no argument here", argument.Span);
        }

        if (target.Type != FilterType.String) return Error($"{name.Text} needs a string, this is {Name(target.Type)}", target.Span);
        if (argument is null) return Error($"{name.Text} needs an argument", name.Span);
        if (argument.Type != FilterType.String)
        {
            return Error($"{name.Text} looks for a string, this is {Name(argument.Type)}", argument.Span);
        }

        var method = name.Text switch
        {
            "contains" => FilterTextMethod.Contains,
            "startsWith" => FilterTextMethod.StartsWith,
            "endsWith" => FilterTextMethod.EndsWith,
            _ => FilterTextMethod.Matches,
        };
        if (method == FilterTextMethod.Matches)
        {
            if (argument is not FilterLiteral { Value: string pattern }) return Error("The pattern must be written out", argument.Span);
            if (!FilterPattern.TryCreate(pattern, limits, out _, out var why)) return Error(why, argument.Span);
        }

        return Ok(new FilterTextTest(method, target, argument, span));
    }

    private static (FilterExpression?, FilterError?) Size(FilterExpression target, FilterSpan span) =>
        target.Type is FilterType.String or FilterType.List or FilterType.Map
            ? Ok(new FilterSize(target, span))
            : Error($"{Name(target.Type)} has no size", target.Span);

    private static bool Comparable(FilterType left, FilterType right) =>
        left == right || (left is FilterType.Int or FilterType.Double && right is FilterType.Int or FilterType.Double);

    private static bool TryTimestamp(string text, out long unixNs)
    {
        unixNs = 0;
        if (text.Length < 10 || !DateTimeOffset.TryParse(
                text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ||
            time.Year is < 1700 or > 2200)
        {
            return false;
        }

        unixNs = (time.UtcTicks - DateTime.UnixEpoch.Ticks) * 100;
        return true;
    }

    private static (FilterExpression?, FilterError?) Ok(FilterExpression expression) => (expression, null);

    private static (FilterExpression?, FilterError?) Error(string message, FilterSpan at) =>
        (null, new FilterError(message, at.Offset + 1, Math.Max(1, at.Length)));
}
