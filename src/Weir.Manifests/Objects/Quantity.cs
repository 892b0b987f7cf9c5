using System.Globalization;

namespace Weir.Manifests.Objects;

/// <summary>Amounts of Kubernetes: <c>100m</c>, <c>128Mi</c>, <c>1.5</c>, <c>2e3</c>.</summary>
internal static class Quantity
{
    private static readonly (string Suffix, decimal Factor)[] s_suffixes =
    [
        ("Ki", 1024m), ("Mi", 1048576m), ("Gi", 1073741824m), ("Ti", 1099511627776m), ("Pi", 1125899906842624m), ("Ei", 1152921504606846976m),
        ("n", 0.000000001m), ("u", 0.000001m), ("m", 0.001m), ("k", 1000m), ("M", 1000000m), ("G", 1000000000m), ("T", 1000000000000m),
        ("P", 1000000000000000m), ("E", 1000000000000000000m),
    ];

    public static bool TryParse(string? text, out decimal amount)
    {
        amount = 0;
        if (string.IsNullOrEmpty(text)) return false;
        var (suffix, factor) = s_suffixes.FirstOrDefault(one => text.EndsWith(one.Suffix, StringComparison.Ordinal));
        var number = suffix is null ? text : text[..^suffix.Length];
        const NumberStyles Styles = NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign | NumberStyles.AllowExponent;
        if (!decimal.TryParse(number, Styles, CultureInfo.InvariantCulture, out var value)) return false;
        if (suffix is null)
        {
            amount = value;
            return true;
        }

        // Beyond what a decimal holds there is nothing to compare.
        if (Math.Abs(value) > decimal.MaxValue / Math.Max(factor, 1)) return false;
        amount = value * factor;
        return true;
    }
}
