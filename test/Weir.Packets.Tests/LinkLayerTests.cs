using System.Text;
using Weir.Testing;
using Xunit;
using static Weir.Testing.PacketBuilder;

namespace Weir.Packets.Tests;

public class LinkLayerTests
{
    private static readonly byte[] Hello = "hello"u8.ToArray();
    private static readonly byte[] V4 = Ip("10.0.0.1:1000", "10.0.0.2:80", IpProtocol.Tcp,
        TcpSegment("10.0.0.1:1000", "10.0.0.2:80", 7, 9, TcpFlags.Psh | TcpFlags.Ack, Hello));
    private static readonly byte[] V6 = Ip("[fd00::1]:1000", "[fd00::2]:80", IpProtocol.Tcp,
        TcpSegment("[fd00::1]:1000", "[fd00::2]:80", 7, 9, TcpFlags.Psh | TcpFlags.Ack, Hello));

    [Fact]
    public void Ethernet_carries_both_ip_versions()
    {
        AssertHello(DecodedPacket.Of(Ethernet(V4)), "10.0.0.1 1000");
        AssertHello(DecodedPacket.Of(Ethernet(V6)), "fd00::1 1000");
    }

    [Theory]
    [InlineData(0x8100)]
    [InlineData(0x88A8)]
    [InlineData(0x9100)]
    [InlineData(0x9200)]
    public void A_tagged_frame_tells_its_vlan(int tpid)
    {
        var packet = DecodedPacket.Of(Ethernet(VlanTag(0x6064, 0x0800, V4), tpid));
        AssertHello(packet, "10.0.0.1 1000");
        Assert.Equal(0x064, packet.VlanId);
    }

    [Fact]
    public void The_outermost_of_many_tags_counts()
    {
        var inner = VlanTag(30, 0x86DD, V6);
        var packet = DecodedPacket.Of(Ethernet(VlanTag(10, 0x8100, VlanTag(20, 0x8100, inner)), 0x88A8));
        AssertHello(packet, "fd00::1 1000");
        Assert.Equal(10, packet.VlanId);
    }

    [Fact]
    public void A_priority_tag_is_no_vlan()
    {
        var packet = DecodedPacket.Of(Ethernet(VlanTag(0xE000, 0x8100, VlanTag(20, 0x0800, V4)), 0x8100));
        Assert.Equal(20, packet.VlanId);
    }

    [Fact]
    public void A_tag_that_the_kernel_stripped_is_the_outermost()
    {
        var frame = new Frame(Ethernet(VlanTag(20, 0x0800, V4), 0x8100), 0, 1, LinkType.Ethernet) { StrippedVlanTci = 0x2007 };
        var packet = DecodedPacket.Of(new PacketDecoder(), frame);
        AssertHello(packet, "10.0.0.1 1000");
        Assert.Equal(7, packet.VlanId);
    }

    [Theory]
    [InlineData(LinkType.Raw)]
    [InlineData(LinkType.RawBsd)]
    [InlineData(LinkType.RawOpenBsd)]
    public void Raw_ip_tells_its_version_itself(LinkType linkType)
    {
        AssertHello(DecodedPacket.Of(V4, linkType), "10.0.0.1 1000");
        AssertHello(DecodedPacket.Of(V6, linkType), "fd00::1 1000");
    }

    [Fact]
    public void Link_types_of_one_ip_version_refuse_the_other()
    {
        AssertHello(DecodedPacket.Of(V4, LinkType.Ipv4), "10.0.0.1 1000");
        AssertHello(DecodedPacket.Of(V6, LinkType.Ipv6), "fd00::1 1000");
        Assert.Equal(DecodeOutcome.MalformedIpHeader, DecodedPacket.Of(V6, LinkType.Ipv4).Outcome);
        Assert.Equal(DecodeOutcome.MalformedIpHeader, DecodedPacket.Of(Ethernet(V6, 0x0800)).Outcome);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(24)]
    [InlineData(28)]
    [InlineData(30)]
    public void Loopback_knows_every_number_of_inet6(byte family)
    {
        AssertHello(DecodedPacket.Of(Concat([0, 0, 0, family], V6), LinkType.Loop), "fd00::1 1000");
        AssertHello(DecodedPacket.Of(Concat([0, 0, 0, family], V6), LinkType.Null), "fd00::1 1000");
        AssertHello(DecodedPacket.Of(Concat([family, 0, 0, 0], V6), LinkType.Null), "fd00::1 1000");
    }

    [Fact]
    public void Loopback_reads_inet_in_both_byte_orders()
    {
        AssertHello(DecodedPacket.Of(Concat([2, 0, 0, 0], V4), LinkType.Null), "10.0.0.1 1000");
        AssertHello(DecodedPacket.Of(Concat([0, 0, 0, 2], V4), LinkType.Null), "10.0.0.1 1000");
        Assert.Equal(DecodeOutcome.NotIp, DecodedPacket.Of(Concat([2, 0, 0, 0], V4), LinkType.Loop).Outcome);
    }

