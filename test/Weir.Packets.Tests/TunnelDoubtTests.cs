using Weir.Testing;
using Xunit;
using static Weir.Packets.Tests.TunnelTests;
using static Weir.Testing.PacketBuilder;
using static Weir.Testing.TunnelBuilder;

namespace Weir.Packets.Tests;

/// <summary>A port alone makes no tunnel, and a broken header is counted under its reason.</summary>
public class TunnelDoubtTests
{
    private static readonly byte[] Frame4 = Tcp("10.0.0.1:1000", "10.0.0.2:80", 7, 9, TcpFlags.Ack, "hello"u8);
    private static readonly byte[] Packet4 = WithoutEthernet(Frame4);
    private static readonly byte[] Packet6 = WithoutEthernet(Tcp("[fd00::1]:1000", "[fd00::2]:80", 7, 9, TcpFlags.Ack, "hello"u8));

    /// <summary>A query without recursion whose id looks like VXLAN's flags: the nearest that DNS comes to it.</summary>
    private static readonly byte[] NearestDns = Concat(
        [0x08, 0x00, 0x00, 0x00], UInt16(1), UInt16(0), UInt16(0), UInt16(0), [3], "www"u8.ToArray(), [4], "test"u8.ToArray(),
        [0, 0, 1, 0, 1]);

    public static TheoryData<int, byte[]> PlainUdp => new()
    {
        { 4789, NearestDns },
        { 4789, [] },
        { 4789, Vxlan(1, Frame4, 0x00) },
        { 4789, Vxlan(1, Frame4, 0x0C) },
        { 4789, Changed(Vxlan(1, Frame4), 2, 1) },
        { 4789, Changed(Vxlan(1, Frame4), 7, 1) },
        { 4789, Vxlan(1, Frame4[..13]) },
        { 4789, Vxlan(1, Changed(Frame4, 14, 0x65)) },
        { 4789, Vxlan(1, Changed(Frame4, 6, 3)) },
        { 4789, Vxlan(1, Ethernet(Packet4, 0x1234)) },
        { 4789, Vxlan(1, Changed(Frame4, 17, 19)) },
        { 6081, Changed(Geneve(1, Frame4), 0, 0x40) },
        { 6081, Changed(Geneve(1, Frame4), 0, 0x3F) },
        { 6081, Changed(Geneve(1, Frame4), 1, 0x80) },
        { 6081, Changed(Geneve(1, Frame4), 7, 1) },
        { 6081, Geneve(1, Frame4, 0x8847) },
        { 2152, Changed(Gtp(1, Packet4), 0, 0x50) },
        { 2152, Changed(Gtp(1, Packet4), 1, 1) },
        { 2152, Changed(Gtp(1, Packet4), 2, 0xFF) },
        { 2152, Changed(Gtp(1, Packet4, (0x85, [0, 9])), 12, 0) },
        { 2152, Changed(Gtp(1, Packet4, (0x85, [0, 9])), 12, 200) },
        { 2152, Gtp(1, [1, 2, 3, 4, 5, 6, 7, 8]) },
        { 3544, Packet6[..39] },
        { 3544, Changed(Packet6, 4, 9) },
        { 5072, Changed(Ayiya(Packet6), 2, 0x12) },
        { 5072, Changed(Ayiya(Packet6), 3, 6) },
        { 5072, Changed(Ayiya(Packet6), 0, 0xF1) },
        { 4754, Changed(Gre(0x0800, Packet4), 0, 0x40) },
        { 4754, Gre(0x0800, Packet6) },
        { 53, Packet6 },
        { 53, Changed(Packet6, 8, 0x20) },
    };

    [Theory]
    [MemberData(nameof(PlainUdp))]
    public void What_does_not_look_like_the_tunnel_of_its_port_stays_udp(int port, byte[] payload)
    {
        var packet = DecodedPacket.Of(OverUdp(port, payload));
        Assert.Equal((DecodeOutcome.Decoded, IpProtocol.Udp), (packet.Outcome, packet.Protocol));
        Assert.Equal(payload, packet.Payload);
        Assert.Equal($"192.0.2.2 {port}", packet.Destination);
    }

