using System.Text;
using System.Text.Json.Nodes;

namespace Weir.Export.Alerts;

/// <summary>
/// A Slack incoming webhook (docs.slack.dev, "Sending messages using incoming webhooks"). Slack knows no key of a message: one whose answer
/// was lost is sent again and stands there twice.
/// </summary>
/// <param name="url">The webhook: whoever has it may write, so it is a secret.</param>
public sealed class SlackChannel(Uri url) : IAlertChannel
{
    public string Kind => "slack";

    public string Destination => AlertRequests.Origin(url);

    public string Identity => url.AbsoluteUri;

    public async Task<AlertAnswer> SendAsync(HttpClient http, AlertNotification notification, DateTimeOffset now, CancellationToken cancellation)
    {
        using var request = AlertRequests.Json(HttpMethod.Post, url, Encoding.UTF8.GetBytes(SlackMessage.Of(notification).ToJsonString()));
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        return AlertAnswer.Of(response);
    }
}

/// <summary>Block Kit for the overview, and an attachment with coloured border for each alert.</summary>
public static class SlackMessage
{
    /// <summary>Slack shows no more than some twenty attachments well.</summary>
    private const int MaxAttachments = 20;

    /// <summary>Characters that Slack takes: header, text of a section, value of a field.</summary>
    private const int MaxHeader = 150, MaxText = 3000, MaxField = 2000;

    public static JsonObject Of(AlertNotification notification)
    {
        var alerts = notification.Alerts;
        var headline = Headline(notification);
        var shown = alerts.Take(MaxAttachments).ToList();
        var omitted = notification.Omitted + alerts.Count - shown.Count;
        var blocks = new JsonArray(
            new JsonObject { ["type"] = "header", ["text"] = new JsonObject { ["type"] = "plain_text", ["text"] = Cut(headline, MaxHeader) } },
            Section(string.Join('\n', shown.Select(static alert => $"• *{Escape(alert.Title)}*{(alert.Status == AlertStatus.Resolved ? " (over)" : "")}"))));
        if (omitted > 0) blocks.Add(Section($"… and {omitted} more"));
        blocks.Add(new JsonObject
        {
            ["type"] = "context",
            ["elements"] = new JsonArray(new JsonObject { ["type"] = "mrkdwn", ["text"] = $"Weir · notification `{notification.Id}`" }),
        });
        return new JsonObject
        {
            ["text"] = Escape(headline), ["blocks"] = blocks, ["attachments"] = new JsonArray([.. shown.Select(Attachment)]),
        };
    }

    private static string Headline(AlertNotification notification)
    {
        var (first, count) = (notification.Alerts[0], notification.Alerts.Count + notification.Omitted);
        var sign = notification.IsOver ? "Over" : notification.Worst.ToString();
        return count == 1 ? $"{sign}: {first.Title}" : $"{sign}: {count} alerts{(notification.Group.Count > 0 ? $" of {string.Join(", ", notification.Group.Values)}" : "")}";
    }

    private static JsonObject Section(string text) =>
        new() { ["type"] = "section", ["text"] = new JsonObject { ["type"] = "mrkdwn", ["text"] = Cut(text, MaxText) } };

    private static JsonNode Attachment(Alert alert)
    {
        var fields = new JsonArray(Field("Severity", alert.Severity.ToString()), Field("Status", alert.Status.ToString()));
        if (alert.Namespace is { } space) fields.Add((JsonNode)Field("Namespace", space));
        if (alert.Service is { } service) fields.Add((JsonNode)Field("Service", service));
        if (alert.Source is { } source) fields.Add((JsonNode)Field("Source", source));
        foreach (var detail in alert.Details.Take(8)) fields.Add((JsonNode)Field(detail.Name, detail.Value));
        var attachment = new JsonObject
        {
            ["color"] = Color(alert),
            ["pretext"] = alert.Status == AlertStatus.Resolved ? "No anomaly any more" : "Anomaly detected",
            ["fallback"] = Escape(alert.Title),
            ["title"] = Escape(alert.Title),
            ["text"] = Cut(Escape(alert.Text), MaxText),
            ["fields"] = fields,
            ["footer"] = "Weir",
            ["ts"] = (alert.EndsAt ?? alert.StartsAt).ToUnixTimeSeconds(),
        };
        if (alert.Link is { } link) attachment["title_link"] = link.AbsoluteUri;
        return attachment;
    }

    private static JsonObject Field(string title, string value) =>
        new() { ["title"] = Escape(title), ["value"] = Cut(Escape(value), MaxField), ["short"] = true };

    private static string Color(Alert alert) => alert.Status == AlertStatus.Resolved
        ? "#2EB67D"
        : alert.Severity switch
        {
            AlertSeverity.Critical => "#FF0000",
            AlertSeverity.High => "#FF6600",
            AlertSeverity.Medium => "#FFB000",
            AlertSeverity.Low => "#439FE0",
            _ => "#9E9E9E",
        };

    /// <summary>The three characters by which traffic could write links and mentions into the channel.</summary>
    private static string Escape(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);

    private static string Cut(string text, int most) => text.Length <= most ? text : string.Concat(text.AsSpan(0, most - 1), "…");
}
