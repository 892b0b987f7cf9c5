using System.Net;
using System.Net.Sockets;
using System.Text;
using Weir.Linux;
using Weir.Testing.Corpus;

namespace Weir.Kernel.Tests;

/// <summary>HTTP/1.1 over the kernel's own stack, from sockets made inside a namespace.</summary>
internal static class HttpTraffic
{
    /// <summary>
    /// Asks for <c>/1</c> to <c>/count</c> one after the other on one connection; each answer names its path and has
    /// <paramref name="padding"/> bytes more.
    /// </summary>
    public static void Exchange(string clientNamespace, string serverNamespace, IPEndPoint server, int count, int padding)
    {
        using var listener = NetworkNamespace.Run(serverNamespace, () =>
        {
            var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(server);
            socket.Listen();
            return socket;
        });
        var answering = new Thread(() =>
        {
            using var accepted = listener.Accept();
            for (var i = 1; i <= count; i++)
            {
                ReceiveUntil(accepted, "\r\n\r\n");
                accepted.Send(Encoding.Latin1.GetBytes(Http1Text.Ok($"/{i}", padding)));
            }
        });
        answering.Start();
        using var client = NetworkNamespace.Run(
            clientNamespace, () => new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
        client.Connect(server);
        for (var i = 1; i <= count; i++)
        {
            client.Send(Encoding.Latin1.GetBytes(Http1Text.Get($"/{i}")));
            ReceiveUntil(client, "}");
        }

        answering.Join();
    }

    private static void ReceiveUntil(Socket socket, string end)
    {
        var buffer = new byte[256 << 10];
        for (var length = 0; !Encoding.Latin1.GetString(buffer, 0, length).EndsWith(end, StringComparison.Ordinal);)
        {
            var received = socket.Receive(buffer.AsSpan(length));
            if (received == 0) throw new InvalidOperationException("the peer closed early");
            length += received;
        }
    }
}