    [Fact]
    public void Random_answers_to_a_tunnel_port_are_never_lost()
    {
        var random = new Random(5);
        var decoder = new PacketDecoder();
        var payload = new byte[120];
        var mistaken = 0;
        for (var round = 0; round < 200_000; round++)
        {
            random.NextBytes(payload);
            // The header itself right, the rest not a frame: the hardest case.
            var header = round % 2 == 0;
            if (header) (payload[0], payload[1], payload[2], payload[3], payload[7]) = (8, 0, 0, 0, 0);
            var packet = DecodedPacket.Of(decoder, new TestFrame(OverUdp(round % 3 == 0 ? 8472 : 4789, payload), 1));
            if (packet.Payload.SequenceEqual(payload)) continue;
            Assert.True(header, Convert.ToHexString(payload));
            mistaken++;
        }

        // 1 in 1000 of those names a known EtherType by chance, or has a length there.
        Assert.InRange(mistaken, 1, 200);
    }

    [Fact]
    public void Teredo_between_peers_is_known_by_its_addresses_on_any_port()
    {
        const string peer = "[2001:0:5ef5:79fd:0:59d:a0e5:a0e9]:1000";
        var packet = WithoutEthernet(Tcp(peer, "[fd00::2]:80", 7, 9, TcpFlags.Ack, "hello"u8));
        Assert.Equal(IpProtocol.Tcp, DecodedPacket.Of(OverUdp(32_900, packet)).Protocol);
        Assert.Equal(IpProtocol.Udp, DecodedPacket.Of(OverUdp(32_900, Concat(packet, [0]))).Protocol);
    }

