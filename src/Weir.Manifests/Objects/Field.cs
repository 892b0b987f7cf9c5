using System.Globalization;
using Weir.Manifests.Yaml;

namespace Weir.Manifests.Objects;

/// <summary>
/// A place in an object, there or not: walking into what is absent gives a field that does not exist, whose path is the one
/// asked for and whose line is that of the nearest thing that is there. So a check can tell where something is missing.
/// </summary>
public sealed class Field
{
    private readonly string _key;
    private readonly int _line;
    private readonly int _column;

    private Field(Field? parent, string key, Node? node, int line, int column) => (Parent, _key, Node, _line, _column) = (parent, key, node, line, column);

    /// <summary>Of the map or list that it is in; null for a whole document.</summary>
    public Field? Parent { get; }

    public Node? Node { get; }

    /// <summary>Name in the map, number in the list.</summary>
    public string Key => _key;

    /// <summary>There, and not null.</summary>
    public bool Exists => Node is { Kind: not NodeKind.Null };

    /// <summary>A scalar as written; null for maps, lists, null and nothing.</summary>
    public string? Text => Node is { IsScalar: true, Kind: not NodeKind.Null } ? Node.Text : null;

    public bool IsTrue => Node is { Kind: NodeKind.Boolean } && ScalarKinds.IsTrue(Node.Text);

    public bool IsFalse => Node is { Kind: NodeKind.Boolean } && !ScalarKinds.IsTrue(Node.Text);

    /// <summary>An integer, also one in quotes; null for anything else.</summary>
    public long? Integer => long.TryParse(Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null;

    public IEnumerable<Field> Items =>
        Node?.Items.Select((item, at) => new Field(this, at.ToString(CultureInfo.InvariantCulture), item, item.Line, item.Column)) ?? [];

    public IEnumerable<Field> Members => Node?.Entries.Select(entry => new Field(this, entry.Key, entry.Value, entry.Line, entry.Column)) ?? [];

    /// <summary>The scalars of a list.</summary>
    public IEnumerable<string> Texts => Items.Select(static item => item.Text).OfType<string>();

    public bool IsMap => Node is { Kind: NodeKind.Map };

    public bool IsList => Node is { Kind: NodeKind.List };

    /// <summary>From 1; 0 when the object came from no text.</summary>
    public int Line => Node is not null || Parent is null ? _line : Parent.Line;

    public int Column => Node is not null || Parent is null ? _column : Parent.Column;

    /// <summary>JSON Pointer (RFC 6901) within the object.</summary>
    public string Path => Parent is null ? "" : $"{Parent.Path}/{_key.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";

    public Field this[string key] => Node is not null && Node.TryGet(key, out var entry)
        ? new Field(this, key, entry.Value, entry.Line, entry.Column)
        : new Field(this, key, null, 0, 0);

    public static Field Root(Node node) => new(null, "", node, node.Line, node.Column);

    /// <summary>It and all below it that are scalars.</summary>
    public IEnumerable<Field> Scalars()
    {
        if (Node is null) return [];
        return Node.IsScalar ? [this] : Items.Concat(Members).SelectMany(static below => below.Scalars());
    }
}
