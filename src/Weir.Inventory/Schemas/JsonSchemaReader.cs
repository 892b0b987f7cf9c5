using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Weir.Inventory.Schemas;

/// <summary>
/// Adds one JSON body to a schema. Never throws: a body that is cut off counts as far as it goes, one that is no JSON not at all.
/// One per catalogue: not thread-safe.
/// </summary>
internal sealed class JsonSchemaReader(CatalogueLimits limits)
{
    private readonly char[] _name = new char[Math.Max(64, limits.MaxNameBytes)];
    private readonly char[] _value = new char[256];
    private SchemaBudget _budget = new(0);
    private EchoProbe? _probe;

    /// <summary>False when it was no JSON; what was read before the mistake stays.</summary>
    public bool Read(ReadOnlySpan<byte> json, bool truncated, SchemaNode root, SchemaBudget budget, EchoProbe? probe)
    {
        (_budget, _probe) = (budget, probe);
        if (json.Length > limits.MaxBodyBytes)
        {
            json = json[..limits.MaxBodyBytes];
            truncated = true;
        }

        // Where the end is missing the reader waits for more instead of complaining.
        var reader = new Utf8JsonReader(json, !truncated, new JsonReaderState(new JsonReaderOptions { MaxDepth = 256, CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true }));
        try
        {
            return !reader.Read() || Value(ref reader, root, 1, 0, inArray: false) || truncated;
        }
        catch (JsonException)
        {
            // The only way in which the reader tells of bad syntax.
            return false;
        }
        catch (InvalidOperationException)
        {
            // A string with half a surrogate pair.
            return false;
        }
    }

    /// <summary>Adds the text of a form field, query parameter or header. Numbers and booleans are told by their spelling.</summary>
    public static void AddText(ReadOnlySpan<char> text, SchemaNode node)
    {
        node.Samples++;
        if (text is "true" or "false") node.Types |= SchemaTypes.Boolean;
        else if (IsInteger(text, out var wide)) (node.Types, node.Wide) = (node.Types | SchemaTypes.Integer, node.Wide | wide);
        else if (IsDecimal(text)) node.Types |= SchemaTypes.Number;
        else AddString(text, node);
    }

    private bool Value(ref Utf8JsonReader reader, SchemaNode? node, int depth, int path, bool inArray)
    {
        if (node is not null) node.Samples++;
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return Object(ref reader, depth < limits.MaxDepth ? node : null, node, depth, path, inArray);
            case JsonTokenType.StartArray:
                if (node is not null) node.Types |= SchemaTypes.Array;
                while (reader.Read())
                {
                    if (reader.TokenType == JsonTokenType.EndArray) return true;
                    var element = depth < limits.MaxDepth ? node?.Element(_budget) : null;
                    if (!Value(ref reader, element, depth + 1, HashCode.Combine(path, "[]"), inArray: true)) return false;
                }

                return false;
            case JsonTokenType.String:
                if (!inArray) _probe?.See(reader.ValueSpan, path);
                if (node is not null) AddString(Text(ref reader, _value), node);
                return true;
            case JsonTokenType.Number:
                if (!inArray) _probe?.See(reader.ValueSpan, path);
                if (node is not null) Number(ref reader, node);
                return true;
            case JsonTokenType.True or JsonTokenType.False:
                if (node is not null) node.Types |= SchemaTypes.Boolean;
                return true;
            default:
                if (node is not null) node.Types |= SchemaTypes.Null;
                return true;
        }
    }

    private bool Object(ref Utf8JsonReader reader, SchemaNode? within, SchemaNode? node, int depth, int path, bool inArray)
    {
        if (node is not null)
        {
            node.Types |= SchemaTypes.Object;
            node.Objects++;
        }

        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.EndObject) return true;
            var name = reader.ValueSpan.Length <= limits.MaxNameBytes ? Text(ref reader, _name) : [];
            var property = name.IsEmpty ? null : within?.Property(name, _budget, limits);
            var at = HashCode.Combine(path, string.GetHashCode(name, StringComparison.Ordinal));
            if (!reader.Read() || !Value(ref reader, property, depth + 1, at, inArray)) return false;
        }

        return false;
    }

    private static void Number(ref Utf8JsonReader reader, SchemaNode node)
    {
        if (reader.TryGetInt64(out var value))
        {
            node.Types |= SchemaTypes.Integer;
            node.Wide |= value is < int.MinValue or > int.MaxValue;
        }
        else if (reader.ValueSpan.ContainsAny((byte)'.', (byte)'e', (byte)'E'))
        {
            node.Types |= SchemaTypes.Number;
        }
        else
        {
            node.Types |= SchemaTypes.Integer;
            node.Wide = true;
        }
    }

    private static void AddString(ReadOnlySpan<char> text, SchemaNode node)
    {
        // Empty strings have no format and take none away.
        if (text.IsEmpty && (node.Types & SchemaTypes.String) != 0) return;
        var format = StringFormats.Of(text, out var masked);
        if (masked.Length > 0) node.Sensitive ??= masked.ToString();
        node.AddFormat(format);
    }

    /// <summary>The string under the reader, cut to the buffer; long ones have no format anyway.</summary>
    private static ReadOnlySpan<char> Text(ref Utf8JsonReader reader, char[] buffer)
    {
        if (reader.ValueIsEscaped)
        {
            if (reader.ValueSpan.Length <= buffer.Length) return buffer.AsSpan(0, reader.CopyString(buffer));
            return buffer.AsSpan(0, 0);
        }

        var bytes = reader.ValueSpan[..Math.Min(reader.ValueSpan.Length, buffer.Length)];
        return Ascii.ToUtf16(bytes, buffer, out var written) == OperationStatus.Done
            ? buffer.AsSpan(0, written)
            : buffer.AsSpan(0, Encoding.UTF8.GetChars(bytes, buffer));
    }

    private static bool IsInteger(ReadOnlySpan<char> text, out bool wide)
    {
        wide = false;
        var digits = text.Length > 1 && text[0] == '-' ? text[1..] : text;
        // A leading zero belongs to a code, not to a number.
        if (digits.Length is 0 or > 18 || !Digits.All(digits) || (digits[0] == '0' && digits.Length > 1)) return false;
        wide = digits.Length >= 10 && long.Parse(text, System.Globalization.CultureInfo.InvariantCulture) is < int.MinValue or > int.MaxValue;
        return true;
    }

    private static bool IsDecimal(ReadOnlySpan<char> text)
    {
        var unsigned = text.Length > 1 && text[0] == '-' ? text[1..] : text;
        var dot = unsigned.IndexOf('.');
        return dot > 0 && dot < unsigned.Length - 1 && unsigned.Length <= 24
            && Digits.All(unsigned[..dot]) && Digits.All(unsigned[(dot + 1)..]);
    }
}
