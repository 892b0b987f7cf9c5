using Weir.Testing;
using Xunit;
using static Weir.Testing.PacketBuilder;
using static Weir.Testing.TunnelBuilder;

namespace Weir.Packets.Tests;

/// <summary>Each tunnel gives the packet inside and tells where the tunnel went.</summary>
public class TunnelTests
{
    private const string From = "192.0.2.1:50000";
    private const string To = "192.0.2.2";
    private static readonly byte[] Hello = "hello"u8.ToArray();
    private static readonly byte[] Frame4 = Tcp("10.0.0.1:1000", "10.0.0.2:80", 7, 9, TcpFlags.Ack, Hello);
    private static readonly byte[] Frame6 = Tcp("[fd00::1]:1000", "[fd00::2]:80", 7, 9, TcpFlags.Ack, Hello);
    private static readonly byte[] Packet4 = WithoutEthernet(Frame4);
    private static readonly byte[] Packet6 = WithoutEthernet(Frame6);

    private static readonly Dictionary<string, (TunnelKind Kind, uint Id, byte[] Frame)> Cases = new()
    {
        ["vxlan"] = (TunnelKind.Vxlan, 42, OverUdp(4789, Vxlan(42, Frame4))),
        ["vxlan of flannel"] = (TunnelKind.Vxlan, 1, OverUdp(8472, Vxlan(1, Frame4))),
        ["vxlan with a group policy"] = (TunnelKind.Vxlan, 0xABCDEF, OverUdp(4789, Vxlan(0xABCDEF, Frame6, 0x88))),
        ["vxlan over ipv6"] = (TunnelKind.Vxlan, 42, Udp("[fd00::a]:5", "[fd00::b]:4789", Vxlan(42, Frame4))),
        ["vxlan of a tagged frame"] = (TunnelKind.Vxlan, 42, OverUdp(4789, Vxlan(42, Tagged(Frame4, 7)))),
        ["geneve"] = (TunnelKind.Geneve, 42, OverUdp(6081, Geneve(42, Frame6))),
        ["geneve with options"] = (TunnelKind.Geneve, 42, OverUdp(6081, Geneve(42, Frame4, options: [1, 2, 0x83, 1, 9, 9, 9, 9]))),
        ["geneve of ipv4"] = (TunnelKind.Geneve, 42, OverUdp(6081, Geneve(42, Packet4, 0x0800))),
        ["geneve of ipv6"] = (TunnelKind.Geneve, 42, OverUdp(6081, Geneve(42, Packet6, 0x86DD))),
        ["gre"] = (TunnelKind.Gre, 0, OverIp(47, Gre(0x0800, Packet4))),
        ["gre of ipv6"] = (TunnelKind.Gre, 0, OverIp(47, Gre(0x86DD, Packet6))),
        ["gre with all fields"] = (TunnelKind.Gre, 99, OverIp(47, Gre(0x0800, Packet4, 99, 5, true))),
        ["gre with a key"] = (TunnelKind.Gre, 99, OverIp(47, Gre(0x0800, Packet4, 99))),
        ["gretap"] = (TunnelKind.Gre, 3, OverIp(47, Gre(BridgedEthernet, Frame4, 3))),
        ["gre of mpls"] = (TunnelKind.Gre, 0, OverIp(47, Gre(0x8847, Concat([0, 1, 0, 64, 0, 2, 1, 64], Packet4)))),
        ["gre of a pseudowire"] = (TunnelKind.Gre, 0, OverIp(47, Gre(0x8847, Concat([0, 1, 1, 64, 0, 0, 0, 0], Frame4)))),
        ["gre over ipv6"] = (TunnelKind.Gre, 0, OverIpv6(47, Gre(0x0800, Packet4))),
        ["gre over udp"] = (TunnelKind.Gre, 0, OverUdp(4754, Gre(0x0800, Packet4))),
        ["pptp"] = (TunnelKind.Gre, 12, OverIp(47, Pptp(12, Concat([0xFF, 0x03, 0x00, 0x21], Packet4)))),
        ["pptp compressed"] = (TunnelKind.Gre, 12, OverIp(47, Pptp(12, Concat([0x21], Packet4)))),
        ["erspan I"] = (TunnelKind.Erspan, 0, OverIp(47, Erspan(1, 0, Frame4))),
        ["erspan II"] = (TunnelKind.Erspan, 1023, OverIp(47, Erspan(2, 0xFC00 | 1023, Frame4))),
        ["erspan III"] = (TunnelKind.Erspan, 17, OverIp(47, Erspan(3, 17, Frame6))),
        ["ipip"] = (TunnelKind.IpInIp, 0, OverIp(4, Packet4)),
        ["6in4"] = (TunnelKind.IpInIp, 0, OverIp(41, Packet6)),
        ["4in6"] = (TunnelKind.IpInIp, 0, OverIpv6(4, Packet4)),
        ["6in6 behind options"] = (TunnelKind.IpInIp, 0, OverIpv6(60, Concat([41, 0, 1, 4, 0, 0, 0, 0], Packet6))),
        ["gtp"] = (TunnelKind.Gtp, 0xDEADBEEF, OverUdp(2152, Gtp(0xDEADBEEF, Packet4))),
        ["gtp with extensions"] = (TunnelKind.Gtp, 5, OverUdp(2152, Gtp(5, Packet6, (0x85, [0, 9]), (0x40, [1, 2, 3, 4, 5, 6])))),
        ["gtp from its port"] = (TunnelKind.Gtp, 5, Udp($"{To}:2152", From, Gtp(5, Packet4))),
        ["teredo"] = (TunnelKind.Teredo, 0, OverUdp(3544, Packet6)),
        ["teredo with indications"] = (TunnelKind.Teredo, 0, OverUdp(3544, TeredoWithIndications(Packet6))),
        ["ayiya"] = (TunnelKind.Ayiya, 0, OverUdp(5072, Ayiya(Packet6))),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_packet_inside_is_told_with_the_addresses_of_the_tunnel(string name)
    {
        var (kind, id, frame) = Cases[name];
        Assert.Equal(DecodeOutcome.Decoded, new PacketDecoder().Decode(new TestFrame(frame, 5).Frame, out var packet));
        Assert.Equal((IpProtocol.Tcp, 1000, 80), (packet.Protocol, packet.SourcePort, packet.DestinationPort));
        Assert.Contains($"{packet.Source}", new[] { "10.0.0.1", "fd00::1" });
        Assert.Equal((7u, 9u, TcpFlags.Ack), (packet.Sequence, packet.Acknowledgment, packet.Flags));
        Assert.Equal(Hello, packet.Payload.ToArray());
        Assert.Equal((5, frame.Length), (packet.TimestampNs, packet.WireLength));
        Assert.Equal((kind, id, 1), (packet.Tunnel.Kind, packet.Tunnel.Id, packet.Tunnel.Depth));
        Assert.Contains($"{packet.Tunnel.Source} {packet.Tunnel.Destination}",
            new[] { "192.0.2.1 192.0.2.2", "192.0.2.2 192.0.2.1", "fd00::a fd00::b" });
        Assert.Equal(name.Contains("tagged", StringComparison.Ordinal) ? 7 : 0, packet.VlanId);
    }

    /// <summary>Cutting a frame must never give a packet that is not the one inside, nor an unknown outcome.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void A_cut_frame_gives_the_packet_inside_or_a_counted_reason(string name)
    {
        var frame = new TestFrame(Cases[name].Frame, 5);
        for (var length = 15; length < frame.Data.Length; length++)
        {
            foreach (var cut in new[] { frame.Cut(length), frame with { Data = frame.Data[..length] } })
            {
                var decoder = new PacketDecoder();
                var outcome = decoder.Decode(cut.Frame, out var packet);
                Assert.Equal(1, decoder.Counters[outcome]);
                if (outcome == DecodeOutcome.Decoded && packet.Protocol == IpProtocol.Tcp)
                    Assert.Equal((1000, 80, 5), (packet.SourcePort, packet.DestinationPort, packet.PayloadWireLength));
            }
        }
    }

    [Fact]
    public void Of_nested_tunnels_the_innermost_is_told()
    {
        var overlay = OverUdp(8472, Vxlan(1, Frame4), "10.9.0.1:1234", "10.9.0.2");
        Assert.Equal(DecodeOutcome.Decoded, Decode(OverUdp(4789, Vxlan(17, overlay)), out var tunnel));
        Assert.Equal(new PacketTunnel(TunnelKind.Vxlan, Address("10.9.0.1"), Address("10.9.0.2"), 1, 2), tunnel);
    }

    [Theory]
    [InlineData(4, 4, DecodeOutcome.Decoded)]
    [InlineData(5, 4, DecodeOutcome.TunnelTooDeep)]
    [InlineData(1, 0, DecodeOutcome.TunnelTooDeep)]
    [InlineData(16, 16, DecodeOutcome.Decoded)]
    public void Nesting_ends_at_the_limit(int tunnels, int limit, DecodeOutcome expected)
    {
        var packet = Packet4;
        for (var i = 0; i < tunnels; i++) packet = Ipv4($"10.1.{i}.1", $"10.1.{i}.2", (IpProtocol)4, packet);
        var decoder = new PacketDecoder(tunnels: new TunnelOptions { MaxDepth = limit });
        Assert.Equal(expected, DecodedPacket.Of(decoder, new TestFrame(Ethernet(packet), 1)).Outcome);
        Assert.Equal(1, decoder.Counters[expected]);
    }

    [Fact]
    public void A_depth_that_could_exhaust_the_stack_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(
        () => new PacketDecoder(tunnels: new TunnelOptions { MaxDepth = TunnelOptions.DepthCeiling + 1 }));

    [Theory]
    [InlineData(17, new uint[0], new uint[0], true)]
    [InlineData(17, new uint[] { 17, 18 }, new uint[0], true)]
    [InlineData(19, new uint[] { 17, 18 }, new uint[0], false)]
    [InlineData(17, new uint[0], new uint[] { 17 }, false)]
    [InlineData(18, new uint[0], new uint[] { 17 }, true)]
    [InlineData(17, new uint[] { 17 }, new uint[] { 17 }, false)]
    public void Network_identifiers_are_allowed_and_denied(uint vni, uint[] allowed, uint[] denied, bool wanted)
    {
        var options = new TunnelOptions { AllowedVnis = allowed, DeniedVnis = denied };
        foreach (var frame in new[] { OverUdp(4789, Vxlan(vni, Frame4)), OverUdp(6081, Geneve(vni, Frame4)) })
        {
            var decoder = new PacketDecoder(tunnels: options);
            var expected = wanted ? DecodeOutcome.Decoded : DecodeOutcome.TunnelIgnored;
            Assert.Equal(expected, DecodedPacket.Of(decoder, new TestFrame(frame, 1)).Outcome);
            Assert.Equal(wanted ? 0 : 1, decoder.Counters.Read().Single(c => c.Key == "packet_tunnel_ignored").Value);
        }
    }

    [Fact]
    public void Identifiers_inside_an_allowed_network_and_of_other_tunnels_are_not_asked_for()
    {
        var decoder = new PacketDecoder(tunnels: new TunnelOptions { AllowedVnis = [17] });
        var overlay = OverUdp(8472, Vxlan(1, Frame4));
        foreach (var frame in new[] { OverUdp(4789, Vxlan(17, overlay)), OverIp(47, Gre(0x0800, Packet4, 3)), Frame4 })
            Assert.Equal(DecodeOutcome.Decoded, DecodedPacket.Of(decoder, new TestFrame(frame, 1)).Outcome);
        Assert.Equal(DecodeOutcome.TunnelIgnored, DecodedPacket.Of(decoder, new TestFrame(overlay, 1)).Outcome);
    }

    [Fact]
    public void Configured_ports_replace_the_usual_ones()
    {
        var decoder = new PacketDecoder(tunnels: new TunnelOptions { VxlanPorts = [5555], GenevePorts = [] });
        Assert.Equal(IpProtocol.Tcp, DecodedPacket.Of(decoder, new TestFrame(OverUdp(5555, Vxlan(1, Frame4)), 1)).Protocol);
        Assert.Equal(IpProtocol.Udp, DecodedPacket.Of(decoder, new TestFrame(OverUdp(4789, Vxlan(1, Frame4)), 1)).Protocol);
        Assert.Equal(IpProtocol.Udp, DecodedPacket.Of(decoder, new TestFrame(OverUdp(6081, Geneve(1, Frame4)), 1)).Protocol);
    }

    [Fact]
    public void A_frame_that_its_source_took_out_of_a_tunnel_keeps_it()
    {
        var tunnel = new PacketTunnel(TunnelKind.Vxlan, Address("192.0.2.1"), Address("192.0.2.2"), 17, 1);
        var decoder = new PacketDecoder(tunnels: new TunnelOptions { AllowedVnis = [17] });
        Assert.Equal(DecodeOutcome.Decoded, decoder.Decode(new Frame(Frame4, Frame4.Length, 1, LinkType.Ethernet, 0, tunnel), out var packet));
        Assert.Equal(tunnel, packet.Tunnel);
        var other = new Frame(Frame4, Frame4.Length, 1, LinkType.Ethernet, 0, tunnel with { Id = 18 });
        Assert.Equal(DecodeOutcome.TunnelIgnored, decoder.Decode(in other, out _));
        var deep = new Frame(Frame4, Frame4.Length, 1, LinkType.Ethernet, 0, tunnel with { Depth = 5 });
        Assert.Equal(DecodeOutcome.TunnelTooDeep, decoder.Decode(in deep, out _));
    }

    [Fact]
    public void What_is_no_ip_inside_is_told_as_such()
    {
        var arp = Ethernet(new byte[28], 0x0806);
        Assert.Equal(DecodeOutcome.NotIp, Decode(OverUdp(4789, Vxlan(1, arp)), out _));
        Assert.Equal(DecodeOutcome.NotIp, Decode(OverIp(47, Gre(BridgedEthernet, arp)), out _));
        Assert.Equal(DecodeOutcome.OtherIpProtocol, Decode(OverIp(47, Gre(0, [])), out _));
        Assert.Equal(DecodeOutcome.OtherIpProtocol, Decode(OverIp(4, Ipv4("10.0.0.1", "10.0.0.2", IpProtocol.Icmp, new byte[8])), out _));
    }

    internal static byte[] OverUdp(int port, byte[] payload, string from = From, string to = To) => Udp(from, $"{to}:{port}", payload);

    internal static byte[] OverIp(byte protocol, byte[] payload) => Ethernet(Ipv4("192.0.2.1", To, (IpProtocol)protocol, payload));

    private static byte[] OverIpv6(byte next, byte[] payload) => Ethernet(Ipv6("fd00::a", "fd00::b", next, payload));

    private static byte[] Tagged(byte[] frame, int vlan) => Concat(frame[..12], UInt16(0x8100), UInt16(vlan), frame[12..]);

    private static IpAddress Address(string text) => IpAddress.TryParse(text, out var address) ? address : throw new FormatException(text);

    private static DecodeOutcome Decode(byte[] frame, out PacketTunnel tunnel)
    {
        var outcome = new PacketDecoder().Decode(new TestFrame(frame, 1).Frame, out var packet);
        tunnel = packet.Tunnel;
        return outcome;
    }
}
