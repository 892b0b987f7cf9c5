using System.Text;
using Weir.Records;
using Weir.Testing;
using Xunit;
using static Weir.Protocols.Tests.Traffic;

namespace Weir.Protocols.Tests.Http2;

/// <summary>What streams carry beyond a request and a response: WebSockets (RFC 8441), event streams, plain tunnels.</summary>
public sealed class Http2TunnelTests
{
    private const string Connect = ":method=CONNECT|:protocol=websocket|:scheme=http|:path=/chat|:authority=h|sec-websocket-version=13";

    private sealed class Copies : IExchangeSink
    {
        public List<string> List { get; } = [];

        public void Write(Exchange exchange)
        {
            var socket = exchange.WebSocket;
            var messages = string.Join(',', socket.Captured.Select(one => $"{(one.FromClient ? '>' : '<')}{Encoding.UTF8.GetString(socket[one.Content])}"));
            List.Add($"{new Seen(exchange).Path} {(socket.Present ? $"in={socket.MessagesIn}/{socket.BytesIn} out={socket.MessagesOut}/{socket.BytesOut} close={socket.CloseCode} {messages}" : "none")} "
                + $"events={exchange.ServerSentEvents} {(exchange.Complete ? "complete" : "")} {new Seen(exchange).Anomalies}".TrimEnd());
        }
    }

    private static List<string> Play(Http2Writer client, Http2Writer server, params Event[] more)
    {
        var copies = new Copies();
        Run(new ConversationFactory(copies), [Bytes(true, client.Take(), 1), Bytes(false, server.Take(), 2), .. more]);
        return copies.List;
    }

    private static Http2Writer Client() => new Http2Writer().Raw(Http2Writer.Preface).Settings();

    /// <summary>A masked text frame; the mask is zero, so that the payload can be read here.</summary>
    private static byte[] Masked(string text) => [0x81, (byte)(0x80 | text.Length), 0, 0, 0, 0, .. Ascii(text)];

    private static byte[] Plain(string text) => [0x81, (byte)text.Length, .. Ascii(text)];

    [Fact]
    public void Extended_CONNECT_opens_a_WebSocket_whose_messages_are_read()
    {
        var client = Client().Headers(1, Connect).Headers(3, ":method=GET|:scheme=http|:path=/other|:authority=h", end: true);
        var server = new Http2Writer().Settings((8, 1)).Headers(1, ":status=200");
        var later = new Http2Writer();
        var seen = Play(
            client, server, Bytes(true, later.Data(1, Masked("hi")[..3]).Data(1, Masked("hi")[3..]).Take(), 3),
            Bytes(false, later.Data(1, Plain("hello")).Take(), 4), Bytes(false, new Http2Writer().Headers(3, ":status=204", end: true).Take(), 5),
            Bytes(false, later.Data(1, [0x88, 0x02, 0x03, 0xE8], end: true).Take(), 6),
            Bytes(true, later.Data(1, [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xE8], end: true).Take(), 7));
        Assert.Equal(["/other none events=-1 complete", "/chat in=1/2 out=1/5 close=1000 >hi,<hello events=-1 complete"], seen);
    }

    [Fact]
    public void A_refused_WebSocket_is_a_plain_exchange()
    {
        var seen = Play(Client().Headers(1, Connect).Data(1, "", end: true), new Http2Writer().Settings().Headers(1, ":status=404").Data(1, "no", end: true));
        Assert.Equal(["/chat none events=-1 complete"], seen);
    }

    [Fact]
    public void A_gap_within_a_WebSocket_frame_keeps_its_framing()
    {
        var frames = new Http2Writer().Data(1, PacketBuilder.Concat(Plain("first"), Plain("0123456789"), Plain("last"))).Take();
        var at = 9 + 7 + 2 + 3;
        var seen = Play(
            Client().Headers(1, Connect), new Http2Writer().Settings().Headers(1, ":status=200"), Bytes(false, frames[..at], 3),
            new Event.Gap(false, 4, 4), Bytes(false, frames[(at + 4)..], 5));
        Assert.StartsWith("/chat in=0/0 out=3/19", Assert.Single(seen), StringComparison.Ordinal);
        Assert.Contains("ResponseGap", seen[0], StringComparison.Ordinal);
        Assert.DoesNotContain(" complete", seen[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Server_sent_events_are_counted()
    {
        var server = new Http2Writer().Settings().Headers(1, ":status=200|content-type=text/event-stream").Data(1, "data: a\n").Data(1, "\nda")
            .Data(1, "ta: b\n\n: c\n\n", end: true);
        var seen = Play(Client().Headers(1, ":method=GET|:scheme=http|:path=/live|:authority=h", end: true), server);
        Assert.Equal(["/live none events=2 complete"], seen);
    }

    [Fact]
    public void An_upgrade_whose_preface_is_captured_before_the_101_is_read()
    {
        var client = PacketBuilder.Concat(
            Ascii("GET /up HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n"),
            Client().Headers(3, ":method=GET|:scheme=http|:path=/next|:authority=h", end: true).Take());
        var server = PacketBuilder.Concat(
            Ascii("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"),
            new Http2Writer().Settings().Headers(1, ":status=200", end: true).Headers(3, ":status=200", end: true).Take());
        var seen = Run([Bytes(true, client, 1), Bytes(false, server, 2)]).Exchanges;
        Assert.Equal(["/up 1 True", "/next 3 True"], seen.Select(one => $"{one.Path} {one.StreamId} {one.Complete}"));
    }
}
