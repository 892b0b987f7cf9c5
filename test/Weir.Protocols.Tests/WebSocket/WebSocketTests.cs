using System.Text;
using Weir.Protocols.WebSocket;
using Weir.Records;
using Weir.Streams;
using Weir.Testing;
using Xunit;
using static Weir.Protocols.Tests.Traffic;
using static Weir.Testing.WebSocketWire;

namespace Weir.Protocols.Tests.WebSocket;

public sealed class WebSocketTests
{
    private readonly SocketSink _sink = new();

    [Fact]
    public void Messages_are_counted_and_their_text_kept_until_the_connection_ends()
    {
        var one = Single([
            C(Request), S(Answer()), Client(Text(true, "hello")), Server(Text(false, "wörld")), Server(Frame(false, 2, [1, 2, 3])),
            Client(Frame(true, 9, "ping"u8)), Server(Frame(false, 10, "ping"u8)),
            Client(Close(true, 1000, "bye")), Server(Close(false, 1000, "bye")),
        ]);
        Assert.Equal("client:hello server:wörld server:#010203", one.Messages);
        Assert.Equal((1, 2, 5, 9), (one.In, one.Out, one.BytesIn, one.BytesOut));
        Assert.Equal((1000, "bye"), (one.CloseCode, one.CloseReason));
        Assert.True(one.Seen.Complete);
        Assert.Equal(("GET", "/chat", 101, ""), (one.Seen.Method, one.Seen.Path, one.Seen.Status, one.Seen.Anomalies));
    }

    [Fact]
    public void Fragments_make_one_message_and_control_frames_may_stand_between_them()
    {
        var one = Single([
            C(Request), S(Answer()),
            Client(Frame(true, 1, "one "u8, final: false)), Client(Frame(true, 9, [])), Client(Frame(true, 0, "two "u8, final: false)),
            Client(Frame(true, 0, "three"u8)), Client(Close(true, 1001)),
        ]);
        Assert.Equal("client:one two three", one.Messages);
        Assert.Equal("", one.Seen.Anomalies);
    }

    [Theory]
    [InlineData("permessage-deflate", false)]
    [InlineData("permessage-deflate; client_max_window_bits=15; server_max_window_bits=10", false)]
    [InlineData("permessage-deflate; client_no_context_takeover; server_no_context_takeover", true)]
    public void Compressed_messages_are_inflated(string agreed, bool resets)
    {
        using var client = new Compressor(true, resets);
        using var server = new Compressor(false, resets);
        var one = Single([
            C(Request), S(Answer(agreed)), Client(client.Message("the same text, the same text")), Server(server.Message("answer")),
            Client(client.Message("the same text, again the same text")), Client(Text(true, "plain")), Server(server.Message("answer")),
            Client(client.Message("")), Client(client.Message("the same text at last")), Client(Close(true, 1000)),
        ]);
        Assert.Equal(
            "client:the same text, the same text server:answer client:the same text, again the same text client:plain "
            + "server:answer client: client:the same text at last", one.Messages);
        Assert.True(one.Seen.Complete, one.Seen.Anomalies);
        Assert.True(one.Compressed);
    }

    [Fact]
    public void However_bytes_are_cut_the_record_is_the_same()
    {
        using var client = new Compressor(true);
        var random = new Random(11);
        byte[] up =
        [
            .. Text(true, "short"), .. client.Message(new string('x', 5000)), .. Frame(true, 2, new byte[300]),
            .. Frame(true, 1, "a"u8, final: false), .. Frame(true, 9, "p"u8), .. Frame(true, 0, "b"u8),
            .. client.Message("xxxxxy"), .. Frame(true, 2, new byte[70_000]), .. Close(true, 1000, "done"),
        ];
        byte[] down = [.. Ascii(Answer("permessage-deflate")), .. Text(false, "from the server"), .. Close(false, 1000)];
        var whole = Single([C(Request), new Event.Bytes(false, down, 3000), new Event.Bytes(true, up, 4000)]).ToString();
        for (var run = 0; run < 200; run++)
        {
            var events = new List<Event> { C(Request) };
            events.AddRange(Cut(false, down, random, 3000));
            events.AddRange(Cut(true, up, random, 4000));
            Assert.Equal(whole, Single(events).ToString());
        }
    }

    [Fact]
    public void Frames_that_come_before_the_101_is_seen_are_read_after_it()
    {
        var one = Single([C(Request), Client(Text(true, "early")), S(Answer()), Client(Text(true, "late")), Client(Close(true, 1000))]);
        Assert.Equal("client:early client:late", one.Messages);
        Assert.True(one.Seen.Complete);
    }

