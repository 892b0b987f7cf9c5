using System.Net;
using System.Text;
using Weir.Packets;
using Weir.Privacy.Redaction;
using Weir.Privacy.Tests.Detection;
using Weir.Records;
using Weir.Testing;
using Weir.Testing.Sensitive;
using Xunit;

namespace Weir.Privacy.Tests.Redaction;

public class PayloadMaskerTests
{
    private const string Secret = "synthetic-value-0123456789";

    [Theory]
    [InlineData(1448)]
    [InlineData(7)]
    [InlineData(1)]
    public void A_secret_is_blanked_across_segments_and_checksums_stay_right(int segmentBytes)
    {
        var request = $"GET /a HTTP/1.1\r\nHost: a\r\nX-Api-Key: {Secret}\r\n\r\n";
        var conversation = new TcpConversation { SegmentBytes = segmentBytes }.Handshake().FromClient(request).FromServer("HTTP/1.1 204 No Content\r\n\r\n").Close();
        var trace = Trace(exchange => Scans.Header(exchange.Request, "X-Api-Key", Secret));
        Assert.Equal(1, trace.Request.Count);

        var frames = Mask(conversation, trace, out var writable);
        Assert.All(writable, Assert.True);
        var sent = Payload(frames, 40000);
        Assert.Equal(request.Replace(Secret, new string('*', Secret.Length), StringComparison.Ordinal), sent);
        Assert.All(frames, ChecksumIsRight);
    }

