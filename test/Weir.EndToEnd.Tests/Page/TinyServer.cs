using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Weir.EndToEnd.Tests.Page;

/// <summary>An HTTP/1.1 server that answers with exactly the bytes it is told to, by the path asked for; connections stay open.</summary>
internal sealed class TinyServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly Func<string, string> _answer;
    private readonly Task _accepting;

    /// <param name="answer">From the request target to the complete response.</param>
    public TinyServer(Func<string, string> answer)
    {
        _answer = answer;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = Accept();
    }

    public int Port { get; }

    /// <summary>A response with a content type, further header lines and a body.</summary>
    public static string Response(string contentType, string body, string headers = "") =>
        $"HTTP/1.1 200 OK\r\nContent-Type: {contentType}\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n{headers}\r\n{body}";

    /// <summary>Sends a request as it stands, for targets and headers that a client library would not send, and reads the answer.</summary>
    public async Task Ask(string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.UTF8.GetBytes(request));
        client.Client.Shutdown(SocketShutdown.Send);
        await stream.CopyToAsync(Stream.Null);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_connections);
        _end.Dispose();
    }

    private async Task Accept()
    {
        try
        {
            while (true) _connections.Add(Serve(await _listener.AcceptTcpClientAsync(_end.Token)));
        }
        catch (OperationCanceledException)
        {
            // The server is told to end in this way.
        }
    }

    /// <summary>Reads heads up to their empty line; no request of these tests has a body.</summary>
    private async Task Serve(TcpClient client)
    {
        using (client)
        {
            client.NoDelay = true;
            var stream = client.GetStream();
            using var reader = new StreamReader(stream, Encoding.UTF8);
            try
            {
                while (await reader.ReadLineAsync(_end.Token) is { Length: > 0 } start)
                {
                    while (await reader.ReadLineAsync(_end.Token) is { Length: > 0 })
                    {
                    }

                    await stream.WriteAsync(Encoding.UTF8.GetBytes(_answer(start.Split(' ')[1])), _end.Token);
                }
            }
            catch (Exception failure) when (failure is IOException or OperationCanceledException)
            {
                // The peer is gone, or the server is told to end.
            }
        }
    }
}
