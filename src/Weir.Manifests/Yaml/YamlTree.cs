using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Weir.Manifests.Yaml;

/// <summary>
/// Builds nodes from the parser's events, so that depth and size are known while reading: an alias is resolved to the node it
/// names, never copied, and what it would stand for is counted. Merge keys (<c>&lt;&lt;</c>) are resolved.
/// </summary>
internal sealed class YamlTree
{
    private const string MergeKey = "<<";

    private readonly Parser _parser;
    private readonly int _lineOffset;
    private readonly ManifestLimits _limits;
    private readonly Action<int, int, string> _report;
    private readonly Dictionary<string, Node?> _anchors = new(StringComparer.Ordinal);
    private long _nodes;

    private YamlTree(string text, int lineOffset, ManifestLimits limits, long spent, Action<int, int, string> report)
    {
        _parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
        (_lineOffset, _limits, _nodes, _report) = (lineOffset, limits, spent, report);
    }

    /// <param name="text">One YAML stream.</param>
    /// <param name="lineOffset">Lines before it in its file.</param>
    /// <param name="limits">What it may cost.</param>
    /// <param name="spent">Values that the documents before it in the file had.</param>
    /// <param name="report">Told of what is wrong without making the document unreadable: a key that stands twice.</param>
    /// <exception cref="ManifestException">It can't be read, or is beyond a limit.</exception>
    public static List<Node> Read(string text, int lineOffset, ManifestLimits limits, long spent, Action<int, int, string> report)
    {
        var tree = new YamlTree(text, lineOffset, limits, spent, report);
        try
        {
            return tree.Documents();
        }
        catch (YamlException e)
        {
            throw new ManifestException((int)e.Start.Line + lineOffset, (int)e.Start.Column, Sentence(e.Message), isSyntax: true);
        }
        catch (InvalidOperationException)
        {
            // What the library throws for some texts that it takes for an empty plain scalar; it names no place.
            var at = tree._parser.Current?.End ?? default;
            throw new ManifestException((int)at.Line + lineOffset, (int)at.Column, "not YAML behind this place", isSyntax: true);
        }
    }

    private List<Node> Documents()
    {
        var documents = new List<Node>();
        _parser.Consume<StreamStart>();
        while (!_parser.TryConsume<StreamEnd>(out _))
        {
            _parser.Consume<DocumentStart>();
            _anchors.Clear();
            documents.Add(Value(0));
            _parser.Consume<DocumentEnd>();
        }

        return documents;
    }

    private Node Value(int depth)
    {
        var at = _parser.Current ?? throw new ManifestException(_lineOffset, 0, "the document ends too early");
        if (depth > _limits.MaxDepth) throw Refuse(at.Start, $"nested deeper than {_limits.MaxDepth} levels");
        switch (at)
        {
            case AnchorAlias alias:
                return Alias(alias);
            case Scalar scalar:
                _parser.MoveNext();
                Count(scalar.Start, 1);
                return Keep(scalar.Anchor, ScalarNode(scalar));
            case SequenceStart sequence:
                _parser.MoveNext();
                return Keep(sequence.Anchor, List(sequence, depth));
            case MappingStart mapping:
                _parser.MoveNext();
                return Keep(mapping.Anchor, Map(mapping, depth));
            default:
                throw Refuse(at.Start, "no value where one is expected");
        }
    }

    private Node Alias(AnchorAlias alias)
    {
        _parser.MoveNext();
        if (!_anchors.TryGetValue(alias.Value.Value, out var node)) throw Refuse(alias.Start, $"no anchor &{alias.Value.Value} before this alias");
        if (node is null) throw Refuse(alias.Start, $"the alias *{alias.Value.Value} stands inside what it names");
        Count(alias.Start, node.Size);
        return node;
    }

    private Node List(SequenceStart start, int depth)
    {
        Begin(start.Anchor);
        Count(start.Start, 1);
        var items = new List<Node>();
        long size = 1;
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            var item = Value(depth + 1);
            items.Add(item);
            size += item.Size;
        }

