using Weir.Linux;
using Weir.Packets;
using Weir.Testing;
using Xunit;
using static Weir.Testing.PacketBuilder;

namespace Weir.Capture.Tests;

/// <summary>The program that shares flows among rings, in the interpreter; Weir.Kernel.Tests has it in the kernel.</summary>
public class FlowSteeringTests
{
    private const string Client = "10.0.0.1:40001";
    private const string Server = "10.0.0.2:8080";
    private static readonly byte[] Forth = Ip(Client, Server, IpProtocol.Tcp, TcpSegment(Client, Server, 1, 1, TcpFlags.Ack, "x"u8));
    private static readonly byte[] Back = Ip(Server, Client, IpProtocol.Tcp, TcpSegment(Server, Client, 1, 1, TcpFlags.Ack, "y"u8));

    public static TheoryData<string> Wrappings =>
        ["plain", "vxlan", "vxlan with a tag inside", "old vxlan", "geneve", "geneve with options", "geneve of ip", "gre", "gre with all fields",
            "gre of ethernet", "erspan I", "erspan II", "ip in ip", "gre in vxlan", "vxlan over ipv6", "options"];

    [Theory]
    [MemberData(nameof(Wrappings))]
    public void Both_directions_go_where_the_connection_goes_outside_of_tunnels(string wrapping)
    {
        Assert.Equal(Hash(Forth), Hash(Wrap(wrapping, Forth)));
        Assert.Equal(Hash(Forth), Hash(Wrap(wrapping, Back)));
    }

    [Theory]
    [InlineData("[fd00::1]:40001", "[fd00::2]:8080", 0)]
    [InlineData("[fd00::1]:40001", "[fd00::2]:8080", 60)]
    public void IPv6_has_one_place_for_both_directions(string client, string server, byte extension)
    {
        var there = Segment(client, server);
        var back = Segment(server, client);
        Assert.Equal(Hash(there), Hash(back));
        Assert.NotEqual(Hash(there), Hash(Segment("[fd00::1]:40003", server)));

        byte[] Segment(string source, string destination)
        {
            var tcp = TcpSegment(source, destination, 1, 1, TcpFlags.Ack, "x"u8);
            return extension == 0
                ? Ip(source, destination, IpProtocol.Tcp, tcp)
                : Ipv6(source, destination, extension, Concat([6, 0, 0, 0, 0, 0, 0, 0], tcp));
        }
    }

    [Fact]
    public void What_is_sent_starts_at_the_link_header_and_tags_are_passed()
    {
        var program = FlowSteering.Program(14, TunnelPorts.Default).Instructions;
        var expected = Hash(Forth);
        Assert.Equal(expected, (uint)ClassicBpf.Run(program, Ethernet(Forth), packetType: 4, networkHeader: 14));
        Assert.Equal(expected, (uint)ClassicBpf.Run(program, VlanTag(5, 0x0800, Forth), 0x8100));
        Assert.Equal(expected, (uint)ClassicBpf.Run(program, VlanTag(5, 0x8100, VlanTag(6, 0x0800, Forth)), 0x88A8));
        Assert.Equal(expected, (uint)ClassicBpf.Run(FlowSteering.Program(0, TunnelPorts.Default).Instructions, Forth, packetType: 4));
    }

    [Fact]
    public void What_is_sent_and_was_put_together_from_fragments_starts_at_the_network_header() =>
        Assert.Equal(Hash(Forth), (uint)ClassicBpf.Run(FlowSteering.Program(14, TunnelPorts.Default).Instructions, Forth, packetType: 4));

    [Fact]
    public void A_fragment_goes_by_its_addresses()
    {
        var first = Ipv4(Client, Server, IpProtocol.Tcp, Forth[20..28], moreFragments: true);
        var last = Ipv4(Client, Server, IpProtocol.Tcp, new byte[8], fragmentOffset: 8);
        Assert.Equal(Hash(first), Hash(last));
    }

    [Fact]
    public void What_is_cut_or_no_IP_still_goes_somewhere()
    {
        for (var length = 0; length < 60; length++) Hash(Wrap("vxlan", Forth).AsSpan(0, length));
        Assert.Equal(0u, Hash(new byte[60]));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    public void Connections_spread_over_all_workers(int workers)
    {
        var counts = new int[workers];
        for (var i = 0; i < 1000; i++)
        {
            var client = $"10.0.0.1:{32768 + (2 * i)}";
            counts[Hash(Ip(client, Server, IpProtocol.Tcp, TcpSegment(client, Server, 1, 1, TcpFlags.Ack, "x"u8))) % workers]++;
        }

        Assert.All(counts, count => Assert.InRange(count, 1000 / workers / 2, 1000 / workers * 2));
    }

    private static byte[] Wrap(string how, byte[] packet) => how switch
    {
        "plain" => packet,
        "options" => Concat([(byte)(packet[0] + 1)], packet[1..20], [1, 1, 1, 0], packet[20..]),
        "vxlan" => InUdp(4789, Concat([8, 0, 0, 0, 0, 0, 42, 0], Ethernet(packet))),
        "vxlan with a tag inside" => InUdp(4789, Concat([8, 0, 0, 0, 0, 0, 42, 0], Ethernet(VlanTag(7, 0x0800, packet), 0x8100))),
        "old vxlan" => InUdp(8472, Concat([8, 0, 0, 0, 0, 0, 42, 0], Ethernet(packet))),
        "vxlan over ipv6" => Ip("[fd00::1]:50000", "[fd00::2]:4789", IpProtocol.Udp,
            UdpDatagram("[fd00::1]:50000", "[fd00::2]:4789", Concat([8, 0, 0, 0, 0, 0, 42, 0], Ethernet(packet)))),
        "geneve" => InUdp(6081, Concat([0, 0, 0x65, 0x58, 0, 0, 42, 0], Ethernet(packet))),
        "geneve with options" => InUdp(6081, Concat([2, 0, 0x65, 0x58, 0, 0, 42, 0], new byte[8], Ethernet(packet))),
        "geneve of ip" => InUdp(6081, Concat([0, 0, 8, 0, 0, 0, 42, 0], packet)),
        "gre" => InIp(47, Concat([0, 0, 8, 0], packet)),
        "gre with all fields" => InIp(47, Concat([0xB0, 0, 8, 0], new byte[12], packet)),
        "gre of ethernet" => InIp(47, Concat([0x20, 0, 0x65, 0x58, 0, 0, 0, 9], Ethernet(packet))),
        "erspan I" => InIp(47, Concat([0, 0, 0x88, 0xBE], Ethernet(packet))),
        "erspan II" => InIp(47, Concat([0x10, 0, 0x88, 0xBE, 0, 0, 0, 1], [0x10, 0, 0, 1, 0, 0, 0, 0], Ethernet(packet))),
        "ip in ip" => InIp(4, packet),
        "gre in vxlan" => Wrap("vxlan", Wrap("gre", packet)),
        _ => throw new ArgumentException(how, nameof(how)),
    };

    private static byte[] InIp(byte protocol, byte[] payload) =>
        Ipv4("192.0.2.1:0", "192.0.2.2:0", (IpProtocol)protocol, payload);

    private static byte[] InUdp(int port, byte[] payload)
    {
        var (from, to) = ($"192.0.2.1:{50_000 + (payload[^1] * 7)}", $"192.0.2.2:{port}");
        return Ip(from, to, IpProtocol.Udp, UdpDatagram(from, to, payload));
    }

    private static uint Hash(ReadOnlySpan<byte> packet) =>
        (uint)ClassicBpf.Run(FlowSteering.Program(14, TunnelPorts.Default).Instructions, packet);
}
