using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Weir.Benchmarks.Soak;

/// <summary>Answers <see cref="SoakBody"/> requests in order, pipelined or not; <c>/endless</c> with a body that never ends.</summary>
internal sealed class SoakServer : IDisposable
{
    /// <summary>Bytes of one head; a client that sends more is left to itself until it closes.</summary>
    private const int MaxHeadBytes = 64 * 1024;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public SoakServer(CancellationToken end)
    {
        _listener.Start(4096);
        EndPoint = (IPEndPoint)_listener.LocalEndpoint;
        _ = Accept(end);
    }

    public IPEndPoint EndPoint { get; }

    public void Dispose() => _listener.Dispose();

    private async Task Accept(CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            try
            {
                _ = Serve(await _listener.AcceptSocketAsync(end), end);
            }
            catch (Exception over) when (over is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The run is over, or descriptors are short for a moment: part of an overload.
            }
        }
    }

    private static async Task Serve(Socket socket, CancellationToken end)
    {
        using var connection = socket;
        var buffer = new byte[MaxHeadBytes];
        var held = 0;
        try
        {
            while (true)
            {
                if (held == buffer.Length) held = 0;
                var read = await connection.ReceiveAsync(buffer.AsMemory(held), end);
                if (read == 0) return;
                held += read;
                for (int head; (head = buffer.AsSpan(0, held).IndexOf("\r\n\r\n"u8)) >= 0;)
                {
                    await Answer(connection, Encoding.Latin1.GetString(buffer, 0, head), end);
                    held -= head + 4;
                    buffer.AsSpan(head + 4, held).CopyTo(buffer);
                }
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or SocketException)
        {
            // Clients of a soak come and go as they like.
        }
    }

    private static async Task Answer(Socket connection, string head, CancellationToken end)
    {
        var path = head.Split(' ') is [_, var target, ..] ? target : "";
        if (SoakBody.TryParse(path, out var id, out var length))
        {
            await connection.SendAsync(SoakBody.Response(id, length), end);
            return;
        }

        if (path != "/endless")
        {
            await connection.SendAsync("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), end);
            return;
        }

        await connection.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"u8.ToArray(), end);
        var chunk = Encoding.ASCII.GetBytes("4000\r\n" + new string('e', 0x4000) + "\r\n");
        while (true) await connection.SendAsync(chunk, end);
    }
}
