using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Weir.Rpc.Client;

/// <summary>Makes the connections of a channel.</summary>
internal static class Connections
{
    public static SocketsHttpHandler Handler(RpcChannelOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ActivityHeadersPropagator = null,
            ConnectTimeout = options.Limits.ConnectTimeout,
            KeepAlivePingDelay = options.Limits.PingDelay,
            KeepAlivePingTimeout = options.Limits.PingTimeout,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        };
        if (options.Connecting is { } connecting)
            handler.ConnectCallback = async (context, cancellation) => await Connect(context.DnsEndPoint, connecting, cancellation);
        if (options.UnixSocket is { } path) handler.ConnectCallback = async (_, cancellation) => await ConnectUnix(path, cancellation);
        if (options.Tls is not { } tls) return handler;
        if (tls.Certificate is not null) handler.SslOptions.ClientCertificates = [tls.Certificate];
        if (tls.Authority is not null) handler.SslOptions.CertificateChainPolicy = Trusting(tls.Authority);
        return handler;
    }

    /// <summary>Trusts these issuers and no other. Revocation is not asked about: a private authority rarely has a place for it.</summary>
    public static X509ChainPolicy Trusting(X509Certificate2Collection authority)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(authority);
        return policy;
    }

    private static async Task<Stream> ConnectUnix(string path, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task<Stream> Connect(DnsEndPoint server, Func<IPEndPoint, IDisposable> connecting, CancellationToken cancellation)
    {
        SocketException? last = null;
        foreach (var address in await Dns.GetHostAddressesAsync(server.Host, cancellation))
        {
            try
            {
                return await Connect(new IPEndPoint(address, server.Port), connecting, cancellation);
            }
            catch (SocketException failure)
            {
                last = failure;
            }
        }

        throw last ?? new SocketException((int)SocketError.HostNotFound);
    }

    /// <summary>
    /// Binds before it connects: a port that was bound is given to no other socket, while one that connect() chose may be shared by
    /// connections to other places (net/ipv4/inet_hashtables.c, __inet_hash_connect). So the local end alone tells whose packets they are.
    /// </summary>
    private static async Task<Stream> Connect(IPEndPoint server, Func<IPEndPoint, IDisposable> connecting, CancellationToken cancellation)
    {
        var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        IDisposable? told = null;
        try
        {
            socket.Bind(new IPEndPoint(SourceFor(server), 0));
            told = connecting((IPEndPoint)socket.LocalEndPoint!);
            await socket.ConnectAsync(server, cancellation);
            return new ToldStream(socket, told);
        }
        catch
        {
            socket.Dispose();
            told?.Dispose();
            throw;
        }
    }

    /// <summary>Connecting a datagram socket sends nothing; the kernel chooses the address by its routes.</summary>
    private static IPAddress SourceFor(IPEndPoint server)
    {
        using var route = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        route.Connect(server);
        return ((IPEndPoint)route.LocalEndPoint!).Address;
    }

    private sealed class ToldStream(Socket socket, IDisposable told) : NetworkStream(socket, ownsSocket: true)
    {
        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            if (disposing) told.Dispose();
        }
    }
}