        return new Node { Kind = NodeKind.List, Line = Line(start.Start), Column = (int)start.Start.Column, Items = items, Size = size };
    }

    private Node Map(MappingStart start, int depth)
    {
        Begin(start.Anchor);
        Count(start.Start, 1);
        var entries = new List<Entry>();
        var known = new Dictionary<string, int>(StringComparer.Ordinal);
        var merged = new List<Node>();
        long size = 1;
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            if (_parser.Current is not Scalar key) throw Refuse(_parser.Current!.Start, "the key of a map is not a plain text", isSyntax: true);
            _parser.MoveNext();
            var value = Value(depth + 1);
            size += value.Size + 1;
            if (key.Value == MergeKey && key.IsPlain())
            {
                merged.AddRange(value.Kind == NodeKind.List ? value.Items : [value]);
                continue;
            }

            var entry = new Entry(key.Value, Line(key.Start), (int)key.Start.Column, value);
            if (!known.TryAdd(key.Value, entries.Count))
            {
                _report(entry.Line, entry.Column, $"the key \"{key.Value}\" stands twice, first on line {entries[known[key.Value]].Line}; which one counts depends on the reader");
                entries[known[key.Value]] = entry;
            }
            else
            {
                entries.Add(entry);
            }
        }

        foreach (var source in merged)
        {
            if (source.Kind != NodeKind.Map) throw Refuse(start.Start, "only maps can be merged with <<");
            foreach (var entry in source.Entries)
                if (known.TryAdd(entry.Key, entries.Count)) entries.Add(entry);
        }

        return new Node { Kind = NodeKind.Map, Line = Line(start.Start), Column = (int)start.Start.Column, Entries = entries, Size = size };
    }

    private Node ScalarNode(Scalar scalar)
    {
        var plain = scalar.IsPlain() && scalar.Tag.IsEmpty;
        var kind = plain ? ScalarKinds.Of(scalar.Value) : scalar.Tag.IsEmpty ? NodeKind.Text : Tagged(scalar);
        return new Node { Kind = kind, Line = Line(scalar.Start), Column = (int)scalar.Start.Column, Text = scalar.Value };
    }

    private static NodeKind Tagged(Scalar scalar) => scalar.Tag.Value switch
    {
        "tag:yaml.org,2002:bool" => NodeKind.Boolean,
        "tag:yaml.org,2002:int" => NodeKind.Integer,
        "tag:yaml.org,2002:float" => NodeKind.Number,
        "tag:yaml.org,2002:null" => NodeKind.Null,
        _ => NodeKind.Text,
    };

    private void Begin(AnchorName anchor)
    {
        if (!anchor.IsEmpty) _anchors[anchor.Value] = null;
    }

    private Node Keep(AnchorName anchor, Node node)
    {
        if (!anchor.IsEmpty) _anchors[anchor.Value] = node;
        return node;
    }

    private void Count(Mark where, long nodes)
    {
        _nodes += nodes;
        if (_nodes > _limits.MaxNodes) throw Refuse(where, $"more than {_limits.MaxNodes} values, counting all that aliases stand for");
    }

    private int Line(Mark mark) => (int)mark.Line + _lineOffset;

    private ManifestException Refuse(Mark where, string message, bool isSyntax = false) => new(Line(where), (int)where.Column, message, isSyntax);

    /// <summary>The parser's message without its own mention of the place.</summary>
    private static string Sentence(string message)
    {
        var text = message.Contains("): ", StringComparison.Ordinal) ? message[(message.LastIndexOf("): ", StringComparison.Ordinal) + 3)..] : message;
        return text.Length == 0 ? "not YAML" : char.ToLowerInvariant(text[0]) + text[1..].TrimEnd('.');
    }
}

internal static class ScalarStyles
{
    public static bool IsPlain(this Scalar scalar) => scalar.Style is ScalarStyle.Plain;
}
