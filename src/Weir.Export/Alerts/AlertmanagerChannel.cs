using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Weir.Export.Alerts;

/// <summary>
/// Prometheus Alertmanager, API v2 (<c>POST /api/v2/alerts</c>). It knows an alert by its labels, which are the same from the first word to the
/// last, so a repetition changes nothing.
/// </summary>
/// <param name="url">Where Alertmanager is, with its route prefix.</param>
/// <param name="token">For a proxy in front of it; null without.</param>
public sealed class AlertmanagerChannel(Uri url, string? token = null) : IAlertChannel
{
    /// <summary>An alert whose end is never told, because Weir is gone, is over after this time.</summary>
    private static readonly TimeSpan s_hold = TimeSpan.FromHours(4);

    private readonly Uri _alerts = new(url.AbsoluteUri.TrimEnd('/') + "/api/v2/alerts");

    public string Kind => "alertmanager";

    public string Destination => AlertRequests.Origin(url);

    public string Identity => _alerts.AbsoluteUri;

    public async Task<AlertAnswer> SendAsync(HttpClient http, AlertNotification notification, DateTimeOffset now, CancellationToken cancellation)
    {
        var body = new JsonArray([.. notification.Alerts.Select(JsonNode (alert) => ToJson(alert, now))]);
        using var request = AlertRequests.Json(HttpMethod.Post, _alerts, Encoding.UTF8.GetBytes(body.ToJsonString()));
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        return AlertAnswer.Of(response);
    }

    private static JsonObject ToJson(Alert alert, DateTimeOffset now)
    {
        // Without severity, which may rise: an alert with other labels would be another alert.
        var labels = new JsonObject { ["alertname"] = Name(alert.Kind), ["weir_key"] = alert.Key };
        if (alert.Namespace is { } space) labels["namespace"] = space;
        if (alert.Service is { } service) labels["service"] = service;
        var annotations = new JsonObject { ["summary"] = alert.Title, ["severity"] = alert.Severity.ToString().ToLowerInvariant() };
        if (alert.Text.Length > 0) annotations["description"] = alert.Text;
        if (alert.Source is { } source) annotations["source"] = source;
        foreach (var detail in alert.Details) annotations[LabelName(detail.Name)] = detail.Value;
        var ends = alert.EndsAt ?? now + s_hold;
        // The API refuses an end that is not after the beginning.
        if (ends <= alert.StartsAt) ends = alert.StartsAt.AddMilliseconds(1);
        var one = new JsonObject
        {
            ["labels"] = labels, ["annotations"] = annotations, ["startsAt"] = Time(alert.StartsAt), ["endsAt"] = Time(ends),
        };
        if (alert.Link is { } link) one["generatorURL"] = link.AbsoluteUri;
        return one;
    }

    private static string Name(string kind) =>
        "Weir" + string.Concat(kind.Split('_', StringSplitOptions.RemoveEmptyEntries).Select(static part => char.ToUpperInvariant(part[0]) + part[1..]));

    /// <summary>Names of labels are letters, digits and underscores, no digit first.</summary>
    private static string LabelName(string text)
    {
        var name = string.Concat(text.Select(static c => char.IsAsciiLetterOrDigit(c) ? c : '_'));
        return name.Length == 0 || char.IsAsciiDigit(name[0]) ? "_" + name : name;
    }

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
