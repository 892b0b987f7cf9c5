using System.Globalization;

namespace Weir.Benchmarks.Generate;

/// <summary>The captures that every tool reads; the same arguments give the same bytes.</summary>
public static class GeneratedCapture
{
    public const string Rest = "rest";
    public const string Large = "large";
    public const string Connections = "connections";

    /// <summary>Keep-alive connections side by side.</summary>
    private const int KeepAliveConnections = 64;

    /// <summary>Connections open at the same time where each carries one exchange.</summary>
    private const int OpenConnections = 2000;

    /// <summary>A body of <see cref="Large"/> weighs as much as this many small exchanges, so that the files are alike in size.</summary>
    private const int ExchangesPerLargeBody = 100;

    private const long StartNs = 1_769_860_800_000_000_000;

    public static IReadOnlyList<string> Names { get; } = [Rest, Large, Connections];

    /// <summary>Writes the capture of that name into the directory.</summary>
    public static Capture Write(string name, string directory, int scale)
    {
        var exchanges = name == Large ? Math.Max(1, scale / ExchangesPerLargeBody) : scale;
        var path = Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{name}-{exchanges}.pcap"));
        using var writer = new PcapWriter(path);
        switch (name)
        {
            case Connections:
                WriteConnections(writer, exchanges);
                break;
            case Large:
                WriteKeepAlive(writer, exchanges, RestMessages.MakeLarge, TcpConversation.OffloadedSegmentBytes);
                break;
            default:
                WriteKeepAlive(writer, exchanges, RestMessages.Make, TcpConversation.EthernetSegmentBytes);
                break;
        }

        return new Capture(Path.GetFileNameWithoutExtension(path), path, exchanges, writer.Frames);
    }

    /// <summary>Exchanges take turns on connections that stay open.</summary>
    private static void WriteKeepAlive(
        PcapWriter writer, int exchanges, Func<int, (byte[] Request, byte[] Response)> make, int segmentBytes)
    {
        var now = StartNs;
        var connections = new TcpConversation[Math.Min(KeepAliveConnections, exchanges)];
        for (var i = 0; i < connections.Length; i++)
        {
            connections[i] = new TcpConversation(writer, i, segmentBytes);
            connections[i].Open(ref now);
        }

        for (var number = 0; number < exchanges; number++)
        {
            var (request, response) = make(number);
            var connection = connections[number % connections.Length];
            connection.Request(request, ref now);
            connection.Response(response, ref now);
        }

        foreach (var connection in connections) connection.Close(ref now);
    }

    /// <summary>One exchange a connection; the oldest of those open closes when a new one opens.</summary>
    private static void WriteConnections(PcapWriter writer, int exchanges)
    {
        var now = StartNs;
        var open = new Queue<TcpConversation>();
        for (var number = 0; number < exchanges; number++)
        {
            if (open.Count == OpenConnections) open.Dequeue().Close(ref now);
            var (request, response) = RestMessages.Make(number);
            var connection = new TcpConversation(writer, number, TcpConversation.EthernetSegmentBytes);
            open.Enqueue(connection);
            connection.Open(ref now);
            connection.Request(request, ref now);
            connection.Response(response, ref now);
        }

        while (open.TryDequeue(out var connection)) connection.Close(ref now);
    }
}
