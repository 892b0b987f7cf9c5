using System.Text;
using Weir.Protocols.Dns;
using Weir.Protocols.GraphQl;
using Weir.Protocols.Grpc;
using Weir.Protocols.Http1;
using Weir.Protocols.Tests.Grpc;
using Weir.Protocols.WebSocket;
using Weir.Records;
using Weir.Testing;
using Xunit;
using static Weir.Protocols.Tests.Traffic;
using static Weir.Testing.DnsWire;

namespace Weir.Protocols.Tests;

/// <summary>What happens at limits that no other test is about: content is cut, counting and framing go on. docs/limits.md names them.</summary>
public sealed class LimitTests
{
    private const string Get = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";

    [Theory]
    [InlineData(50)]
    [InlineData(5_000)]
    public void A_chunk_extension_of_any_length_is_skipped(int length)
    {
        var one = Assert.Single(Run([C(Get), S($"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x={new string('e', length)}\r\nabc\r\n0\r\n\r\n")]).Exchanges);
        Assert.Equal(("abc", true, ""), (one.ResponseBody, one.Complete, one.Anomalies));
    }

    [Fact]
    public void Bodies_of_unfinished_exchanges_of_a_connection_share_a_budget()
    {
        var posts = string.Concat(Enumerable.Range(0, 3).Select(i => $"POST /{i} HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\n{new string('b', 100)}"));
        var options = new ConversationOptions { Http1 = new Http1Limits { MaxConnectionBytes = 250 } };
        var seen = Run([C(posts), S(string.Concat(Enumerable.Repeat("HTTP/1.1 204 No Content\r\n\r\n", 3)))], options).Exchanges;
        Assert.All(seen, one => Assert.Equal((100, true), (one.RequestBodyBytes, one.Complete)));
        Assert.InRange(seen.Sum(one => one.RequestBody.Length), 1, 250);
        Assert.True(seen[^1].RequestTruncated);
    }

    [Fact]
    public void After_a_loss_a_line_longer_than_any_request_line_is_passed_over()
    {
        var options = new ConversationOptions { Http1 = new Http1Limits { MaxResyncLineBytes = 100 } };
        Event[] events =
        [
            C(Get), S("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"), new Event.Gap(false, 5_000, 2000),
            S("GET " + new string('x', 5_000)), S("\r\nHTTP/1.1 204 No Content\r\n\r\n"), C("GET /b HTTP/1.1\r\nHost: h\r\n\r\n"),
        ];
        var (seen, factory) = Run(events, options);
        Assert.True(factory.Counters.SkippedBytes >= 5_000);
        Assert.Contains(seen, one => one.Path == "/a");
    }

    [Fact]
    public void What_a_client_sends_before_a_CONNECT_is_answered_is_held_up_to_the_limit_and_the_rest_counted()
    {
        var options = new ConversationOptions { Http1 = new Http1Limits { MaxHeldBytes = 10 } };
        var (seen, factory) = Run(
            [C("CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n"), C("0123456789abcdef"), S("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")], options);
        Assert.Equal(407, Assert.Single(seen, one => one.Method == "CONNECT").Status);
        Assert.True(factory.Counters.SkippedBytes >= 6);
    }

