using System.Net;
using System.Net.Http.Headers;

namespace Weir.Export.Alerts;

/// <summary>What a receiver made of a delivery.</summary>
public enum AlertOutcome : byte
{
    Taken,
    /// <summary>It may take it later: no answer, too busy, failing, or it does not know who asks.</summary>
    Later,
    /// <summary>It says that the message is wrong (400, 413, 422): another attempt is no use.</summary>
    Wrong,
}

/// <param name="Outcome">What became of it.</param>
/// <param name="Problem">For people; empty when it was taken. Holds no secret.</param>
/// <param name="RetryAfter">When the receiver wants to be asked again; null when it did not say.</param>
public readonly record struct AlertAnswer(AlertOutcome Outcome, string Problem = "", TimeSpan? RetryAfter = null)
{
    public static AlertAnswer Taken => new(AlertOutcome.Taken);

    /// <summary>Any 2xx is success.</summary>
    public static AlertAnswer Of(HttpResponseMessage response)
    {
        if (response.IsSuccessStatusCode) return Taken;
        var wrong = response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.UnprocessableEntity;
        return new AlertAnswer(
            wrong ? AlertOutcome.Wrong : AlertOutcome.Later, $"it answered {(int)response.StatusCode}", Wait(response.Headers.RetryAfter));
    }

    private static TimeSpan? Wait(RetryConditionHeaderValue? header) =>
        header?.Delta ?? (header?.Date is { } date ? date - DateTimeOffset.UtcNow : null);
}

/// <summary>A kind of receiver: how a notification is said to it.</summary>
public interface IAlertChannel
{
    /// <summary><c>slack</c>, <c>firebase</c> …</summary>
    string Kind { get; }

    /// <summary>Where it goes, for people: without what is secret.</summary>
    string Destination { get; }

    /// <summary>What keeps its queue apart from others: may hold secrets, of which only a hash is shown.</summary>
    string Identity { get; }

    /// <summary>One attempt. Failures of the network are thrown as by the client.</summary>
    /// <exception cref="HttpRequestException">No answer.</exception>
    Task<AlertAnswer> SendAsync(HttpClient http, AlertNotification notification, DateTimeOffset now, CancellationToken cancellation);
}

internal static class AlertRequests
{
    public static HttpRequestMessage Json(HttpMethod method, Uri url, byte[] body) => new(method, url)
    {
        Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") { CharSet = "utf-8" } } },
    };

    /// <summary>Scheme and host: what is behind them is a secret of some receivers.</summary>
    public static string Origin(Uri url) => url.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped);
}
