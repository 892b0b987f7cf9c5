using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.RegularExpressions;
using Weir.Privacy.Detection;

namespace Weir.Privacy.Redaction;

/// <summary>
/// Reads redaction options from JSON:
/// <c>{"reveal":["email"],"detectors":[{"name":"staff_id","keys":["staffId"],"pattern":"ST-[0-9]{6}","check":"none","severity":"high"}]}</c>.
/// </summary>
public static partial class RedactionConfiguration
{
    private const int MaxDetectors = 64;
    private const int MaxKeys = 64;
    private const int MaxPatternChars = 512;

    /// <param name="utf8">The configuration; comments and a comma too many are allowed.</param>
    /// <param name="options">What it says.</param>
    /// <param name="error">What is wrong with it, and where.</param>
    public static bool TryParse(ReadOnlyMemory<byte> utf8, [NotNullWhen(true)] out RedactionOptions? options, [NotNullWhen(false)] out string? error)
    {
        options = null;
        try
        {
            using var document = JsonDocument.Parse(utf8, new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
            return TryRead(document.RootElement, out options, out error);
        }
        catch (JsonException malformed)
        {
            error = $"The redaction configuration is not JSON: line {malformed.LineNumber + 1}, byte {malformed.BytePositionInLine + 1}";
            return false;
        }
    }

    private static bool TryRead(JsonElement root, [NotNullWhen(true)] out RedactionOptions? options, [NotNullWhen(false)] out string? error)
    {
        options = null;
        if (root.ValueKind != JsonValueKind.Object) return Fail("The redaction configuration is not an object", out error);
        var detectors = new List<CustomDetector>();
        var reveal = "";
        foreach (var property in root.EnumerateObject())
        {
            switch (property.Name)
            {
                case "reveal" when Strings(property.Value, out var names):
                    reveal = string.Join(',', names);
                    break;
                case "detectors" when property.Value.ValueKind == JsonValueKind.Array && property.Value.GetArrayLength() <= MaxDetectors:
                    foreach (var element in property.Value.EnumerateArray())
                    {
                        if (!TryDetector(element, out var detector, out error)) return false;
                        if (detectors.Exists(other => other.Class.Name == detector.Class.Name)) return Fail($"Two detectors are named \"{detector.Class.Name}\"", out error);
                        detectors.Add(detector);
                    }

                    break;
                case "reveal" or "detectors":
                    return Fail($"\"{property.Name}\" is not a list, or one that is too long", out error);
                default:
                    return Fail($"\"{property.Name}\" is unknown; there are \"reveal\" and \"detectors\"", out error);
            }
        }

        if (!RedactionOptions.TryParseReveal(reveal, detectors, out var revealed, out error)) return false;
        options = new RedactionOptions(revealed, detectors);
        return true;
    }

    private static bool TryDetector(JsonElement element, [NotNullWhen(true)] out CustomDetector? detector, [NotNullWhen(false)] out string? error)
    {
        detector = null;
        if (element.ValueKind != JsonValueKind.Object) return Fail("A detector is not an object", out error);
        var (name, pattern, keys) = ("", (Regex?)null, (List<string>)[]);
        var (check, severity, mask) = (CustomCheck.None, Severity.High, true);
        foreach (var property in element.EnumerateObject())
        {
            var text = property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString()! : "";
            switch (property.Name)
            {
                case "name" when Name().IsMatch(text):
                    name = text;
                    break;
                case "keys" when Strings(property.Value, out keys) && keys.Count <= MaxKeys:
                    break;
                case "pattern" when text.Length is > 0 and <= MaxPatternChars:
                    if (!TryPattern(text, out pattern, out error)) return false;
                    break;
                case "check" when Enum.TryParse(text, ignoreCase: true, out check):
                case "severity" when Enum.TryParse(text, ignoreCase: true, out severity):
                    break;
                case "mask" when property.Value.ValueKind is JsonValueKind.True or JsonValueKind.False:
                    mask = property.Value.GetBoolean();
                    break;
                default:
                    return Fail($"\"{property.Name}\" of a detector is unknown or has no fitting value", out error);
            }
        }

        if (name.Length == 0) return Fail("A detector needs a \"name\" of small letters, digits and _", out error);
        if (SensitiveClasses.TryFind(name, out _)) return Fail($"\"{name}\" is a built-in class", out error);
        if (pattern is null && keys.Count == 0) return Fail($"The detector \"{name}\" needs a \"pattern\" or \"keys\"", out error);
        detector = new CustomDetector(new SensitiveClass(name, SensitiveGroup.Personal, severity, mask, $"what the detector {name} finds"), keys, pattern, check);
        error = null;
        return true;
    }

    /// <summary>Without backtracking, so that no text makes it slow; the automaton is bounded by the runtime.</summary>
    private static bool TryPattern(string text, out Regex? pattern, [NotNullWhen(false)] out string? error)
    {
        (pattern, error) = (null, null);
        try
        {
            pattern = new Regex(text, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            return true;
        }
        catch (ArgumentException malformed)
        {
            return Fail($"A pattern is not a regular expression: {malformed.Message}", out error);
        }
        catch (NotSupportedException)
        {
            return Fail("A pattern uses look-around or a back reference, or is too large", out error);
        }
    }

    private static bool Strings(JsonElement element, out List<string> texts)
    {
        texts = [];
        if (element.ValueKind != JsonValueKind.Array) return false;
        foreach (var item in element.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.String) return false;
            texts.Add(item.GetString()!);
        }

        return true;
    }

    private static bool Fail(string message, [NotNullWhen(false)] out string? error)
    {
        error = message;
        return false;
    }

    [GeneratedRegex("^[a-z][a-z0-9_]{1,39}$", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
