using System.Diagnostics.CodeAnalysis;

namespace Weir.Records.Filter;

/// <summary>The filter language: a subset of CEL over the fields of <see cref="FilterFields"/>.</summary>
public static class ExchangeFilter
{
    /// <summary>Parses and checks. The tree is the same for every back end.</summary>
    public static bool TryParse(
        string text,
        [NotNullWhen(true)] out FilterExpression? expression,
        [NotNullWhen(false)] out FilterError? error,
        FilterLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parser = new FilterParser(text, limits ?? FilterLimits.Default);
        expression = parser.Parse();
        error = expression is null ? parser.Error ?? new FilterError("The filter cannot be read", 1, 1) : null;
        return expression is not null;
    }

    /// <summary>Parses and compiles to a predicate, which is thread-safe and never throws.</summary>
    public static bool TryCompile(
        string text,
        [NotNullWhen(true)] out Func<Exchange, bool>? predicate,
        [NotNullWhen(false)] out FilterError? error,
        FilterLimits? limits = null)
    {
        predicate = TryParse(text, out var expression, out error, limits) ? FilterCompiler.Compile(expression) : null;
        return predicate is not null;
    }
}
