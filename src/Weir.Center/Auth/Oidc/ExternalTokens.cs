using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Weir.Records.Json;

namespace Weir.Center.Auth.Oidc;

/// <summary>Who a provider says somebody is.</summary>
/// <param name="Subject">Never given to anybody else by this provider.</param>
/// <param name="Name">Folded, and a name that a user may have.</param>
/// <param name="Role">By the claim; null where it gives none.</param>
/// <param name="ExpiresAt">Of the token.</param>
internal sealed record ExternalIdentity(string Subject, string Name, Role? Role, DateTimeOffset ExpiresAt);

/// <summary>
/// Tokens of a provider: JSON Web Tokens signed with RS256, PS256 or ES256, and nothing else (RFC 8725 §3.1: the algorithm is chosen here, and has to be that of
/// the key). OpenID Connect Core §3.1.3.7 says what has to be checked.
/// </summary>
internal sealed class ExternalTokens(OidcOptions options, ProviderDocuments documents, TimeProvider time)
{
    /// <summary>Levels of nesting of a header or of claims.</summary>
    private const int MaxDepth = 16;

    private static readonly string[] s_algorithms = ["RS256", "PS256", "ES256"];

    /// <summary>Whether a token is for <see cref="ReadAsync"/> rather than one of the center's own.</summary>
    public static bool IsForeign(string token) =>
        token.Split('.') is [var header, _, _] && Parse(header) is { } head && s_algorithms.Contains(Text(head, "alg"));

    /// <summary>Checks a token.</summary>
    /// <param name="token">As shown.</param>
    /// <param name="nonce">Of the login that it answers; null for a token of the API.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>Who it is, or why it is nobody.</returns>
    /// <exception cref="OidcException">The provider cannot be asked for its keys.</exception>
    public async Task<(ExternalIdentity? Identity, string Trouble)> ReadAsync(string token, string? nonce, CancellationToken cancellation)
    {
        if (token.Length > options.Limits.MaxTokenBytes || !Ascii.IsValid(token) || token.Split('.') is not [var first, var second, var third]) return (null, "the token is no JSON Web Token");
        if (Parse(first) is not { } header || Text(header, "alg") is not { } algorithm || !s_algorithms.Contains(algorithm)) return (null, $"the token is not signed with {string.Join(", ", s_algorithms)}");
        // RFC 7515 §4.1.11: what must be understood is not understood here.
        if (header.TryGetProperty("crit", out _)) return (null, "the token asks for extensions that are not known here");
        var id = Text(header, "kid");
        if (!Base64Url.IsValid(third)) return (null, "the signature of the token is not right");
        var keys = await documents.KeysAsync(id, cancellation);
        if (!keys.Verify(id, algorithm, Encoding.ASCII.GetBytes($"{first}.{second}"), Base64Url.DecodeFromChars(third))) return (null, "the signature of the token is not right, or its key is not one of the provider's");
        if (Parse(second) is not { } claims) return (null, "the token holds no claims");
        return Trouble(claims, nonce) is { } trouble ? (null, trouble) : Identity(claims);
    }

    private string? Trouble(JsonElement claims, string? nonce)
    {
        if (Text(claims, "iss")?.TrimEnd('/') != options.Issuer.OriginalString.TrimEnd('/')) return "the token is of another issuer";
        var audiences = Texts(claims, "aud").ToList();
        // An answer to a login is for the client alone; access tokens may be for the API.
        var isForUs = audiences.Contains(options.ClientId) || (nonce is null && audiences.Intersect(options.Audiences).Any());
        if (!isForUs) return "the token is for another audience";
        if (nonce is not null && (audiences.Count > 1 || claims.TryGetProperty("azp", out _)) && Text(claims, "azp") != options.ClientId) return "the token was given to another party";
        var now = time.GetUtcNow();
        if (Time(claims, "exp") is not { } expires) return "the token says no end";
        if (now >= expires + options.Limits.ClockSkew) return "the token is over";
        if (claims.TryGetProperty("nbf", out _) && (Time(claims, "nbf") is not { } begins || now < begins - options.Limits.ClockSkew)) return "the token does not hold yet";
        if (Time(claims, "iat") is not { } issued || issued > now + options.Limits.ClockSkew) return "the token is of the future";
        if (nonce is not null && Text(claims, "nonce") != nonce) return "the token answers another login";
        return Text(claims, "sub") is { Length: > 0 and <= 255 } ? null : "the token names nobody";
    }

    private (ExternalIdentity? Identity, string Trouble) Identity(JsonElement claims)
    {
        var subject = Text(claims, "sub")!;
        var name = new[] { Text(claims, options.NameClaim), Text(claims, "email"), subject }.OfType<string>().Select(Credentials.Fold).FirstOrDefault(static one => Credentials.NameTrouble(one) is null);
        if (name is null) return (null, "the provider tells no name that can be one here (a-z, 0-9, '.', '_', '@', '-')");
        Role? best = null;
        foreach (var value in Texts(claims, options.RoleClaim))
            if (options.Roles.TryGetValue(value, out var role) && (best is null || role > best)) best = role;
        return (new ExternalIdentity(subject, name, best ?? options.DefaultRole, Time(claims, "exp")!.Value), "");
    }

    /// <summary>A text, or the texts of a list, at a name or a path of names.</summary>
    private static IEnumerable<string> Texts(JsonElement claims, string path)
    {
        if (!claims.TryGetProperty(path, out var value))
        {
            value = claims;
            foreach (var part in path.Split('.'))
                if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(part, out value)) return [];
        }

        return value.ValueKind switch
        {
            JsonValueKind.String => [value.GetString()!],
            JsonValueKind.Array => [.. value.EnumerateArray().Where(static one => one.ValueKind == JsonValueKind.String).Select(static one => one.GetString()!)],
            _ => [],
        };
    }

    /// <summary>Null when it is no JSON object in base64url.</summary>
    private static JsonElement? Parse(string part) =>
        Base64Url.IsValid(part) && WholeJson.TryParse(Base64Url.DecodeFromChars(part), out var found, MaxDepth) && found.ValueKind == JsonValueKind.Object ? found : null;

    private static string? Text(JsonElement one, string name) => one.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static DateTimeOffset? Time(JsonElement one, string name) =>
        one.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var seconds) && seconds is >= 0 and < 1L << 37
            ? DateTimeOffset.FromUnixTimeSeconds((long)seconds)
            : null;
}
