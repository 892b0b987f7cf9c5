using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Weir.Rpc.Client;

/// <summary>How a client connects.</summary>
public sealed record RpcChannelOptions
{
    public RpcLimits Limits { get; init; } = RpcLimits.Default;

    /// <summary>Compresses requests with gzip; answers may come compressed either way.</summary>
    public bool Gzip { get; init; }

    /// <summary>Encrypts; null sends in the clear.</summary>
    public RpcClientTls? Tls { get; init; }

    /// <summary>Path of a Unix socket that is connected to instead of the host and port, which stay the name that the server is asked for by; null for TCP.</summary>
    public string? UnixSocket { get; init; }

    /// <summary>
    /// Told of each connection before its first packet leaves: its local end, which the kernel gives to no other socket while it
    /// lasts. What it returns is disposed of when the connection closes.
    /// </summary>
    public Func<IPEndPoint, IDisposable>? Connecting { get; init; }
}

/// <summary>What a client trusts and how it proves who it is.</summary>
/// <param name="Authority">Issuer of server certificates; null trusts the system's.</param>
/// <param name="Certificate">With its private key; null for none.</param>
/// <param name="ServerName">Name on the server's certificate, where it is not the one connected to.</param>
public sealed record RpcClientTls(
    X509Certificate2Collection? Authority = null, X509Certificate2? Certificate = null, string? ServerName = null);

/// <summary>One call.</summary>
public sealed record RpcCallOptions
{
    public static RpcCallOptions None { get; } = new();

    /// <summary>After which the call ends with DEADLINE_EXCEEDED, here and at the server; null waits.</summary>
    public TimeSpan? Deadline { get; init; }

    public RpcMetadata Metadata { get; init; } = [];

    /// <summary>Ends the call with CANCELLED, here and at the server.</summary>
    public CancellationToken Cancellation { get; init; }
}
