using System.IO.Compression;
using System.Text;
using Weir.Records;
using Weir.Testing;
using Xunit;
using static Weir.Protocols.Tests.Traffic;

namespace Weir.Protocols.Tests.Grpc;

public sealed class GrpcTests
{
    private const string Head = ":method=POST|:scheme=http|:path=/weir.test.Shop/GetOrder|:authority=h|te=trailers|content-type=application/grpc";

    /// <summary>Order { id: 17, customer: "Ada", items: ["tea", "cup"] } and OrderQuery { id: 5 }.</summary>
    private static readonly byte[] s_order = Convert.FromHexString("081112034164611a037465611a03637570");

    private static readonly byte[] s_query = [8, 5];

    private static readonly ConversationOptions s_described = new() { Schema = ProtobufJsonTests.Schema };

    private static byte[] Message(byte[] content, byte flags = 0) =>
        PacketBuilder.Concat([flags], PacketBuilder.UInt32((uint)content.Length), content);

    private sealed record Call(
        string Service, string Method, int Status, string Message, string Counts, string Request, string Response, Seen Seen);

    private sealed class Calls : IExchangeSink
    {
        public List<Call> List { get; } = [];

        public void Write(Exchange exchange)
        {
            var grpc = exchange.Grpc;
            if (!grpc.Present) return;
            List.Add(new Call(
                Encoding.UTF8.GetString(grpc[grpc.Service]), Encoding.UTF8.GetString(grpc[grpc.Method]), grpc.Status,
                Encoding.UTF8.GetString(grpc[grpc.Message]),
                $"{grpc.RequestMessages}/{grpc.RequestMessageBytes} {grpc.ResponseMessages}/{grpc.ResponseMessageBytes}",
                Encoding.UTF8.GetString(grpc.RequestJson.Span), Encoding.UTF8.GetString(grpc.ResponseJson.Span), new Seen(exchange)));
        }
    }

    private static List<Call> Play(ConversationOptions? options, IEnumerable<Event> events, bool handshake = true)
    {
        var calls = new Calls();
        Run(new ConversationFactory(calls, options), events, handshake);
        return calls.List;
    }

    private static List<Call> Play(Http2Writer client, Http2Writer server, ConversationOptions? options = null) =>
        Play(options, [Bytes(true, client.Take()), Bytes(false, server.Take())]);

    private static Http2Writer Client() => new Http2Writer().Raw(Http2Writer.Preface).Settings();

    [Fact]
    public void A_unary_call_has_service_method_status_and_messages()
    {
        var client = Client().Headers(1, Head).Data(1, Message(s_query), end: true);
        var server = new Http2Writer().Settings().Headers(1, ":status=200|content-type=application/grpc").Data(1, Message(s_order))
            .Headers(1, "grpc-status=0|grpc-message=", end: true);
        var one = Assert.Single(Play(client, server, s_described));
        Assert.Equal(("weir.test.Shop", "GetOrder", 0, "", "1/2 1/17"), (one.Service, one.Method, one.Status, one.Message, one.Counts));
        Assert.Equal("""[{"id":"5"}]""", one.Request);
        Assert.Equal("""[{"id":"17","customer":"Ada","items":["tea","cup"]}]""", one.Response);
        Assert.Equal((true, ""), (one.Seen.Complete, one.Seen.Anomalies));
    }

    [Fact]
    public void An_error_without_messages_has_its_status_in_the_headers_and_a_decoded_message()
    {
        var client = Client().Headers(1, Head).Data(1, Message(s_query), end: true);
        var server = new Http2Writer().Settings().Headers(
            1, ":status=200|content-type=application/grpc|grpc-status=5|grpc-message=no order %22M%C3%BCller%22: 100% %zz", end: true);
        var one = Assert.Single(Play(client, server));
        Assert.Equal((5, "no order \"Müller\": 100% %zz", "1/2 0/0", ""), (one.Status, one.Message, one.Counts, one.Response));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(1000)]
    public void Messages_are_counted_across_frames_of_any_size(int frame)
    {
        var client = Client().Headers(1, Head.Replace("GetOrder", "Talk", StringComparison.Ordinal));
        var server = new Http2Writer().Settings().Headers(1, ":status=200|content-type=application/grpc+proto");
        foreach (var part in PacketBuilder.Concat(Message(s_query), Message([]), Message(s_query)).Chunk(frame)) client.Data(1, part);
        foreach (var part in PacketBuilder.Concat(Message(s_order), Message(s_order)).Chunk(frame)) server.Data(1, part);
        var one = Assert.Single(Play(client.Data(1, "", end: true), server.Headers(1, "grpc-status=0", end: true), s_described));
        Assert.Equal(("Talk", "3/4 2/34"), (one.Method, one.Counts));
        Assert.Equal("""[{"id":"5"},{},{"id":"5"}]""", one.Request);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("snappy")]
    public void Compressed_messages_are_decoded_where_the_coding_is_known(string encoding)
    {
        using var packed = new MemoryStream();
        using (Stream packer = encoding == "gzip" ? new GZipStream(packed, CompressionLevel.Fastest) : new ZLibStream(packed, CompressionLevel.Fastest))
            packer.Write(s_query);
        var client = Client().Headers(1, Head + "|grpc-encoding=" + encoding).Data(1, PacketBuilder.Concat(Message(packed.ToArray(), 1), Message(s_query)), end: true);
        var server = new Http2Writer().Settings().Headers(1, ":status=200|content-type=application/grpc|grpc-status=0", end: true);
        var one = Assert.Single(Play(client, server, s_described));
        Assert.Equal(encoding == "snappy" ? """[{"id":"5"}]""" : """[{"id":"5"},{"id":"5"}]""", one.Request);
    }

