using System.Collections.Frozen;

namespace Weir.Records.Filter;

/// <summary>Turns a checked filter into closures, once; evaluating them allocates nothing but for <c>url</c> and <c>id</c>.</summary>
public static class FilterCompiler
{
    /// <summary>Patterns met the limits of whoever parsed the filter; here they only have to compile.</summary>
    private static readonly FilterLimits s_checked = new() { MaxPatternRepetition = int.MaxValue };

    private delegate bool TextPredicate(ReadOnlySpan<char> text);

    public static Func<Exchange, bool> Compile(FilterExpression expression) => expression switch
    {
        FilterLiteral { Value: bool value } => _ => value,
        FilterFieldReference { Field.Flag: { } flag } => flag,
        FilterNot not => Not(Compile(not.Operand)),
        FilterLogical { IsAnd: true } and => And(Compile(and.Left), Compile(and.Right)),
        FilterLogical or => Or(Compile(or.Left), Compile(or.Right)),
        FilterComparison comparison => Comparison(comparison),
        FilterMembership membership => Membership(membership),
        FilterTextTest test => TextTest(test),
        _ => throw new ArgumentException($"{expression.GetType().Name} is not true or false", nameof(expression)),
    };

    private static Func<Exchange, bool> Not(Func<Exchange, bool> operand) => e => !operand(e);

    private static Func<Exchange, bool> And(Func<Exchange, bool> left, Func<Exchange, bool> right) => e => left(e) && right(e);

    private static Func<Exchange, bool> Or(Func<Exchange, bool> left, Func<Exchange, bool> right) => e => left(e) || right(e);

    private static Func<Exchange, bool> Comparison(FilterComparison comparison)
    {
        var (left, right) = (comparison.Left, comparison.Right);
        var holds = Holds(comparison.Operator);
        if (left.Type == FilterType.Bool)
        {
            var (a, b) = (Compile(left), Compile(right));
            return e => holds(a(e) == b(e) ? 0 : 1);
        }

        if (left.Type == FilterType.String)
        {
            var (a, b) = (FilterOperands.Text(left), FilterOperands.Text(right));
            return e =>
            {
                var first = default(TextScratch);
                var second = default(TextScratch);
                var order = a(e, ref first).SequenceCompareTo(b(e, ref second));
                first.Dispose();
                second.Dispose();
                return holds(order);
            };
        }

        if (left.Type == FilterType.Double || right.Type == FilterType.Double)
        {
            var (a, b) = (FilterOperands.Real(left), FilterOperands.Real(right));
            return e => holds(a(e).CompareTo(b(e)));
        }

        var (x, y) = (FilterOperands.Integer(left), FilterOperands.Integer(right));
        return e => holds(x(e).CompareTo(y(e)));
    }

    private static Func<int, bool> Holds(FilterComparisonOperator comparison) => comparison switch
    {
        FilterComparisonOperator.Equal => static order => order == 0,
        FilterComparisonOperator.NotEqual => static order => order != 0,
        FilterComparisonOperator.Less => static order => order < 0,
        FilterComparisonOperator.LessOrEqual => static order => order <= 0,
        FilterComparisonOperator.Greater => static order => order > 0,
        _ => static order => order >= 0,
    };

    private static Func<Exchange, bool> Membership(FilterMembership membership)
    {
        if (membership.Collection is FilterList list) return InList(membership.Item, list);
        var field = ((FilterFieldReference)membership.Collection).Field;
        var item = FilterOperands.Text(membership.Item);
        if (field.Message is { } message)
        {
            return OnText(item, (e, name) => message(e) is { } m && FilterOperands.TryFindHeader(m, name, out _));
        }

        if (field.Labels is { } labels) return OnText(item, (e, name) => labels(e)?.Find(name) is not null);
        return OnText(item, static (e, name) =>
        {
            foreach (var anomaly in e.Anomalies)
            {
                if (name.SequenceEqual(WireNames.Of(anomaly))) return true;
            }

            return false;
        });
    }

    private static Func<Exchange, bool> InList(FilterExpression item, FilterList list)
    {
        if (list.Items.Count == 0) return static _ => false;
        if (item.Type == FilterType.Bool)
        {
            var operand = Compile(item);
            var wanted = list.Items.Select(static literal => (bool)literal.Value).ToHashSet();
            return e => wanted.Contains(operand(e));
        }

        if (item.Type == FilterType.String)
        {
            var texts = list.Items.Select(static literal => (string)literal.Value)
                .ToFrozenSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
            return OnText(FilterOperands.Text(item), (_, text) => texts.Contains(text));
        }

        if (item.Type == FilterType.Double || list.Items[0].Type == FilterType.Double)
        {
            var operand = FilterOperands.Real(item);
            var reals = list.Items.Select(static literal =>
                Convert.ToDouble(literal.Value, System.Globalization.CultureInfo.InvariantCulture)).ToFrozenSet();
            return e => reals.Contains(operand(e));
        }

        var integer = FilterOperands.Integer(item);
        var integers = list.Items.Select(static literal => (long)literal.Value).ToFrozenSet();
        return e => integers.Contains(integer(e));
    }

    private static Func<Exchange, bool> TextTest(FilterTextTest test)
    {
        var target = FilterOperands.Text(test.Target);
        if (test is { Argument: FilterLiteral { Value: string wanted } })
        {
            var predicate = Predicate(test.Method, wanted);
            return OnText(target, (_, text) => predicate(text));
        }

        var (method, argument) = (test.Method, FilterOperands.Text(test.Argument));
        return OnText(target, (e, text) =>
        {
            var scratch = default(TextScratch);
            var other = argument(e, ref scratch);
            var result = method switch
            {
                FilterTextMethod.Contains => text.Contains(other, StringComparison.Ordinal),
                FilterTextMethod.StartsWith => text.StartsWith(other, StringComparison.Ordinal),
                _ => text.EndsWith(other, StringComparison.Ordinal),
            };
            scratch.Dispose();
            return result;
        });
    }

    private static TextPredicate Predicate(FilterTextMethod method, string wanted)
    {
        switch (method)
        {
            case FilterTextMethod.Contains:
                return text => text.Contains(wanted, StringComparison.Ordinal);
            case FilterTextMethod.StartsWith:
                return text => text.StartsWith(wanted, StringComparison.Ordinal);
            case FilterTextMethod.EndsWith:
                return text => text.EndsWith(wanted, StringComparison.Ordinal);
            default:
                if (!FilterPattern.TryCreate(wanted, s_checked, out var regex, out var error))
                {
                    throw new ArgumentException(error, nameof(wanted));
                }

                return text => regex.IsMatch(text);
        }
    }

    private delegate bool ExchangeTextPredicate(Exchange exchange, ReadOnlySpan<char> text);

    private static Func<Exchange, bool> OnText(TextGetter getter, ExchangeTextPredicate predicate) => e =>
    {
        var scratch = default(TextScratch);
        var result = predicate(e, getter(e, ref scratch));
        scratch.Dispose();
        return result;
    };
}
