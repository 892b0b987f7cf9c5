namespace Weir.Inventory.Schemas;

/// <summary>JSON types, as many as were seen at one place.</summary>
[Flags]
public enum SchemaTypes : byte
{
    None = 0,
    Null = 1,
    Boolean = 2,
    Integer = 4,
    Number = 8,
    String = 16,
    Object = 32,
    Array = 64,
}

/// <summary>What all strings at one place had in common; names as in JSON Schema.</summary>
public enum StringFormat : byte
{
    None,
    Uuid,
    Date,
    DateTime,
    Time,
    Email,
    Ipv4,
    Ipv6,
    Uri,
    /// <summary>A file of a form.</summary>
    Binary,
}

/// <summary>How many schema nodes may still be made, in an endpoint and in all.</summary>
internal sealed class SchemaBudget(int left, SchemaBudget? parent = null)
{
    public int Left { get; private set; } = left;

    /// <summary>Nodes that were not made.</summary>
    public long Refused { get; private set; }

    public bool Take()
    {
        if (Left == 0 || parent?.Take() == false)
        {
            Refused++;
            return false;
        }

        Left--;
        return true;
    }

    public void GiveBack(int nodes)
    {
        Left += nodes;
        parent?.GiveBack(nodes);
    }
}

/// <summary>What was seen at one place of a body or parameter, over all samples. Merging is the same in any order.</summary>
public sealed class SchemaNode
{
    public SchemaTypes Types { get; internal set; }

    /// <summary>Values seen here, null included.</summary>
    public long Samples { get; internal set; }

    /// <summary>Of these, objects. A property that as many had is required.</summary>
    public long Objects { get; internal set; }

    public StringFormat Format { get; internal set; }

    /// <summary>Strings of different formats, or of none, were seen: <see cref="Format"/> says nothing.</summary>
    public bool FormatMixed { get; internal set; }

    /// <summary>An integer that needs more than 32 bits was seen.</summary>
    public bool Wide { get; internal set; }

    /// <summary>Keys are data: <see cref="Items"/> describes all values. True once keys look like ids, or there are too many.</summary>
    public bool IsMap { get; internal set; }

    /// <summary>Kind of sensitive data that redaction found here; null when none.</summary>
    public string? Sensitive { get; internal set; }

    public Dictionary<string, SchemaNode>? Properties { get; internal set; }

    /// <summary>Elements of arrays.</summary>
    public SchemaNode? Items { get; internal set; }

    /// <summary>Values of a map.</summary>
    public SchemaNode? Values { get; internal set; }

    public bool IsRequired(SchemaNode property) => property.Samples >= Objects;

    internal int CountNodes() => 1 + (Properties?.Values.Sum(static node => node.CountNodes()) ?? 0) + (Items?.CountNodes() ?? 0) + (Values?.CountNodes() ?? 0);

    /// <summary>The property, made when it is new; null when there is no room or keys are data.</summary>
    internal SchemaNode? Property(ReadOnlySpan<char> name, SchemaBudget budget, CatalogueLimits limits)
    {
        if (IsMap) return Values ??= Make(budget);
        Properties ??= new Dictionary<string, SchemaNode>(StringComparer.Ordinal);
        var lookup = Properties.GetAlternateLookup<ReadOnlySpan<char>>();
        if (lookup.TryGetValue(name, out var found)) return found;
        if (Properties.Count >= limits.MaxProperties || (Properties.Count >= 4 && KeysLookLikeIds(name)))
        {
            BecomeMap(budget);
            return Values ??= Make(budget);
        }

        if (Make(budget) is not { } made) return null;
        Properties.Add(name.ToString(), made);
        return made;
    }

    internal SchemaNode? Element(SchemaBudget budget) => Items ??= Make(budget);

    internal void AddFormat(StringFormat format)
    {
        var first = (Types & SchemaTypes.String) == 0;
        if (first) Format = format;
        else if (Format != format) (Format, FormatMixed) = (StringFormat.None, true);
        Types |= SchemaTypes.String;
    }

    internal void Merge(SchemaNode other, SchemaBudget budget, CatalogueLimits limits)
    {
        if ((other.Types & SchemaTypes.String) != 0)
        {
            AddFormat(other.Format);
            FormatMixed |= other.FormatMixed;
            if (FormatMixed) Format = StringFormat.None;
        }

        Types |= other.Types;
        Samples += other.Samples;
        Objects += other.Objects;
        Wide |= other.Wide;
        Sensitive ??= other.Sensitive;
        if (other.IsMap && !IsMap) BecomeMap(budget);
        foreach (var (name, property) in other.Properties ?? []) Property(name, budget, limits)?.Merge(property, budget, limits);
        if (other.Items is { } items) Element(budget)?.Merge(items, budget, limits);
        if (other.Values is { } values)
        {
            if (!IsMap) BecomeMap(budget);
            Values ??= Make(budget);
            Values?.Merge(values, budget, limits);
        }
    }

    /// <summary>Hashes of the paths of all properties: two endpoints that give the same kind of thing share most.</summary>
    internal void CollectShape(HashSet<int> shape, int path, int depth)
    {
        if (depth == 0 || shape.Count >= 96) return;
        foreach (var (name, property) in Properties ?? [])
        {
            var at = HashCode.Combine(path, string.GetHashCode(name, StringComparison.Ordinal));
            shape.Add(at);
            property.CollectShape(shape, at, depth - 1);
        }

        Items?.CollectShape(shape, HashCode.Combine(path, "[]"), depth - 1);
        if (IsMap) shape.Add(HashCode.Combine(path, "{}"));
    }

    private static SchemaNode? Make(SchemaBudget budget) => budget.Take() ? new SchemaNode() : null;

    private bool KeysLookLikeIds(ReadOnlySpan<char> name)
    {
        if (!IsId(name)) return false;
        foreach (var key in Properties!.Keys)
            if (!IsId(key)) return false;
        return true;

        static bool IsId(ReadOnlySpan<char> key)
        {
            if (key.Length == 0) return false;
            var kind = Templating.SegmentClassifier.Classify(key, "x", 9).Kind;
            return kind is Templating.SegmentKind.Integer or Templating.SegmentKind.Uuid or Templating.SegmentKind.ObjectId or Templating.SegmentKind.Ulid
                or Templating.SegmentKind.Hash or Templating.SegmentKind.PrefixedId or Templating.SegmentKind.Date or Templating.SegmentKind.Email;
        }
    }

    private void BecomeMap(SchemaBudget budget)
    {
        IsMap = true;
        var properties = Properties;
        Properties = null;
        if (properties is null) return;
        Values ??= Make(budget);
        foreach (var property in properties.Values)
        {
            Values?.Merge(property, budget, CatalogueLimits.Default);
            budget.GiveBack(property.CountNodes());
        }
    }
}