    public static TheoryData<byte[], DecodeOutcome> Broken => new()
    {
        { OverIp(47, [0, 0]), DecodeOutcome.MalformedTunnel },
        { OverIp(47, [0x30, 0, 8, 0, 1, 2, 3, 4]), DecodeOutcome.MalformedTunnel },
        { OverIp(47, Changed(Erspan(2, 1, Frame4), 8, 0x30)), DecodeOutcome.MalformedTunnel },
        { OverIp(47, Erspan(2, 1, [])[..14]), DecodeOutcome.MalformedTunnel },
        { OverIp(47, Erspan(3, 1, [])[..26]), DecodeOutcome.MalformedTunnel },
        { OverIp(47, Gre(0x0800, Packet6)), DecodeOutcome.MalformedIpHeader },
        { OverIp(4, Packet6), DecodeOutcome.MalformedIpHeader },
        { OverIp(4, Packet4[..30]), DecodeOutcome.MalformedTransportHeader },
        { OverIp(41, []), DecodeOutcome.TruncatedIpHeader },
        { OverIp(47, Changed(Gre(0x0800, Packet4), 0, 0x40)), DecodeOutcome.OtherIpProtocol },
        { OverIp(47, Pptp(1, [])), DecodeOutcome.OtherIpProtocol },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_broken_tunnel_is_counted_under_its_reason(byte[] frame, DecodeOutcome expected) =>
        Assert.Equal(expected, DecodedPacket.Of(frame).Outcome);

    [Fact]
    public void A_tunnel_header_cut_by_the_capture_counts_as_truncated() => Assert.Equal(
        DecodeOutcome.TruncatedTunnelHeader,
        DecodedPacket.Of(new PacketDecoder(), new TestFrame(OverIp(47, Gre(0x0800, Packet4, 1, 2)), 1).Cut(14 + 20 + 6)).Outcome);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_frame_that_its_mirror_cut_keeps_the_length_it_had(bool v6)
    {
        var (client, server) = v6 ? ("[fd00::1]:1000", "[fd00::2]:80") : ("10.0.0.1:1000", "10.0.0.2:80");
        var frame = Tcp(client, server, 7, 9, TcpFlags.Ack, new byte[1_400])[..1_000];
        foreach (var mirrored in new[] { OverUdp(4789, Vxlan(1, frame)), OverUdp(6081, Geneve(1, frame)), OverIp(47, Erspan(2, 1, frame)) })
        {
            var packet = DecodedPacket.Of(mirrored);
            Assert.Equal((DecodeOutcome.Decoded, IpProtocol.Tcp, 1_400), (packet.Outcome, packet.Protocol, packet.PayloadWireLength));
            Assert.Equal(frame.Length - (v6 ? 74 : 54), packet.Payload.Length);
        }
    }

    [Fact]
    public void Labels_and_pseudowires_in_endless_nesting_need_no_stack()
    {
        byte[] level = [0, 1, 1, 64, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x88, 0x47];
        var frame = new List<byte>(Ethernet([], 0x8847));
        for (var i = 0; i < 11_000; i++) frame.AddRange(level);
        Assert.Equal(DecodeOutcome.TruncatedLinkHeader, DecodedPacket.Of([.. frame]).Outcome);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Fragments_of_the_tunnel_and_of_what_it_carries_are_put_together(int seed)
    {
        byte[] body = [.. Enumerable.Range(0, 30_000).Select(i => (byte)(i * 31))];
        var segment = TcpSegment("10.0.0.1:1000", "10.0.0.2:80", 7, 9, TcpFlags.Ack, body);
        var inner = Pieces(segment, 12_000).Select(piece => Ethernet(Ipv4(
            "10.0.0.1", "10.0.0.2", IpProtocol.Tcp, piece.Bytes, identification: 77, fragmentOffset: piece.Offset, moreFragments: piece.More)));
        var outer = inner.SelectMany((frame, index) => Pieces(UdpDatagram("192.0.2.1:5", "192.0.2.2:4789", Vxlan(42, frame)), 1_400)
            .Select(piece => new TestFrame(Ethernet(Ipv4("192.0.2.1", "192.0.2.2", IpProtocol.Udp, piece.Bytes,
                identification: (ushort)index, fragmentOffset: piece.Offset, moreFragments: piece.More)), 1))).ToArray();
        if (seed > 0) new Random(seed).Shuffle(outer);
        var decoder = new PacketDecoder();
        var packets = outer.Select(frame => DecodedPacket.Of(decoder, frame)).ToList();
        var whole = Assert.Single(packets, packet => packet.Outcome == DecodeOutcome.Decoded);
        Assert.Equal(body, whole.Payload);
        Assert.Equal(outer.Length - 1, packets.Count(packet => packet.Outcome == DecodeOutcome.FragmentPending));
        Assert.Equal(0, decoder.PendingDatagrams);
        // The next fragment gives back what was handed out last.
        DecodedPacket.Of(decoder, outer[0]);
        Assert.InRange(decoder.FragmentBytes, 1, 16_384);
    }

    [Fact]
    public void Equal_fragments_in_different_networks_are_different_datagrams()
    {
        var segment = TcpSegment("10.0.0.1:1000", "10.0.0.2:80", 7, 9, TcpFlags.Ack, new byte[800]);
        var decoder = new PacketDecoder();
        foreach (var (vni, offset) in new[] { (1u, 0), (2u, 400) })
        {
            var part = Ipv4("10.0.0.1", "10.0.0.2", IpProtocol.Tcp, segment[offset..Math.Min(segment.Length, offset + 400)],
                fragmentOffset: offset, moreFragments: offset == 0);
            Assert.Equal(DecodeOutcome.FragmentPending,
                DecodedPacket.Of(decoder, new TestFrame(OverUdp(4789, Vxlan(vni, Ethernet(part))), 1)).Outcome);
        }

        Assert.Equal(2, decoder.PendingDatagrams);
    }

    private static IEnumerable<(byte[] Bytes, int Offset, bool More)> Pieces(byte[] whole, int size)
    {
        for (var offset = 0; offset < whole.Length; offset += size)
            yield return (whole[offset..Math.Min(whole.Length, offset + size)], offset, offset + size < whole.Length);
    }

    private static byte[] Changed(byte[] bytes, int at, byte value)
    {
        var copy = bytes.ToArray();
        copy[at] = value;
        return copy;
    }
}
