using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Weir.Rpc.Server;

/// <summary>Where a server listens and what it answers.</summary>
public sealed record RpcServerOptions
{
    /// <summary>Port 0 takes a free one.</summary>
    public required IPEndPoint Listen { get; init; }

    public required IReadOnlyList<RpcService> Services { get; init; }

    public RpcLimits Limits { get; init; } = RpcLimits.Default;

    /// <summary>Compresses answers to whoever takes gzip; requests may come compressed either way.</summary>
    public bool Gzip { get; init; }

    /// <summary>Encrypts; null speaks in the clear.</summary>
    public RpcServerTls? Tls { get; init; }

    /// <summary>Asked before each call of a method that there is; anything but OK ends it.</summary>
    public Func<RpcServerCall, RpcStatus> Authorize { get; init; } = static _ => RpcStatus.Ok;
}

/// <summary>How a server proves who it is, and whether clients have to.</summary>
/// <param name="Certificate">With its private key.</param>
/// <param name="ClientAuthority">Issuer of client certificates, without which nobody connects; null asks for none.</param>
public sealed record RpcServerTls(X509Certificate2 Certificate, X509Certificate2Collection? ClientAuthority = null);
