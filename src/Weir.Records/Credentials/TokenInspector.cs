using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Weir.Records.Credentials;

/// <summary>Reads JSON Web Tokens (RFC 7519) as they pass. A token seen lately is not looked at again; nothing of it is kept but a hash.</summary>
internal sealed class TokenInspector
{
    /// <summary>Tokens that are remembered, with their verdict.</summary>
    private const int Remembered = 512;

    /// <summary>Tokens beyond this many bytes are not looked into.</summary>
    private const int MaxTokenBytes = 8 * 1024;

    /// <summary>New tokens that are looked into in a second of traffic: trying all keys on one takes tens of microseconds. Others are told without flaws.</summary>
    private const int MaxNewPerSecond = 200;

    private const int MaxRoleLength = 32;

    private const long LongLifeSeconds = 5 * 24 * 3600;

    /// <summary>Keys of documentation, examples and the first lines of password lists. RFC 7515 A.1 has one too.</summary>
    private static readonly byte[][] s_knownKeys =
    [
        .. new[]
        {
            "secret", "your-256-bit-secret", "your-secret-key", "secretkey", "secret_key", "secret-key", "mysecret", "my-secret", "mysecretkey", "my_secret_key", "changeme",
            "change-me", "changeit", "password", "password123", "123456", "12345678", "1234567890", "admin", "test", "testsecret", "test-secret", "jwt", "jwtsecret", "jwt-secret",
            "jwt_secret", "jwtSecret", "jwtSecretKey", "supersecret", "super-secret", "super_secret", "supersecretkey", "topsecret", "token", "tokensecret", "key", "private", "privatekey",
            "default", "example", "hmac", "hmac-secret", "shhhhh", "shhhhhhared-secret", "s3cr3t", "qwerty", "letmein", "keyboard cat", "development", "dev", "dev-secret", "app-secret",
            "session", "access", "authsecret", "auth-secret", "a-string-secret-at-least-256-bits-long", "your-512-bit-secret", "your-384-bit-secret", "secret123", "",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    private readonly Dictionary<ulong, (CredentialFlaws Flaws, string? Role)> _seen = [];
    private long _second;
    private int _freshInSecond;

    /// <param name="token">Three parts with dots.</param>
    /// <param name="timeNs">Of the call, Unix nanoseconds.</param>
    /// <param name="flaws">None when nothing is wrong.</param>
    /// <param name="role">Null when it names none that may be told.</param>
    /// <returns>False when it is no token, or too many new ones came within this second.</returns>
    public bool TryInspect(ReadOnlySpan<char> token, long timeNs, out CredentialFlaws flaws, out string? role)
    {
        (flaws, role) = (CredentialFlaws.None, null);
        if (token.Length is < 10 or > MaxTokenBytes || token.Count('.') != 2) return false;
        var key = Key(token);
        if (_seen.TryGetValue(key, out var known))
        {
            (flaws, role) = known;
            return true;
        }

        if (!MayLookAtNew(timeNs)) return false;
        var first = token.IndexOf('.');
        var last = token.LastIndexOf('.');
        using var header = Part(token[..first]);
        using var claims = Part(token[(first + 1)..last]);
        if (header is null || claims is null) return false;
        var algorithm = Text(header.RootElement, "alg");
        if (algorithm is null || algorithm.Equals("none", StringComparison.OrdinalIgnoreCase)) flaws |= CredentialFlaws.Unsigned;
        if (Seconds(claims.RootElement, "exp") is not { } end) flaws |= CredentialFlaws.WithoutExpiry;
        else if (end - (timeNs / 1_000_000_000) > LongLifeSeconds) flaws |= CredentialFlaws.LongLived;
        if (IsKnownKey(algorithm, token[..last], token[(last + 1)..])) flaws |= CredentialFlaws.KnownKey;
        role = Role(Text(claims.RootElement, "role") ?? Text(claims.RootElement, "roles") ?? Text(claims.RootElement, "scope"));
        if (_seen.Count >= Remembered) _seen.Clear();
        _seen[key] = (flaws, role);
        return true;
    }

    private bool MayLookAtNew(long timeNs)
    {
        var second = timeNs / 1_000_000_000;
        if (second != _second) (_second, _freshInSecond) = (second, 0);
        return _freshInSecond++ < MaxNewPerSecond;
    }

    /// <summary>The first word of a role or scope. What may be a name, an address or a number of somebody is no role that can be told.</summary>
    private static string? Role(string? text)
    {
        if (text is null) return null;
        var space = text.IndexOf(' ');
        var word = space < 0 ? text : text[..space];
        if (word.Length is 0 or > MaxRoleLength || !char.IsAsciiLetter(word[0]) || word.Count(char.IsAsciiDigit) > 2) return null;
        foreach (var c in word)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-' or ':' or '.' or '/')) return null;
        return word;
    }

    private static ulong Key(ReadOnlySpan<char> token)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(System.Runtime.InteropServices.MemoryMarshal.AsBytes(token), hash);
        return BitConverter.ToUInt64(hash);
    }

    private static bool IsKnownKey(string? algorithm, ReadOnlySpan<char> signed, ReadOnlySpan<char> signature)
    {
        if (algorithm is not ("HS256" or "HS384" or "HS512")) return false;
        var expected = new byte[Base64Url.GetMaxDecodedLength(signature.Length)];
        if (!Base64Url.TryDecodeFromChars(signature, expected, out var length)) return false;
        var text = Encoding.ASCII.GetBytes(signed.ToString());
        Span<byte> mac = stackalloc byte[64];
        foreach (var key in s_knownKeys)
        {
            var size = algorithm switch
            {
                "HS256" => HMACSHA256.HashData(key, text, mac),
                "HS384" => HMACSHA384.HashData(key, text, mac),
                _ => HMACSHA512.HashData(key, text, mac),
            };
            if (mac[..size].SequenceEqual(expected.AsSpan(0, length))) return true;
        }

        return false;
    }

    private static JsonDocument? Part(ReadOnlySpan<char> text)
    {
        var bytes = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        try
        {
            if (!Base64Url.TryDecodeFromChars(text, bytes, out var length)) return null;
            var document = JsonDocument.Parse(bytes.AsMemory(0, length));
            if (document.RootElement.ValueKind == JsonValueKind.Object) return document;
            document.Dispose();
            return null;
        }
        catch (Exception broken) when (broken is JsonException or FormatException)
        {
            // Not a token then; the decoder and the parser tell it in no other way.
            return null;
        }
    }

    private static string? Text(JsonElement element, string name)
    {
        if (!element.TryGetProperty(name, out var value)) return null;
        if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0) value = value[0];
        if (value.ValueKind != JsonValueKind.String) return null;
        var text = value.GetString()!;
        return text.Length <= 64 ? text : text[..64];
    }

    private static long? Seconds(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var seconds) && Math.Abs(seconds) < 1e15 ? (long)seconds : null;
}
