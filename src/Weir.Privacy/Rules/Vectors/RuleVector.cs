using System.Text.Json;

namespace Weir.Privacy.Rules.Vectors;

/// <summary>
/// One case of a conformance file: a JSON array of objects with <c>kind</c> (<c>parse</c>, <c>ruleset</c>, <c>apply</c>),
/// <c>rules</c>, for <c>apply</c> <c>details</c>, and the result of the reference under <c>java</c>. Results of other languages,
/// under <c>diverges</c>, are not compared.
/// </summary>
/// <param name="Kind">What is tested.</param>
/// <param name="Rules">A line for <c>parse</c>, else a text.</param>
/// <param name="Details">The message, for <c>apply</c>.</param>
/// <param name="Expected">The reference's result in the notation of <see cref="RuleVectorRunner"/>; null when it cannot be read.</param>
public sealed record RuleVector(string Kind, string Rules, IReadOnlyList<LogDetail> Details, string? Expected)
{
    /// <summary>Reads a file; throws <see cref="JsonException"/> when it is no JSON array of objects with a kind and rules.</summary>
    public static IReadOnlyList<RuleVector> ReadAll(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        using var document = JsonDocument.ParseValue(ref reader);
        if (document.RootElement.ValueKind != JsonValueKind.Array) throw new JsonException("the file is not an array of vectors");
        return [.. document.RootElement.EnumerateArray().Select(Read)];
    }

    private static RuleVector Read(JsonElement element, int index)
    {
        if (element.ValueKind != JsonValueKind.Object ||
            Text(element, "kind") is not { } kind || Text(element, "rules") is not { } rules)
        {
            throw new JsonException($"vector {index + 1} lacks \"kind\" or \"rules\"");
        }

        IReadOnlyList<LogDetail> details = [];
        if (element.TryGetProperty("details", out var list) && !TryDetails(list, out details))
        {
            throw new JsonException($"the \"details\" of vector {index + 1} are not pairs of strings");
        }

        return new RuleVector(kind, rules, details, element.TryGetProperty("java", out var java) ? Expectation(java) : null);
    }

    private static string? Expectation(JsonElement java)
    {
        if (java.ValueKind == JsonValueKind.Null) return RuleVectorRunner.NoRule;
        if (java.ValueKind != JsonValueKind.Object) return null;
        if (Text(java, "error") is { } error) return RuleVectorRunner.Error(error);
        if (Text(java, "summary") is { } summary) return summary;
        if (java.TryGetProperty("dropped", out var dropped)) return dropped.ValueKind == JsonValueKind.True ? RuleVectorRunner.Dropped : null;
        if (java.TryGetProperty("details", out var list)) return TryDetails(list, out var details) ? RuleVectorRunner.Show(details) : null;
        return Text(java, "verb") is { } verb
            ? RuleVectorRunner.Show(verb, Text(java, "scope"), Text(java, "param1"), Text(java, "param2"))
            : null;
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool TryDetails(JsonElement list, out IReadOnlyList<LogDetail> details)
    {
        var read = new List<LogDetail>();
        details = read;
        if (list.ValueKind != JsonValueKind.Array) return false;
        foreach (var pair in list.EnumerateArray())
        {
            if (pair.ValueKind != JsonValueKind.Array || pair.GetArrayLength() != 2 ||
                pair[0].ValueKind != JsonValueKind.String || pair[1].ValueKind != JsonValueKind.String)
            {
                return false;
            }

            read.Add(new LogDetail(pair[0].GetString()!, pair[1].GetString()!));
        }

        return true;
    }
}
