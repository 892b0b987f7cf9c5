using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Weir.Center.Auth;
using Weir.Center.Auth.Oidc;
using Weir.Records.Json;

namespace Weir.Fuzz.Peers;

/// <summary>
/// What a provider of logins says: its documents and keys over HTTP, and tokens that are signed by its key whatever they hold, and tokens that
/// are not.
/// </summary>
internal static class OidcTarget
{
    private const string KeyId = "one";

    private static readonly DateTimeOffset s_now = DateTimeOffset.FromUnixTimeSeconds(1_769_860_800);

    private static readonly ECDsa s_key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private static readonly RSA s_rsa = RSA.Create(2048);

    private static readonly Lazy<RawServer> s_server = new(static () => new RawServer());

    /// <summary>Discovery document, keys, answer of the token endpoint.</summary>
    public static FuzzTarget Documents { get; } = new("oidc-documents", SeedDocuments, ReadDocuments) { ShortRun = 300, Words = JsonWords.All };

    /// <summary>A set of keys, and a signature that none of them made.</summary>
    public static FuzzTarget Keys { get; } = new("oidc-keys", static () => [KeySet()], ReadKeys) { Words = JsonWords.All, ShortRun = 1000 };

    /// <summary>Header, claims and, where there is a third, a signature instead of the right one.</summary>
    public static FuzzTarget Tokens { get; } = new("oidc-tokens", SeedTokens, ReadToken) { Words = JsonWords.All, ShortRun = 1000 };

    private static readonly Lazy<ExternalTokens> s_tokens = new(static () =>
    {
        s_server.Value.Answer = static line => RawServer.Http(line.Contains("keys", StringComparison.Ordinal) ? KeySet() : Discovery());
        var options = Options();
        var documents = new ProviderDocuments(options, TimeProvider.System);
        documents.KeysAsync(KeyId, CancellationToken.None).GetAwaiter().GetResult();
        return new ExternalTokens(options, documents, new At(s_now));
    });

    private static OidcOptions Options() => new()
    {
        Issuer = s_server.Value.Address, ClientId = "weir", Roles = new Dictionary<string, Role> { ["ops"] = Role.Operator }, RoleClaim = "realm.roles", Limits = new OidcLimits { Timeout = TimeSpan.FromSeconds(10) },
    };

    private static byte[] Discovery() => Encoding.UTF8.GetBytes($$"""
        {"issuer":"{{s_server.Value.Address.OriginalString}}","authorization_endpoint":"{{s_server.Value.Address}}authorize","token_endpoint":"{{s_server.Value.Address}}token","jwks_uri":"{{s_server.Value.Address}}keys",
        "token_endpoint_auth_methods_supported":["client_secret_post",7,null],"authorization_response_iss_parameter_supported":true}
        """);

    private static byte[] KeySet()
    {
        var (curve, rsa) = (s_key.ExportParameters(false), s_rsa.ExportParameters(false));
        return Encoding.UTF8.GetBytes(
            $$"""{"keys":[{"kty":"EC","use":"sig","crv":"P-256","kid":"{{KeyId}}","alg":"ES256","x":"{{Text(curve.Q.X!)}}","y":"{{Text(curve.Q.Y!)}}"},{"kty":"RSA","kid":"two","n":"{{Text(rsa.Modulus!)}}","e":"{{Text(rsa.Exponent!)}}"},{"kty":"oct","k":"AAAA"}]}""");
    }

    private static List<byte[]> SeedDocuments() =>
    [
        Pieces.Join(Discovery(), KeySet(), """{"access_token":"x","token_type":"Bearer","id_token":"e30.e30.AA"}"""u8.ToArray()),
        Pieces.Join(Discovery(), """{"keys":[]}"""u8.ToArray(), """{"error":"invalid_grant","error_description":"no"}"""u8.ToArray()),
    ];

