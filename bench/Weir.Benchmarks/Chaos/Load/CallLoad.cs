using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Weir.Benchmarks.Soak;

namespace Weir.Benchmarks.Chaos.Load;

/// <summary>
/// A service and its clients in one process, within a node: calls with numbers that no other call has, and a file that tells each with
/// its beginning and end. Runs until SIGTERM, or for some seconds.
/// </summary>
internal static class CallLoad
{
    public const string Verb = "chaos-load";

    private const int Connections = 8;

    private const int CallsOfConnection = 100;

    private const int MaxBody = 600;

    /// <param name="arguments">File, first number, calls a second (0: a connection for each call, as many as go), seconds (0: until SIGTERM).</param>
    public static async Task<int> Run(string[] arguments)
    {
        var (file, first) = (arguments[0], long.Parse(arguments[1], CultureInfo.InvariantCulture));
        var (rate, seconds) = (int.Parse(arguments[2], CultureInfo.InvariantCulture), double.Parse(arguments[3], CultureInfo.InvariantCulture));
        using var end = new CancellationTokenSource();
        using var signal = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            end.Cancel();
        });
        if (seconds > 0) end.CancelAfter(TimeSpan.FromSeconds(seconds));
        using var over = new CancellationTokenSource();
        using var server = new SoakServer(over.Token);
        await using var log = new CallLog(file, first);
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, rate > 0 ? Connections : 4 * Connections).Select(number => rate > 0
            ? Steady(server.EndPoint, log, TimeSpan.FromSeconds((double)Connections / rate), number, end.Token)
            : Churn(server.EndPoint, log, number, end.Token)));
        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{log.Calls} {clock.Elapsed.TotalSeconds:0.00}"));
        await over.CancelAsync();
        return 0;
    }

    private static async Task Steady(IPEndPoint server, CallLog log, TimeSpan pace, int number, CancellationToken end)
    {
        var (random, buffer, clock) = (new Random(number), new byte[64 << 10], Stopwatch.StartNew());
        for (var due = TimeSpan.Zero; !end.IsCancellationRequested;)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(server);
            for (var call = 0; call < CallsOfConnection && !end.IsCancellationRequested; call++)
            {
                due += pace;
                if (due > clock.Elapsed) await Task.Delay(due - clock.Elapsed, CancellationToken.None);
                await Call(socket, log, random.Next(1, MaxBody), buffer);
            }
        }
    }

    private static async Task Churn(IPEndPoint server, CallLog log, int number, CancellationToken end)
    {
        var (random, buffer) = (new Random(number), new byte[64 << 10]);
        while (!end.IsCancellationRequested)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(server);
                await Call(socket, log, random.Next(1, 100), buffer);
            }
            catch (SocketException)
            {
                // No port is free: what is not answered is not in the log.
                await Task.Delay(10, CancellationToken.None);
            }

            // Most end by a reset: ports would else be used up by TIME_WAIT within seconds.
            if (random.Next(4) > 0) socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
    }

    private static async Task Call(Socket socket, CallLog log, int length, byte[] buffer)
    {
        var id = log.Next();
        var start = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        await socket.SendAsync(SoakBody.Request(id, length));
        for (var missing = SoakBody.Response(id, length).Length; missing > 0;)
        {
            var read = await socket.ReceiveAsync(buffer);
            if (read == 0) throw new IOException("the service of the load ended a connection");
            missing -= read;
        }

        log.Write(id, length, start, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
    }
}
