using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Weir.Testing.Alerts;

/// <summary>A receiver that verifies signatures as the Standard Webhooks specification asks, and remembers ids.</summary>
internal sealed class WebhookStandIn : StandIn
{
    public static readonly byte[] Secret = [.. Enumerable.Range(1, 32).Select(static n => (byte)n)];

    public ConcurrentDictionary<string, JsonObject> Notifications { get; } = new(StringComparer.Ordinal);

    public int Repetitions { get; private set; }

    protected override (int Status, string Body) Take(HttpRequest request, byte[] body)
    {
        var (id, time, signature) = (request.Headers["webhook-id"].ToString(), request.Headers["webhook-timestamp"].ToString(), request.Headers["webhook-signature"].ToString());
        if (!long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || Math.Abs(DateTimeOffset.UtcNow.ToUnixTimeSeconds() - seconds) > 300) return Refuse(401, "the time is wrong");
        var expected = "v1," + Convert.ToBase64String(HMACSHA256.HashData(Secret, (byte[])[.. Encoding.UTF8.GetBytes($"{id}.{time}."), .. body]));
        if (signature != expected) return Refuse(401, "the signature is wrong");
        var notification = JsonNode.Parse(body)!.AsObject();
        if ((string?)notification["id"] != id) return Refuse(400, "the id is another one");
        if (!Notifications.TryAdd(id, notification)) Repetitions++;
        return (200, "");
    }
}

/// <summary>Alertmanager's API v2, with its rules for names of labels and times.</summary>
internal sealed partial class AlertmanagerStandIn : StandIn
{
    /// <summary>The last of each set of labels.</summary>
    public ConcurrentDictionary<string, JsonObject> Alerts { get; } = new(StringComparer.Ordinal);

    protected override (int Status, string Body) Take(HttpRequest request, byte[] body)
    {
        if (request.Method != "POST" || request.Path != "/am/api/v2/alerts") return Refuse(404, $"{request.Method} {request.Path}");
        foreach (var one in JsonNode.Parse(body)!.AsArray())
        {
            var alert = one!.AsObject();
            var labels = alert["labels"]!.AsObject();
            if (labels["alertname"] is null) return Refuse(400, "no alertname");
            foreach (var (name, value) in labels.Concat(alert["annotations"]!.AsObject()))
                if (!LabelName().IsMatch(name) || (string?)value is not { Length: > 0 }) return Refuse(400, $"label {name}");
            if (!(DateTimeOffset.Parse((string)alert["startsAt"]!, CultureInfo.InvariantCulture) < DateTimeOffset.Parse((string)alert["endsAt"]!, CultureInfo.InvariantCulture))) return Refuse(400, "start time must be before end time");
            if (alert.Any(static pair => pair.Key is not ("labels" or "annotations" or "startsAt" or "endsAt" or "generatorURL"))) return Refuse(400, "unknown field");
            Alerts[labels.ToJsonString()] = alert;
        }

        return (200, "");
    }

    [GeneratedRegex("^[a-zA-Z_][a-zA-Z0-9_]*\\z")]
    private static partial Regex LabelName();
}
