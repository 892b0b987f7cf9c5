using Weir.Flows.Accounting;
using Weir.Packets;
using Weir.Records;
using Weir.Records.Traffic;

namespace Weir.Probe;

/// <summary>Turns a table into a report: with the names of devices, protocols and peers.</summary>
internal sealed class TrafficReports(TrafficOptions options)
{
    private readonly ExchangeIdGenerator _ids = new();
    private readonly FlowRecord _asked = new();

    public TrafficReport Make(TrafficTable table, long intervalNs, IReadOnlyList<string> names)
    {
        var peers = new Dictionary<IpAddress, TrafficPeer>();
        var texts = new Dictionary<IpAddress, string>();
        var counts = new List<TrafficCount>(table.Count);
        foreach (ref readonly var row in table.Rows)
        {
            var key = row.Key;
            var device = key.Device >= 0 && key.Device < names.Count ? names[key.Device] : "";
            if (options.Devices?.Invoke(device) == false) continue;
            counts.Add(new TrafficCount
            {
                Device = device,
                Direction = key.Direction switch { FrameDirection.Received => "in", FrameDirection.Sent => "out", _ => "" },
                Protocol = Protocol(in key),
                Source = Text(texts, in key, key.Source),
                Destination = Text(texts, in key, key.Destination),
                SourcePeer = Peer(peers, in key, key.Source, table.StartNs + intervalNs),
                DestinationPeer = Peer(peers, in key, key.Destination, table.StartNs + intervalNs),
                Bytes = row.Bytes,
                Packets = row.Packets,
            });
        }

        return new TrafficReport
        {
            Id = _ids.Next(table.StartNs),
            Node = options.Node,
            Address = options.Address,
            StartNs = table.StartNs,
            IntervalNs = intervalNs,
            Counts = counts,
        };
    }

    private static string Protocol(in TrafficKey key) => key.Kind switch
    {
        TrafficKind.NotIp => TrafficProtocols.NotIp,
        TrafficKind.Unreadable => TrafficProtocols.Unreadable,
        TrafficKind.Other => TrafficProtocols.Other,
        _ => TrafficProtocols.Name(key.Protocol),
    };

    private static string Text(Dictionary<IpAddress, string> texts, in TrafficKey key, IpAddress address)
    {
        if (key.Kind != TrafficKind.Ip) return key.Kind == TrafficKind.Other ? TrafficProtocols.Other : "";
        if (!texts.TryGetValue(address, out var text)) texts.Add(address, text = address.ToString());
        return text;
    }

    /// <summary>As of a moment inside the interval: an address may be another pod's in the next one.</summary>
    private TrafficPeer Peer(Dictionary<IpAddress, TrafficPeer> peers, in TrafficKey key, IpAddress address, long atNs)
    {
        if (options.Identifier is null || key.Kind != TrafficKind.Ip) return TrafficPeer.Unknown;
        if (peers.TryGetValue(address, out var known)) return known;
        _asked.Clear();
        (_asked.StartedAtNs, _asked.EndedAtNs) = (atNs, atNs);
        // Asked as a server: that is the end which a service's address belongs to.
        (_asked.Client.Peer.Ip, _asked.Server.Peer.Ip) = (address, address);
        options.Identifier.Identify(_asked);
        var peer = _asked.Server.Peer;
        var named = peer.Pod ?? peer.Workload ?? peer.Service;
        var found = named is null ? TrafficPeer.Unknown : new TrafficPeer(peer.Namespace ?? "", peer.Pod ?? "", peer.Workload ?? "", peer.Service ?? "");
        peers.Add(address, found);
        return found;
    }
}
