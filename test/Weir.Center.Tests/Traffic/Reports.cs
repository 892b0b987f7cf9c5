using System.Buffers.Binary;
using Google.Protobuf;
using Weir.Export.Center;
using Weir.Records;
using Weir.Records.Traffic;
using Weir.Rpc.Center.V1;
using TrafficPeer = Weir.Records.Traffic.TrafficPeer;
using TrafficReport = Weir.Records.Traffic.TrafficReport;

namespace Weir.Center.Tests.Traffic;

/// <summary>Reports of counters as probes make them.</summary>
internal static class Reports
{
    private static readonly ExchangeIdGenerator s_ids = new();

    /// <summary>Unix seconds of a minute that began not long ago, so that no retention reaches it.</summary>
    public static long Minute { get; } = (DateTimeOffset.UtcNow.ToUnixTimeSeconds() / 60 * 60) - 600;

    public static TrafficReport Of(string node, long at, params TrafficCount[] counts) => new()
    {
        Id = s_ids.Next(at * 1_000_000_000),
        Node = node,
        Address = $"10.9.0.{node.Length}",
        StartNs = at * 1_000_000_000,
        IntervalNs = 10_000_000_000,
        Counts = counts,
    };

    public static TrafficCount Count(
        string source, string destination, long bytes, long packets = 1, string device = "eth0", string direction = "in", string protocol = "tcp",
        TrafficPeer? from = null, TrafficPeer? to = null) => new()
    {
        Device = device,
        Direction = direction,
        Protocol = protocol,
        Source = source,
        Destination = destination,
        SourcePeer = from ?? TrafficPeer.Unknown,
        DestinationPeer = to ?? TrafficPeer.Unknown,
        Bytes = bytes,
        Packets = packets,
    };

    public static TrafficBatch Batch(TrafficReport report)
    {
        var id = new byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(id, report.Id.Value);
        return new TrafficBatch { Id = ByteString.CopyFrom(id), Encoding = Rpc.Center.V1.Batch.Types.Encoding.Zlib, Report = ByteString.CopyFrom(TrafficMessages.Pack(report)) };
    }
}
