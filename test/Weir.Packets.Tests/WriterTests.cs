using Weir.Testing;
using Xunit;

namespace Weir.Packets.Tests;

public class WriterTests
{
    private static readonly byte[] Packet = PacketBuilder.Tcp("10.0.0.1:1", "10.0.0.2:2", 1, 1, TcpFlags.Ack, new byte[101]);

    [Theory]
    [InlineData(PcapResolution.Nanoseconds, 1_700_000_000_123_456_789)]
    [InlineData(PcapResolution.Microseconds, 1_700_000_000_123_456_000)]
    public void Pcap_written_is_pcap_read(PcapResolution resolution, long expectedNs)
    {
        var stream = new MemoryStream();
        using (var writer = new PcapWriter(stream, LinkType.Ethernet, resolution, leaveOpen: true))
        {
            Assert.True(writer.TryWrite(new Frame(Packet, 2000, 1_700_000_000_123_456_789, LinkType.Ethernet)));
            Assert.True(writer.TryWrite(new Frame(new byte[200_000], 0, 5, LinkType.Ethernet)));
            Assert.False(writer.TryWrite(new Frame(Packet, 0, 5, LinkType.Raw)));
        }

        stream.Position = 0;
        using var reader = CaptureFileReader.Open(stream);
        var frames = TestFrames.ReadAll(reader);
        Assert.Equal(2, frames.Count);
        Assert.Equal(Packet, frames[0].Data);
        Assert.Equal((2000, expectedNs), (frames[0].OriginalLength, frames[0].TimestampNs));
        Assert.Equal(200_000, frames[1].Data.Length);
    }

    [Fact]
    public void Pcapng_describes_each_interface_on_first_use()
    {
        var asked = new List<int>();
        var stream = new MemoryStream();
        using (var writer = new PcapNgWriter(stream, id => Name(id), leaveOpen: true))
        {
            writer.Write(new Frame(Packet, 2000, 1_700_000_000_123_456_789, LinkType.Ethernet, 4));
            writer.Write(new Frame(Packet.AsSpan(0, 33), 33, 2, LinkType.Raw, 9));
            writer.Write(new Frame(Packet, 0, 3, LinkType.Ethernet, 4));
            writer.Write(new Frame(Packet, 0, 4, LinkType.Raw, 4));
        }

        stream.Position = 0;
        using var reader = CaptureFileReader.Open(stream);
        var frames = TestFrames.ReadAll(reader);
        Assert.Equal(CaptureFileState.Ended, reader.State);
        Assert.Equal([0, 1, 0, 2], frames.Select(frame => frame.InterfaceId));
        Assert.Equal(["if4", "if9", "if4"], reader.Interfaces.Select(i => i.Name));
        Assert.Equal([LinkType.Ethernet, LinkType.Raw, LinkType.Raw], reader.Interfaces.Select(i => i.LinkType));
        Assert.Equal((2000, 1_700_000_000_123_456_789), (frames[0].OriginalLength, frames[0].TimestampNs));
        Assert.Equal(Packet[..33], frames[1].Data);
        Assert.Equal([4, 9, 4], asked);

        string Name(int id)
        {
            asked.Add(id);
            return $"if{id}";
        }
    }

    [Fact]
    public void A_stripped_vlan_tag_is_put_back()
    {
        var frame = new Frame(Packet, 0, 3, LinkType.Ethernet) { StrippedVlanTci = 0x6005 };
        var pcap = new MemoryStream();
        using (var writer = new PcapWriter(pcap, LinkType.Ethernet, leaveOpen: true)) writer.TryWrite(in frame);
        var pcapNg = new MemoryStream();
        using (var writer = new PcapNgWriter(pcapNg, leaveOpen: true)) writer.Write(in frame);
        foreach (var stream in new[] { pcap, pcapNg })
        {
            stream.Position = 0;
            using var reader = CaptureFileReader.Open(stream);
            Assert.True(reader.TryRead(out var read));
            Assert.Equal(Packet.Length + 4, read.OriginalLength);
            Assert.Equal(5, DecodedPacket.Of(new PacketDecoder(), in read).VlanId);
            Assert.Equal(101, DecodedPacket.Of(new PacketDecoder(), in read).Payload.Length);
        }
    }

    [Fact]
    public void Bytes_reach_the_stream_on_flush_and_the_stream_is_closed_unless_left_open()
    {
        var stream = new MemoryStream();
        var writer = new PcapWriter(stream, LinkType.Raw);
        Assert.Equal(0, stream.Length);
        writer.Flush();
        Assert.Equal(24, stream.Length);
        writer.Dispose();
        Assert.False(stream.CanWrite);
    }

    [Fact]
    public void A_conversation_of_the_builder_decodes_to_what_was_said()
    {
        var conversation = new TcpConversation("[fd00::1]:40000", "[fd00::2]:80") { SegmentBytes = 3, AcknowledgeData = true }
            .Handshake().FromClient("GET /").FromServer("200").Close();
        using var reader = CaptureFileReader.Open(new MemoryStream(conversation.ToPcap()));
        var decoder = new PacketDecoder();
        var packets = TestFrames.ReadAll(reader).Select(frame => DecodedPacket.Of(decoder, frame)).ToList();
        Assert.All(packets, packet => Assert.Equal(DecodeOutcome.Decoded, packet.Outcome));
        var said = packets.Select(packet => $"{packet.Source[^2..]} {packet.Sequence} {packet.Flags} {packet.Payload.Length}");
        Assert.Equal(
            [
                "00 1000 Syn 0", "80 5000000 Syn, Ack 0", "00 1001 Ack 0",
                "00 1001 Psh, Ack 3", "80 5000001 Ack 0", "00 1004 Psh, Ack 2", "80 5000001 Ack 0",
                "80 5000001 Psh, Ack 3", "00 1006 Ack 0",
                "00 1006 Fin, Ack 0", "80 5000004 Ack 0", "80 5000004 Fin, Ack 0", "00 1007 Ack 0",
            ],
            said);
    }
}
