using System.Diagnostics;
using System.Globalization;
using Weir.Benchmarks.Generate;
using Weir.Benchmarks.Soak;

namespace Weir.Benchmarks.Chaos.Load;

/// <summary>
/// Connections as the frames that they are made of, onto a device of a node: each with a handshake, one call and an end, most by a reset, at a rate
/// that no host's own TCP reaches beside the program that is to see them. No host has their addresses and the device leads nowhere, so
/// nobody answers. The calls are written down as others are.
/// </summary>
internal static class FrameChurn
{
    public const string Verb = "chaos-churn";

    private const int MaxBody = 100;

    private const int FrameBytes = 512;

    /// <summary>10.128.0.0, below which no node, center or load of the plant is.</summary>
    private const uint FirstAddress = 0x0A80_0000;

    private const uint Addresses = 1 << 23;

    /// <summary>Above the ports of Weir itself, which it does not look at.</summary>
    private const int FirstPort = 8192, Ports = 50_000;

    /// <summary>Connections between two looks at the clock: what is late comes in no larger bursts than these.</summary>
    private const int Burst = 50;

    /// <param name="arguments">Device, file, first number, connections a second, seconds.</param>
    public static int Run(string[] arguments)
    {
        var (rate, seconds) = (double.Parse(arguments[3], CultureInfo.InvariantCulture), double.Parse(arguments[4], CultureInfo.InvariantCulture));
        var log = new CallLog(arguments[1], long.Parse(arguments[2], CultureInfo.InvariantCulture));
        using var device = new PacketDevice(arguments[0]);
        var (random, frame, clock) = (new Random(1), new byte[FrameBytes], Stopwatch.StartNew());
        var (begun, refused) = (0L, 0L);
        while (clock.Elapsed.TotalSeconds is var elapsed && elapsed < seconds)
        {
            var due = Math.Min(Burst, (long)(elapsed * rate) - begun);
            if (due <= 0) Thread.Sleep(1);
            for (; due > 0; due--, begun++)
            {
                var (id, length, start) = (log.Next(), random.Next(1, MaxBody), Now());
                if (Connect(device, frame, id, length, orderly: begun % 4 == 0)) log.Write(id, length, start, Now());
                else refused++;
            }
        }

        var took = clock.Elapsed.TotalSeconds;
        log.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{log.Calls} {took:0.00} {refused}"));
        return 0;
    }

    /// <summary>False when the device refused a frame: then it was no whole connection, and no call.</summary>
    private static bool Connect(PacketDevice device, byte[] frame, long id, int length, bool orderly)
    {
        var refused = device.Refused;
        var (address, port, nowNs) = (FirstAddress + (uint)(id / Ports % Addresses), (ushort)(FirstPort + (id % Ports)), 0L);
        var connection = new TcpConversation(device, frame, address, port, (uint)id);
        connection.Open(ref nowNs);
        connection.Request(SoakBody.Request(id, length), ref nowNs);
        connection.Response(SoakBody.Response(id, length), ref nowNs);
        if (orderly) connection.Close(ref nowNs);
        else connection.Abort(ref nowNs);
        return device.Refused == refused;
    }

    private static long Now() => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
}
