using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Weir.Specs;

/// <summary>
/// Turns a YAML document into the JSON that it stands for: the core schema of YAML 1.2 (§10.3), aliases copied, merge keys not followed.
/// Names are strings whatever they look like, so that <c>200:</c> is a status code.
/// </summary>
internal sealed class YamlJsonReader
{
    private readonly Parser _parser;
    private readonly SpecLimits _limits;
    private readonly Dictionary<AnchorName, JsonNode?> _anchors = [];
    private int _left;

    private YamlJsonReader(string text, SpecLimits limits) => (_parser, _limits, _left) = (new Parser(new StringReader(text)), limits, limits.MaxValues);

    /// <summary>The first document of the text.</summary>
    /// <exception cref="YamlException">It is no YAML, or beyond the limits.</exception>
    public static JsonNode? Read(string text, SpecLimits limits)
    {
        var reader = new YamlJsonReader(text, limits);
        reader._parser.Consume<StreamStart>();
        if (!reader._parser.TryConsume<DocumentStart>(out _)) return null;
        return reader.Value(0);
    }

    private JsonNode? Value(int depth)
    {
        if (depth > _limits.MaxDepth) throw Refuse($"more than {_limits.MaxDepth} levels");
        if (--_left < 0) throw Refuse($"more than {_limits.MaxValues} values");
        if (_parser.TryConsume<AnchorAlias>(out var alias))
            return _anchors.TryGetValue(alias.Value, out var named) ? Copy(named) : throw new YamlException(alias.Start, alias.End, $"there is no anchor {alias.Value}");
        if (_parser.TryConsume<Scalar>(out var scalar)) return Keep(scalar.Anchor, ScalarOf(scalar));
        if (_parser.TryConsume<SequenceStart>(out var sequence))
        {
            var array = new JsonArray();
            while (!_parser.TryConsume<SequenceEnd>(out _)) array.Add(Value(depth + 1));
            return Keep(sequence.Anchor, array);
        }

        var mapping = _parser.Consume<MappingStart>();
        var members = new JsonObject();
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var name = _parser.Consume<Scalar>();
            if (!members.TryAdd(name.Value, Value(depth + 1))) throw new YamlException(name.Start, name.End, $"the name {name.Value} comes twice");
        }

        return Keep(mapping.Anchor, members);
    }

    private JsonNode? Keep(AnchorName anchor, JsonNode? value)
    {
        if (!anchor.IsEmpty) _anchors[anchor] = value;
        return value;
    }

    private JsonNode? Copy(JsonNode? node)
    {
        _left -= Count(node);
        return _left < 0 ? throw Refuse($"more than {_limits.MaxValues} values") : node?.DeepClone();
    }

    private static int Count(JsonNode? node) => node switch
    {
        JsonObject members => 1 + members.Sum(static one => Count(one.Value)),
        JsonArray elements => 1 + elements.Sum(Count),
        _ => 1,
    };

    private static JsonValue? ScalarOf(Scalar scalar)
    {
        var text = scalar.Value;
        if (scalar.Style != ScalarStyle.Plain || (!scalar.Tag.IsEmpty && scalar.Tag == "tag:yaml.org,2002:str")) return JsonValue.Create(text);
        switch (text)
        {
            case "" or "~" or "null" or "Null" or "NULL": return null;
            case "true" or "True" or "TRUE": return JsonValue.Create(true);
            case "false" or "False" or "FALSE": return JsonValue.Create(false);
            default: break;
        }

        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer)) return JsonValue.Create(integer);
        return (char.IsAsciiDigit(text[0]) || text[0] is '-' or '+' or '.') && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? JsonValue.Create(number)
            : JsonValue.Create(text);
    }

    private YamlException Refuse(string why) => new(_parser.Current?.Start ?? Mark.Empty, _parser.Current?.End ?? Mark.Empty, why);
}