    [Fact]
    public void A_compressed_message_that_grows_beyond_the_limit_is_left_out()
    {
        using var packed = new MemoryStream();
        using (var packer = new GZipStream(packed, CompressionLevel.SmallestSize)) packer.Write(new byte[10_000_000]);
        var client = Client().Headers(1, Head + "|grpc-encoding=gzip").Data(1, Message(packed.ToArray(), 1), end: true);
        var server = new Http2Writer().Settings().Headers(1, ":status=200|content-type=application/grpc|grpc-status=0", end: true);
        Assert.Equal("[]", Assert.Single(Play(client, server, s_described)).Request);
    }

    [Fact]
    public void A_message_that_the_body_limit_cut_is_left_out_and_still_counted()
    {
        var options = s_described with { Http2 = new Weir.Protocols.Http2.Http2Limits { BodyCaptureBytes = 30 } };
        var client = Client().Headers(1, Head).Data(1, Message(s_query), end: true);
        var server = new Http2Writer().Settings().Headers(1, ":status=200|content-type=application/grpc")
            .Data(1, PacketBuilder.Concat(Message(s_order), Message(s_order), Message(s_order))).Headers(1, "grpc-status=0", end: true);
        var one = Assert.Single(Play(client, server, options));
        Assert.Equal("1/2 3/51", one.Counts);
        Assert.Equal("""[{"id":"17","customer":"Ada","items":["tea","cup"]}]""", one.Response);
    }

    [Theory]
    [InlineData("07", true)]
    [InlineData("0000000009", true)]
    [InlineData("00000000020805", false)]
    [InlineData("", false)]
    public void Bodies_that_are_no_messages_are_marked(string hex, bool invalid)
    {
        var body = Convert.FromHexString(hex);
        if (hex == "07") body = [7, 0, 0, 0, 1, 1];
        var client = Client().Headers(1, Head).Data(1, body, end: true);
        var server = new Http2Writer().Settings().Headers(1, ":status=200|content-type=application/grpc|grpc-status=0", end: true);
        Assert.Equal(invalid, Assert.Single(Play(client, server)).Seen.Has(Anomaly.GrpcFramingInvalid));
    }

    [Fact]
    public void GRPC_Web_over_HTTP_1_has_its_trailers_in_the_body()
    {
        var body = PacketBuilder.Concat(Message(s_order), Message(Ascii("grpc-status: 7\r\ngrpc-message:not%20yours\r\nx-more: 1\r\n"), 0x80));
        foreach (var text in new[] { false, true })
        {
            var type = text ? "application/grpc-web-text" : "application/grpc-web+proto";
            var asked = text ? Ascii(Convert.ToBase64String(Message(s_query))) : Message(s_query);
            // Text is coded message by message, each with its own padding.
            var answered = text ? Ascii(Convert.ToBase64String(body[..22]) + Convert.ToBase64String(body[22..])) : body;
            var one = Assert.Single(Play(s_described,
            [
                C($"POST /prefix/weir.test.Shop/GetOrder HTTP/1.1\r\nHost: h\r\nContent-Type: {type}\r\nContent-Length: {asked.Length}\r\n\r\n"),
                Bytes(true, asked), S($"HTTP/1.1 200 OK\r\nContent-Type: {type}\r\nTransfer-Encoding: chunked\r\n\r\n{answered.Length:x}\r\n"),
                Bytes(false, answered), S("\r\n0\r\n\r\n"),
            ]));
            Assert.Equal(("weir.test.Shop", "GetOrder", 7, "not yours", "1/2 1/17"), (one.Service, one.Method, one.Status, one.Message, one.Counts));
            Assert.Equal("""[{"id":"17","customer":"Ada","items":["tea","cup"]}]""", one.Response);
            Assert.Equal(("grpc-status=7|grpc-message=not%20yours|x-more=1", ""), (one.Seen.Trailers, one.Seen.Anomalies));
        }
    }

    [Fact]
    public void A_late_join_tells_gRPC_by_the_side_that_can_be_read()
    {
        var (client, server) = (new Http2Writer(), new Http2Writer());
        client.Headers(1, Head).Take();
        var events = new List<Event>
        {
            Bytes(true, client.Headers(3, Head).Data(3, Message(s_query), end: true).Take()),
            Bytes(false, server.Headers(3, ":status=200|content-type=application/grpc").Data(3, Message(s_order)).Headers(3, "grpc-status=0", end: true).Take()),
        };
        var one = Assert.Single(Play(s_described, events, handshake: false));
        Assert.Equal(("", 0, "1/2 1/17", "HeaderUnknown", false), (one.Service, one.Status, one.Counts, one.Seen.Anomalies, one.Seen.Complete));
    }

    [Fact]
    public void Plain_calls_are_no_gRPC()
    {
        var client = Client().Headers(1, ":method=GET|:scheme=http|:path=/a/b|:authority=h|content-type=application/grpcx", end: true);
        Assert.Empty(Play(client, new Http2Writer().Settings().Headers(1, ":status=200|content-type=application/json", end: true)));
    }
}
