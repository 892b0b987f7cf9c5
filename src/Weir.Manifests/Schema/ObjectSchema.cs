using Weir.Manifests.Checks;
using Weir.Manifests.Objects;
using Weir.Manifests.Yaml;

namespace Weir.Manifests.Schema;

/// <summary>
/// Compares objects of Kubernetes' own kinds with the fields and types of its API (kubernetes.txt, written by
/// eng/kubernetes-schema.mjs). Other kinds are let be.
/// </summary>
internal static class ObjectSchema
{
    private static readonly Lazy<Tables> s_tables = new(Load);

    private sealed record Tables(Dictionary<(string ApiVersion, string Kind), string> Kinds, Dictionary<string, Dictionary<string, FieldType>> Types);

    /// <param name="Code">As in the file: s, i, n, b, q, p, *, a type, or one of these behind [ or {.</param>
    /// <param name="Required">Has to be there.</param>
    private readonly record struct FieldType(string Code, bool Required);

    public static IEnumerable<Spot> Violations(KubernetesObject one) =>
        s_tables.Value.Kinds.TryGetValue((one.ApiVersion, one.Kind), out var type) ? Check(one.Root, type) : [];

    private static IEnumerable<Spot> Check(Field field, string code)
    {
        if (!field.Exists) return [];
        return code[0] switch
        {
            '*' => [],
            '[' => field.IsList ? field.Items.SelectMany(item => Check(item, code[1..])) : [Wrong(field, "a list")],
            '{' => field.IsMap ? field.Members.SelectMany(member => Check(member, code[1..])) : [Wrong(field, "a map")],
            _ when code.Length == 1 => IsOf(field.Node!.Kind, field.Text, code[0]) ? [] : [Wrong(field, Name(code[0]))],
            _ => field.IsMap ? Members(field, s_tables.Value.Types[code]) : [Wrong(field, "a map")],
        };
    }

    private static IEnumerable<Spot> Members(Field field, Dictionary<string, FieldType> known)
    {
        foreach (var member in field.Members)
        {
            if (known.TryGetValue(member.Key, out var type))
            {
                foreach (var spot in Check(member, type.Code)) yield return spot;
            }
            else
            {
                yield return member.Says($"there is no field {member.Key} here{Nearest(member.Key, known.Keys)}");
            }
        }

        foreach (var (name, type) in known)
            if (type.Required && !field[name].Exists) yield return field[name].Says($"the field {name} has to be there");
    }

    private static bool IsOf(NodeKind kind, string? text, char code) => code switch
    {
        's' => kind == NodeKind.Text,
        'b' => kind == NodeKind.Boolean,
        'i' => kind == NodeKind.Integer,
        'n' => kind is NodeKind.Integer or NodeKind.Number,
        'p' => kind is NodeKind.Integer or NodeKind.Text,
        _ => kind is NodeKind.Integer or NodeKind.Number or NodeKind.Text && Quantity.TryParse(text, out _),
    };

    private static Spot Wrong(Field field, string wanted)
    {
        var shown = field.IsList ? "a list" : field.IsMap ? "a map" : $"{Name(field.Node!.Kind)} ({field.Text})";
        return field.Says($"{field.Key} has to be {wanted} and is {shown}{(wanted == "a text" && !field.IsList && !field.IsMap ? "; put it into quotes" : "")}");
    }

    private static string Name(char code) => code switch
    {
        's' => "a text", 'b' => "true or false", 'i' => "an integer", 'n' => "a number", 'p' => "an integer or a text", _ => "a quantity",
    };

    private static string Name(NodeKind kind) => kind switch
    {
        NodeKind.Boolean => "a truth value", NodeKind.Integer => "an integer", NodeKind.Number => "a number", _ => "a text",
    };

    private static string Nearest(string wrong, IEnumerable<string> known) =>
        known.FirstOrDefault(one => string.Equals(one, wrong, StringComparison.OrdinalIgnoreCase) || IsOneEditFrom(one, wrong)) is { } near ? $"; {near} is meant?" : "";

    /// <summary>One letter more, less, other, or two swapped.</summary>
    private static bool IsOneEditFrom(string left, string right)
    {
        if (Math.Abs(left.Length - right.Length) > 1) return false;
        var start = 0;
        while (start < left.Length && start < right.Length && left[start] == right[start]) start++;
        var (a, b) = (left[start..], right[start..]);
        if (a.Length == 0 || b.Length == 0) return true;
        return a[1..] == b[1..] || a[1..] == b || a == b[1..]
            || (a.Length > 1 && b.Length > 1 && a[0] == b[1] && a[1] == b[0] && a[2..] == b[2..]);
    }

    private static Tables Load()
    {
        var tables = new Tables([], []);
        using var stream = typeof(ObjectSchema).Assembly.GetManifestResourceStream("kubernetes.txt")
            ?? throw new InvalidOperationException("the assembly lacks its resource kubernetes.txt");
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            var words = line.Split(' ');
            if (words[0] == "=")
            {
                tables.Kinds[(words[1], words[2])] = words[3];
                continue;
            }

            tables.Types[words[0]] = words.Skip(1).Select(static word => word.Split(':', 2))
                .ToDictionary(static pair => pair[0].TrimEnd('!'), static pair => new FieldType(pair[1], pair[0].EndsWith('!')), StringComparer.Ordinal);
        }

        return tables;
    }
}
