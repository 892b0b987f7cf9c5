using System.Globalization;
using Weir.Rpc.Client;

namespace Weir.Center.Tetragon;

/// <summary>Addresses of agents: <c>unix:///var/run/tetragon/tetragon.sock</c>, <c>localhost:54321</c>, <c>[::1]:54321</c>.</summary>
public static class AgentAddress
{
    private const string Unix = "unix://";

    /// <summary>Whether an address is one of these.</summary>
    public static bool IsOne(string text) => TryParse(text, out _, out _, out _);

    internal static RpcChannel Connect(TetragonAgent agent)
    {
        if (!TryParse(agent.Address, out var host, out var port, out var socket)) throw new ArgumentException(agent.Address, nameof(agent));
        return new RpcChannel(host, port, new RpcChannelOptions { UnixSocket = socket, Tls = agent.Tls });
    }

    private static bool TryParse(string text, out string host, out int port, out string? socket)
    {
        (host, port, socket) = ("localhost", 80, null);
        if (text.StartsWith(Unix, StringComparison.Ordinal))
        {
            socket = text[Unix.Length..];
            return socket.StartsWith('/') && socket.Length > 1;
        }

        var colon = text.LastIndexOf(':');
        if (colon <= 0 || !int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is < 1 or > 65535) return false;
        host = text[..colon];
        return Uri.CheckHostName(host.Trim('[', ']')) != UriHostNameType.Unknown;
    }
}