    [Fact]
    public void A_refused_upgrade_is_a_call_like_any_other()
    {
        var (seen, _) = Run([
            C(Request), C("GET /next HTTP/1.1\r\nHost: a\r\n\r\n"), S("HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\n\r\n"),
            S("HTTP/1.1 204 No Content\r\n\r\n"),
        ]);
        Assert.Equal([("/chat", 426), ("/next", 204)], seen.Select(one => (one.Path, one.Status)));
        Assert.All(seen, one => Assert.True(one.Complete));
    }

    [Fact]
    public void An_upgrade_to_something_else_is_handed_over_as_before()
    {
        var (seen, factory) = Run([C(Request), S("HTTP/1.1 101 Switching Protocols\r\nUpgrade: other\r\n\r\n"), C("\x01\x02\x03\x04\x05")]);
        Assert.True(Assert.Single(seen).Has(Anomaly.ProtocolSwitched));
        Assert.Equal(1, factory.Counters.OpaqueConnections);
    }

    [Fact]
    public void A_gap_within_a_payload_costs_the_rest_of_that_message_only()
    {
        var frame = Text(true, "0123456789");
        var one = Single([
            C(Request), S(Answer()), Client(frame[..^6]), new Event.Gap(true, 4, 7), Client(frame[^2..]), Client(Text(true, "next")),
            Client(Close(true, 1000)),
        ]);
        Assert.Equal("client:0123… client:next", one.Messages);
        Assert.Equal((2, 14L, 4L), (one.In, one.BytesIn, one.Seen.GapBytes));
        Assert.Equal(nameof(Anomaly.RequestGap), one.Seen.Anomalies);
        Assert.False(one.Seen.Complete);
    }

    [Fact]
    public void After_a_gap_in_a_compressed_direction_later_texts_are_absent_not_wrong()
    {
        using var compressor = new Compressor(false);
        var frames = new[] { "first text", "second text", "third text" }.Select(compressor.Message).ToArray();
        var one = Single([
            C(Request), S(Answer("permessage-deflate")), Server(frames[0]), Server(frames[1][..4]),
            new Event.Gap(false, frames[1].Length - 4, 7), Server(frames[2]), Server(Close(false, 1000)),
        ]);
        Assert.Equal("server:first text", one.Messages.Split('…')[0][..17]);
        Assert.DoesNotContain("third", one.Messages, StringComparison.Ordinal);
        Assert.Equal(3, one.Out);
    }

    [Fact]
    public void After_a_gap_without_context_takeover_the_next_message_is_read_again()
    {
        using var compressor = new Compressor(false, resets: true);
        var frames = new[] { "first", "second", "third" }.Select(compressor.Message).ToArray();
        var one = Single([
            C(Request), S(Answer("permessage-deflate; server_no_context_takeover")), Server(frames[0]), Server(frames[1][..4]),
            new Event.Gap(false, frames[1].Length - 4, 7), Server(frames[2]), Server(Close(false, 1000)),
        ]);
        Assert.EndsWith("server:third", one.Messages, StringComparison.Ordinal);
        Assert.StartsWith("server:first ", one.Messages, StringComparison.Ordinal);
    }

    [Fact]
    public void Lost_framing_is_found_back_after_flawless_frames_at_the_start_of_a_segment()
    {
        var one = Single([
            C(Request), S(Answer()), Client(Text(true, "before")), new Event.Gap(true, 1000, 7),
            Client([0x55, 0x66, 0x77, 0x88]), Client(Text(true, "a")), Client(Text(true, "b")), Client(Text(true, "c")),
            Client(Text(true, "certain")), Client(Close(true, 1000)),
        ]);
        Assert.Equal("client:before client:certain", one.Messages);
        Assert.Equal(5, one.In);
        Assert.Equal(1000, one.CloseCode);
        Assert.False(one.Seen.Complete);
    }

    [Fact]
    public void Bytes_after_a_loss_that_are_no_frames_count_for_nothing()
    {
        var random = new Random(3);
        var noise = new List<Event> { C(Request), S(Answer()), Client(Text(true, "before")), new Event.Gap(true, 100, 7) };
        for (var i = 0; i < 500; i++)
        {
            var bytes = new byte[random.Next(1, 200)];
            random.NextBytes(bytes);
            noise.Add(Client(bytes));
        }

        Assert.InRange(Single(noise).In, 1, 3);
    }

    [Theory]
    [InlineData(3, true, 0)]
    [InlineData(11, true, 0)]
    [InlineData(1, true, 2)]
    [InlineData(1, true, 4)]
    [InlineData(9, false, 0)]
    [InlineData(0, true, 0)]
    public void Frames_that_the_protocol_forbids_are_marked(int opcode, bool final, int reserved)
    {
        var one = Single([C(Request), S(Answer()), Client(Frame(true, opcode, "x"u8, final, reserved)), Client(Close(true, 1000))]);
        Assert.True(one.Seen.Has(Anomaly.WebSocketFrameInvalid), one.Seen.Anomalies);
    }

