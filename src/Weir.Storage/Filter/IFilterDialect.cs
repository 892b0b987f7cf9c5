using Weir.Records.Filter;

namespace Weir.Storage.Filter;

/// <summary>What one SQL has that another has not. Texts compare byte by byte in all of them.</summary>
internal interface IFilterDialect
{
    /// <summary>How many values were taken so far.</summary>
    int Mark { get; }

    /// <summary>Forgets the values taken since.</summary>
    void Return(int mark);

    /// <summary>A <see cref="string"/>, <see cref="long"/> or <see cref="double"/> as an expression that is nothing but this value.</summary>
    string Value(object value);

    /// <param name="condition">1 or 0.</param>
    string Not(string condition);

    string In(string item, IReadOnlyList<string> values, FilterType type);

    /// <param name="target">A text expression.</param>
    /// <param name="text">Not empty.</param>
    string Contains(string target, string text);

    /// <inheritdoc cref="Contains"/>
    string StartsWith(string target, string text);

    /// <inheritdoc cref="Contains"/>
    string EndsWith(string target, string text);
}
