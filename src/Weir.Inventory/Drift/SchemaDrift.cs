using System.Text.Json.Nodes;
using Weir.Inventory.OpenApi;
using Weir.Inventory.Schemas;

namespace Weir.Inventory.Drift;

/// <summary>Compares what was seen at one place with the schema of that place.</summary>
internal sealed class SchemaDrift(SpecModel spec, Action<DriftKind, string, string, long> tell)
{
    private const int MaxDepth = 24;

    /// <param name="seen">What was observed.</param>
    /// <param name="schema">What is described; null describes nothing and allows all.</param>
    /// <param name="where">How to name the place.</param>
    /// <param name="isText">Values were text (query, form): numbers and booleans among them may well be strings.</param>
    public void Compare(SchemaNode seen, JsonNode? schema, string where, bool isText) => Compare(seen, [schema], where, isText, 0);

    private void Compare(SchemaNode seen, IReadOnlyList<JsonNode?> schemas, string where, bool isText, int depth)
    {
        if (depth > MaxDepth || SchemaView.Of(spec, schemas) is not { } view) return;
        var odd = seen.Types & ~view.Types;
        if (isText) odd = OddText(seen.Types, view.Types);
        if (odd != SchemaTypes.None)
            tell(DriftKind.TypeDrift, where, $"is {SchemaJson.NameOf(odd)}, described as {SchemaJson.NameOf(view.Types)}", seen.Samples);
        foreach (var (name, property) in seen.Properties ?? []) Property(seen, view, name, property, where, isText, depth);
        foreach (var name in view.Required)
        {
            var has = seen.Properties?.GetValueOrDefault(name)?.Samples ?? 0;
            if (seen.Objects > has && !seen.IsMap) tell(DriftKind.MissingField, $"{where}.{name}", "is required and was not always there", seen.Objects - has);
        }

        if (seen.Values is { } values)
        {
            if (view.Additional.Count > 0) Compare(values, view.Additional, $"{where}.*", isText, depth + 1);
            else if (!view.IsOpen) tell(DriftKind.UndocumentedField, $"{where}.*", "keys that change are used as data, described are fixed properties", values.Samples);
        }

        if (seen.Items is { } items && view.Items.Count > 0) Compare(items, view.Items, $"{where}[]", isText, depth + 1);
    }

    private void Property(SchemaNode seen, SchemaView view, string name, SchemaNode property, string where, bool isText, int depth)
    {
        if (view.Properties.TryGetValue(name, out var described)) Compare(property, described, $"{where}.{name}", isText, depth + 1);
        else if (view.Additional.Count > 0) Compare(property, view.Additional, $"{where}.{name}", isText, depth + 1);
        else if (!view.IsOpen) tell(DriftKind.UndocumentedField, $"{where}.{name}", $"is not described; was in {property.Samples} of {seen.Objects}", property.Samples);
    }

    /// <summary>Any text may be a string or one element of an array; text that is no number is odd where a number is described.</summary>
    private static SchemaTypes OddText(SchemaTypes seen, SchemaTypes allowed)
    {
        if ((allowed & (SchemaTypes.String | SchemaTypes.Array | SchemaTypes.Object)) != 0) return SchemaTypes.None;
        return seen & ~allowed & ~SchemaTypes.Null;
    }
}
