using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Weir.Center.Tests.Auth.Oidc;

/// <summary>
/// A provider of OpenID Connect for tests, strict about what clients send: it refuses what RFC 6749, RFC 7636 and OpenID Connect Core do not allow, and
/// gives tokens as the test wants them, wrong ones included.
/// </summary>
internal sealed class StandInProvider : IAsyncDisposable
{
    public const string ClientId = "weir-test-client";
    public const string ClientSecret = "made up: secret & synthetic";

    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, (string Challenge, string Callback, string Nonce)> _codes = new();
    private readonly List<(string Id, RSA? Rsa, ECDsa? Curve)> _keys = [];

    private StandInProvider(WebApplication app) => _app = app;

    /// <summary>As tokens name it.</summary>
    public string Issuer { get; private set; } = "";

    /// <summary>Changes the claims of the next tokens.</summary>
    public Action<JsonObject> Claims { get; set; } = static _ => { };

    /// <summary>Makes the next tokens otherwise; gets the claims.</summary>
    public Func<JsonObject, string>? Forge { get; set; }

    /// <summary>Answers of every route, instead of its own; 0 for none.</summary>
    public int Failing { get; set; }

    /// <summary>Further members of the discovery document.</summary>
    public Action<JsonObject> Discovery { get; set; } = static _ => { };

    /// <summary>What clients did wrong.</summary>
    public ConcurrentQueue<string> Complaints { get; } = new();

    /// <summary>Requests by path.</summary>
    public ConcurrentDictionary<string, int> Requests { get; } = new();

