using Weir.Testing;
using Xunit;

namespace Weir.Packets.Tests;

public class AllocationTests
{
    [Fact]
    public void Reading_and_decoding_packets_allocates_nothing()
    {
        var conversation = new TcpConversation().Handshake();
        for (var i = 0; i < 2_000; i++) conversation.FromClient(new string('q', 700)).FromServer(new string('a', 3_000));
        var pcap = conversation.Close().ToPcap();
        var pcapNg = ToPcapNg(conversation.Frames);
        foreach (var file in new[] { pcap, pcapNg })
        {
            var decoder = new PacketDecoder();
            var decoded = 0;
            var allocated = SteadyState.AllocatedBytes(
                () =>
                {
                    var reader = CaptureFileReader.Open(new MemoryStream(file));
                    for (var i = 0; i < 100; i++) DecodeNext(reader, decoder);
                    decoded = 0;
                    return reader;
                },
                reader =>
                {
                    while (DecodeNext(reader, decoder)) decoded++;
                });
            Assert.Equal(0, allocated);
            Assert.Equal(conversation.Frames.Count - 100, decoded);
        }
    }

    [Fact]
    public void Reassembling_fragments_allocates_nothing_once_warm()
    {
        var datagram = PacketBuilder.UdpDatagram("10.0.0.1:1", "10.0.0.2:2", new byte[3000]);
        TestFrame[] frames =
        [
            new(PacketBuilder.Ipv4("10.0.0.1", "10.0.0.2", IpProtocol.Udp, datagram[..1480], null, 1, 0, true), 1, LinkType.Raw),
            new(PacketBuilder.Ipv4("10.0.0.1", "10.0.0.2", IpProtocol.Udp, datagram[1480..], null, 1, 1480), 1, LinkType.Raw),
        ];
        var decoder = new PacketDecoder();
        var datagrams = 0;
        Assert.Equal(0, SteadyState.AllocatedBytes(() =>
        {
            for (var i = 0; i < 1_000; i++, datagrams++)
            {
                decoder.Decode(frames[0].Frame, out _);
                decoder.Decode(frames[1].Frame, out _);
            }
        }));
        Assert.Equal(datagrams, decoder.Counters[DecodeOutcome.Decoded]);
    }

    [Fact]
    public void Unwrapping_tunnels_allocates_nothing()
    {
        var packet = PacketBuilder.Tcp("10.0.0.1:1", "10.0.0.2:2", 1, 1, TcpFlags.Ack, new byte[999]);
        var ip = TunnelBuilder.WithoutEthernet(packet);
        TestFrame[] frames =
        [
            new(TunnelTests.OverUdp(4789, TunnelBuilder.Vxlan(42, packet)), 1),
            new(TunnelTests.OverUdp(6081, TunnelBuilder.Geneve(42, packet)), 1),
            new(TunnelTests.OverIp(47, TunnelBuilder.Erspan(2, 1, packet)), 1),
            new(TunnelTests.OverIp(4, ip), 1),
            new(TunnelTests.OverUdp(2152, TunnelBuilder.Gtp(9, ip)), 1),
        ];
        var decoder = new PacketDecoder(tunnels: new TunnelOptions { AllowedVnis = [42], DeniedVnis = [43] });
        var rounds = 0;
        Assert.Equal(0, SteadyState.AllocatedBytes(() =>
        {
            for (var i = 0; i < 1_000; i++, rounds++)
                foreach (var frame in frames) decoder.Decode(frame.Frame, out _);
        }));
        Assert.Equal(rounds * frames.Length, decoder.Counters[DecodeOutcome.Decoded]);
    }

    [Fact]
    public void Writing_frames_allocates_nothing()
    {
        var frame = new TestFrame(PacketBuilder.Tcp("10.0.0.1:1", "10.0.0.2:2", 1, 1, TcpFlags.Ack, new byte[999]), 1);
        using var pcap = new PcapWriter(Stream.Null, LinkType.Ethernet);
        using var pcapNg = new PcapNgWriter(Stream.Null, _ => "eth0");
        Assert.Equal(0, SteadyState.AllocatedBytes(() =>
        {
            for (var i = 0; i < 1_000; i++)
            {
                pcap.TryWrite(frame.Frame);
                pcapNg.Write(frame.Frame);
            }
        }));
    }

    private static bool DecodeNext(CaptureFileReader reader, PacketDecoder decoder) =>
        reader.TryRead(out var frame) && decoder.Decode(in frame, out _) == DecodeOutcome.Decoded;

    private static byte[] ToPcapNg(IReadOnlyList<TestFrame> frames)
    {
        using var stream = new MemoryStream();
        using (var writer = new PcapNgWriter(stream, leaveOpen: true))
        {
            foreach (var frame in frames) writer.Write(frame.Frame);
        }

        return stream.ToArray();
    }
}
