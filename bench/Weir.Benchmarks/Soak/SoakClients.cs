using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Weir.Benchmarks.Soak;

/// <summary>Clients that ask too much, too slowly, without end, or in no language at all. Each method is one client's life.</summary>
internal sealed class SoakClients(IPEndPoint server, CancellationToken end)
{
    private static long _id;

    /// <summary>A number no other request has.</summary>
    public static long NextId() => Interlocked.Increment(ref _id);

    public void Start()
    {
        for (var i = 0; i < 3; i++) Repeat(Pipelined);
        for (var i = 0; i < 2; i++) Repeat(OneCallPerConnection);
        for (var i = 0; i < 300; i++) Repeat(Dripping);
        Repeat(HugeHeaders);
        Repeat(EndlessDownload);
        Repeat(EndlessUpload);
        Repeat(Garbage);
    }

    private static async Task Pipelined(Socket socket, Random random, CancellationToken end)
    {
        var buffer = new byte[64 * 1024];
        for (var batch = 0; batch < 200; batch++)
        {
            var requests = new List<byte>();
            long expected = 0;
            for (var i = random.Next(1, 12); i > 0; i--)
            {
                var (id, length) = (NextId(), random.Next(1, 8000));
                requests.AddRange(SoakBody.Request(id, length));
                expected += SoakBody.Response(id, length).Length;
            }

            await socket.SendAsync(requests.ToArray(), end);
            while (expected > 0)
            {
                var read = await socket.ReceiveAsync(buffer, end);
                if (read == 0) return;
                expected -= read;
            }
        }
    }

    private static async Task OneCallPerConnection(Socket socket, Random random, CancellationToken end)
    {
        await socket.SendAsync(SoakBody.Request(NextId(), random.Next(1, 2000)), end);
        await socket.ReceiveAsync(new byte[4096], end);
        if (random.Next(3) == 0) socket.LingerState = new LingerOption(enable: true, seconds: 0);
    }

    /// <summary>Slow loris: a head that never ends, a few bytes at a time.</summary>
    private static async Task Dripping(Socket socket, Random random, CancellationToken end)
    {
        await socket.SendAsync("GET /slow HTTP/1.1\r\n"u8.ToArray(), end);
        for (var i = 0; i < 100; i++)
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes($"X-Drip-{i}: {random.Next()}\r\n"), end);
            await Task.Delay(random.Next(200, 1000), end);
        }
    }

    private static async Task HugeHeaders(Socket socket, Random random, CancellationToken end)
    {
        await socket.SendAsync("GET /huge HTTP/1.1\r\n"u8.ToArray(), end);
        var line = Encoding.ASCII.GetBytes($"X-Huge: {new string('h', random.Next(100, 9000))}\r\n");
        for (var sent = 0; sent < 4 << 20; sent += line.Length) await socket.SendAsync(line, end);
    }

    private static async Task EndlessDownload(Socket socket, Random random, CancellationToken end)
    {
        await socket.SendAsync("GET /endless HTTP/1.1\r\nHost: soak\r\n\r\n"u8.ToArray(), end);
        var buffer = new byte[64 * 1024];
        for (long received = 0, limit = random.Next(1, 200) << 20; received < limit;) received += await socket.ReceiveAsync(buffer, end);
    }

    private static async Task EndlessUpload(Socket socket, Random random, CancellationToken end)
    {
        await socket.SendAsync("POST /upload HTTP/1.1\r\nHost: soak\r\nContent-Length: 9000000000000\r\n\r\n"u8.ToArray(), end);
        var part = new byte[32 * 1024];
        random.NextBytes(part);
        for (long sent = 0, limit = random.Next(1, 100) << 20; sent < limit;) sent += await socket.SendAsync(part, end);
    }

    private static async Task Garbage(Socket socket, Random random, CancellationToken end)
    {
        var part = new byte[random.Next(1, 20_000)];
        random.NextBytes(part);
        for (var i = random.Next(1, 20); i > 0; i--) await socket.SendAsync(part, end);
    }

    private void Repeat(Func<Socket, Random, CancellationToken, Task> life) => Task.Run(async () =>
    {
        var random = new Random();
        while (!end.IsCancellationRequested)
        {
            try
            {
                using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(server, end);
                await life(socket, random, end);
            }
            catch (Exception over) when (over is OperationCanceledException or SocketException)
            {
                // Refused, reset or at the end of the run: the next life begins.
            }
        }
    });
}
