using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Weir.Kubernetes.Access;
using Weir.Records;

namespace Weir.Kubernetes;

/// <summary>Connections to one server: trust, credentials and their renewal, and answers that are failures.</summary>
internal sealed class KubernetesTransport : IDisposable
{
    private static readonly ProductInfoHeaderValue s_agent = new("weir", ProductVersion.Text);

    private readonly ClusterAccess _access;
    private readonly KubernetesLimits _limits;
    private readonly Lock _gate = new();

    /// <summary>Whoever replaced a connection for a new certificate may have left a watch on the old one.</summary>
    private readonly List<HttpClient> _clients = [];
    private X509Certificate2? _certificate;

    public KubernetesTransport(ClusterAccess access, KubernetesLimits limits)
    {
        (_access, _limits) = (access, limits);
        _certificate = access.Credential.Certificate;
        _clients.Add(Connect(_certificate));
    }

    /// <summary>Sends, and answers once headers have come that say success.</summary>
    /// <exception cref="KubernetesException">It failed; cancellation is passed on.</exception>
    public async Task<HttpResponseMessage> SendAsync(KubernetesRequest request, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(_limits.RequestTimeout);
        var response = await Guard(request, TrySendAsync(request, refused: false, limit.Token), cancellation).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.Unauthorized)
        {
            response.Dispose();
            response = await Guard(request, TrySendAsync(request, refused: true, limit.Token), cancellation).ConfigureAwait(false);
        }

        if (response.IsSuccessStatusCode) return response;
        using (response) throw await Guard(request, Failures.ReadAsync(request, response, _access.Origin, limit.Token), cancellation).ConfigureAwait(false);
    }

    /// <summary>Makes what goes wrong on the way a <see cref="KubernetesException"/>, but for the caller's own cancellation.</summary>
    public static async Task<T> Guard<T>(KubernetesRequest request, Task<T> work, CancellationToken cancellation)
    {
        try
        {
            return await work.ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new KubernetesException(KubernetesFault.Unreachable, $"{request} was not answered in time", e);
        }
        catch (HttpRequestException e) when (e.InnerException is not KubernetesException)
        {
            throw new KubernetesException(KubernetesFault.Unreachable, $"{request} got no answer: {(e.InnerException ?? e).Message}", e);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            throw new KubernetesException(KubernetesFault.Unreachable, $"the answer to {request} broke off: {e.Message}", e);
        }
        catch (JsonException e)
        {
            throw new KubernetesException(KubernetesFault.Malformed, $"the answer to {request} cannot be read: {e.Message}", e);
        }
    }

    public static Task<T> Guard<T>(KubernetesRequest request, ValueTask<T> work, CancellationToken cancellation) => Guard(request, work.AsTask(), cancellation);

    public void Dispose()
    {
        foreach (var client in _clients) client.Dispose();
    }

    private async Task<HttpResponseMessage> TrySendAsync(KubernetesRequest request, bool refused, CancellationToken cancellation)
    {
        var header = await _access.Credential.GetAsync(refused, cancellation).ConfigureAwait(false);
        var query = request.Query.Length > 0 ? $"?{request.Query}" : "";
        using var message = new HttpRequestMessage(request.Method, new Uri(_access.Server, request.Path + query))
        {
            Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        message.Headers.Authorization = header;
        // The handler takes the name to ask for and to verify from here; API servers do not look at it.
        if (_access.TlsServerName is { } name) message.Headers.Host = name;
        message.Headers.TryAddWithoutValidation("Accept", request.Accept);
        message.Headers.UserAgent.Add(s_agent);
        if (request.ContentType is { } type)
        {
            message.Content = new ReadOnlyMemoryContent(request.Body);
            message.Content.Headers.ContentType = new MediaTypeHeaderValue(type);
        }

        return await Client().SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
    }

    /// <summary>Certificates are shown when a connection begins: a new one needs new connections.</summary>
    private HttpClient Client()
    {
        lock (_gate)
        {
            var now = _access.Credential.Certificate;
            if (ReferenceEquals(now, _certificate)) return _clients[^1];
            _certificate = now;
            if (_clients.Count > 1)
            {
                _clients[0].Dispose();
                _clients.RemoveAt(0);
            }

            _clients.Add(Connect(now));
            return _clients[^1];
        }
    }

    private HttpClient Connect(X509Certificate2? certificate)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.GZip,
            ConnectTimeout = _limits.RequestTimeout,
            // A node that vanished says nothing; a watch would wait for it until its time is over.
            KeepAlivePingDelay = TimeSpan.FromSeconds(30),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(15),
            ConnectCallback = ConnectAsync,
        };
        if (_access.Proxy is { } proxy) handler.Proxy = new WebProxy(proxy);
        var ssl = handler.SslOptions;
        if (certificate is not null) ssl.LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate;
#pragma warning disable CA5359 // insecure-skip-tls-verify of the kubeconfig: somebody asked for it in so many words.
        if (_access.SkipVerification) ssl.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        else if (_access.Authorities is { } authorities) ssl.RemoteCertificateValidationCallback = (_, remote, chain, errors) => IsTrusted(authorities, remote, chain, errors);
        return new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>HTTP/1.1 has no pings: the kernel asks in their place.</summary>
    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 30);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 10);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
            await socket.ConnectAsync(context.DnsEndPoint, cancellation).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>The name must fit, and the chain must end in one of these, whatever the system trusts.</summary>
    private static bool IsTrusted(TrustedAuthorities authorities, X509Certificate? remote, X509Chain? presented, SslPolicyErrors errors)
    {
        if (remote is null || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != 0) return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities.Current);
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.1", "serverAuth"));
        foreach (var element in presented?.ChainElements.Skip(1) ?? []) chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        using var certificate = X509CertificateLoader.LoadCertificate(remote.GetRawCertData());
        return chain.Build(certificate);
    }
}
