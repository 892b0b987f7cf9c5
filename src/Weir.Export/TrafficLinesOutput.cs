using System.Globalization;
using System.Text.Json;
using Weir.Records.Traffic;

namespace Weir.Export;

/// <summary>Writes counters of bytes as JSON, one object a line: docs/formats/traffic.md. A report is flushed when it is complete.</summary>
/// <param name="stream">Owned.</param>
/// <param name="tell">Takes the first failure; counters are not written any more then.</param>
public sealed class TrafficLinesOutput(Stream stream, Action<string> tell) : ITrafficSink, IDisposable
{
    private bool _failed;

    public void Write(TrafficReport report)
    {
        if (_failed) return;
        using var text = new MemoryStream();
        foreach (var count in report.Counts)
        {
            using (var json = new Utf8JsonWriter(text)) Write(json, report, count);
            text.WriteByte((byte)'\n');
        }

        try
        {
            text.WriteTo(stream);
            stream.Flush();
        }
        catch (IOException failure)
        {
            _failed = true;
            tell($"cannot write counters of traffic any more: {failure.Message}");
        }
    }

    public void Dispose() => stream.Dispose();

    private static void Write(Utf8JsonWriter json, TrafficReport report, TrafficCount count)
    {
        json.WriteStartObject();
        json.WriteString("start", DateTime.UnixEpoch.AddTicks(report.StartNs / 100).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        json.WriteNumber("intervalSeconds", report.IntervalNs / 1_000_000_000);
        Text(json, "node", report.Node);
        Text(json, "device", count.Device);
        Text(json, "direction", count.Direction);
        Text(json, "protocol", count.Protocol);
        Text(json, "source", count.Source);
        Text(json, "destination", count.Destination);
        Peer(json, "sourcePeer", count.SourcePeer);
        Peer(json, "destinationPeer", count.DestinationPeer);
        json.WriteNumber("bytes", count.Bytes);
        json.WriteNumber("packets", count.Packets);
        json.WriteEndObject();
    }

    private static void Peer(Utf8JsonWriter json, string name, TrafficPeer peer)
    {
        if (peer == TrafficPeer.Unknown) return;
        json.WriteStartObject(name);
        Text(json, "namespace", peer.Namespace);
        Text(json, "pod", peer.Pod);
        Text(json, "workload", peer.Workload);
        Text(json, "service", peer.Service);
        json.WriteEndObject();
    }

    /// <summary>What is not known is left out.</summary>
    private static void Text(Utf8JsonWriter json, string name, string value)
    {
        if (value.Length > 0) json.WriteString(name, value);
    }
}
