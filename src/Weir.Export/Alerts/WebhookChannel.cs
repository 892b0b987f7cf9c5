using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Weir.Export.Alerts;

/// <summary>
/// Any HTTP receiver, signed as the Standard Webhooks specification says (standardwebhooks.com, "Signature scheme"): HMAC-SHA256 over
/// <c>ID.TIMESTAMP.BODY</c>. The id is the same at each repetition, so a receiver that remembers ids takes nothing twice.
/// </summary>
/// <param name="url">The receiver.</param>
/// <param name="secret">Key of the signature, 24 to 64 bytes.</param>
public sealed class WebhookChannel(Uri url, byte[] secret) : IAlertChannel
{
    private const string SecretPrefix = "whsec_";

    public string Kind => "webhook";

    public string Destination => url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    public string Identity => url.AbsoluteUri;

    /// <summary>Reads a secret as the specification writes it: base64, after <c>whsec_</c> or not.</summary>
    public static bool TryReadSecret(string text, out byte[] secret)
    {
        text = text.Trim();
        if (text.StartsWith(SecretPrefix, StringComparison.Ordinal)) text = text[SecretPrefix.Length..];
        var bytes = new byte[text.Length];
        var valid = Convert.TryFromBase64String(text, bytes, out var length) && length is >= 24 and <= 64;
        secret = bytes[..(valid ? length : 0)];
        return valid;
    }

    /// <summary>Value of the header <c>webhook-signature</c>.</summary>
    public static string Sign(ReadOnlySpan<byte> secret, string id, long unixSeconds, ReadOnlySpan<byte> body)
    {
        var head = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{unixSeconds}."));
        return "v1," + Convert.ToBase64String(HMACSHA256.HashData(secret, [.. head, .. body]));
    }

    public async Task<AlertAnswer> SendAsync(HttpClient http, AlertNotification notification, DateTimeOffset now, CancellationToken cancellation)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(notification, AlertJson.Default.AlertNotification);
        using var request = AlertRequests.Json(HttpMethod.Post, url, body);
        // Signed anew at each attempt: receivers refuse old times.
        var seconds = now.ToUnixTimeSeconds();
        request.Headers.Add("webhook-id", notification.Id);
        request.Headers.Add("webhook-timestamp", seconds.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", Sign(secret, notification.Id, seconds, body));
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        return AlertAnswer.Of(response);
    }
}
