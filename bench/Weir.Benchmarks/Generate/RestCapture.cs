using System.Globalization;

namespace Weir.Benchmarks.Generate;

/// <summary>The capture that every tool reads: keep-alive connections side by side, REST exchanges taking turns on them.</summary>
public static class RestCapture
{
    private const int Connections = 64;
    private const long StartNs = 1_769_860_800_000_000_000;

    /// <summary>Writes the file, the same bytes for the same number, and says in one line what is in it.</summary>
    public static string Write(string path, int exchanges)
    {
        using var writer = new PcapWriter(path);
        var now = StartNs;
        var connections = new TcpConversation[Math.Min(Connections, exchanges)];
        for (var i = 0; i < connections.Length; i++)
        {
            connections[i] = new TcpConversation(writer, i);
            connections[i].Open(ref now);
        }

        for (var number = 0; number < exchanges; number++)
        {
            var (request, response) = RestMessages.Make(number);
            var connection = connections[number % connections.Length];
            connection.Request(request, ref now);
            connection.Response(response, ref now);
        }

        foreach (var connection in connections) connection.Close(ref now);
        return string.Create(CultureInfo.InvariantCulture,
            $"{path}: {exchanges} exchanges on {connections.Length} connections, {writer.Frames} frames, {writer.Bytes / 1e6:0.0} MB");
    }
}
