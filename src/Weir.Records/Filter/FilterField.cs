namespace Weir.Records.Filter;

internal delegate ReadOnlySpan<char> TextGetter(Exchange exchange, ref TextScratch scratch);

/// <summary>One name that filters may use. A field that an exchange lacks reads as "", 0, false or empty.</summary>
public sealed class FilterField
{
    internal FilterField(string name, FilterType type, string description) =>
        (Name, Type, Description) = (name, type, description);

    public string Name { get; }

    public FilterType Type { get; }

    public string Description { get; }

    internal TextGetter? Text { get; init; }

    /// <summary>Also the nanoseconds of a timestamp.</summary>
    internal Func<Exchange, long>? Integer { get; init; }

    internal Func<Exchange, double>? Real { get; init; }

    internal Func<Exchange, bool>? Flag { get; init; }

    /// <summary>The message whose headers a map field looks in; null where the exchange has none.</summary>
    internal Func<Exchange, HttpMessage?>? Message { get; init; }

    /// <summary>The labels that a map field looks in; null where the exchange has none.</summary>
    internal Func<Exchange, PeerLabels?>? Labels { get; init; }

    public override string ToString() => Name;
}
