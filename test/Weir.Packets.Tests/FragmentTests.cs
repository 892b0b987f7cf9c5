using Weir.Testing;
using Xunit;
using static Weir.Testing.PacketBuilder;

namespace Weir.Packets.Tests;

public class FragmentTests
{
    private const string A4 = "10.0.0.1:1000";
    private const string B4 = "10.0.0.2:80";
    private const string A6 = "[fd00::1]:1000";
    private const string B6 = "[fd00::2]:80";
    private const long Second = 1_000_000_000;
    private static readonly byte[] Payload = [.. Enumerable.Range(0, 3000).Select(i => (byte)(i * 7))];

    public static TheoryData<bool, int> VersionsAndOrders()
    {
        var data = new TheoryData<bool, int>();
        for (var order = 0; order < 24; order++)
        {
            data.Add(false, order);
            data.Add(true, order);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(VersionsAndOrders))]
    public void Fragments_in_any_order_make_the_datagram(bool v6, int order)
    {
        var frames = Permute(Split(v6, 800), order);
        var decoder = new PacketDecoder();
        for (var index = 0; index < 3; index++)
            Assert.Equal(DecodeOutcome.FragmentPending, DecodedPacket.Of(decoder, frames[index]).Outcome);
        var packet = DecodedPacket.Of(decoder, frames[3]);
        Assert.Equal((DecodeOutcome.Decoded, IpProtocol.Udp), (packet.Outcome, packet.Protocol));
        Assert.Equal(Payload, packet.Payload);
        Assert.Equal(v6 ? "fd00::1 1000" : "10.0.0.1 1000", packet.Source);
        Assert.Equal(frames.Sum(frame => frame.Data.Length), packet.WireLength);
        Assert.Equal(0, decoder.PendingDatagrams);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_repeated_fragment_changes_nothing(bool v6)
    {
        var frames = Split(v6, 800);
        var decoder = new PacketDecoder();
        foreach (var frame in frames[..3].Concat(frames[..3])) DecodedPacket.Of(decoder, frame);
        Assert.Equal(Payload, DecodedPacket.Of(decoder, frames[3]).Payload);
    }

    [Fact]
    public void Where_ipv4_fragments_overlap_the_first_wins()
    {
        var whole = UdpDatagram(A4, B4, Payload);
        byte[] lie = [.. Enumerable.Repeat((byte)0xEE, 1600)];
        var decoder = new PacketDecoder();
        DecodedPacket.Of(decoder, V4Fragment(whole[..800], 0, true));
        DecodedPacket.Of(decoder, V4Fragment(whole[1600..2400], 1600, true));
        DecodedPacket.Of(decoder, V4Fragment(Concat(lie[..400], whole[800..1600], lie[..392]), 400, true));
        Assert.Equal(DecodeOutcome.FragmentPending, DecodedPacket.Of(decoder, V4Fragment(lie, 800, true)).Outcome);
        Assert.Equal(Payload, DecodedPacket.Of(decoder, V4Fragment(whole[2400..], 2400, false)).Payload);
    }

    [Fact]
    public void An_overlap_in_ipv6_voids_the_whole_datagram()
    {
        var whole = UdpDatagram(A6, B6, Payload);
        var decoder = new PacketDecoder();
        DecodedPacket.Of(decoder, V6Fragment(whole[..800], 0, true));
        Assert.Equal(DecodeOutcome.MalformedFragment, DecodedPacket.Of(decoder, V6Fragment(whole[792..1600], 792, true)).Outcome);
        Assert.Equal(DecodeOutcome.MalformedFragment, DecodedPacket.Of(decoder, V6Fragment(whole[800..], 800, false)).Outcome);
        Assert.Equal(0, decoder.FragmentBytes);
        Assert.Equal(1, decoder.Counters.FragmentsDiscarded);
    }

    [Fact]
    public void An_atomic_fragment_needs_no_others()
    {
        var decoder = new PacketDecoder();
        var packet = DecodedPacket.Of(decoder, V6Fragment(UdpDatagram(A6, B6, Payload.AsSpan(0, 100)), 0, false));
        Assert.Equal(Payload[..100], packet.Payload);
        Assert.Equal(0, decoder.PendingDatagrams);
    }

    [Fact]
    public void Extension_headers_behind_a_fragment_header_belong_to_the_datagram()
    {
        var whole = Concat([17, 0, 0, 0, 0, 0, 0, 0], UdpDatagram(A6, B6, Payload));
        var decoder = new PacketDecoder();
        DecodedPacket.Of(decoder, V6Fragment(whole[1600..], 1600, false, 60));
        Assert.Equal(Payload, DecodedPacket.Of(decoder, V6Fragment(whole[..1600], 0, true, 60)).Payload);
    }

    [Fact]
    public void A_fragment_header_within_fragments_is_malformed()
    {
        var whole = Ipv6Fragment(17, 0, false, 9, UdpDatagram(A6, B6, Payload));
        var decoder = new PacketDecoder();
        DecodedPacket.Of(decoder, V6Fragment(whole[..1600], 0, true, 44));
        Assert.Equal(DecodeOutcome.MalformedFragment,
            DecodedPacket.Of(decoder, V6Fragment(whole[1600..], 1600, false, 44)).Outcome);
    }

    [Fact]
    public void Fragments_cut_by_the_snap_length_give_what_was_captured_before_the_first_hole()
    {
        var frames = Split(false, 800);
        var decoder = new PacketDecoder();
        DecodedPacket.Of(decoder, frames[3]);
        DecodedPacket.Of(decoder, frames[1].Cut(14 + 20 + 100));
        DecodedPacket.Of(decoder, frames[2].Cut(14 + 20 + 50));
        var packet = DecodedPacket.Of(decoder, frames[0]);
        Assert.Equal(DecodeOutcome.Decoded, packet.Outcome);
        Assert.Equal(Payload[..892], packet.Payload);
        Assert.Equal(Payload.Length, packet.PayloadWireLength);
    }

    [Fact]
    public void Fragments_that_cannot_be_are_malformed()
    {
        var decoder = new PacketDecoder();
        Assert.Equal(DecodeOutcome.MalformedFragment, DecodedPacket.Of(decoder, V4Fragment(new byte[800], 65_528, true)).Outcome);
        Assert.Equal(DecodeOutcome.MalformedFragment, DecodedPacket.Of(decoder, V4Fragment([], 8, false)).Outcome);
        Assert.Equal(DecodeOutcome.MalformedFragment, DecodedPacket.Of(decoder, V6Fragment(new byte[801], 0, true)).Outcome);
        DecodedPacket.Of(decoder, V4Fragment(new byte[80], 800, false));
        Assert.Equal(DecodeOutcome.MalformedFragment, DecodedPacket.Of(decoder, V4Fragment(new byte[80], 8000, true)).Outcome);
    }

    [Fact]
    public void Same_identification_on_other_vlans_and_interfaces_is_another_datagram()
    {
        var frames = Split(false, 1600);
        var decoder = new PacketDecoder();
        DecodedPacket.Of(decoder, frames[0]);
        Assert.Equal(DecodeOutcome.FragmentPending, DecodedPacket.Of(decoder, frames[1] with { InterfaceId = 1 }).Outcome);
        Assert.Equal(2, decoder.PendingDatagrams);
    }

    [Fact]
    public void A_datagram_that_stays_incomplete_is_given_up_by_frame_time()
    {
        var frames = Split(false, 800);
        var decoder = new PacketDecoder();
        DecodedPacket.Of(decoder, frames[0]);
        DecodedPacket.Of(decoder, frames[1] with { TimestampNs = 29 * Second });
        DecodedPacket.Of(decoder, new TestFrame(Tcp(A4, B4, 1, 1, TcpFlags.Ack, []), 31 * Second));
        Assert.Equal((0, 0), (decoder.PendingDatagrams, decoder.FragmentBytes));
        Assert.Equal(2, decoder.Counters.FragmentsExpired);
        DecodedPacket.Of(decoder, frames[0] with { TimestampNs = 32 * Second });
        decoder.OnIdle(100 * Second);
        Assert.Equal(3, decoder.Counters.FragmentsExpired);
    }

    [Fact]
    public void The_oldest_datagram_gives_way_at_the_limits()
    {
        var decoder = new PacketDecoder(new FragmentLimits { MaxDatagrams = 2 });
        for (ushort id = 1; id <= 3; id++) DecodedPacket.Of(decoder, V4Fragment(new byte[80], 0, true, id));
        Assert.Equal((2, 1), (decoder.PendingDatagrams, decoder.Counters.FragmentsEvicted));

        decoder = new PacketDecoder(new FragmentLimits { MaxBytes = 10_000 });
        for (ushort id = 1; id <= 50; id++)
        {
            DecodedPacket.Of(decoder, V4Fragment(new byte[1400], 0, true, id));
            Assert.InRange(decoder.FragmentBytes, 1, 10_000);
        }

        Assert.Equal(50, decoder.PendingDatagrams + decoder.Counters.FragmentsEvicted);
        Assert.Equal(DecodeOutcome.FragmentPending, DecodedPacket.Of(decoder, V4Fragment(new byte[80], 60_000, true)).Outcome);
        Assert.Equal((0, 0), (decoder.PendingDatagrams, decoder.FragmentBytes));
    }

    [Fact]
    public void Too_many_pieces_void_the_datagram()
    {
        var decoder = new PacketDecoder(new FragmentLimits { MaxFragmentsPerDatagram = 10 });
        for (var piece = 0; piece < 10; piece++) DecodedPacket.Of(decoder, V4Fragment(new byte[8], piece * 16, true));
        Assert.Equal(DecodeOutcome.MalformedFragment, DecodedPacket.Of(decoder, V4Fragment(new byte[8], 800, true)).Outcome);
        Assert.Equal(10, decoder.Counters.FragmentsDiscarded);
    }

    private static TestFrame[] Split(bool v6, int size)
    {
        var whole = v6 ? UdpDatagram(A6, B6, Payload) : UdpDatagram(A4, B4, Payload);
        return
        [
            .. Enumerable.Range(0, (whole.Length + size - 1) / size).Select(index =>
            {
                var part = whole[(index * size)..Math.Min(whole.Length, (index + 1) * size)];
                var more = (index + 1) * size < whole.Length;
                return v6 ? V6Fragment(part, index * size, more) : V4Fragment(part, index * size, more);
            }),
        ];
    }

    private static TestFrame[] Permute(TestFrame[] frames, int order)
    {
        var left = frames.ToList();
        var result = new List<TestFrame>();
        for (var count = left.Count; count > 0; count--)
        {
            result.Add(left[order % count]);
            left.RemoveAt(order % count);
            order /= count;
        }

        return [.. result];
    }

    private static TestFrame V4Fragment(byte[] part, int offset, bool more, ushort id = 7) =>
        new(Ethernet(Ipv4(A4, B4, IpProtocol.Udp, part, null, id, offset, more)), Second / 2);

    private static TestFrame V6Fragment(byte[] part, int offset, bool more, byte next = 17) =>
        new(Ethernet(Ipv6(A6, B6, 44, Ipv6Fragment(next, offset, more, 7, part))), Second / 2);
}
