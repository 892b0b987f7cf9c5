using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Weir.Kubernetes.Access;

/// <summary>As whom requests are made. Thread-safe.</summary>
internal abstract class Credential : IDisposable
{
    /// <summary>What the connection shows of itself; null without. A new object when it was renewed.</summary>
    public virtual X509Certificate2? Certificate => null;

    /// <summary>The header to send, as of now; null without.</summary>
    /// <param name="refused">The server did not accept what this gave last (401): get a new one if there is a way.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="KubernetesException">It cannot be had.</exception>
    public abstract ValueTask<AuthenticationHeaderValue?> GetAsync(bool refused, CancellationToken cancellation);

    public virtual void Dispose() => GC.SuppressFinalize(this);

    /// <exception cref="KubernetesException">They are no pair of certificate and key.</exception>
    public static X509Certificate2 Pair(string certificate, string key, string origin)
    {
        try
        {
            return X509Certificate2.CreateFromPem(certificate, key);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new KubernetesException(KubernetesFault.Configuration, $"{origin}: client certificate and key cannot be used: {e.Message}", e);
        }
    }
}

/// <summary>What a kubeconfig holds for good: a token, a name with a password, a client certificate, or nothing.</summary>
internal sealed class FixedCredential(AuthenticationHeaderValue? header, X509Certificate2? certificate) : Credential
{
    public override X509Certificate2? Certificate => certificate;

    public static AuthenticationHeaderValue Bearer(string token) => new("Bearer", token);

    public static AuthenticationHeaderValue Basic(string name, string password) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{password}")));

    public override ValueTask<AuthenticationHeaderValue?> GetAsync(bool refused, CancellationToken cancellation) => new(header);

    public override void Dispose()
    {
        certificate?.Dispose();
        base.Dispose();
    }
}

/// <summary>
/// A token in a file that somebody renews: the kubelet replaces projected tokens when four fifths of their hour are over. Read again each
/// minute, as client-go does, and when the server refused.
/// </summary>
internal sealed class TokenFileCredential(string file, TimeProvider? time = null, X509Certificate2? certificate = null) : Credential
{
    private static readonly TimeSpan s_readAgainAfter = TimeSpan.FromMinutes(1);

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly Lock _gate = new();
    private AuthenticationHeaderValue? _header;
    private long _readAt;

    public override X509Certificate2? Certificate => certificate;

    public override ValueTask<AuthenticationHeaderValue?> GetAsync(bool refused, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (_header is not null && !refused && _time.GetElapsedTime(_readAt) < s_readAgainAfter) return new(_header);
            try
            {
                var token = File.ReadAllText(file).Trim();
                if (token.Length > 0) (_header, _readAt) = (FixedCredential.Bearer(token), _time.GetTimestamp());
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The token of before may still be good; without one there is nothing to ask with.
                if (_header is null) throw new KubernetesException(KubernetesFault.Configuration, $"cannot read the token {file}: {e.Message}", e);
            }

            return new(_header ?? throw new KubernetesException(KubernetesFault.Configuration, $"the token file {file} is empty"));
        }
    }

    public override void Dispose()
    {
        certificate?.Dispose();
        base.Dispose();
    }
}
