namespace Weir.Inventory.Templating;

/// <summary>One segment of a template as text.</summary>
/// <param name="IsParameter">It has braces.</param>
/// <param name="Text">The literal, or what follows the closing brace.</param>
/// <param name="Name">Between the braces.</param>
internal readonly record struct TemplatePart(bool IsParameter, string Text, string? Name);

/// <summary>Reads path templates such as <c>/users/{user_id}/orders</c>, as people and specifications write them.</summary>
internal static class TemplatePattern
{
    public static bool TryParse(string template, int maxSegments, out List<TemplatePart> parts)
    {
        parts = [];
        if (template.Length is 0 or > 2048 || template[0] != '/') return false;
        foreach (var segment in template.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (parts.Count == maxSegments) return false;
            var open = segment.IndexOf('{', StringComparison.Ordinal);
            var close = segment.LastIndexOf('}');
            if (open < 0 != close < 0 || close < open) return false;
            // What stands before the brace, or between two pairs, is part of the value: a segment is one parameter or none.
            parts.Add(open < 0 ? new TemplatePart(false, segment, null) : new TemplatePart(true, segment[(close + 1)..], NameOf(segment[(open + 1)..close])));
        }

        return true;
    }

    public static string Structure(IEnumerable<TemplatePart> parts) =>
        string.Concat(parts.Select(part => part.IsParameter ? "/{}" + part.Text : "/" + part.Text));

    private static string NameOf(string text)
    {
        var name = new string([.. text.Take(64).Select(c => char.IsAsciiLetterOrDigit(c) || c == '_' ? c : '_')]);
        return name.Length == 0 ? "value" : name;
    }
}
