using System.Net;
using System.Net.Sockets;

namespace Weir.Rpc.Tests.Peers;

/// <summary>Passes bytes on in both directions, until it keeps them to itself: a path that broke without a word.</summary>
internal sealed class SilentProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<Socket> _sockets = [];
    private volatile bool _silent;

    public SilentProxy(int target)
    {
        _listener.Start();
        _ = Accept(target);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Silence() => _silent = true;

    public void Dispose()
    {
        _listener.Dispose();
        lock (_sockets)
            foreach (var socket in _sockets) socket.Dispose();
    }

    private async Task Accept(int target)
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync();
                var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
                lock (_sockets) _sockets.AddRange([client, server]);
                await server.ConnectAsync(IPAddress.Loopback, target);
                _ = Pass(client, server);
                _ = Pass(server, client);
            }
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task Pass(Socket from, Socket to)
    {
        var buffer = new byte[16 << 10];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var read)
                if (!_silent) await to.SendAsync(buffer.AsMemory(0, read));
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
            // One side has gone; so does the other.
        }

        if (!_silent) to.Dispose();
    }
}
