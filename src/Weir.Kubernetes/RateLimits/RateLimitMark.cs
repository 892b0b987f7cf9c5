using System.Text.Json;
using System.Text.Json.Nodes;

namespace Weir.Kubernetes.RateLimits;

/// <summary>
/// What Weir writes beside a limit, on the object itself: whose it is, when it ends, and what was there before. So it can be taken back by whoever finds it,
/// also when the center and its data are gone.
/// </summary>
/// <param name="Id">Of the limit.</param>
/// <param name="ExpiresAt">Null for a limit that does not end by itself.</param>
/// <param name="Previous">Annotations that had another value.</param>
public sealed record RateLimitMark(string Id, DateTimeOffset? ExpiresAt, IReadOnlyDictionary<string, PreviousValue> Previous)
{
    /// <summary>A name that comes twice is found when the text is read, and not when somebody looks for it.</summary>
    private static readonly JsonDocumentOptions s_strict = new() { MaxDepth = 8, AllowDuplicateProperties = false };

    public static RateLimitMark? Read(JsonElement one)
    {
        if (FieldOwners.Annotation(one, RateLimitPlan.MarkAnnotation) is not { } text) return null;
        try
        {
            if (JsonNode.Parse(text, documentOptions: s_strict) is not JsonObject mark || (string?)mark["id"] is not { } id) return null;
            var previous = new Dictionary<string, PreviousValue>(StringComparer.Ordinal);
            foreach (var (name, value) in mark["previous"] as JsonObject ?? [])
                if (IsOfLimits(name) && (string?)value?["value"] is { } was) previous[name] = new PreviousValue(was, (string?)value["manager"]);
            return new RateLimitMark(id, (DateTimeOffset?)mark["expiresAt"], previous);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            // Somebody wrote something else there: it is no mark.
            return null;
        }
    }

    /// <summary>Whoever may write annotations can write a mark: it must not make Weir set others than those of limits.</summary>
    private static bool IsOfLimits(string annotation) =>
        annotation.StartsWith(IngressNginxLimits.Prefix + "limit-", StringComparison.Ordinal) || annotation == TraefikLimits.Annotation;

    public override string ToString()
    {
        var mark = new JsonObject { ["id"] = Id };
        if (ExpiresAt is { } at) mark["expiresAt"] = at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        if (Previous.Count > 0)
        {
            var previous = new JsonObject();
            foreach (var (name, value) in Previous.OrderBy(static one => one.Key, StringComparer.Ordinal))
            {
                var was = new JsonObject { ["value"] = value.Value };
                if (value.Manager is { } manager) was["manager"] = manager;
                previous[name] = was;
            }

            mark["previous"] = previous;
        }

        return mark.ToJsonString();
    }
}
