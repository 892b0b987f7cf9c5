using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Weir.Inventory.Templating;

/// <summary>Turns a place in the tree into the text of a template, with names for its parameters.</summary>
internal static class TemplateText
{
    public static string Of(PathNode node)
    {
        var nodes = Path(node);
        if (nodes.Count == 0) return "/";
        var names = Names(nodes);
        var text = new StringBuilder();
        for (var i = 0; i < nodes.Count; i++)
        {
            text.Append('/');
            if (nodes[i].IsParameter) text.Append('{').Append(names[i]).Append('}');
            text.Append(nodes[i].Text);
        }

        if (node.Ended > 0 && node.Slashed * 2 > node.Ended) text.Append('/');
        return text.ToString();
    }

    /// <summary>The template with nothing between the braces.</summary>
    public static string Structure(PathNode node)
    {
        var text = new StringBuilder();
        foreach (var one in Path(node)) text.Append('/').Append(one.IsParameter ? "{}" : "").Append(one.Text);
        return text.Length == 0 ? "/" : text.ToString();
    }

    public static string Id(PathNode node, string method, string operation)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{method} {operation}\n{Service(node)}\n{Structure(node)}"));
        return Convert.ToHexStringLower(hash.AsSpan(0, 8));
    }

    public static IReadOnlyList<PathParameter> Parameters(PathNode node)
    {
        var nodes = Path(node);
        var names = Names(nodes);
        var parameters = new List<PathParameter>();
        for (var i = 0; i < nodes.Count; i++)
            if (nodes[i].Values is { } values) parameters.Add(new PathParameter(names[i], values.Kind, values.Wide, values.Top, values.Distinct));
        return parameters;
    }

    public static IReadOnlyList<TemplateExplanation> Explain(PathNode node)
    {
        var nodes = Path(node);
        var names = Names(nodes);
        var all = new List<TemplateExplanation>();
        for (var i = 0; i < nodes.Count; i++)
        {
            var one = nodes[i];
            if (one.Values is { } values)
                all.Add(new TemplateExplanation($"{{{names[i]}}}{one.Text}", true, one.Reason, values.Kind, values.Distinct, values.Samples, Words(one, values)));
            else if (one.Kept || one.Reason is Reason.Repaired or Reason.Person)
                all.Add(new TemplateExplanation(one.Text, false, one.Reason, one.Kind, 0, one.Calls, one.Reason == Reason.Repaired
                    ? "a route of its own: it answers differently from the values beside it, or most calls go there"
                    : "a person says that this is a route, not a value"));
            else
                all.Add(new TemplateExplanation(one.Text, false, one.Reason, one.Kind, 0, one.Calls, one.Kind switch
                {
                    SegmentKind.Word => "made of dictionary words",
                    SegmentKind.Reserved => "always a route: versions, health checks and the like",
                    _ => "nothing says that it is a value",
                }));
        }

        return all;
    }

    private static string Words(PathNode node, ValueStatistics values)
    {
        var seen = string.Create(CultureInfo.InvariantCulture, $"{values.Samples} samples, about {values.Distinct} different");
        var kind = SegmentKinds.NameOf(values.Kind);
        return node.Reason switch
        {
            Reason.Form => $"rule form: values look like {kind}; {seen}",
            Reason.Echoed => $"rule echo: answers repeat the segment at the same place; {seen}",
            Reason.Created => $"rule created: a POST to the parent was answered with the Location of a value; {seen}",
            Reason.Alike => $"rule alike: siblings that differ in nothing but their name; {seen}",
            Reason.LikeParameter => $"rule alike: answers as the parameter that was here already; {seen}",
            Reason.Locales => $"rule locales: several languages at one place; {seen}",
            Reason.TooMany => $"rule limit: more siblings than one place may have; {seen}",
            Reason.Person => $"a person or a specification says so; {seen}",
            _ => seen,
        };
    }

    /// <summary>From the first segment to the node itself, without the root.</summary>
    public static List<PathNode> Path(PathNode node)
    {
        var nodes = new List<PathNode>();
        for (var at = node; at.Parent is not null; at = at.Parent) nodes.Add(at);
        nodes.Reverse();
        return nodes;
    }

    /// <summary>Kept in the root.</summary>
    public static string Service(PathNode node)
    {
        while (node.Parent is not null) node = node.Parent;
        return node.Text;
    }

    /// <summary>A name for every parameter, from the literal before it; no two are the same. Empty for literals.</summary>
    private static string[] Names(List<PathNode> nodes)
    {
        var names = new string[nodes.Count];
        var taken = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < nodes.Count; i++)
        {
            names[i] = "";
            if (!nodes[i].IsParameter) continue;
            var name = nodes[i].PinnedName ?? Derive(nodes, i);
            var unique = name;
            for (var n = 2; !taken.Add(unique); n++) unique = string.Create(CultureInfo.InvariantCulture, $"{name}_{n}");
            names[i] = unique;
        }

        return names;
    }

    private static string Derive(List<PathNode> nodes, int index)
    {
        var kind = nodes[index].Values?.Kind ?? SegmentKind.Text;
        if (kind == SegmentKind.Locale) return "locale";
        if (IsCalendar(nodes, index, out var part)) return part;
        var before = index > 0 && nodes[index - 1] is { IsParameter: false } literal && literal.Kind != SegmentKind.Reserved ? Word(literal.Text) : "";
        var end = kind switch
        {
            SegmentKind.Integer or SegmentKind.Uuid or SegmentKind.Ulid or SegmentKind.ObjectId or SegmentKind.PrefixedId => "id",
            SegmentKind.Hash => "hash",
            SegmentKind.Token or SegmentKind.Masked => "token",
            SegmentKind.Code => "code",
            SegmentKind.Email => "email",
            SegmentKind.Date => "date",
            SegmentKind.Number => "number",
            SegmentKind.Address => "address",
            SegmentKind.Coordinates => "coordinates",
            SegmentKind.Version => "version",
            SegmentKind.Slug => "slug",
            _ => "",
        };
        if (before.Length == 0) return end.Length == 0 ? "name" : end;
        if (end.Length == 0) return before;
        return before == end || before.EndsWith("_" + end, StringComparison.Ordinal) ? before : $"{before}_{end}";
    }

    /// <summary>Year, month and day one behind the other, as archives have them.</summary>
    private static bool IsCalendar(List<PathNode> nodes, int index, out string part)
    {
        part = "";
        var first = index;
        while (first > 0 && nodes[first - 1].IsParameter) first--;
        if (!IsYear(nodes[first]) || index - first > 2) return false;
        for (var i = first + 1; i <= index; i++)
            if (!IsWithin(nodes[i], 1, i == first + 1 ? 12 : 31)) return false;
        if (index == first && (nodes.Count == index + 1 || !nodes[index + 1].IsParameter || !IsWithin(nodes[index + 1], 1, 12))) return false;
        part = (index - first) switch { 0 => "year", 1 => "month", _ => "day" };
        return true;
    }

    private static bool IsYear(PathNode node) => IsWithin(node, 1900, 2100);

    private static bool IsWithin(PathNode node, int low, int high) => node.Values is { Kind: SegmentKind.Integer } values
        && values.Top.Entries.Count > 0
        && values.Top.Entries.Keys.All(value => int.TryParse(value, CultureInfo.InvariantCulture, out var number) && number >= low && number <= high);

    /// <summary>A literal as the first part of a name: singular, snake_case, ASCII.</summary>
    private static string Word(string literal)
    {
        var text = new StringBuilder();
        foreach (var c in literal)
        {
            if (char.IsAsciiLetterUpper(c) && text.Length > 0 && char.IsAsciiLetterLower(literal[Math.Max(0, literal.IndexOf(c, StringComparison.Ordinal) - 1)])) text.Append('_');
            if (char.IsAsciiLetterOrDigit(c)) text.Append(char.ToLowerInvariant(c));
            else if (text.Length > 0 && text[^1] != '_') text.Append('_');
        }

        var name = text.ToString().Trim('_');
        if (name.Length > 40) name = name[..40].Trim('_');
        if (name.Length == 0 || char.IsAsciiDigit(name[0])) return "";
        var last = name.LastIndexOf('_');
        return name[..(last + 1)] + WordList.Singular(name[(last + 1)..]);
    }
}
