using Weir.Capture;
using Weir.Linux;
using Weir.Packets;
using Xunit;

namespace Weir.Kernel.Tests;

/// <summary>Which worker the kernel gives a connection's packets to, on several interfaces at once.</summary>
public class FanoutTests
{
    private const int Workers = 3;
    private const int Connections = 40;

    [SkippableTheory]
    [InlineData("vxlan", "type vxlan id 42 dstport 4789 local {0} remote {1} dev {2}")]
    [InlineData("geneve", "type geneve id 42 remote {1}")]
    [InlineData("gretap", "type gretap local {0} remote {1}")]
    [InlineData("gre", "type gre local {0} remote {1}")]
    [InlineData("ipip", "type ipip local {0} remote {1}")]
    public void A_connection_reaches_one_worker_inside_a_tunnel_and_on_the_wire_below(string kind, string device)
    {
        using var pair = NamespacePair.CreateOrSkip();
        Tunnel(pair.A, device, NamespacePair.AddressA, NamespacePair.AddressB, "va", "10.232.0.1", kind);
        Tunnel(pair.B, device, NamespacePair.AddressB, NamespacePair.AddressA, "vb", "10.232.0.2", kind);
        var seen = Capture(new RingOptions { Devices = ["va", "tun0"], NetworkNamespace = pair.PathA }, () =>
        {
            for (var i = 0; i < Connections; i++) Traffic.Exchange(pair.PathB, pair.PathA, "10.232.0.1", 8080, 5000);
        });

        // Each connection is seen twice, all of it by one worker.
        var byConnection = seen.GroupBy(packet => packet.Connection).ToList();
        Assert.Equal(Connections, byConnection.Count);
        Assert.All(byConnection, packets => Assert.Single(packets.Select(packet => packet.Worker).Distinct()));
        Assert.All(byConnection, packets => Assert.Equal(2, packets.Select(packet => packet.Interface).Distinct().Count()));
        Assert.All(byConnection, packets => Assert.Equal(4, packets.Count(packet => packet.IsSyn)));
        Assert.Equal(Workers, seen.Select(packet => packet.Worker).Distinct().Count());
    }

    [SkippableTheory]
    [InlineData(FanoutMode.Inner)]
    [InlineData(FanoutMode.Hash)]
    public void Nothing_is_seen_twice_on_loopback(FanoutMode mode)
    {
        using var pair = NamespacePair.CreateOrSkip();
        var options = new RingOptions { Devices = ["lo"], NetworkNamespace = pair.PathA, Fanout = mode };
        var seen = Capture(options, () =>
        {
            for (var i = 0; i < Connections; i++) Traffic.Exchange(pair.PathA, pair.PathA, "127.0.0.1", 8080, 100);
        });
        Assert.Equal(2 * Connections, seen.Count(packet => packet.IsSyn));
        Assert.All(seen.GroupBy(packet => packet.Connection), packets => Assert.Single(packets.Select(packet => packet.Worker).Distinct()));
        Assert.Equal(Workers, seen.Select(packet => packet.Worker).Distinct().Count());
    }

    [SkippableFact]
    public void Fragments_reach_the_worker_of_their_connection_in_one_piece()
    {
        using var pair = NamespacePair.CreateOrSkip();
        Tunnel(pair.A, "type vxlan id 42 dstport 4789 local {0} remote {1} dev {2}", NamespacePair.AddressA, NamespacePair.AddressB, "va", "10.232.0.1", "vxlan");
        Tunnel(pair.B, "type vxlan id 42 dstport 4789 local {0} remote {1} dev {2}", NamespacePair.AddressB, NamespacePair.AddressA, "vb", "10.232.0.2", "vxlan");
        // The inner packet fits its device; with the tunnel's headers it is too long for the one below, so the outer is fragmented.
        foreach (var (name, device) in new[] { (pair.A, "va"), (pair.B, "vb") })
            NamespacePair.Ip($"netns exec {name} sh -c \"ip link set {device} mtu 1400\"");
        var seen = Capture(new RingOptions { Devices = ["va"], NetworkNamespace = pair.PathA }, () =>
        {
            for (var i = 0; i < Connections; i++) Traffic.Exchange(pair.PathB, pair.PathA, "10.232.0.1", 8080, 20_000);
        });
        Assert.Contains(seen, packet => packet.Bytes > 1400);
        Assert.All(seen.GroupBy(packet => packet.Connection), packets => Assert.Single(packets.Select(packet => packet.Worker).Distinct()));
        Assert.Equal(Connections, seen.Select(packet => packet.Connection).Distinct().Count());
    }

