namespace Weir.Manifests.Objects;

/// <summary>Label selectors: a plain map, or <c>matchLabels</c> with <c>matchExpressions</c>.</summary>
internal static class Selector
{
    /// <summary>Whether a LabelSelector takes these labels. An empty one takes all; one that is absent takes none.</summary>
    public static bool Matches(Field selector, Field labels) =>
        selector.IsMap && MapMatches(selector["matchLabels"], labels) && selector["matchExpressions"].Items.All(one => Holds(one, labels));

    /// <summary>Whether all pairs of a map stand in the labels.</summary>
    public static bool MapMatches(Field pairs, Field labels) => pairs.Members.All(pair => labels[pair.Key].Text == pair.Text);

    public static bool IsEmpty(Field selector) => !selector["matchLabels"].Members.Any() && !selector["matchExpressions"].Items.Any();

    private static bool Holds(Field expression, Field labels)
    {
        var value = labels[expression["key"].Text ?? ""].Text;
        var values = expression["values"].Texts;
        return expression["operator"].Text switch
        {
            "In" => value is not null && values.Contains(value),
            "NotIn" => value is null || !values.Contains(value),
            "Exists" => value is not null,
            "DoesNotExist" => value is null,
            _ => false,
        };
    }
}