    public static async Task<StandInProvider> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var provider = new StandInProvider(builder.Build());
        provider._app.Run(provider.HandleAsync);
        await provider._app.StartAsync();
        provider.Issuer = provider._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        provider.Rotate();
        return provider;
    }

    /// <summary>Another pair of keys; those of before are forgotten.</summary>
    public void Rotate()
    {
        lock (_keys)
        {
            var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));
            _keys.Clear();
            _keys.Add(($"rsa-{id}", RSA.Create(2048), null));
            _keys.Add(($"ec-{id}", null, ECDsa.Create(ECCurve.NamedCurves.nistP256)));
        }
    }

    /// <summary>What a token of somebody says at first.</summary>
    public JsonObject Subject(string? nonce = null) => new()
    {
        ["iss"] = Issuer, ["sub"] = "subject-1", ["aud"] = ClientId, ["exp"] = DateTimeOffset.UtcNow.AddMinutes(5).ToUnixTimeSeconds(), ["iat"] = DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
        ["preferred_username"] = "Eve", ["groups"] = new JsonArray("weir-viewers"), ["nonce"] = nonce,
    };

    public string Sign(JsonObject claims, string algorithm = "RS256", Action<JsonObject>? header = null)
    {
        lock (_keys)
        {
            var key = _keys.First(one => one.Rsa is not null == (algorithm != "ES256"));
            var head = new JsonObject { ["alg"] = algorithm, ["typ"] = "JWT", ["kid"] = key.Id };
            header?.Invoke(head);
            var text = $"{Encode(head)}.{Encode(claims)}";
            var data = Encoding.ASCII.GetBytes(text);
            var signature = algorithm switch
            {
                "RS256" => key.Rsa!.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
                "PS256" => key.Rsa!.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
                "RS512" => key.Rsa!.SignData(data, HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1),
                // The old trick: the public key taken for the secret of a MAC.
                "HS256" => HMACSHA256.HashData(key.Rsa!.ExportRSAPublicKey(), data),
                "none" => [],
                _ => key.Curve!.SignData(data, HashAlgorithmName.SHA256),
            };
            return $"{text}.{Base64Url.EncodeToString(signature)}";
        }
    }

    public static string Encode(JsonNode part) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(part.ToJsonString()));

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        Requests.AddOrUpdate(context.Request.Path, 1, static (_, count) => count + 1);
        if (Failing != 0)
        {
            context.Response.StatusCode = Failing;
            return;
        }

        switch (context.Request.Method + " " + context.Request.Path)
        {
            case "GET /.well-known/openid-configuration":
                var document = new JsonObject
                {
                    ["issuer"] = Issuer, ["authorization_endpoint"] = $"{Issuer}/authorize", ["token_endpoint"] = $"{Issuer}/token", ["jwks_uri"] = $"{Issuer}/keys",
                    ["response_types_supported"] = new JsonArray("code"), ["subject_types_supported"] = new JsonArray("public"), ["id_token_signing_alg_values_supported"] = new JsonArray("RS256", "ES256", "PS256"),
                };
                Discovery(document);
                await context.Response.WriteAsync(document.ToJsonString());
                break;
            case "GET /keys": await context.Response.WriteAsync(Keys()); break;
            case "GET /authorize": Authorize(context); break;
            case "POST /token": await TokenAsync(context); break;
            default: context.Response.StatusCode = 404; break;
        }
    }

    private string Keys()
    {
        lock (_keys)
        {
            var keys = new JsonArray();
            foreach (var (id, rsa, curve) in _keys)
            {
                if (rsa?.ExportParameters(false) is { } one)
                    keys.Add(new JsonObject { ["kty"] = "RSA", ["use"] = "sig", ["kid"] = id, ["n"] = Base64Url.EncodeToString(one.Modulus), ["e"] = Base64Url.EncodeToString(one.Exponent) });
                if (curve?.ExportParameters(false) is { } two)
                    keys.Add(new JsonObject { ["kty"] = "EC", ["crv"] = "P-256", ["use"] = "sig", ["alg"] = "ES256", ["kid"] = id, ["x"] = Base64Url.EncodeToString(two.Q.X), ["y"] = Base64Url.EncodeToString(two.Q.Y) });
            }

            // What clients have to pass over.
            keys.Add(new JsonObject { ["kty"] = "oct", ["kid"] = "secret", ["k"] = "AAAA" });
            keys.Add(new JsonObject { ["kty"] = "RSA", ["use"] = "enc", ["kid"] = "enc", ["n"] = "AQAB", ["e"] = "AQAB" });
            return new JsonObject { ["keys"] = keys }.ToJsonString();
        }
    }

    /// <summary>Somebody logs in at once, and is sent back with a code.</summary>
    private void Authorize(HttpContext context)
    {
        var query = context.Request.Query;
        Expect(query["response_type"] == "code", "response_type is not code");
        Expect(query["client_id"] == ClientId, "client_id is another");
        Expect(query["scope"].ToString().Split(' ').Contains("openid"), "scope has no openid");
        Expect(query["state"].ToString().Length >= 32 && query["nonce"].ToString().Length >= 32, "state or nonce is short");
        Expect(query["code_challenge_method"] == "S256" && query["code_challenge"].ToString().Length == 43, "no PKCE");
        var code = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        _codes[code] = (query["code_challenge"].ToString(), query["redirect_uri"].ToString(), query["nonce"].ToString());
        context.Response.Redirect($"{query["redirect_uri"]}?code={code}&state={Uri.EscapeDataString(query["state"].ToString())}&iss={Uri.EscapeDataString(Issuer)}");
    }

    private async Task TokenAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync();
        var expected = "Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes($"{WebUtility.UrlEncode(ClientId)}:{WebUtility.UrlEncode(ClientSecret)}"));
        Expect(context.Request.Headers.Authorization == expected, "the client did not authenticate");
        Expect(form["grant_type"] == "authorization_code", "grant_type is another");
        if (!_codes.TryRemove(form["code"].ToString(), out var begun))
        {
            context.Response.StatusCode = 400;
            await context.Response.WriteAsync("{\"error\":\"invalid_grant\"}");
            return;
        }

        Expect(begun.Callback == form["redirect_uri"], "redirect_uri is another");
        Expect(begun.Challenge == Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString()))), "code_verifier does not fit");
        var claims = Subject(begun.Nonce);
        Claims(claims);
        await context.Response.WriteAsync(new JsonObject
        {
            ["token_type"] = "Bearer", ["access_token"] = "opaque", ["expires_in"] = 300, ["id_token"] = Forge is { } forge ? forge(claims) : Sign(claims),
        }.ToJsonString());
    }

    private void Expect(bool condition, string complaint)
    {
        if (!condition) Complaints.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{complaint}"));
    }
}
