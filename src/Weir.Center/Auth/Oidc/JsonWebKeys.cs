using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace Weir.Center.Auth.Oidc;

/// <summary>Public keys of a provider (RFC 7517), each good for the algorithms of its type alone. Immutable.</summary>
internal sealed class JsonWebKeys
{
    private const int MinRsaBits = 2048;

    /// <summary>Bytes of a modulus with a sign: 8192 bits. Each signature costs with the cube of it.</summary>
    private const int MaxModulusBytes = 1025;

    /// <summary>Bytes of an exponent; 65537 has three.</summary>
    private const int MaxExponentBytes = 8;

    private const int MaxKeys = 64;

    private readonly List<(string? Id, string? Algorithm, Func<string, byte[], byte[], bool> Verify, bool IsRsa)> _keys = [];

    /// <summary>Keys of types, curves, lengths or uses that are not taken are left out.</summary>
    public static JsonWebKeys Read(JsonElement document)
    {
        var keys = new JsonWebKeys();
        if (document.ValueKind != JsonValueKind.Object || !document.TryGetProperty("keys", out var list) || list.ValueKind != JsonValueKind.Array) return keys;
        foreach (var one in list.EnumerateArray().Take(MaxKeys))
        {
            if (one.ValueKind != JsonValueKind.Object || Text(one, "use") is not (null or "sig")) continue;
            if (Text(one, "kty") == "RSA" && Rsa(one) is { } rsa) keys._keys.Add((Text(one, "kid"), Text(one, "alg"), (algorithm, data, signature) => VerifyRsa(rsa, algorithm, data, signature), true));
            if (Text(one, "kty") == "EC" && Curve(one) is { } curve) keys._keys.Add((Text(one, "kid"), Text(one, "alg"), (_, data, signature) => VerifyCurve(curve, data, signature), false));
        }

        return keys;
    }

    public int Count => _keys.Count;

    public bool Has(string? id) => _keys.Exists(key => key.Id == id);

    /// <summary>Whether one of the keys that this may be signed with did so. A token that names no key may be of any.</summary>
    /// <param name="id">Key that the token names; null for none.</param>
    /// <param name="algorithm">RS256, PS256 or ES256.</param>
    /// <param name="data">What was signed.</param>
    /// <param name="signature">The signature.</param>
    public bool Verify(string? id, string algorithm, byte[] data, byte[] signature) => _keys.Exists(key =>
        (id is null || key.Id == id) && (key.Algorithm is null || key.Algorithm == algorithm) && key.IsRsa == (algorithm != "ES256") && key.Verify(algorithm, data, signature));

    private static bool VerifyRsa(RSAParameters parameters, string algorithm, byte[] data, byte[] signature)
    {
        using var rsa = RSA.Create(parameters);
        return rsa.VerifyData(data, signature, HashAlgorithmName.SHA256, algorithm == "PS256" ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1);
    }

    private static bool VerifyCurve(ECParameters parameters, byte[] data, byte[] signature)
    {
        using var curve = ECDsa.Create(parameters);
        return curve.VerifyData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    private static RSAParameters? Rsa(JsonElement one)
    {
        if (Bytes(one, "n") is not { Length: <= MaxModulusBytes } modulus || Bytes(one, "e") is not { Length: <= MaxExponentBytes } exponent) return null;
        var parameters = new RSAParameters { Modulus = modulus, Exponent = exponent };
        try
        {
            using var rsa = RSA.Create(parameters);
            return rsa.KeySize >= MinRsaBits ? parameters : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static ECParameters? Curve(JsonElement one)
    {
        if (Text(one, "crv") != "P-256" || Bytes(one, "x") is not { Length: 32 } x || Bytes(one, "y") is not { Length: 32 } y) return null;
        var parameters = new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = x, Y = y } };
        try
        {
            using var curve = ECDsa.Create(parameters);
            return parameters;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement one, string name) => one.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>Null also where there are none: a text of blanks is valid, and the framework's reader of keys wants a first byte.</summary>
    private static byte[]? Bytes(JsonElement one, string name) =>
        Text(one, name) is { } text && Base64Url.IsValid(text) && Base64Url.DecodeFromChars(text) is { Length: > 0 } bytes ? bytes : null;
}
