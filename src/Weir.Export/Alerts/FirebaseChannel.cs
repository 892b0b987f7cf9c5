using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Weir.Records;

namespace Weir.Export.Alerts;

/// <summary>
/// Firebase Realtime Database over REST: one record per alert, under a key as the client libraries' push() makes it. The key follows from the
/// alert's id and the record is put there (PUT), so a repetition writes the same record again.
/// </summary>
/// <param name="database">Such as <c>https://PROJECT.firebaseio.com</c>.</param>
/// <param name="account">Who writes.</param>
/// <param name="path">Place of the records.</param>
public sealed class FirebaseChannel(Uri database, GoogleServiceAccount account, string path = "alerts") : IAlertChannel
{
    private readonly GoogleAccessToken _token = new(account);

    public string Kind => "firebase";

    public string Destination => $"{AlertRequests.Origin(database)}/{path}";

    public string Identity => $"{AlertRequests.Origin(database)}/{path}";

    public async Task<AlertAnswer> SendAsync(HttpClient http, AlertNotification notification, DateTimeOffset now, CancellationToken cancellation)
    {
        foreach (var alert in notification.Alerts)
        {
            var answer = await PutAsync(http, alert, now, cancellation);
            if (answer.Outcome != AlertOutcome.Taken) return answer;
        }

        return AlertAnswer.Taken;
    }

    private async Task<AlertAnswer> PutAsync(HttpClient http, Alert alert, DateTimeOffset now, CancellationToken cancellation)
    {
        var (token, problem) = await _token.GetAsync(http, now, cancellation);
        if (token is null) return problem;
        var url = new Uri($"{AlertRequests.Origin(database)}/{path}/{FirebaseKey.Of(alert.Id)}.json?print=silent");
        using var request = AlertRequests.Json(HttpMethod.Put, url, Encoding.UTF8.GetBytes(Record(alert).ToJsonString()));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        // A token can be revoked before its time.
        if (response.StatusCode == HttpStatusCode.Unauthorized) _token.Forget();
        return AlertAnswer.Of(response);
    }

    /// <summary>The three fields that readers of the alerts list know, and what there is to say beyond.</summary>
    private static JsonObject Record(Alert alert)
    {
        var record = new JsonObject
        {
            ["message"] = alert.Status == AlertStatus.Resolved ? "No Anomaly Detected" : "Anomaly Detected",
            ["status"] = "unread",
            ["timestamp"] = Time(alert.EndsAt ?? alert.StartsAt),
            ["id"] = alert.Id,
            ["key"] = alert.Key,
            ["severity"] = alert.Severity.ToString().ToLowerInvariant(),
            ["state"] = alert.Status.ToString().ToLowerInvariant(),
            ["kind"] = alert.Kind,
            ["title"] = alert.Title,
            ["text"] = alert.Text,
            ["startsAt"] = Time(alert.StartsAt),
        };
        if (alert.Namespace is { } space) record["namespace"] = space;
        if (alert.Service is { } service) record["service"] = service;
        if (alert.Source is { } source) record["source"] = source;
        var details = new JsonObject();
        foreach (var detail in alert.Details) details[FirebaseKey.Clean(detail.Name)] = detail.Value;
        if (details.Count > 0) record["details"] = details;
        return record;
    }

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}

/// <summary>
/// Keys as push() makes them ("The 2^120 Ways to Ensure Unique Identifiers", Firebase blog): 8 characters of milliseconds and 12 of chance, six
/// bits each, in an alphabet in the order of ASCII, so that keys sort by time. A ULID has the same milliseconds and 80 random bits, of which the
/// lower 72 fit.
/// </summary>
public static class FirebaseKey
{
    private const string Alphabet = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
    private const int TimeLength = 8, ChanceLength = 12;

    /// <param name="id">A ULID.</param>
    public static string Of(string id)
    {
        if (!ExchangeId.TryParse(id, out var parsed)) throw new ArgumentException("an alert's id is a ULID", nameof(id));
        var (time, chance) = ((ulong)(parsed.Value >> 80), parsed.Value);
        return string.Create(TimeLength + ChanceLength, (time, chance), static (span, from) =>
        {
            for (var i = TimeLength - 1; i >= 0; i--, from.time >>= 6) span[i] = Alphabet[(int)(from.time & 63)];
            for (var i = span.Length - 1; i >= TimeLength; i--, from.chance >>= 6) span[i] = Alphabet[(int)(from.chance & 63)];
        });
    }

    /// <summary>Keys hold no <c>. $ # [ ] /</c> and no control characters.</summary>
    public static string Clean(string text)
    {
        var key = string.Concat(text.Select(static c => c < ' ' || c == 127 || ".$#[]/".Contains(c, StringComparison.Ordinal) ? '_' : c));
        return key.Length == 0 ? "_" : key;
    }
}
