using System.IO.Compression;
using Google.Protobuf;
using Weir.Records;
using Weir.Records.Traffic;
using Proto = Weir.Rpc.Center.V1;

namespace Weir.Export.Center;

/// <summary>Reports of counters as probes send them: the TrafficReport of weir/v1/center.proto.</summary>
public static class TrafficMessages
{
    /// <summary>The report as a zlib stream.</summary>
    public static byte[] Pack(TrafficReport report)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest)) Write(report).WriteTo(zlib);
        return packed.ToArray();
    }

    public static Proto.TrafficReport Write(TrafficReport report)
    {
        var message = new Proto.TrafficReport { Probe = report.Node, Address = report.Address, StartUnixNs = report.StartNs, IntervalNs = report.IntervalNs };
        var texts = new Dictionary<string, uint>(StringComparer.Ordinal);
        var peers = new Dictionary<TrafficPeer, uint>();
        Text("");
        foreach (var count in report.Counts)
        {
            message.Rows.Add(new Proto.TrafficRow
            {
                Device = Text(count.Device),
                Direction = Text(count.Direction),
                Protocol = Text(count.Protocol),
                Source = Text(count.Source),
                Destination = Text(count.Destination),
                SourcePeer = Peer(count.SourcePeer),
                DestinationPeer = Peer(count.DestinationPeer),
                Bytes = (ulong)count.Bytes,
                Packets = (ulong)count.Packets,
            });
        }

        return message;

        uint Text(string text)
        {
            if (texts.TryGetValue(text, out var place)) return place;
            message.Texts.Add(text);
            texts.Add(text, place = (uint)texts.Count);
            return place;
        }

        uint Peer(TrafficPeer peer)
        {
            if (peer == TrafficPeer.Unknown) return 0;
            if (peers.TryGetValue(peer, out var place)) return place;
            message.Peers.Add(new Proto.TrafficPeer { Namespace = Text(peer.Namespace), Pod = Text(peer.Pod), Workload = Text(peer.Workload), Service = Text(peer.Service) });
            peers.Add(peer, place = (uint)message.Peers.Count);
            return place;
        }
    }

    /// <summary>Null when rows name what is not there, or values are none that a probe can have counted.</summary>
    /// <param name="id">Of the batch.</param>
    /// <param name="message">As it came.</param>
    public static TrafficReport? Read(ExchangeId id, Proto.TrafficReport message)
    {
        if (message.IntervalNs <= 0 || message.StartUnixNs < 0) return null;
        var peers = new List<TrafficPeer>(message.Peers.Count + 1) { TrafficPeer.Unknown };
        foreach (var peer in message.Peers)
        {
            if (!TryText(peer.Namespace, out var space) || !TryText(peer.Pod, out var pod) || !TryText(peer.Workload, out var workload) || !TryText(peer.Service, out var service)) return null;
            peers.Add(new TrafficPeer(space, pod, workload, service));
        }

        var counts = new List<TrafficCount>(message.Rows.Count);
        foreach (var row in message.Rows)
        {
            if (!TryText(row.Device, out var device) || !TryText(row.Direction, out var direction) || !TryText(row.Protocol, out var protocol)
                || !TryText(row.Source, out var source) || !TryText(row.Destination, out var destination)) return null;
            if (row.SourcePeer >= peers.Count || row.DestinationPeer >= peers.Count || row.Bytes > long.MaxValue || row.Packets > long.MaxValue) return null;
            counts.Add(new TrafficCount
            {
                Device = device,
                Direction = direction,
                Protocol = protocol,
                Source = source,
                Destination = destination,
                SourcePeer = peers[(int)row.SourcePeer],
                DestinationPeer = peers[(int)row.DestinationPeer],
                Bytes = (long)row.Bytes,
                Packets = (long)row.Packets,
            });
        }

        return new TrafficReport { Id = id, Node = message.Probe, Address = message.Address, StartNs = message.StartUnixNs, IntervalNs = message.IntervalNs, Counts = counts };

        bool TryText(uint place, out string text)
        {
            var known = place < message.Texts.Count;
            text = known ? message.Texts[(int)place] : "";
            return known || place == 0;
        }
    }
}