    [Fact]
    public void Answers_names_and_unknown_data_of_a_lookup_are_kept_up_to_their_limits()
    {
        var sink = new Lookups();
        var many = Response(7, "a.example", 1, answers: [.. Enumerable.Range(0, 10).Select(i => Answer(1, [10, 0, 0, (byte)i]))]);
        var unknown = Response(8, "a.example", 1, answers: [Answer(65_400, new byte[40])]);
        foreach (var (limits, message, expected) in ((DnsLimits, byte[], string)[])
            [
                (new DnsLimits { MaxAnswers = 3 }, many, "10 counted, 3 kept"),
                (new DnsLimits { MaxTextBytes = 30 }, many, "10 counted, 2 kept"),
                (new DnsLimits { MaxUnknownBytes = 8 }, unknown, "1 counted, 1 kept \\# 40"),
                (new DnsLimits { MaxUnknownBytes = 64 }, unknown, $"1 counted, 1 kept \\# 40 {new string('0', 80)}"),
            ])
        {
            var factory = new ConversationFactory(sink, new ConversationOptions { Dns = limits });
            var id = message[1];
            Run(factory, [Bytes(true, Framed(Query(id, "a.example", 1))), Bytes(false, Framed(message))]);
            Assert.StartsWith(expected, sink.Seen[^1], StringComparison.Ordinal);
            if (expected.EndsWith("40", StringComparison.Ordinal)) Assert.DoesNotContain("0000", sink.Seen[^1], StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Queries_that_wait_on_a_TCP_connection_are_limited_and_the_oldest_goes()
    {
        var sink = new Lookups();
        var factory = new ConversationFactory(sink, new ConversationOptions { Dns = new DnsLimits { MaxPipelined = 2 } });
        Run(factory, [.. Enumerable.Range(1, 3).Select(id => Bytes(true, Framed(Query(id, "a.example", 1)))), Bytes(false, Framed(Response(3, "a.example", 1)))]);
        Assert.Equal(1, sink.Anomalies.Count(set => set.Contains(Anomaly.ResponseMissingEvicted)));
        Assert.Equal(3, sink.Anomalies.Count);
    }

    [Fact]
    public void A_long_operation_name_is_cut()
    {
        var names = new List<int>();
        var factory = new ConversationFactory(
            new Each(exchange => names.Add(exchange.GraphQl.Operations[0].Name.Length)), new ConversationOptions { GraphQl = new GraphQlLimits { MaxNameBytes = 5 } });
        var body = $$"""{"query":"query {{new string('Q', 40)}} { a }"}""";
        Run(factory, [C($"POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}"), S("HTTP/1.1 204 No Content\r\n\r\n")]);
        Assert.Equal([5], names);
    }

    [Fact]
    public void Messages_of_gRPC_are_decoded_up_to_the_limits()
    {
        // Eight orders of 50 bytes; field 2 is a string.
        byte[] order = [0x12, 48, .. Encoding.ASCII.GetBytes(new string('c', 48))];
        var plain = PacketBuilder.Concat([.. Enumerable.Repeat(Grpc(order, 0), 8)]);
        Assert.Equal(8, Decoded(plain, new GrpcLimits()));
        Assert.Equal(2, Decoded(plain, new GrpcLimits { MaxJsonBytes = 100 }));
        var packed = Grpc(Zip(order), 1);
        Assert.Equal(1, Decoded(packed, new GrpcLimits()));
        Assert.Equal(0, Decoded(packed, new GrpcLimits { MaxMessageBytes = 20 }));
    }

    [Fact]
    public void Sockets_beyond_the_inflaters_are_counted_without_content()
    {
        using var compressor = new WebSocketWire.Compressor(true);
        var (seen, options) = (new List<string>(), new ConversationOptions { WebSocket = new WebSocketLimits { MaxInflaters = 0 } });
        var factory = new ConversationFactory(
            new Each(exchange => seen.Add($"{exchange.WebSocket.MessagesIn} {exchange.WebSocket.Captured.Count(message => message.Content.Length > 0)}")), options);
        Run(factory, [C(WebSocketWire.Request), S(WebSocketWire.Answer("permessage-deflate")), Bytes(true, compressor.Message("hello"))]);
        Assert.Equal(["1 0"], seen);
    }

    private static byte[] Grpc(byte[] message, byte flag) => [flag, .. PacketBuilder.UInt32((uint)message.Length), .. message];

    private static byte[] Zip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var zip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionMode.Compress)) zip.Write(bytes);
        return packed.ToArray();
    }

    private static int Decoded(byte[] body, GrpcLimits limits)
    {
        var exchange = new Exchange();
        var call = exchange.Grpc;
        (call.Service, call.Method) = (call.Text.Append("weir.test.Shop"u8), call.Text.Append("AddOrders"u8));
        exchange.Request.Body.Append(body);
        exchange.Request.Headers.Add(new HeaderField(exchange.Request.Text.Append("grpc-encoding"u8), exchange.Request.Text.Append("gzip"u8)));
        new GrpcMessages(ProtobufJsonTests.Schema, limits).Write(exchange, GrpcFlavor.Grpc, GrpcFlavor.None);
        return System.Text.Json.JsonDocument.Parse(Encoding.UTF8.GetString(call.RequestJson.Span)).RootElement.GetArrayLength();
    }

    private sealed class Each(Action<Exchange> action) : IExchangeSink
    {
        public void Write(Exchange exchange) => action(exchange);
    }

    private sealed class Lookups : IExchangeSink
    {
        public List<string> Seen { get; } = [];

        public List<AnomalySet> Anomalies { get; } = [];

        public void Write(Exchange exchange)
        {
            var lookup = exchange.Dns;
            Anomalies.Add(exchange.Anomalies);
            Seen.Add($"{lookup.AnswerCount} counted, {lookup.Answers.Count} kept {(lookup.Answers.Count > 0 ? Encoding.UTF8.GetString(lookup[lookup.Answers[0].Data]) : "")}");
        }
    }
}