    [Fact]
    public void Control_frames_longer_than_125_bytes_are_marked()
    {
        var one = Single([C(Request), S(Answer()), Client(Frame(true, 9, new byte[126])), Client(Close(true, 1000))]);
        Assert.True(one.Seen.Has(Anomaly.WebSocketFrameInvalid));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_mask_on_the_wrong_side_is_marked_and_read_all_the_same(bool client)
    {
        var frame = Frame(client, 1, "text"u8, masked: !client);
        var one = Single([C(Request), S(Answer()), new Event.Bytes(client, frame, 3000), Client(Close(true, 1000))]);
        Assert.True(one.Seen.Has(Anomaly.WebSocketMaskInvalid));
        Assert.EndsWith(":text", one.Messages, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_that_is_not_UTF8_is_marked()
    {
        var one = Single([C(Request), S(Answer()), Client(Frame(true, 1, [0xC3, 0x28])), Client(Close(true, 1000))]);
        Assert.True(one.Seen.Has(Anomaly.WebSocketTextInvalid));
    }

    [Fact]
    public void A_connection_cut_without_close_frame_says_so()
    {
        var one = Single([C(Request), S(Answer()), Client(Text(true, "x")), End(true, StreamEnd.Reset), End(false, StreamEnd.Reset)]);
        Assert.Equal(nameof(Anomaly.WebSocketCloseMissing), one.Seen.Anomalies);
        Assert.True(one.Seen.Complete);
        Assert.False(Single([C(Request), S(Answer()), End(true, StreamEnd.CaptureEnd), End(false, StreamEnd.CaptureEnd)]).Seen.Complete);
    }

    [Fact]
    public void A_close_frame_without_code_is_1005()
    {
        Assert.Equal(1005, Single([C(Request), S(Answer()), Client(Frame(true, 8, []))]).CloseCode);
    }

    [Fact]
    public void A_compression_bomb_is_bounded()
    {
        using var compressor = new Compressor(true);
        var bomb = Frame(true, 2, compressor.Compress(new byte[50_000_000]), reserved: 4);
        var one = Single([C(Request), S(Answer("permessage-deflate")), Client(bomb), Client(compressor.Message("after")), Client(Close(true, 1000))]);
        Assert.Equal(2, one.In);
        Assert.DoesNotContain("after", one.Messages, StringComparison.Ordinal);
        Assert.Equal(65_536, one.LargestContent);
    }

    [Fact]
    public void Compressed_nonsense_is_marked()
    {
        var one = Single([C(Request), S(Answer("permessage-deflate")), Client(Frame(true, 1, [0xFF, 0xFF, 0xFF], reserved: 4)), Client(Close(true, 1000))]);
        Assert.True(one.Seen.Has(Anomaly.WebSocketCompressionInvalid));
        Assert.Equal("client:…", one.Messages);
    }

    [Fact]
    public void Limits_cut_contents_and_never_the_counts()
    {
        var events = new List<Event> { C(Request), S(Answer()) };
        for (var i = 0; i < 50; i++) events.Add(Client(Text(true, "0123456789")));
        var limits = new ConversationOptions
        {
            WebSocket = new WebSocketLimits { MessageCaptureBytes = 4, SessionCaptureBytes = 30, SessionCaptureMessages = 5 },
        };
        var one = Single(events, limits);
        Assert.Equal("client:0123… client:0123… client:0123… client:0123… client:0123…", one.Messages);
        Assert.Equal((50, 500L), (one.In, one.BytesIn));
    }

    [Theory]
    [InlineData("")]
    [InlineData("permessage-deflate; client_no_context_takeover; server_no_context_takeover")]
    public void Steady_messages_allocate_nothing(string agreed)
    {
        var factory = new ConversationFactory(new Nothing(), new ConversationOptions { ReportOpenAfterNs = 2_000 });
        var connection = Connect();
        using var compressor = new Compressor(true, resets: true);
        var (request, answer) = (Ascii(Request), Ascii(Answer(agreed)));
        var message = agreed.Length > 0 ? compressor.Message("a compressed message, a compressed message") : Text(true, "a plain message");
        var (ping, reply, close) = (Frame(true, 9, "p"u8), Text(false, "reply"), Close(true, 1000));
        long now = 0;
        Assert.Equal(0, SteadyState.AllocatedBytes(() =>
        {
            for (var session = 0; session < 20; session++)
            {
                var handler = factory.Open(connection);
                handler.OnChunk(Direction.FromInitiator, request, ++now);
                handler.OnChunk(Direction.FromResponder, answer, ++now);
                for (var i = 0; i < 200; i++)
                {
                    handler.OnChunk(Direction.FromInitiator, message, ++now);
                    handler.OnChunk(Direction.FromInitiator, ping, ++now);
                    handler.OnChunk(Direction.FromResponder, reply, ++now);
                    factory.ReportOpen(now);
                }

                handler.OnChunk(Direction.FromInitiator, close, ++now);
                handler.OnEnd(Direction.FromInitiator, StreamEnd.Fin, now);
                handler.OnEnd(Direction.FromResponder, StreamEnd.Fin, now);
            }
        }));
    }

    [Fact]
    public void It_shows_while_it_runs()
    {
        var factory = new ConversationFactory(_sink, new ConversationOptions { ReportOpenAfterNs = 10 });
        var connection = factory.Open(Connect())!;
        connection.OnChunk(Direction.FromInitiator, Ascii(Request), 0);
        connection.OnChunk(Direction.FromResponder, Ascii(Answer()), 1);
        connection.OnChunk(Direction.FromInitiator, Text(true, "so far"), 2);
        factory.ReportOpen(20);
        var running = Assert.Single(_sink.Sessions);
        Assert.Equal("client:so far", running.Messages);
        Assert.False(running.Seen.Complete);
        connection.OnEnd(Direction.FromInitiator, StreamEnd.Fin, 30);
        connection.OnEnd(Direction.FromResponder, StreamEnd.Fin, 30);
        Assert.Equal(running.Seen.Id, _sink.Sessions[1].Seen.Id);
    }

    [Fact]
    public void Subscriptions_of_GraphQL_are_named()
    {
        var one = Single([
            C(Request), S(Answer(more: "Sec-WebSocket-Protocol: graphql-transport-ws\r\n")),
            Client(Text(true, """{"type":"connection_init"}""")),
            Client(Text(true, """{"id":"1","payload":{"query":"subscription OnOrder { orderChanged { id } }"},"type":"subscribe"}""")),
        ]);
        Assert.Equal("Subscription OnOrder orderChanged", one.GraphQl);
    }

    private SocketSeen Single(IEnumerable<Event> events, ConversationOptions? options = null)
    {
        _sink.Sessions.Clear();
        Run(new ConversationFactory(_sink, options), events);
        return Assert.Single(_sink.Sessions);
    }

    private static Event.Bytes Client(byte[] bytes) => new Event.Bytes(true, bytes, 3000);

    private static Event.Bytes Server(byte[] bytes) => new Event.Bytes(false, bytes, 3000);

    private static IEnumerable<Event> Cut(bool client, byte[] bytes, Random random, long ns)
    {
        for (var at = 0; at < bytes.Length;)
        {
            var length = Math.Min(bytes.Length - at, 1 + random.Next(random.Next(2) == 0 ? 5 : 4000));
            yield return new Event.Bytes(client, bytes[at..(at + length)], ns);
            at += length;
        }
    }

    private sealed class Nothing : IExchangeSink
    {
        public void Write(Exchange exchange) => Assert.True(exchange.WebSocket.Present || exchange.InProgress);
    }

    private sealed class SocketSink : IExchangeSink
    {
        public List<SocketSeen> Sessions { get; } = [];

        public void Write(Exchange exchange) => Sessions.Add(new SocketSeen(exchange));
    }

    private sealed class SocketSeen
    {
        public SocketSeen(Exchange exchange)
        {
            Seen = new Seen(exchange);
            var session = exchange.WebSocket;
            (In, Out, BytesIn, BytesOut) = ((int)session.MessagesIn, (int)session.MessagesOut, session.BytesIn, session.BytesOut);
            CloseCode = session.CloseCode;
            CloseReason = Encoding.UTF8.GetString(session[session.CloseReason]);
            Compressed = session.Compressed;
            LargestContent = session.Captured.Count == 0 ? 0 : session.Captured.Max(message => message.Content.Length);
            Messages = string.Join(' ', session.Captured.Select(message =>
                (message.FromClient ? "client:" : "server:")
                + (message.Kind == WebSocketKind.Text
                    ? Encoding.UTF8.GetString(session[message.Content])
                    : "#" + Convert.ToHexString(session[message.Content]))
                + (message.Truncated ? "…" : "")));
            GraphQl = string.Join(' ', exchange.GraphQl.Operations.Select(operation =>
                $"{operation.Type} {Encoding.UTF8.GetString(exchange.GraphQl[operation.Name])} {Encoding.UTF8.GetString(exchange.GraphQl[operation.Field])}"));
        }

        public Seen Seen { get; }
        public int In { get; }
        public int Out { get; }
        public long BytesIn { get; }
        public long BytesOut { get; }
        public int CloseCode { get; }
        public string CloseReason { get; }
        public bool Compressed { get; }
        public int LargestContent { get; }
        public string Messages { get; }
        public string GraphQl { get; }

        public override string ToString() => $"{Seen} {In} {Out} {BytesIn} {BytesOut} {CloseCode} {CloseReason} {Messages}";
    }
}
