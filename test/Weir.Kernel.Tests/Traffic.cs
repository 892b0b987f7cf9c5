using System.Net;
using System.Net.Sockets;
using Weir.Linux;

namespace Weir.Kernel.Tests;

/// <summary>Real traffic by the kernel's own stack, from sockets made inside a namespace.</summary>
internal static class Traffic
{
    /// <summary>One TCP connection: the client sends <paramref name="bytes"/>, the server answers with as many; then both close.</summary>
    public static void Exchange(string clientNamespace, string serverNamespace, string serverAddress, int port, int bytes)
    {
        var endpoint = new IPEndPoint(IPAddress.Parse(serverAddress), port);
        using var listener = NetworkNamespace.Run(serverNamespace, () =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(endpoint);
            socket.Listen();
            return socket;
        });
        var server = new Thread(() =>
        {
            using var accepted = listener.Accept();
            Receive(accepted, bytes);
            accepted.Send(new byte[bytes]);
        });
        server.Start();
        using var client = NetworkNamespace.Run(
            clientNamespace, () => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        client.Connect(endpoint);
        client.Send(new byte[bytes]);
        Receive(client, bytes);
        server.Join();
    }

    /// <summary>UDP datagrams to a port where nobody listens; their sender does not care.</summary>
    public static void Flood(string senderNamespace, string address, int count, int bytes)
    {
        using var socket = NetworkNamespace.Run(
            senderNamespace, () => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        var endpoint = new IPEndPoint(IPAddress.Parse(address), 9);
        var payload = new byte[bytes];
        for (var i = 0; i < count; i++) socket.SendTo(payload, endpoint);
    }

    private static void Receive(Socket socket, int bytes)
    {
        var buffer = new byte[64 << 10];
        for (var left = bytes; left > 0;)
        {
            var received = socket.Receive(buffer, Math.Min(left, buffer.Length), SocketFlags.None);
            if (received == 0) throw new InvalidOperationException("the peer closed early");
            left -= received;
        }
    }
}
