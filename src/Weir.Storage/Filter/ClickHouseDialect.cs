using System.Globalization;
using System.Text;
using Weir.Records.Filter;

namespace Weir.Storage.Filter;

/// <summary>
/// ClickHouse: versions before 20 know no parameters, so a value is a literal, escaped so that nothing in it ends the literal. Its text
/// functions count bytes.
/// </summary>
internal sealed class ClickHouseDialect : IFilterDialect
{
    public static readonly ClickHouseDialect Instance = new();

    public int Mark => 0;

    public void Return(int mark)
    {
        // Literals stand in the text that is thrown away.
    }

    public string Value(object value) => value switch
    {
        string text => Text(text),
        long number => Number(number),
        // A whole number without a point would be an integer, and integers and floats compare by other rules.
        double number => number.ToString("E17", CultureInfo.InvariantCulture) is var digits && number < 0 ? $"({digits})" : digits,
        _ => throw new ArgumentException($"{value.GetType().Name} is no value of a filter"),
    };

    /// <summary>
    /// Not as NOT: old servers hand it on to the shards of a cluster without the brackets around it, where <c>(NOT a) = b</c> then is
    /// <c>NOT a = b</c>.
    /// </summary>
    public string Not(string condition) => $"({condition} = 0)";

    /// <summary>One by one where they are no texts: IN would bring each to the type of the column.</summary>
    public string In(string item, IReadOnlyList<string> values, FilterType type) => type == FilterType.String
        ? $"({item} IN ({string.Join(',', values)}))"
        : $"({string.Join(" OR ", values.Select(value => $"{item} = {value}"))})";

    public string Contains(string target, string text) => $"(position({target}, {Text(text)}) > 0)";

    public string StartsWith(string target, string text) => $"(substring({target}, 1, {Length(text)}) = {Text(text)})";

    public string EndsWith(string target, string text) =>
        $"(length({target}) >= {Length(text)} AND substring({target}, length({target}) - {Length(text)} + 1, {Length(text)}) = {Text(text)})";

    internal static string Number(long number) => number switch
    {
        // Its digits alone are beyond Int64.
        long.MinValue => "(-9223372036854775807 - 1)",
        < 0 => string.Create(CultureInfo.InvariantCulture, $"({number})"),
        _ => number.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>A string literal: backslash, quote and what does not print are escaped, everything else is itself.</summary>
    internal static string Text(string text)
    {
        var literal = new StringBuilder(text.Length + 2).Append('\'');
        foreach (var c in text)
        {
            if (c is '\\' or '\'') literal.Append('\\').Append(c);
            else if (c < ' ' || c == '\x7F') literal.Append(CultureInfo.InvariantCulture, $"\\x{(int)c:X2}");
            else literal.Append(c);
        }

        return literal.Append('\'').ToString();
    }

    private static string Length(string text) => Encoding.UTF8.GetByteCount(text).ToString(CultureInfo.InvariantCulture);
}
