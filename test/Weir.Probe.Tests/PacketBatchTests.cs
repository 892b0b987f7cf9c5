using Weir.Packets;
using Weir.Testing;

namespace Weir.Probe.Tests;

public class PacketBatchTests
{
    /// <summary>What a batch carries. A field that is new in PacketView and not in PacketBatch would be lost with several workers.</summary>
    private static readonly string[] Carried =
    [
        "Acknowledgment", "Destination", "DestinationPort", "Flags", "HeaderLength", "InterfaceId", "Origin", "Payload", "PayloadWireLength", "Process", "Protocol",
        "Scope", "Sequence", "Source", "SourcePort", "TimestampNs", "Tls", "Tunnel", "VlanId", "Window", "WireLength",
    ];

    private static readonly PacketTunnel Mirrored = new(TunnelKind.Vxlan, Address("192.0.2.1"), Address("192.0.2.2"), 42, 1);

    private static readonly SocketProcess Curl = new(811, "curl", null, "/");
    private static readonly SegmentTls Plain = new("openssl", TlsBinding.Nested);

    [Fact]
    public void Every_field_of_a_packet_is_carried() =>
        Assert.Equal(Carried, typeof(PacketView).GetFields().Select(field => field.Name).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_packet_comes_out_as_it_went_in(bool keepsFrames)
    {
        var batch = new PacketBatch(keepsFrames);
        var frame = new Frame([1, 2, 3, 4, 5], 77, 1_000_000_007, LinkType.LinuxSll, 3) { StrippedVlanTci = 9 };
        var packet = new PacketView
        {
            TimestampNs = frame.TimestampNs, InterfaceId = 3, WireLength = 77, VlanId = 8, Tunnel = Mirrored, Source = Address("10.0.0.1"),
            Destination = Address("fd00::2"), Protocol = IpProtocol.Tcp, SourcePort = 1, DestinationPort = 2, Sequence = 3,
            Acknowledgment = 4, Flags = TcpFlags.Psh, Window = 5, HeaderLength = 32, Payload = "hello"u8, PayloadWireLength = 60,
            Origin = SegmentOrigin.Receiver, Scope = 6, Process = Curl, Tls = Plain,
        };
        Assert.True(batch.TryAddTime(41));
        Assert.True(batch.TryAdd(in frame, in packet));
        Assert.True(batch.TryAdd(in frame, in packet));
        (batch.End, batch.EndNs) = (BatchEnd.Idle, 43);
        var sink = new Recorder(keepsFrames);
        batch.FeedTo(sink);
        Assert.Equal(["advance 41", "packet", "packet", "idle 43"], sink.Events);
        batch.Clear();
        sink.Events.Clear();
        batch.FeedTo(sink);
        Assert.Empty(sink.Events);
    }

    [Fact]
    public void A_full_batch_refuses_and_a_giant_frame_fits_an_empty_one()
    {
        var batch = new PacketBatch(keepsFrames: true);
        var giant = new byte[PacketBatch.Bytes + 1];
        var packet = new PacketView { Payload = giant };
        Assert.True(batch.TryAdd(new Frame(giant, giant.Length, 1, LinkType.Ethernet), in packet));
        Assert.False(batch.TryAdd(new Frame(giant, giant.Length, 1, LinkType.Ethernet), in packet));
        batch.Clear();
        var fitted = 0;
        while (batch.TryAddTime(1)) fitted++;
        Assert.InRange(fitted, 100, 100_000);
        Assert.False(batch.TryAdd(default, default));
    }

    [Fact]
    public void Both_directions_have_one_hash_and_connections_spread()
    {
        var buckets = new int[8];
        for (var port = 30_000; port < 31_000; port++)
        {
            var there = Packet($"10.0.0.1:{port}", "10.0.0.2:80");
            Assert.Equal(there, Packet("10.0.0.2:80", $"10.0.0.1:{port}"));
            buckets[there % 8]++;
        }

        Assert.All(buckets, count => Assert.InRange(count, 80, 180));

        static ulong Packet(string source, string destination)
        {
            var data = PacketBuilder.Tcp(source, destination, 1, 1, TcpFlags.Ack, "x"u8);
            Assert.Equal(DecodeOutcome.Decoded, new PacketDecoder().Decode(new Frame(data, data.Length, 1, LinkType.Ethernet), out var packet));
            return FlowHash.Of(in packet);
        }
    }

    private static IpAddress Address(string text) => IpAddress.TryParse(text, out var address) ? address : throw new ArgumentException(text);

    private sealed class Recorder(bool keepsFrames) : IPacketSink
    {
        public List<string> Events { get; } = [];

        public void OnPacket(in Frame frame, in PacketView packet)
        {
            Events.Add("packet");
            Assert.Equal(Mirrored, packet.Tunnel);
            Assert.True(packet.Payload.SequenceEqual("hello"u8));
            Assert.Equal(
                (1_000_000_007L, 3, 77, 8, "10.0.0.1", "fd00::2", IpProtocol.Tcp, 1),
                (packet.TimestampNs, packet.InterfaceId, packet.WireLength, packet.VlanId, packet.Source.ToString(),
                    packet.Destination.ToString(), packet.Protocol, packet.SourcePort));
            Assert.Equal(
                (2, 3u, 4u, TcpFlags.Psh, 5, 32, 60),
                (packet.DestinationPort, packet.Sequence, packet.Acknowledgment, packet.Flags, packet.Window, packet.HeaderLength, packet.PayloadWireLength));
            Assert.Equal((SegmentOrigin.Receiver, 6), (packet.Origin, packet.Scope));
            Assert.Same(Curl, packet.Process);
            Assert.Same(Plain, packet.Tls);
            if (!keepsFrames) return;
            Assert.True(frame.Data.SequenceEqual((ReadOnlySpan<byte>)[1, 2, 3, 4, 5]));
            Assert.Equal(
                (77, 1_000_000_007L, LinkType.LinuxSll, 3, 9),
                (frame.OriginalLength, frame.TimestampNs, frame.LinkType, frame.InterfaceId, frame.StrippedVlanTci));
        }

        public void Advance(long nowNs) => Events.Add($"advance {nowNs}");

        public void OnIdle(long nowNs) => Events.Add($"idle {nowNs}");

        public void Finish(long nowNs) => Events.Add($"finish {nowNs}");
    }
}
