using Weir.Testing;
using Xunit;
using static Weir.Testing.PacketBuilder;

namespace Weir.Packets.Tests;

public class IpAndTransportTests
{
    private const string A4 = "10.0.0.1:1000";
    private const string B4 = "10.0.0.2:80";
    private const string A6 = "[fd00::1]:1000";
    private const string B6 = "[fd00::2]:80";
    private static readonly byte[] Hello = "hello"u8.ToArray();

    [Fact]
    public void Every_tcp_field_is_told()
    {
        var segment = TcpSegment(A4, B4, 0xFFFF_FFFE, 0x8000_0001, TcpFlags.Syn | TcpFlags.Ece | TcpFlags.Cwr, Hello, 513);
        var frame = new TestFrame(Ethernet(Ip(A4, B4, IpProtocol.Tcp, segment)), 12_345) { InterfaceId = 3 };
        Assert.Equal(DecodeOutcome.Decoded, new PacketDecoder().Decode(frame.Frame, out var packet));
        Assert.Equal(0xFFFF_FFFE, packet.Sequence);
        Assert.Equal(0x8000_0001, packet.Acknowledgment);
        Assert.Equal(TcpFlags.Syn | TcpFlags.Ece | TcpFlags.Cwr, packet.Flags);
        Assert.Equal(513, packet.Window);
        Assert.Equal((1000, 80), (packet.SourcePort, packet.DestinationPort));
        Assert.Equal((12_345, 3, frame.Data.Length), (packet.TimestampNs, packet.InterfaceId, packet.WireLength));
        Assert.Equal(IpProtocol.Tcp, packet.Protocol);
    }

    [Fact]
    public void Ethernet_padding_is_no_payload()
    {
        var ack = Concat(Tcp(A4, B4, 1, 1, TcpFlags.Ack, []), [1, 2, 3, 4, 5, 6]);
        var packet = DecodedPacket.Of(ack);
        Assert.Empty(packet.Payload);
        Assert.Equal(0, packet.PayloadWireLength);
    }

    [Fact]
    public void Options_of_ipv4_and_tcp_are_stepped_over()
    {
        var segment = TcpSegment(A4, B4, 1, 1, TcpFlags.Ack, Hello, options: [1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2]);
        var packet = DecodedPacket.Of(Ethernet(Ipv4(A4, B4, IpProtocol.Tcp, segment, options: [1, 1, 1, 0])));
        Assert.Equal(Hello, packet.Payload);
    }

    [Fact]
    public void Total_length_zero_means_the_length_of_the_frame()
    {
        var payload = new byte[100_000];
        var segment = TcpSegment(A4, B4, 1, 1, TcpFlags.Ack, payload);
        var packet = DecodedPacket.Of(Ethernet(Ipv4(A4, B4, IpProtocol.Tcp, segment, totalLength: 0)));
        Assert.Equal(DecodeOutcome.Decoded, packet.Outcome);
        Assert.Equal(100_000, packet.PayloadWireLength);
    }

    [Fact]
    public void A_snap_length_leaves_the_wire_length_of_the_payload()
    {
        var whole = Tcp(A4, B4, 1, 1, TcpFlags.Ack, new byte[1000]);
        var packet = DecodedPacket.Of(whole[..100], LinkType.Ethernet, whole.Length);
        Assert.Equal(DecodeOutcome.Decoded, packet.Outcome);
        Assert.Equal(46, packet.Payload.Length);
        Assert.Equal(1000, packet.PayloadWireLength);
        Assert.Equal(whole.Length, packet.WireLength);
    }

    [Fact]
    public void A_capture_that_ends_within_tcp_options_still_tells_the_segment()
    {
        var segment = TcpSegment(A4, B4, 77, 1, TcpFlags.Ack, Hello, options: new byte[12]);
        var whole = Ethernet(Ip(A4, B4, IpProtocol.Tcp, segment));
        var packet = DecodedPacket.Of(whole[..56], LinkType.Ethernet, whole.Length);
        Assert.Equal((DecodeOutcome.Decoded, 77u, 5), (packet.Outcome, packet.Sequence, packet.PayloadWireLength));
        Assert.Empty(packet.Payload);
    }

    [Fact]
    public void Every_prefix_of_a_frame_is_truncated_at_the_right_layer()
    {
        var whole = Tcp(A4, B4, 1, 1, TcpFlags.Ack, Hello);
        for (var length = 0; length < whole.Length; length++)
        {
            var expected = length switch
            {
                < 14 => DecodeOutcome.TruncatedLinkHeader,
                < 34 => DecodeOutcome.TruncatedIpHeader,
                < 54 => DecodeOutcome.TruncatedTransportHeader,
                _ => DecodeOutcome.Decoded,
            };
            Assert.Equal(expected, DecodedPacket.Of(whole[..length], LinkType.Ethernet, whole.Length).Outcome);
        }
    }

    [Fact]
    public void Headers_that_contradict_themselves_are_malformed()
    {
        Assert.Equal(DecodeOutcome.MalformedIpHeader, Mangled(14, 0x44));
        Assert.Equal(DecodeOutcome.MalformedIpHeader, Mangled(14, 0x55));
        Assert.Equal(DecodeOutcome.MalformedIpHeader, Mangled(17, 19));
        Assert.Equal(DecodeOutcome.MalformedTransportHeader, Mangled(17, 30));
        Assert.Equal(DecodeOutcome.MalformedTransportHeader, Mangled(46, 0x40));
        Assert.Equal(DecodeOutcome.MalformedTransportHeader, Mangled(46, 0xF0));

        static DecodeOutcome Mangled(int offset, byte value)
        {
            var frame = Tcp(A4, B4, 1, 1, TcpFlags.Ack, Hello);
            frame[offset] = value;
            return DecodedPacket.Of(frame).Outcome;
        }
    }

