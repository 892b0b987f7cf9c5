namespace Weir.Records.Filter;

/// <summary>What is wrong with a filter, and where.</summary>
/// <param name="Message">One sentence without a full stop.</param>
/// <param name="Column">First character concerned, from 1 (UTF-16 units).</param>
/// <param name="Length">How many characters are concerned, at least 1.</param>
public sealed record FilterError(string Message, int Column, int Length)
{
    /// <summary>The message, the filter in one line, and carets under the place.</summary>
    public string Render(string filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var line = string.Create(filter.Length, filter, static (span, text) =>
        {
            for (var i = 0; i < span.Length; i++) span[i] = char.IsControl(text[i]) ? ' ' : text[i];
        });
        return $"{Message}\n  {line}\n  {new string(' ', Column - 1)}{new string('^', Length)}";
    }
}

/// <summary>What one filter may cost.</summary>
public sealed record FilterLimits
{
    public static FilterLimits Default { get; } = new();

    /// <summary>Characters. 4096: beyond what a person types; a list of ids still fits.</summary>
    public int MaxLength { get; init; } = 4096;

    /// <summary>Nested parentheses, lists and negations. 64: the parser recurses, so the stack is bounded by it.</summary>
    public int MaxDepth { get; init; } = 64;

    /// <summary>Product of the counted repetitions (<c>{n,m}</c>) of one pattern. 1000, as in RE2: each copy is automaton.</summary>
    public int MaxPatternRepetition { get; init; } = 1000;
}