    [Fact]
    public void A_secret_that_no_exchange_told_is_blanked_by_its_form()
    {
        var card = SensitiveSeeds.All.First(seed => seed.Class == "payment_card").Value;
        var conversation = new TcpConversation { SegmentBytes = 11 }.Handshake().FromClient($"POST /b HTTP/1.1\r\nAuthorization: Basic dXNlcjpzeW4=\r\n\r\n{{\"c\":\"{card}\",\"password\":\"hunter2\"}}");
        var sent = Payload(Mask(conversation, new RedactionTrace(), out _), 40000);
        Assert.DoesNotContain(card, sent, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", sent, StringComparison.Ordinal);
        Assert.DoesNotContain("dXNlcjpzeW4=", sent, StringComparison.Ordinal);
        Assert.Contains("POST /b HTTP/1.1", sent, StringComparison.Ordinal);
    }

    [Fact]
    public void A_coded_body_with_a_secret_is_blanked_as_a_whole()
    {
        var trace = Trace(exchange => SeededPlaces.All.Single(place => place.Name == "response.json gzip").Hide(exchange, SensitiveSeeds.All[0]));
        Assert.True(trace.Response.BlankBody);
        const string Head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n";
        var conversation = new TcpConversation { SegmentBytes = 13 }.Handshake().FromClient("GET / HTTP/1.1\r\n\r\n").FromServer(Head + "compressed bytes of a body");
        var got = Payload(Mask(conversation, trace, out _), 80);
        Assert.Equal(Head + new string('*', "compressed bytes of a body".Length), got);
    }

    [Fact]
    public void Of_a_protocol_with_compressed_heads_nothing_is_left()
    {
        var trace = Trace(exchange =>
        {
            exchange.Protocol = "HTTP/2";
            Scans.Header(exchange.Request, "authorization", "Bearer " + Secret);
        });
        var conversation = new TcpConversation().Handshake().FromClient("binary frames").FromServer("more of them");
        var frames = Mask(conversation, trace, out _);
        Assert.Equal(new string('*', 13), Payload(frames, 40000));
        Assert.Equal(new string('*', 12), Payload(frames, 80));
        Assert.All(frames, ChecksumIsRight);
    }

    [Fact]
    public void Retransmitted_and_reordered_segments_are_blanked_too()
    {
        var conversation = new TcpConversation { SegmentBytes = 20 }.Handshake().FromClient($"GET / HTTP/1.1\r\nX-Api-Key: {Secret}\r\n\r\n");
        var original = conversation.Frames.ToList();
        var shuffled = original.Concat(original.Skip(3)).Reverse().ToList();
        var trace = Trace(exchange => Scans.Header(exchange.Request, "X-Api-Key", Secret));
        var frames = Maskable(shuffled);
        new PayloadMasker().Mask(frames, IpAddress.FromV4([10, 0, 0, 1]), 40000, trace);
        foreach (var frame in frames)
            for (var i = 0; i + 6 <= Secret.Length; i++) Assert.True(frame.Data.AsSpan().IndexOf(Encoding.ASCII.GetBytes(Secret.Substring(i, 6))) < 0);
    }

    [Fact]
    public void Fragments_are_not_written()
    {
        var segment = PacketBuilder.TcpSegment("10.0.0.1:40000", "10.0.0.2:80", 1, 1, TcpFlags.Ack, Encoding.ASCII.GetBytes("X-Api-Key: " + Secret));
        var first = PacketBuilder.Ethernet(PacketBuilder.Ipv4("10.0.0.1:1", "10.0.0.2:1", IpProtocol.Tcp, segment[..32], moreFragments: true));
        var second = PacketBuilder.Ethernet(PacketBuilder.Ipv4("10.0.0.1:1", "10.0.0.2:1", IpProtocol.Tcp, segment[32..], fragmentOffset: 32));
        var frames = Maskable([new TestFrame(first, 1), new TestFrame(second, 2)]);
        Assert.Equal([false, false], new PayloadMasker().Mask(frames, IpAddress.FromV4([10, 0, 0, 1]), 40000, new RedactionTrace()));
    }

    private static RedactionTrace Trace(Action<Exchange> fill)
    {
        var exchange = SeededPlaces.Clean();
        fill(exchange);
        var trace = new RedactionTrace();
        new ExchangeRedactor().Redact(exchange, trace);
        return trace;
    }

    private static List<MaskableFrame> Mask(TcpConversation conversation, RedactionTrace trace, out bool[] writable)
    {
        var frames = Maskable(conversation.Frames);
        writable = new PayloadMasker().Mask(frames, IpAddress.FromV4([10, 0, 0, 1]), 40000, trace);
        return frames;
    }

    private static List<MaskableFrame> Maskable(IEnumerable<TestFrame> frames) =>
        [.. frames.Select(frame => new MaskableFrame((byte[])frame.Data.Clone(), frame.Frame.OriginalLength, frame.TimestampNs, frame.LinkType))];

    private static string Payload(IEnumerable<MaskableFrame> frames, int sourcePort)
    {
        var text = new StringBuilder();
        var decoder = new PacketDecoder();
        foreach (var frame in frames)
        {
            decoder.Decode(new Frame(frame.Data, frame.OriginalLength, frame.TimestampNs, frame.LinkType, 0), out var packet);
            if (packet.SourcePort == sourcePort) text.Append(Encoding.Latin1.GetString(packet.Payload));
        }

        return text.ToString();
    }

    /// <summary>The frame is what a sender would have made of the blanked payload.</summary>
    private static void ChecksumIsRight(MaskableFrame frame)
    {
        new PacketDecoder().Decode(new Frame(frame.Data, frame.OriginalLength, frame.TimestampNs, frame.LinkType, 0), out var packet);
        var (source, destination) = (new IPEndPoint(new IPAddress(Bytes(packet.Source)), packet.SourcePort), new IPEndPoint(new IPAddress(Bytes(packet.Destination)), packet.DestinationPort));
        var expected = PacketBuilder.Tcp(source.ToString(), destination.ToString(), packet.Sequence, packet.Acknowledgment, packet.Flags, packet.Payload);
        Assert.Equal(expected, frame.Data);
    }

    private static byte[] Bytes(IpAddress address)
    {
        var bytes = new byte[16];
        return bytes[..address.WriteBytes(bytes)];
    }
}
