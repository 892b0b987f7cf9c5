using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Weir.Kubernetes.TestServer;

/// <summary>Who may come in, and what they may not do. Thread-safe.</summary>
public sealed class Access
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, string> _tokens = new(StringComparer.Ordinal);
    private readonly HashSet<string> _forbidden = new(StringComparer.Ordinal);

    /// <summary>Lets a token in as a user.</summary>
    public void Accept(string token, string user)
    {
        lock (_gate) _tokens[token] = user;
    }

    /// <summary>A token has expired.</summary>
    public void Revoke(string token)
    {
        lock (_gate) _tokens.Remove(token);
    }

    /// <summary>Nobody may do this; <c>*</c> stands for every verb.</summary>
    public void Forbid(string verb, string plural)
    {
        lock (_gate) _forbidden.Add($"{verb} {plural}");
    }

    public void Allow(string verb, string plural)
    {
        lock (_gate) _forbidden.Remove($"{verb} {plural}");
    }

    public bool May(string verb, string plural)
    {
        lock (_gate) return !_forbidden.Contains($"{verb} {plural}") && !_forbidden.Contains($"* {plural}");
    }

    /// <exception cref="ApiException">401: nobody that is known.</exception>
    public string UserOf(HttpContext context)
    {
        if (context.Connection.ClientCertificate is { } certificate) return certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        var header = context.Request.Headers.Authorization.ToString();
        lock (_gate)
        {
            if (header.StartsWith("Bearer ", StringComparison.Ordinal) && _tokens.TryGetValue(header["Bearer ".Length..], out var user)) return user;
        }

        throw new ApiException(401, "Unauthorized", "Unauthorized");
    }

    /// <exception cref="ApiException">403, in the words of the RBAC authorizer.</exception>
    public void Check(string user, string verb, ApiType type, string? space, string? name)
    {
        if (May(verb, type.Plural)) return;
        var where = space is null ? "at the cluster scope" : $"in the namespace \"{space}\"";
        var what = name is null ? type.Resource : $"{type.Resource} \"{name}\"";
        throw new ApiException(403, "Forbidden", $"{what} is forbidden: User \"{user}\" cannot {verb} resource \"{type.Plural}\" in API group \"{type.Group}\" {where}")
        {
            Details = name is null
                ? new JsonObject { ["group"] = type.Group, ["kind"] = type.Plural }
                : new JsonObject { ["name"] = name, ["group"] = type.Group, ["kind"] = type.Plural },
        };
    }
}

/// <summary>An authority made for one run, with which servers and clients are signed.</summary>
public sealed class TestAuthority : IDisposable
{
    private readonly X509Certificate2 _authority;

    public TestAuthority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=weir-test-authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        _authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(2));
    }

    public string Pem => _authority.ExportCertificatePem();

    /// <summary>A certificate with its key, both as PEM.</summary>
    public (string Certificate, string Key) Issue(string name, bool isServer, string dnsName = "localhost")
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(isServer ? "1.3.6.1.5.5.7.3.1" : "1.3.6.1.5.5.7.3.2")], false));
        if (isServer)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(dnsName);
            names.AddIpAddress(System.Net.IPAddress.Loopback);
            request.CertificateExtensions.Add(names.Build());
        }

        using var certificate = request.Create(_authority, DateTimeOffset.UtcNow.AddMinutes(-30), DateTimeOffset.UtcNow.AddHours(1), RandomNumberGenerator.GetBytes(8));
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    public bool Signed(X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.Add(_authority);
        return chain.Build(certificate);
    }

    public void Dispose() => _authority.Dispose();
}
