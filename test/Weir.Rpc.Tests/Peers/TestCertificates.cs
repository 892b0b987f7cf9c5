using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Weir.Rpc.Tests.Peers;

/// <summary>An authority, a server and a client of its, and a client of another authority, made for one test and written as PEM.</summary>
internal sealed class TestCertificates : IDisposable
{
    private const string ServerAuth = "1.3.6.1.5.5.7.3.1";

    private const string ClientAuth = "1.3.6.1.5.5.7.3.2";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("weir-rpc-");

    public TestCertificates()
    {
        using var authority = Authority("Test authority");
        using var other = Authority("Another authority");
        Authorities = [X509CertificateLoader.LoadCertificate(authority.RawData)];
        Server = Issue(authority, "localhost", ServerAuth, "server");
        Client = Issue(authority, "probe-1", ClientAuth, "client");
        Stranger = Issue(other, "probe-1", ClientAuth, "stranger");
        File.WriteAllText(System.IO.Path.Combine(Path, "ca.pem"), authority.ExportCertificatePem());
    }

    public string Path => _folder.FullName;

    public X509Certificate2Collection Authorities { get; }

    public X509Certificate2 Server { get; }

    public X509Certificate2 Client { get; }

    /// <summary>Of an authority that nobody trusts.</summary>
    public X509Certificate2 Stranger { get; }

    public void Dispose()
    {
        foreach (var one in new[] { Server, Client, Stranger, Authorities[0] }) one.Dispose();
        _folder.Delete(recursive: true);
    }

    private static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(2));
    }

    private X509Certificate2 Issue(X509Certificate2 authority, string name, string usage, string file)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        using var issued = request.Create(authority, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1), RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(System.IO.Path.Combine(Path, $"{file}.pem"), issued.ExportCertificatePem());
        File.WriteAllText(System.IO.Path.Combine(Path, $"{file}.key"), key.ExportPkcs8PrivateKeyPem());
        return issued.CopyWithPrivateKey(key);
    }
}
