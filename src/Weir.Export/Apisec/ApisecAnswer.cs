using System.Text.Json;

namespace Weir.Export.Apisec;

/// <summary>What to do after a request.</summary>
internal enum ApisecOutcome : byte
{
    Taken,
    /// <summary>408, 425, 429, 5xx, or no answer: later. It may have been carried out all the same.</summary>
    Later,
    /// <summary>401 or 403: the token is wrong, expired, or may not do this. Nothing more is sent until it changes.</summary>
    Stop,
    /// <summary>Any other answer: this request is wrong and stays so.</summary>
    Refused,
}

/// <summary>The answer to one request.</summary>
/// <param name="Outcome">What to do.</param>
/// <param name="Status">HTTP status; 0 when there was no answer.</param>
/// <param name="Problem">For the user, when it was not taken. Holds nothing of the token.</param>
/// <param name="RetryAfter">How long the platform asked to wait.</param>
/// <param name="Body">What was answered, where it is JSON: undefined otherwise.</param>
internal sealed record ApisecAnswer(ApisecOutcome Outcome, int Status, string Problem, TimeSpan? RetryAfter, JsonElement Body)
{
    public bool IsTaken => Outcome == ApisecOutcome.Taken;

    /// <summary>The same where the answer matters: success without JSON is somebody on the way, not the platform, and says nothing.</summary>
    public ApisecAnswer WithJson() => IsTaken && Body.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array)
        ? this with { Outcome = ApisecOutcome.Later, Problem = $"{Problem} (no JSON)" }
        : this;

    public static ApisecOutcome OutcomeOf(int status) => status switch
    {
        >= 200 and < 300 => ApisecOutcome.Taken,
        401 or 403 => ApisecOutcome.Stop,
        408 or 425 or 429 or >= 500 => ApisecOutcome.Later,
        _ => ApisecOutcome.Refused,
    };
}

/// <summary>Reads of answers of which only one client is public: every field may be absent or of another type.</summary>
internal static class ApisecJson
{
    public static JsonElement Get(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : default;

    public static string? Text(JsonElement element, string name) =>
        Get(element, name) is { ValueKind: JsonValueKind.String } value && value.GetString() is { Length: > 0 } text ? text : null;

    public static int? Number(JsonElement element, string name) =>
        Get(element, name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out var number) ? number : null;

    public static IEnumerable<JsonElement> Items(JsonElement element) =>
        element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : [];

    /// <summary>The id of the first instance in any of the answers that were seen: a list, an object, or an object with items.</summary>
    public static string? InstanceId(JsonElement body)
    {
        var first = body.ValueKind == JsonValueKind.Array ? Items(body).FirstOrDefault() : body;
        return Text(first, "instanceId") ?? Text(Items(Get(first, "items")).FirstOrDefault(), "instanceId")
            ?? Text(Items(Get(first, "instances")).FirstOrDefault(), "instanceId");
    }
}
