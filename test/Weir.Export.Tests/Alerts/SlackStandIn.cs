using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Weir.Testing.Alerts;

/// <summary>A Slack incoming webhook, as strict as Slack: wrong blocks and attachments are <c>invalid_blocks</c> and so on.</summary>
internal sealed class SlackStandIn : StandIn
{
    private const string Path = "/services/T00000000/B00000000/synthetic";

    public ConcurrentQueue<JsonObject> Messages { get; } = new();

    public Uri Webhook => new(Address, Path);

    protected override (int Status, string Body) Take(HttpRequest request, byte[] body)
    {
        if (request.Method != "POST") return Refuse(400, "http_method_required");
        if (request.Path != Path) return Refuse(404, "no_service");
        if (request.ContentType?.StartsWith("application/json", StringComparison.Ordinal) != true) return Refuse(400, "invalid_payload");
        JsonObject message;
        try
        {
            message = JsonNode.Parse(body)!.AsObject();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return Refuse(400, "invalid_payload");
        }

        foreach (var (key, _) in message)
            if (key is not ("text" or "blocks" or "attachments")) return Refuse(400, $"invalid_payload: {key}");
        if (string.IsNullOrEmpty((string?)message["text"])) return Refuse(400, "no_text");
        if (message["blocks"] is JsonArray blocks && (blocks.Count > 50 || !blocks.All(block => IsBlock(block!.AsObject())))) return Refuse(400, "invalid_blocks");
        if (message["attachments"] is not JsonArray { Count: <= 100 } attachments) return Refuse(400, "too_many_attachments");
        if (!attachments.All(one => IsAttachment(one!.AsObject()))) return Refuse(400, "invalid_attachments");
        Messages.Enqueue(message);
        return (200, "ok");
    }

    private static bool IsBlock(JsonObject block) => (string?)block["type"] switch
    {
        "header" => block.Count == 2 && IsText(block["text"], "plain_text", 150),
        "section" => block.Count == 2 && IsText(block["text"], "mrkdwn", 3000),
        "context" => block.Count == 2 && block["elements"] is JsonArray { Count: > 0 and <= 10 } elements && elements.All(one => IsText(one, "mrkdwn", 3000)),
        _ => false,
    };

    private static bool IsText(JsonNode? text, string type, int most) => (string?)text?["type"] == type && ((string?)text["text"])?.Length is > 0 and var length && length <= most;

    /// <summary>docs.slack.dev, "Reference: Secondary message attachments".</summary>
    private static bool IsAttachment(JsonObject one) =>
        one.All(static pair => pair.Key is "color" or "pretext" or "fallback" or "title" or "title_link" or "text" or "fields" or "footer" or "ts")
        && ((string?)one["color"])?.Length == 7 && one["ts"]!.GetValueKind() == JsonValueKind.Number
        && one["fields"]!.AsArray().All(static field => field!.AsObject().Count == 3 && field["title"] is not null && field["value"] is not null && field["short"]!.GetValueKind() == JsonValueKind.True);
}
