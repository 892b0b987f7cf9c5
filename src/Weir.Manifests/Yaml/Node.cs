using System.Diagnostics.CodeAnalysis;

namespace Weir.Manifests.Yaml;

public enum NodeKind : byte
{
    Null,
    Boolean,
    Integer,
    Number,
    Text,
    Map,
    List,
}

/// <summary>One key of a map with its place.</summary>
public readonly record struct Entry(string Key, int Line, int Column, Node Value);

/// <summary>A value of a YAML or JSON document with its place (both from 1; 0 when it came from no text). Aliases share a node.</summary>
public sealed class Node
{
    /// <summary>Maps larger than this are looked up by a table.</summary>
    private const int IndexedFrom = 12;

    private Dictionary<string, int>? _index;

    public required NodeKind Kind { get; init; }

    public required int Line { get; init; }

    public required int Column { get; init; }

    /// <summary>A scalar as it was written, without quotes; empty for maps and lists.</summary>
    public string Text { get; init; } = "";

    public IReadOnlyList<Entry> Entries { get; init; } = [];

    public IReadOnlyList<Node> Items { get; init; } = [];

    /// <summary>This node and all below it, each alias counted as all that it stands for; saturates.</summary>
    public long Size { get; init; } = 1;

    public bool IsScalar => Kind is not (NodeKind.Map or NodeKind.List);

    public bool TryGet(string key, out Entry entry)
    {
        var at = IndexOf(key);
        entry = at < 0 ? default : Entries[at];
        return at >= 0;
    }

    /// <summary>Same content, wherever it stands.</summary>
    public static bool Same([NotNullWhen(true)] Node? left, [NotNullWhen(true)] Node? right)
    {
        if (left is null || right is null || left.Kind != right.Kind || left.Text != right.Text) return false;
        if (ReferenceEquals(left, right)) return true;
        if (left.Items.Count != right.Items.Count || left.Entries.Count != right.Entries.Count) return false;
        for (var i = 0; i < left.Items.Count; i++)
            if (!Same(left.Items[i], right.Items[i])) return false;
        foreach (var entry in left.Entries)
            if (!right.TryGet(entry.Key, out var other) || !Same(entry.Value, other.Value)) return false;
        return true;
    }

    private int IndexOf(string key)
    {
        if (Entries.Count >= IndexedFrom)
        {
            _index ??= Entries.Select(static (entry, at) => (entry.Key, at)).ToDictionary(static one => one.Key, static one => one.at, StringComparer.Ordinal);
            return _index.GetValueOrDefault(key, -1);
        }

        for (var i = 0; i < Entries.Count; i++)
            if (Entries[i].Key == key) return i;
        return -1;
    }
}
