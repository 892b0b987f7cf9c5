using System.Security.Cryptography.X509Certificates;

namespace Weir.Kubernetes.Access;

/// <summary>Which API server, whom to trust, and as whom. Immutable; the credentials behind it renew themselves.</summary>
public sealed class ClusterAccess : IDisposable
{
    /// <summary>Where the kubelet mounts a pod's service account.</summary>
    public const string ServiceAccountDirectory = "/var/run/secrets/kubernetes.io/serviceaccount";

    internal ClusterAccess(Uri server, Credential credential, string origin)
    {
        // Relative paths are appended: the server may sit below a path, as behind Rancher.
        Server = server.AbsolutePath.EndsWith('/') ? server : new Uri(server.AbsoluteUri + "/");
        (Credential, Origin) = (credential, origin);
    }

    public Uri Server { get; }

    /// <summary>Where this comes from, for messages: <c>service account</c>, <c>FILE, context NAME</c>.</summary>
    public string Origin { get; }

    /// <summary>Namespace of the context or of this pod; null when none is named.</summary>
    public string? Namespace { get; internal init; }

    /// <summary>Certificates to trust; null trusts what the system does.</summary>
    internal TrustedAuthorities? Authorities { get; init; }

    /// <summary>The certificate is not looked at: somebody asked for that in the kubeconfig.</summary>
    internal bool SkipVerification { get; init; }

    /// <summary>Name that the server's certificate must have, where it is not the host's.</summary>
    internal string? TlsServerName { get; init; }

    internal Uri? Proxy { get; init; }

    internal Credential Credential { get; }

    /// <summary>This process runs in a pod that has a service account.</summary>
    public static bool IsInCluster(string directory = ServiceAccountDirectory) =>
        Host is not null && File.Exists(Path.Combine(directory, "token"));

    /// <summary>The access of the pod that this process runs in.</summary>
    /// <param name="directory">Where the service account is mounted.</param>
    /// <exception cref="KubernetesException">There is none, or its certificate cannot be read.</exception>
    public static ClusterAccess InCluster(string directory = ServiceAccountDirectory)
    {
        if (!IsInCluster(directory))
            throw new KubernetesException(KubernetesFault.Configuration, $"this is no pod with a service account: {directory}/token or KUBERNETES_SERVICE_HOST is missing");
        var host = Host!.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host;
        var port = Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_PORT_HTTPS") ?? Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_PORT") ?? "443";
        var authority = Path.Combine(directory, "ca.crt");
        var space = Path.Combine(directory, "namespace");
        return new ClusterAccess(new Uri($"https://{host}:{port}"), new TokenFileCredential(Path.Combine(directory, "token")), "service account")
        {
            Authorities = File.Exists(authority) ? TrustedAuthorities.FromFile(authority) : null,
            Namespace = File.Exists(space) ? File.ReadAllText(space).Trim() : null,
        };
    }

    /// <summary>The access that a kubeconfig describes.</summary>
    /// <param name="path">File.</param>
    /// <param name="context">Context by name; null takes the file's current one.</param>
    /// <param name="limits">How long a credential program may take; null takes the defaults.</param>
    /// <exception cref="KubernetesException">The file cannot be read or says something that cannot be used.</exception>
    public static ClusterAccess FromKubeconfig(string path, string? context = null, KubernetesLimits? limits = null) =>
        Kubeconfig.Load(path).ToAccess(context, limits ?? KubernetesLimits.Default);

    private static string? Host => Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST") is { Length: > 0 } host ? host : null;

    public void Dispose() => Credential.Dispose();
}

/// <summary>Certificates that sign servers; a file is read again when it has changed, since clusters renew theirs.</summary>
internal sealed class TrustedAuthorities
{
    private readonly string? _file;
    private readonly Lock _gate = new();
    private X509Certificate2Collection _certificates = [];
    private DateTime _readAt;

    private TrustedAuthorities(string? file) => _file = file;

    /// <exception cref="KubernetesException">It holds no certificates.</exception>
    public static TrustedAuthorities FromFile(string file)
    {
        var authorities = new TrustedAuthorities(file);
        authorities.Read();
        return authorities;
    }

    /// <exception cref="KubernetesException">It holds no certificates.</exception>
    public static TrustedAuthorities FromPem(string pem, string origin) => new((string?)null) { _certificates = Parse(pem, origin) };

    /// <summary>As they are now; those known before stay when the file cannot be read for a moment.</summary>
    public X509Certificate2Collection Current
    {
        get
        {
            if (_file is null) return _certificates;
            lock (_gate)
            {
                try
                {
                    if (File.GetLastWriteTimeUtc(_file) != _readAt) Read();
                }
                catch (KubernetesException)
                {
                    // Half written: what was trusted so far is what can be trusted.
                    return _certificates;
                }

                return _certificates;
            }
        }
    }

    private void Read()
    {
        try
        {
            var at = File.GetLastWriteTimeUtc(_file!);
            _certificates = Parse(File.ReadAllText(_file!), _file!);
            _readAt = at;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KubernetesException(KubernetesFault.Configuration, $"cannot read the certificate authority {_file}: {e.Message}", e);
        }
    }

    private static X509Certificate2Collection Parse(string pem, string origin)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(pem);
        }
        catch (System.Security.Cryptography.CryptographicException e)
        {
            throw new KubernetesException(KubernetesFault.Configuration, $"{origin} holds a certificate that cannot be read: {e.Message}", e);
        }

        return certificates.Count > 0 ? certificates : throw new KubernetesException(KubernetesFault.Configuration, $"{origin} holds no certificate (PEM)");
    }
}
