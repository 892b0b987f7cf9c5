using System.Text;

namespace Weir.Records.Filter;

/// <summary>The parts of a filter that are values: literals, fields, entries of a map, sizes.</summary>
internal static class FilterOperands
{
    public static TextGetter Text(FilterExpression expression)
    {
        switch (expression)
        {
            case FilterLiteral { Value: string value }:
                return (Exchange e, ref TextScratch s) => value;
            case FilterFieldReference { Field.Text: { } getter }:
                return getter;
            case FilterIndex { Map.Message: { } message, Key: var key }:
                return (Exchange e, ref TextScratch s) =>
                    message(e) is { } m && TryFindHeader(m, key, out var value) ? s.Decode(m, value) : default;
            case FilterIndex { Map.Labels: { } labels, Key: var key }:
                return (Exchange e, ref TextScratch s) => labels(e)?.Find(key);
            default:
                throw new ArgumentException($"{expression.GetType().Name} is not a string", nameof(expression));
        }
    }

    public static Func<Exchange, long> Integer(FilterExpression expression) => expression switch
    {
        FilterLiteral { Value: long value } => _ => value,
        FilterFieldReference { Field.Integer: { } getter } => getter,
        FilterSize size => Size(size.Target),
        _ => throw new ArgumentException($"{expression.GetType().Name} is not a whole number", nameof(expression)),
    };

    public static Func<Exchange, double> Real(FilterExpression expression)
    {
        switch (expression)
        {
            case FilterLiteral { Value: double value }:
                return _ => value;
            case FilterFieldReference { Field.Real: { } getter }:
                return getter;
            default:
                var integer = Integer(expression);
                return e => integer(e);
        }
    }

    /// <summary>The first header of that name.</summary>
    public static bool TryFindHeader(HttpMessage message, ReadOnlySpan<char> name, out Slice value)
    {
        foreach (var header in message.Headers)
        {
            if (!Ascii.EqualsIgnoreCase(message[header.Name], name)) continue;
            value = header.Value;
            return true;
        }

        value = default;
        return false;
    }

    private static Func<Exchange, long> Size(FilterExpression target)
    {
        switch (target)
        {
            case FilterList list:
                return _ => list.Items.Count;
            case FilterFieldReference { Field.Message: { } message }:
                return e => message(e)?.Headers.Count ?? 0;
            case FilterFieldReference { Field.Labels: { } labels }:
                return e => labels(e)?.Count ?? 0;
            case { Type: FilterType.List }:
                return static e =>
                {
                    var count = 0;
                    foreach (var _ in e.Anomalies) count++;
                    return count;
                };
            default:
                var text = Text(target);
                return e =>
                {
                    var scratch = default(TextScratch);
                    var characters = 0;
                    foreach (var _ in text(e, ref scratch).EnumerateRunes()) characters++;
                    scratch.Dispose();
                    return characters;
                };
        }
    }
}
