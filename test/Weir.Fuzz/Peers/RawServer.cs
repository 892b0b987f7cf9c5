using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Weir.Fuzz.Peers;

/// <summary>
/// A server on loopback that answers a request with bytes that the target chose, whatever was asked, and ends the connection: so that answers
/// pass all that stands before a parser in the product, and framing is fuzzed as well. Lives as long as the process.
/// </summary>
internal sealed class RawServer : IDisposable
{
    private const int MaxHeadBytes = 64 << 10;

    private static readonly TimeSpan s_linger = TimeSpan.FromSeconds(5);

    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public RawServer()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(64);
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndPoint!).Port}/");
        _ = Task.Run(Accept);
    }

    public Uri Address { get; }

    /// <summary>The whole answer to a request, by its first line.</summary>
    public Func<string, byte[]> Answer { get; set; } = static _ => [];

    /// <summary>A right answer around a body.</summary>
    public static byte[] Http(ReadOnlySpan<byte> body, int status = 200, string type = "application/json") =>
        [.. Encoding.ASCII.GetBytes($"HTTP/1.1 {status} X\r\nContent-Type: {type}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n"), .. body];

    public void Dispose() => _listener.Dispose();

    private async Task Accept()
    {
        while (true) _ = Serve(await _listener.AcceptAsync());
    }

    private async Task Serve(Socket accepted)
    {
        using var connection = accepted;
        using var patience = new CancellationTokenSource(s_linger);
        var buffer = new byte[MaxHeadBytes];
        var held = 0;
        try
        {
            int end;
            while ((end = buffer.AsSpan(0, held).IndexOf("\r\n"u8)) < 0 || buffer.AsSpan(0, held).IndexOf("\r\n\r\n"u8) < 0)
            {
                var read = await connection.ReceiveAsync(buffer.AsMemory(held), patience.Token);
                if (read == 0) return;
                held += read;
            }

            await connection.SendAsync(Answer(Encoding.Latin1.GetString(buffer, 0, end)), patience.Token);
            connection.Shutdown(SocketShutdown.Send);
            // A connection that is closed with something unread is reset, and the answer with it.
            while (await connection.ReceiveAsync(buffer, patience.Token) > 0)
            {
            }
        }
        catch (Exception gone) when (gone is SocketException or OperationCanceledException)
        {
            // The client had enough of it.
        }
    }
}