    private static List<byte[]> SeedTokens()
    {
        var header = Encoding.UTF8.GetBytes($$"""{"alg":"ES256","kid":"{{KeyId}}","typ":"JWT"}""");
        var claims = Encoding.UTF8.GetBytes(
            $$$"""{"iss":"{{{s_server.Value.Address.OriginalString}}}","aud":["weir"],"azp":"weir","exp":{{{s_now.ToUnixTimeSeconds() + 60}}},"nbf":1.5,"iat":1,"nonce":"n","sub":"s1","preferred_username":"ann","email":"a@b.example","realm":{"roles":["ops","x"]}}""");
        return [Pieces.Join(header, claims), Pieces.Join("""{"alg":"none"}"""u8.ToArray(), claims, []), Pieces.Join("""{"alg":"HS256","crit":["b64"]}"""u8.ToArray(), "{}"u8.ToArray(), new byte[64])];
    }

    private static void ReadDocuments(byte[] bytes)
    {
        var pieces = Pieces.Split(bytes);
        s_server.Value.Answer = line => RawServer.Http(Pieces.At(pieces, line.Contains("configuration", StringComparison.Ordinal) ? 0 : line.Contains("keys", StringComparison.Ordinal) ? 1 : 2));
        using var documents = new ProviderDocuments(Options(), TimeProvider.System);
        Told(() => documents.AddressesAsync(CancellationToken.None));
        Told(() => documents.KeysAsync(KeyId, CancellationToken.None));
        Told(async () =>
        {
            var (status, body) = await documents.PostAsync(new Uri(s_server.Value.Address, "token"), [new("code", "x")], null, CancellationToken.None);
            foreach (var one in (System.Net.HttpStatusCode[])[status, System.Net.HttpStatusCode.BadRequest])
            {
                var (token, trouble) = ExternalLogins.ReadToken(one, body);
                if (token is null == (trouble.Length == 0)) throw new InvalidOperationException("neither a token nor trouble, or both");
                if (trouble.Any(char.IsControl) || trouble.Length > 400) throw new InvalidOperationException($"'{trouble}' is said to people");
            }
        });
    }

    private static void Told(Func<Task> ask)
    {
        try
        {
            ask().GetAwaiter().GetResult();
        }
        catch (OidcException told)
        {
            if (told.Message.Length is 0 or > 500) throw new InvalidOperationException($"a message of {told.Message.Length} characters", told);
        }
    }

    private static void ReadKeys(byte[] bytes)
    {
        // What is none is told by who reads the answer: the target of documents.
        if (!WholeJson.Is(bytes, 32)) return;
        var keys = JsonWebKeys.Read(JsonElement.Parse(bytes, new JsonDocumentOptions { MaxDepth = 32 }));
        foreach (var algorithm in (string[])["RS256", "PS256", "ES256"])
            if (keys.Verify(null, algorithm, "data"u8.ToArray(), new byte[64])) throw new InvalidOperationException("a signature of zeroes is right");
    }

    private static void ReadToken(byte[] bytes)
    {
        var pieces = Pieces.Split(bytes);
        var signed = $"{Text(Pieces.At(pieces, 0))}.{Text(Pieces.At(pieces, 1))}";
        var forged = pieces.Count > 2;
        var signature = forged ? pieces[2] : s_key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256);
        var token = $"{signed}.{Text(signature)}";
        ExternalTokens.IsForeign(token);
        foreach (var nonce in (string?[])[null, "n"])
        {
            var (identity, trouble) = s_tokens.Value.ReadAsync(token, nonce, CancellationToken.None).GetAwaiter().GetResult();
            if (identity is null == (trouble.Length == 0)) throw new InvalidOperationException("neither somebody nor trouble, or both");
            if (identity is null) continue;
            if (forged) throw new InvalidOperationException("a forged token is somebody");
            if (Credentials.NameTrouble(identity.Name) is { } wrong) throw new InvalidOperationException(wrong);
        }
    }

    private static string Text(byte[] bytes) => Base64Url.EncodeToString(bytes);

    private sealed class At(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
