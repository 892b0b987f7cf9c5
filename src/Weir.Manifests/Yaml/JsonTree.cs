using System.Text;
using System.Text.Json;

namespace Weir.Manifests.Yaml;

/// <summary>The same nodes from JSON: of a file, with places, or of an element that came from elsewhere, without.</summary>
internal sealed class JsonTree
{
    /// <summary>Stands for a text that is no Unicode.</summary>
    private const string NoText = "\uFFFD";

    private readonly byte[] _json;
    private readonly ManifestLimits _limits;
    private readonly Action<int, int, string> _report;
    private long _nodes;
    private int _line = 1;
    private int _lineStart;
    private int _counted;

    private JsonTree(byte[] json, ManifestLimits limits, Action<int, int, string> report) => (_json, _limits, _report) = (json, limits, report);

    /// <summary>Reads one JSON value or several behind one another.</summary>
    /// <exception cref="ManifestException">It is not JSON, or is beyond a limit.</exception>
    public static List<Node> Read(byte[] json, ManifestLimits limits, Action<int, int, string> report)
    {
        var tree = new JsonTree(json, limits, report);
        // One level more than allowed, so that the reader's own refusal is never the one that is told.
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { AllowMultipleValues = true, MaxDepth = limits.MaxDepth + 2 });
        try
        {
            var documents = new List<Node>();
            while (reader.Read()) documents.Add(tree.Value(ref reader, 0));
            return documents;
        }
        catch (JsonException e)
        {
            throw new ManifestException((int)(e.LineNumber ?? 0) + 1, (int)(e.BytePositionInLine ?? 0) + 1, $"not JSON: {e.Message.Split(". LineNumber", 2)[0].Split(" LineNumber", 2)[0]}", isSyntax: true);
        }
    }

    /// <summary>An object of the Kubernetes API.</summary>
    public static Node From(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => Map([.. element.EnumerateObject().Select(static property => new Entry(NameOf(property), 0, 0, From(property.Value)))], 0, 0),
        JsonValueKind.Array => List([.. element.EnumerateArray().Select(From)], 0, 0),
        JsonValueKind.String => new Node { Kind = NodeKind.Text, Line = 0, Column = 0, Text = TextOf(element) },
        JsonValueKind.Number => Number(element.GetRawText(), 0, 0),
        JsonValueKind.True => new Node { Kind = NodeKind.Boolean, Line = 0, Column = 0, Text = "true" },
        JsonValueKind.False => new Node { Kind = NodeKind.Boolean, Line = 0, Column = 0, Text = "false" },
        _ => new Node { Kind = NodeKind.Null, Line = 0, Column = 0 },
    };

    private static string NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            // As in TextOf.
            return NoText;
        }
    }

    private static string TextOf(JsonElement element)
    {
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair, which no server of Kubernetes writes.
            return NoText;
        }
    }

    private Node Value(ref Utf8JsonReader reader, int depth)
    {
        var (line, column) = Place(ref reader);
        if (depth > _limits.MaxDepth) throw new ManifestException(line, column, $"nested deeper than {_limits.MaxDepth} levels");
        if (++_nodes > _limits.MaxNodes) throw new ManifestException(line, column, $"more than {_limits.MaxNodes} values");
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return Object(ref reader, depth, line, column);
            case JsonTokenType.StartArray:
                var items = new List<Node>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) items.Add(Value(ref reader, depth + 1));
                return List(items, line, column);
            case JsonTokenType.String:
                return new Node { Kind = NodeKind.Text, Line = line, Column = column, Text = Text(ref reader, line, column) };
            case JsonTokenType.Number:
                return Number(Encoding.UTF8.GetString(reader.ValueSpan), line, column);
            case JsonTokenType.True or JsonTokenType.False:
                return new Node { Kind = NodeKind.Boolean, Line = line, Column = column, Text = reader.TokenType == JsonTokenType.True ? "true" : "false" };
            default:
                return new Node { Kind = NodeKind.Null, Line = line, Column = column };
        }
    }

    private Node Object(ref Utf8JsonReader reader, int depth, int line, int column)
    {
        var entries = new List<Entry>();
        var known = new Dictionary<string, int>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var (keyLine, keyColumn) = Place(ref reader);
            var key = Text(ref reader, keyLine, keyColumn);
            reader.Read();
            var entry = new Entry(key, keyLine, keyColumn, Value(ref reader, depth + 1));
            if (known.TryAdd(key, entries.Count))
            {
                entries.Add(entry);
                continue;
            }

            _report(keyLine, keyColumn, $"the key \"{key}\" stands twice, first on line {entries[known[key]].Line}; which one counts depends on the reader");
            entries[known[key]] = entry;
        }

        return Map(entries, line, column);
    }

    private static string Text(ref Utf8JsonReader reader, int line, int column)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair, or bytes that are no UTF-8.
            throw new ManifestException(line, column, "not JSON: a text that is no Unicode");
        }
    }

    /// <summary>Where the current token begins. Tokens come in order, so each byte is looked at once.</summary>
    private (int Line, int Column) Place(ref Utf8JsonReader reader)
    {
        var start = (int)reader.TokenStartIndex;
        var passed = _json.AsSpan(_counted, start - _counted);
        for (var next = passed.IndexOf((byte)'\n'); next >= 0; next = passed.IndexOf((byte)'\n'))
        {
            _line++;
            _counted += next + 1;
            _lineStart = _counted;
            passed = passed[(next + 1)..];
        }

        _counted = start;
        return (_line, start - _lineStart + 1);
    }

    private static Node Map(IReadOnlyList<Entry> entries, int line, int column) => new()
    {
        Kind = NodeKind.Map, Line = line, Column = column, Entries = entries, Size = 1 + entries.Sum(static entry => entry.Value.Size + 1),
    };

    private static Node List(IReadOnlyList<Node> items, int line, int column) => new()
    {
        Kind = NodeKind.List, Line = line, Column = column, Items = items, Size = 1 + items.Sum(static item => item.Size),
    };

    private static Node Number(string text, int line, int column) => new()
    {
        Kind = text.AsSpan().ContainsAny('.', 'e', 'E') ? NodeKind.Number : NodeKind.Integer, Line = line, Column = column, Text = text,
    };
}