    [Fact]
    public void Linux_cooked_captures_of_both_versions()
    {
        byte[] v1 = [0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0];
        AssertHello(DecodedPacket.Of(Concat(v1, UInt16(0x0800), V4), LinkType.LinuxSll), "10.0.0.1 1000");
        byte[] v2 = [0, 0, 0, 0, 0, 3, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0];
        AssertHello(DecodedPacket.Of(Concat(UInt16(0x86DD), v2, V6), LinkType.LinuxSll2), "fd00::1 1000");
        var tagged = Concat(v1, UInt16(0x8100), VlanTag(42, 0x0800, V4));
        Assert.Equal(42, DecodedPacket.Of(tagged, LinkType.LinuxSll).VlanId);
    }

    [Fact]
    public void A_cooked_netlink_message_is_not_ip_whatever_its_protocol_says()
    {
        byte[] netlink = [0, 0, 0x03, 0x38, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        Assert.Equal(DecodeOutcome.NotIp, DecodedPacket.Of(Concat(netlink, UInt16(0x0800), V4), LinkType.LinuxSll).Outcome);
    }

    [Fact]
    public void Pppoe_sessions_with_full_and_compressed_protocol()
    {
        AssertHello(DecodedPacket.Of(Ethernet(Concat([0x11, 0, 0, 1, 0, 0, 0x00, 0x21], V4), 0x8864)), "10.0.0.1 1000");
        AssertHello(DecodedPacket.Of(Ethernet(Concat([0x11, 0, 0, 1, 0, 0, 0x57], V6), 0x8864)), "fd00::1 1000");
        var lcp = DecodedPacket.Of(Ethernet(Concat([0x11, 0, 0, 1, 0, 0, 0xC0, 0x21], V4), 0x8864));
        Assert.Equal(DecodeOutcome.NotIp, lcp.Outcome);
    }

    [Fact]
    public void The_length_of_pppoe_bounds_what_ip_claims()
    {
        var padded = Concat([0x11, 0, 0, 1], UInt16(2 + V4.Length - 5), UInt16(0x0021), V4);
        var packet = DecodedPacket.Of(Ethernet(padded, 0x8864));
        Assert.Equal((DecodeOutcome.Decoded, 0), (packet.Outcome, packet.PayloadWireLength));
    }

    [Fact]
    public void Mpls_labels_before_ip_and_before_a_pseudowire()
    {
        byte[] stack = [0, 1, 0, 64, 0, 2, 1, 64];
        AssertHello(DecodedPacket.Of(Ethernet(Concat(stack, V4), 0x8847)), "10.0.0.1 1000");
        AssertHello(DecodedPacket.Of(Ethernet(Concat(stack, V6), 0x8848)), "fd00::1 1000");
        AssertHello(DecodedPacket.Of(Ethernet(Concat(stack, [0, 0, 0, 0], Ethernet(V4)), 0x8847)), "10.0.0.1 1000");
    }

    [Fact]
    public void Llc_with_snap_and_with_the_ip_service_access_point()
    {
        var snap = Concat([0xAA, 0xAA, 3, 0, 0, 0], UInt16(0x0800), V4);
        AssertHello(DecodedPacket.Of(Ethernet(snap, snap.Length)), "10.0.0.1 1000");
        var sap = Concat([6, 6, 3], V4);
        AssertHello(DecodedPacket.Of(Ethernet(sap, sap.Length)), "10.0.0.1 1000");
        Assert.Equal(DecodeOutcome.NotIp, DecodedPacket.Of(Ethernet([0x42, 0x42, 3, 0, 0], 5)).Outcome);
    }

    [Fact]
    public void Backbone_and_vn_tags_are_stepped_over()
    {
        var customer = Concat([0, 0, 0, 5], new byte[12], UInt16(0x0800), V4);
        AssertHello(DecodedPacket.Of(Ethernet(customer, 0x88E7)), "10.0.0.1 1000");
        AssertHello(DecodedPacket.Of(Ethernet(Concat([0, 1, 0, 2], UInt16(0x0800), V4), 0x8926)), "10.0.0.1 1000");
    }

    [Fact]
    public void Arp_is_not_ip() => Assert.Equal(DecodeOutcome.NotIp, DecodedPacket.Of(Ethernet(new byte[28], 0x0806)).Outcome);

    [Fact]
    public void An_unknown_link_type_is_told() =>
        Assert.Equal(DecodeOutcome.UnknownLinkType, DecodedPacket.Of(V4, (LinkType)147).Outcome);

    private static void AssertHello(DecodedPacket packet, string source)
    {
        Assert.Equal(DecodeOutcome.Decoded, packet.Outcome);
        Assert.Equal(source, packet.Source);
        Assert.Equal("hello", Encoding.ASCII.GetString(packet.Payload));
        Assert.Equal(5, packet.PayloadWireLength);
    }
}