    [Fact]
    public void Udp_takes_its_own_length()
    {
        var datagram = Concat(UdpDatagram(A4, B4, Hello), [9, 9, 9]);
        Assert.Equal(Hello, DecodedPacket.Of(Ethernet(Ip(A4, B4, IpProtocol.Udp, datagram))).Payload);
        datagram[5] = 7;
        Assert.Equal(DecodeOutcome.MalformedTransportHeader,
            DecodedPacket.Of(Ethernet(Ip(A4, B4, IpProtocol.Udp, datagram))).Outcome);
        datagram[5] = 200;
        Assert.Equal(DecodeOutcome.MalformedTransportHeader,
            DecodedPacket.Of(Ethernet(Ip(A4, B4, IpProtocol.Udp, datagram))).Outcome);
    }

    [Fact]
    public void Other_protocols_tell_addresses_and_the_ip_payload()
    {
        var packet = DecodedPacket.Of(Ethernet(Ipv4(A4, B4, IpProtocol.Icmp, [8, 0, 1, 2])));
        Assert.Equal((DecodeOutcome.OtherIpProtocol, IpProtocol.Icmp), (packet.Outcome, packet.Protocol));
        Assert.Equal("10.0.0.1 0", packet.Source);
        Assert.Equal([8, 0, 1, 2], packet.Payload);
    }

    [Fact]
    public void Extension_headers_of_ipv6_in_a_row()
    {
        var segment = TcpSegment(A6, B6, 1, 1, TcpFlags.Ack, Hello);
        var chain = Concat(
            [43, 0, 1, 4, 0, 0, 0, 0],
            [60, 0, 4, 0, 0, 0, 0, 0],
            [51, 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            [6, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            segment);
        var packet = DecodedPacket.Of(Ethernet(Ipv6(A6, B6, 0, chain)));
        Assert.Equal((DecodeOutcome.Decoded, IpProtocol.Tcp), (packet.Outcome, packet.Protocol));
        Assert.Equal(Hello, packet.Payload);
    }

    [Fact]
    public void An_authentication_header_in_ipv4_is_stepped_over()
    {
        var segment = TcpSegment(A4, B4, 1, 1, TcpFlags.Ack, Hello);
        var payload = Concat([6, 1, 0, 0], new byte[8], segment);
        Assert.Equal(Hello, DecodedPacket.Of(Ethernet(Ipv4(A4, B4, (IpProtocol)51, payload))).Payload);
    }

    [Fact]
    public void A_jumbogram_tells_its_length_in_an_option()
    {
        var segment = TcpSegment(A6, B6, 1, 1, TcpFlags.Ack, new byte[100_000]);
        var length = UInt32((uint)segment.Length + 8);
        var jumbo = Concat([6, 0, 0xC2, 4], length, segment, [0xEE, 0xEE]);
        var packet = DecodedPacket.Of(Ethernet(Ipv6(A6, B6, 0, jumbo, payloadLength: 0)));
        Assert.Equal((DecodeOutcome.Decoded, 100_000), (packet.Outcome, packet.PayloadWireLength));
    }

    [Fact]
    public void Payload_length_zero_without_the_option_means_the_length_of_the_frame()
    {
        var segment = TcpSegment(A6, B6, 1, 1, TcpFlags.Ack, Hello);
        Assert.Equal(Hello, DecodedPacket.Of(Ethernet(Ipv6(A6, B6, 6, segment, payloadLength: 0))).Payload);
        Assert.Equal(DecodeOutcome.OtherIpProtocol, DecodedPacket.Of(Ethernet(Ipv6(A6, B6, 59, new byte[6], 0))).Outcome);
    }

    [Fact]
    public void An_extension_header_that_runs_out_of_the_packet()
    {
        var packet = Ethernet(Ipv6(A6, B6, 60, [6, 5, 0, 0, 0, 0, 0, 0]));
        Assert.Equal(DecodeOutcome.MalformedIpHeader, DecodedPacket.Of(packet).Outcome);
        var cut = Ethernet(Ipv6(A6, B6, 60, [6, 5, 0, 0, 0, 0, 0, 0], payloadLength: 48 + 20));
        Assert.Equal(DecodeOutcome.TruncatedIpHeader, DecodedPacket.Of(cut, LinkType.Ethernet, 200).Outcome);
    }

    [Fact]
    public void Counters_have_a_name_for_every_outcome()
    {
        var decoder = new PacketDecoder();
        DecodedPacket.Of(decoder, new Frame(Tcp(A4, B4, 1, 1, TcpFlags.Ack, Hello), 0, 1, LinkType.Ethernet));
        DecodedPacket.Of(decoder, new Frame([1, 2], 2, 1, LinkType.Ethernet));
        var counters = decoder.Counters.Read().ToDictionary();
        Assert.Equal(Enum.GetValues<DecodeOutcome>().Length + 3, counters.Count);
        Assert.Equal(1, counters["packet_decoded"]);
        Assert.Equal(1, counters["packet_truncated_link_header"]);
        Assert.Equal(0, counters["fragment_expired"]);
        foreach (var outcome in Enum.GetValues<DecodeOutcome>())
        {
            var name = string.Concat(outcome.ToString().Select((c, i) => char.IsUpper(c) ? "_" + char.ToLowerInvariant(c) : $"{c}"));
            Assert.Equal(decoder.Counters[outcome], counters["packet" + name]);
        }
    }
}
