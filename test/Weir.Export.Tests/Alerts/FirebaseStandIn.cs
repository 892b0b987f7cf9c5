using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Weir.Testing.Alerts;

/// <summary>Google's token endpoint and a Realtime Database behind one address. Assertions are verified with the account's public key.</summary>
internal sealed partial class FirebaseStandIn : StandIn
{
    private const string Email = "alerts@synthetic.iam.gserviceaccount.example";

    private readonly RSA _key = RSA.Create(2048);
    private string? _token;

    /// <summary>Records below <c>alerts</c>, by key.</summary>
    public ConcurrentDictionary<string, JsonObject> Alerts { get; } = new(StringComparer.Ordinal);

    public int Writes { get; private set; }

    public int Tokens { get; private set; }

    /// <summary>A key file that leads here.</summary>
    public string KeyFile => new JsonObject
    {
        ["type"] = "service_account", ["project_id"] = "synthetic", ["private_key_id"] = "synthetic-key", ["private_key"] = _key.ExportPkcs8PrivateKeyPem(),
        ["client_email"] = Email, ["token_uri"] = new Uri(Address, "/token").AbsoluteUri,
    }.ToJsonString();

    /// <summary>The token that was given is no longer good.</summary>
    public void Revoke() => _token = null;

    protected override (int Status, string Body) Take(HttpRequest request, byte[] body) => request.Path == "/token" ? Token(request, body) : Write(request, body);

    private (int Status, string Body) Token(HttpRequest request, byte[] body)
    {
        if (request.Method != "POST" || request.ContentType != "application/x-www-form-urlencoded") return Refuse(400, "token: no form");
        var form = QueryHelpers.ParseQuery(Encoding.UTF8.GetString(body));
        if (form["grant_type"] != "urn:ietf:params:oauth:grant-type:jwt-bearer") return Refuse(400, "token: unsupported_grant_type");
        var parts = form["assertion"].ToString().Split('.');
        if (parts.Length != 3) return Refuse(400, "token: no JWT");
        if (!_key.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))
            return Refuse(400, "token: the signature is wrong");
        var (header, claims) = (JsonNode.Parse(Base64Url.DecodeFromChars(parts[0]))!, JsonNode.Parse(Base64Url.DecodeFromChars(parts[1]))!);
        var (issued, expires) = ((long)claims["iat"]!, (long)claims["exp"]!);
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        if ((string?)header["alg"] != "RS256" || (string?)header["kid"] != "synthetic-key") return Refuse(400, "token: the header is wrong");
        if ((string?)claims["iss"] != Email || (string?)claims["aud"] != new Uri(Address, "/token").AbsoluteUri) return Refuse(400, "token: iss or aud is wrong");
        if (issued > now + 60 || issued < now - 300 || expires <= issued || expires > issued + 3600) return Refuse(400, "token: iat or exp is wrong");
        if ((string?)claims["scope"] != "https://www.googleapis.com/auth/userinfo.email https://www.googleapis.com/auth/firebase.database") return Refuse(400, "token: scope is wrong");
        _token = $"synthetic-{++Tokens}";
        return (200, new JsonObject { ["access_token"] = _token, ["expires_in"] = 3599, ["token_type"] = "Bearer" }.ToJsonString());
    }

    private (int Status, string Body) Write(HttpRequest request, byte[] body)
    {
        if (_token is null || request.Headers.Authorization != $"Bearer {_token}") return (401, "{\"error\":\"Unauthorized request.\"}");
        if (request.Method != "PUT" || Place().Match(request.Path) is not { Success: true } place) return Refuse(405, $"{request.Method} {request.Path}");
        if (request.QueryString.Value != "?print=silent") return Refuse(400, $"query {request.QueryString}");
        var record = JsonNode.Parse(body)!.AsObject();
        if (!KeysAreGood(record)) return Refuse(400, "Invalid data; couldn't parse JSON object: a key has one of . $ # [ ] /");
        if ((string?)record["message"] is not ("Anomaly Detected" or "No Anomaly Detected") || (string?)record["status"] != "unread" || !DateTimeOffset.TryParse((string?)record["timestamp"], out _))
            return Refuse(400, "the record is none that readers know");
        Alerts[place.Groups["key"].Value] = record;
        Writes++;
        return (204, "");
    }

    private static bool KeysAreGood(JsonObject one) => one.All(static pair => pair.Key.Length > 0 && pair.Key.IndexOfAny(['.', '$', '#', '[', ']', '/']) < 0 && (pair.Value is not JsonObject inner || KeysAreGood(inner)));

    [GeneratedRegex(@"^/alerts/(?<key>[-0-9A-Z_a-z]{20})\.json\z")]
    private static partial Regex Place();
}