    [SkippableFact]
    public void An_interface_that_comes_later_is_shared_in_the_same_way()
    {
        using var pair = NamespacePair.CreateOrSkip();
        // A ring that comes later has a thirty-second part of what is free: of the default that are two blocks, which a reader that waits for a core loses.
        var options = new RingOptions { NetworkNamespace = pair.PathA, BufferBytes = 1L << 30 };
        var seen = Capture(options, () =>
        {
            const string Vxlan = "type vxlan id 42 dstport 4789 local {0} remote {1} dev {2}";
            Tunnel(pair.A, Vxlan, NamespacePair.AddressA, NamespacePair.AddressB, "va", "10.232.0.1", "vxlan");
            Tunnel(pair.B, Vxlan, NamespacePair.AddressB, NamespacePair.AddressA, "vb", "10.232.0.2", "vxlan");
            Thread.Sleep(500);
            for (var i = 0; i < Connections; i++) Traffic.Exchange(pair.PathB, pair.PathA, "10.232.0.1", 8080, 5000);
        });
        Assert.All(seen.GroupBy(packet => packet.Connection), packets => Assert.Single(packets.Select(packet => packet.Worker).Distinct()));
        Assert.Equal(Connections, seen.Select(packet => packet.Connection).Distinct().Count());
        Assert.Equal(2, seen.Select(packet => packet.Interface).Distinct().Count());
    }

    private static void Tunnel(string name, string device, string local, string remote, string below, string address, string kind)
    {
        var command = $"-n {name} link add tun0 {string.Format(System.Globalization.CultureInfo.InvariantCulture, device, local, remote, below)}";
        try
        {
            NamespacePair.Ip(command);
        }
        catch (InvalidOperationException refused) when (refused.Message.Contains("not supported", StringComparison.OrdinalIgnoreCase)
            || refused.Message.Contains("Unknown device type", StringComparison.Ordinal))
        {
            Skip.If(true, $"this kernel has no {kind} devices");
        }

        NamespacePair.Ip($"-n {name} addr add {address}/24 dev tun0");
        NamespacePair.Ip($"-n {name} link set tun0 up");
    }

    private static List<SeenPacket> Capture(RingOptions options, Action traffic)
    {
        var sources = RingCaptureSource.OpenGroup(options, Workers);
        Assert.Equal(Workers, sources.Count);
        var captures = sources.Select(source => new RunningCapture(source)).ToList();
        traffic();
        Thread.Sleep(200);
        var seen = captures.SelectMany((capture, worker) => capture.Stop().SelectMany(frame => SeenPacket.Of(frame, worker))).ToList();
        Assert.Equal(0, sources.Sum(source => source.ReadStatistics().Sum(i => i.KernelDrops)));
        captures.ForEach(capture => capture.Dispose());
        Assert.NotEmpty(seen);
        return seen;
    }

    /// <summary>A TCP packet and who saw it where; of a tunnel packet the one inside.</summary>
    private sealed record SeenPacket(int Worker, int Interface, int Connection, bool IsSyn, int Bytes)
    {
        public static IEnumerable<SeenPacket> Of(SeenFrame frame, int worker)
        {
            var ip = frame.LinkType == LinkType.Ethernet ? frame.Data.AsSpan(14) : frame.Data;
            while (ip.Length > 20 && ip[0] >> 4 == 4)
            {
                var rest = ip[((ip[0] & 15) * 4)..];
                if (ip[9] == 6) return [Tcp(frame, worker, rest)];
                ip = ip[9] switch
                {
                    4 => rest,
                    17 => rest[(8 + 8 + 14)..],
                    47 => rest[2] == 0x65 ? rest[(4 + 14)..] : rest[4..],
                    _ => [],
                };
            }

            return [];
        }

        private static SeenPacket Tcp(SeenFrame frame, int worker, ReadOnlySpan<byte> tcp)
        {
            var (source, destination) = ((tcp[0] << 8) | tcp[1], (tcp[2] << 8) | tcp[3]);
            return new SeenPacket(worker, frame.InterfaceId, source == 8080 ? destination : source, (tcp[13] & 2) != 0, frame.OriginalLength);
        }
    }
}
