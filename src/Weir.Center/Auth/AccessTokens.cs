using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Weir.Records.Json;

namespace Weir.Center.Auth;

/// <summary>What an access token says.</summary>
/// <param name="Subject">User.</param>
/// <param name="Id">Of the session (<c>jti</c>).</param>
/// <param name="Stamp">State of the user it was issued for.</param>
/// <param name="IssuedAt">To the second.</param>
/// <param name="ExpiresAt">To the second; it no longer holds then.</param>
internal sealed record AccessClaims(string Subject, string Id, string Stamp, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt);

/// <summary>
/// Access tokens: JSON Web Tokens (RFC 7519) in JWS compact form (RFC 7515), HMAC-SHA256 with a key named by <c>kid</c>. Nothing in a token
/// chooses how it is checked: another <c>alg</c>, a missing or further member of the header, or a second spelling of the signature is
/// refused (RFC 8725 §3.1). docs/decisions/0017-accounts.md says why no library does this.
/// </summary>
internal sealed class AccessTokens(SigningKeys keys, AuthOptions options)
{
    private const string Issuer = "weir";
    private const string Algorithm = "HS256";

    /// <summary>Levels of nesting of what is signed here.</summary>
    private const int MaxDepth = 4;

    public (string Token, AccessClaims Claims) Issue(User user)
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(options.Time.GetUtcNow().ToUnixTimeSeconds());
        var claims = new AccessClaims(user.Name, Credentials.NewId(), user.Stamp, now, now + options.TokenLifetime);
        var key = keys.Current();
        var header = new JsonObject { ["alg"] = Algorithm, ["typ"] = "JWT", ["kid"] = key.Id };
        var payload = new JsonObject
        {
            ["iss"] = Issuer,
            ["sub"] = claims.Subject,
            ["jti"] = claims.Id,
            ["stamp"] = claims.Stamp,
            ["iat"] = claims.IssuedAt.ToUnixTimeSeconds(),
            ["exp"] = claims.ExpiresAt.ToUnixTimeSeconds(),
            // For who reads the token; what counts is the role that the user has when it is shown.
            ["role"] = user.Role.Name(),
        };
        var text = $"{Encode(header)}.{Encode(payload)}";
        return ($"{text}.{Sign(text, key.Secret)}", claims);
    }

    /// <summary>Null unless the token was signed here and is not over. <paramref name="trouble"/> says why, for the one who shows it.</summary>
    public AccessClaims? Read(string token, out string trouble)
    {
        trouble = "the access token is not one of this center";
        if (token.Length > options.Limits.MaxTokenBytes || !Ascii.IsValid(token)) return null;
        var parts = token.Split('.');
        if (parts.Length != 3) return null;
        if (Parse(parts[0]) is not { } header || header.EnumerateObject().Count() != 3) return null;
        if (Text(header, "alg") != Algorithm || Text(header, "typ") != "JWT" || Text(header, "kid") is not { } id || keys.Find(id) is not { } key) return null;
        var expected = Sign($"{parts[0]}.{parts[1]}", key.Secret);
        if (!CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(expected), Encoding.ASCII.GetBytes(parts[2]))) return null;
        if (Parse(parts[1]) is not { } payload || Text(payload, "iss") != Issuer) return null;
        if (Text(payload, "sub") is not { } subject || Text(payload, "jti") is not { } session || Text(payload, "stamp") is not { } stamp) return null;
        if (Time(payload, "iat") is not { } issuedAt || Time(payload, "exp") is not { } expiresAt) return null;
        trouble = "the access token is over";
        return options.Time.GetUtcNow() < expiresAt ? new AccessClaims(subject, session, stamp, issuedAt, expiresAt) : null;
    }

    internal static string Sign(string text, ReadOnlySpan<byte> secret) => Base64Url.EncodeToString(HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(text)));

    private static string Encode(JsonObject json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));

    /// <summary>Null when it is no JSON object in base64url.</summary>
    private static JsonElement? Parse(string part)
    {
        if (!Base64Url.IsValid(part)) return null;
        var json = Base64Url.DecodeFromChars(part);
        // Nothing here needs an escape.
        return !json.AsSpan().Contains((byte)'\\') && WholeJson.TryParse(json, out var found, MaxDepth) && found.ValueKind == JsonValueKind.Object ? found : null;
    }

    private static string? Text(JsonElement holder, string name) =>
        holder.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static DateTimeOffset? Time(JsonElement holder, string name) =>
        holder.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var seconds)
        && seconds is >= 0 and < 1L << 37
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;
}
