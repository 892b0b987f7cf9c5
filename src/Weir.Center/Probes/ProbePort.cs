using System.Net;
using Weir.Rpc.Server;

namespace Weir.Center.Probes;

/// <summary>Where a center takes exchanges from probes, and from which.</summary>
public sealed record ProbePort
{
    /// <summary>Port 0 takes a free one.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>Encrypts; with a client authority only probes with a certificate of it are heard.</summary>
    public RpcServerTls? Tls { get; init; }

    /// <summary>Who may send; empty asks for no token.</summary>
    public ProbeTokens Tokens { get; init; } = new([]);

    public ProbeLimits Limits { get; init; } = ProbeLimits.Default;

    /// <exception cref="IOException">Whoever reaches the port could send what they like.</exception>
    public void Check()
    {
        if (IPAddress.IsLoopback(Listen.Address) || !Tokens.IsEmpty || Tls?.ClientAuthority is not null) return;
        throw new IOException(
            $"listening for probes on {Listen} would store whatever anybody sends: set a token (probes.tokenFile, or WEIR_PROBES_TOKEN), "
            + "or the authority of client certificates (probes.tls.clientAuthority), or listen on 127.0.0.1");
    }
}
