using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Weir.Export.Alerts;

/// <summary>The key file of a service account, as Google Cloud gives it out.</summary>
/// <param name="Email">client_email.</param>
/// <param name="KeyId">private_key_id; null without.</param>
/// <param name="Key">Signs assertions; never disposed, as long-lived as its channel.</param>
/// <param name="TokenUrl">token_uri.</param>
public sealed record GoogleServiceAccount(string Email, string? KeyId, RSA Key, Uri TokenUrl)
{
    /// <summary>Reads the JSON of a key file.</summary>
    /// <param name="json">The file.</param>
    /// <param name="account">The account.</param>
    /// <param name="error">What is wrong with it, without its content.</param>
    [SuppressMessage("Reliability", "CA2000", Justification = "The key lives as long as the account.")]
    public static bool TryRead(string json, [NotNullWhen(true)] out GoogleServiceAccount? account, [NotNullWhen(false)] out string? error)
    {
        account = null;
        try
        {
            var file = JsonNode.Parse(json) as JsonObject;
            if ((string?)file?["type"] != "service_account")
            {
                error = "is no key of a service account: \"type\" is not service_account";
                return false;
            }

            if ((string?)file["client_email"] is not { Length: > 0 } email || (string?)file["private_key"] is not { Length: > 0 } pem)
            {
                error = "has no client_email or no private_key";
                return false;
            }

            var key = RSA.Create();
            key.ImportFromPem(pem);
            account = new GoogleServiceAccount(email, (string?)file["private_key_id"], key, new Uri((string?)file["token_uri"] ?? "https://oauth2.googleapis.com/token"));
            error = null;
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException or CryptographicException or UriFormatException)
        {
            error = "cannot be read: it is no JSON, or its private key is none";
            return false;
        }
    }
}

/// <summary>
/// Access tokens for a service account: a signed assertion is exchanged for a token (RFC 7523; developers.google.com, "Using OAuth 2.0 for Server to
/// Server Applications"). One caller at a time.
/// </summary>
internal sealed class GoogleAccessToken(GoogleServiceAccount account)
{
    private const string Scope = "https://www.googleapis.com/auth/userinfo.email https://www.googleapis.com/auth/firebase.database";

    /// <summary>Tokens are renewed so long before they end, for clocks that differ.</summary>
    private static readonly TimeSpan s_early = TimeSpan.FromMinutes(5);

    /// <summary>Whatever a server says, a token is asked for again after this.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(1);

    private string? _token;
    private DateTimeOffset _until;

    public void Forget() => _token = null;

    /// <summary>A token, or what the token server made of it.</summary>
    public async Task<(string? Token, AlertAnswer Problem)> GetAsync(HttpClient http, DateTimeOffset now, CancellationToken cancellation)
    {
        if (_token is not null && now < _until) return (_token, default);
        using var request = new HttpRequestMessage(HttpMethod.Post, account.TokenUrl)
        {
            Content = new FormUrlEncodedContent(
            [
                new("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), new("assertion", Assertion(now)),
            ]),
        };
        using var response = await http.SendAsync(request, cancellation);
        if (!response.IsSuccessStatusCode)
        {
            // A key that was withdrawn (400 invalid_grant) is a matter of the configuration, not of this alert.
            var answer = AlertAnswer.Of(response);
            return (null, answer with { Outcome = AlertOutcome.Later, Problem = $"no access token: {AlertRequests.Origin(account.TokenUrl)} answered {(int)response.StatusCode}" });
        }

        try
        {
            var body = JsonNode.Parse(await response.Content.ReadAsByteArrayAsync(cancellation));
            _token = (string?)body?["access_token"];
            _until = now + TimeSpan.FromSeconds(Math.Clamp((double?)body?["expires_in"] ?? 3600, 0, s_longest.TotalSeconds)) - s_early;
            // What stands in a header has no blanks, no controls and nothing beyond ASCII (RFC 6750 §2.1).
            if (_token is not null && (_token.Length == 0 || _token.AsSpan().ContainsAnyExceptInRange('!', '~'))) _token = null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            _token = null;
        }

        return _token is null ? (null, new AlertAnswer(AlertOutcome.Later, $"{AlertRequests.Origin(account.TokenUrl)} answered without an access token")) : (_token, default);
    }

    private string Assertion(DateTimeOffset now)
    {
        var header = new JsonObject { ["alg"] = "RS256", ["typ"] = "JWT" };
        if (account.KeyId is { } id) header["kid"] = id;
        var claims = new JsonObject
        {
            ["iss"] = account.Email, ["scope"] = Scope, ["aud"] = account.TokenUrl.AbsoluteUri,
            ["iat"] = now.ToUnixTimeSeconds(), ["exp"] = now.AddHours(1).ToUnixTimeSeconds(),
        };
        var signed = $"{Encode(header)}.{Encode(claims)}";
        var signature = account.Key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return string.Create(CultureInfo.InvariantCulture, $"{signed}.{Base64Url.EncodeToString(signature)}");
    }

    private static string Encode(JsonObject json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));
}
