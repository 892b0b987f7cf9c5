using Weir.Records;
using Weir.Testing;
using Xunit;
using static Weir.Protocols.Tests.Traffic;

namespace Weir.Protocols.Tests.Http2;

/// <summary>The ways into HTTP/2: preface, Upgrade from HTTP/1, inside a tunnel, late.</summary>
public sealed class Http2UpgradeTests
{
    private const string Request = "GET /up?a=b HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
        + "HTTP2-Settings: AAMAAABk\r\n\r\n";

    private const string Switch = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n";

    [Fact]
    public void An_upgraded_request_gets_its_response_from_stream_1()
    {
        var client = new Http2Writer().Raw(Http2Writer.Preface).Settings()
            .Headers(3, ":method=GET|:scheme=http|:path=/next|:authority=h", end: true).Take();
        var server = PacketBuilder.Concat(Ascii(Switch), new Http2Writer().Settings()
            .Headers(1, ":status=200|content-type=text/plain").Data(1, "first", end: true).Take());
        var later = new Http2Writer().SettingsAck().Headers(3, ":status=404", end: true).Take();
        for (var cut = 0; cut <= server.Length; cut++)
        {
            var (seen, factory) = Run(
                [C(Request, 10), Bytes(false, server[..cut], 20), Bytes(false, server[cut..], 30), Bytes(true, client, 40), Bytes(false, later, 50)]);
            Assert.Equal(2, seen.Count);
            var up = seen[0];
            Assert.Equal(("GET", "/up", "a=b", "h", 200, "first", "HTTP/2", 1), (up.Method, up.Path, up.Query, up.Host, up.Status, up.ResponseBody, up.Protocol, up.StreamId));
            Assert.Equal(("ProtocolSwitched", true, 10L, "text/plain"), (up.Anomalies, up.Complete, up.StartedAtNs, up.ContentType));
            Assert.Equal(("/next", 404, 3, true, ""), (seen[1].Path, seen[1].Status, seen[1].StreamId, seen[1].Complete, seen[1].Anomalies));
            Assert.Equal((1, 0), (factory.Counters.InterimResponses, factory.Counters.OpaqueBytes));
        }
    }

    [Fact]
    public void A_refused_upgrade_stays_HTTP_1()
    {
        var seen = Run([C(Request), S("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"), C("GET /b HTTP/1.1\r\nHost: h\r\n\r\n"), S("HTTP/1.1 204 No Content\r\n\r\n")]).Exchanges;
        Assert.Equal(["/up HTTP/1.1 200 True", "/b HTTP/1.1 204 True"], seen.Select(one => $"{one.Path} {one.Protocol} {one.Status} {one.Complete}"));
    }

    [Fact]
    public void An_upgrade_that_is_never_answered_says_so()
    {
        var one = Assert.Single(Run([C(Request), S(Switch)]).Exchanges);
        Assert.Equal(("/up", "ProtocolSwitched ResponseMissingClosed"), (one.Path, string.Join(' ', one.Anomalies.Split(' ').OrderDescending(StringComparer.Ordinal).Order(StringComparer.Ordinal))));
    }

    [Fact]
    public void HTTP_2_inside_a_CONNECT_tunnel_is_read()
    {
        var client = new Http2Writer().Raw(Http2Writer.Preface).Settings().Headers(1, ":method=GET|:scheme=http|:path=/in|:authority=h", end: true);
        var seen = Run(
        [
            C("CONNECT h:80 HTTP/1.1\r\nHost: h:80\r\n\r\n"), S("HTTP/1.1 200 OK\r\n\r\n"), Bytes(true, client.Take()),
            Bytes(false, new Http2Writer().Settings().Headers(1, ":status=200", end: true).Take()),
        ]).Exchanges;
        Assert.Equal(["CONNECT h:80 True", "GET /in True"], seen.Select(one => $"{one.Method} {one.Path} {one.Complete}"));
    }

    [Fact]
    public void A_server_that_speaks_first_is_no_obstacle()
    {
        var client = new Http2Writer().Raw(Http2Writer.Preface).Settings().Headers(1, ":method=GET|:scheme=http|:path=/x|:authority=h", end: true);
        var server = new Http2Writer();
        var seen = Run(
        [
            Bytes(false, server.Settings((3, 100)).WindowUpdate(0, 65535).Take()), Bytes(true, client.Take()),
            Bytes(false, server.Headers(1, ":status=200", end: true).Take()),
        ]).Exchanges;
        Assert.Equal(("/x", 200, true), (Assert.Single(seen).Path, seen[0].Status, seen[0].Complete));
    }

    [Theory]
    [MemberData(nameof(FirstBytes))]
    public void First_bytes_are_recognised(string name, byte[] bytes, string expected)
    {
        Assert.NotEmpty(name);
        Assert.Equal(expected, new Protocols.Http2.Http2Protocol().Recognize(bytes).ToString());
    }

    public static TheoryData<string, byte[], string> FirstBytes => new()
    {
        { "nothing", [], "Undecided" },
        { "part of the preface", Ascii("PRI * HT"), "Undecided" },
        { "preface", Http2Writer.Preface, "Request" },
        { "broken preface", Ascii("PRI * HTTP/2.1\r\n\r\n"), "No" },
        { "HTTP/1", Ascii("GET / HTTP/1.1\r\n\r\n"), "No" },
        { "client headers", new Http2Writer().Headers(7, ":method=GET|:path=/|a=b", end: true).Take(), "Request" },
        { "client headers behind other frames", new Http2Writer().WindowUpdate(0, 9).Ping().Data(5, "abc").Headers(7, ":method=POST").Take(), "Request" },
        { "client headers on an even stream", new Http2Writer().Headers(8, ":method=GET").Take(), "No" },
        { "server headers", new Http2Writer().Headers(7, ":status=200|a=b").Take(), "Response" },
        { "server headers with a literal status", new Http2Writer().Headers(7, ":status=418|a=b").Take(), "Response" },
        { "server headers, then nonsense in the block", new Http2Writer().Frame(1, 4, 7, 0x88, 0x80).Take(), "No" },
        { "pseudo-header fields of both sides", new Http2Writer().Frame(1, 4, 7, 0x88, 0x82).Take(), "No" },
        { "settings only", new Http2Writer().Settings((3, 100), (4, 65535)).Take(), "Undecided" },
        { "settings with an unregistered id", new Http2Writer().Settings((0x4711, 100)).Take(), "No" },
        { "trailers only", new Http2Writer().Headers(7, "grpc-status=0", end: true).Take(), "Undecided" },
        { "part of a frame", new Http2Writer().Headers(7, ":method=GET|a=bbbbbbb").Take()[..14], "Undecided" },
        { "zeros", new byte[64], "No" },
        { "a TLS record", [0x16, 3, 1, 0, 0xA5, 1, 0, 0, 0xA1, 3, 3], "No" },
        { "a length-prefixed protocol", [0, 0, 0, 12, 0, 0, 0, 1, 0, 0, 0, 7, 1, 2, 3, 4], "No" },
        { "a Kafka request", [0, 0, 0, 0x23, 0, 0x12, 0, 3, 0, 0, 0, 1, 0, 7, (byte)'c', (byte)'l', (byte)'i'], "No" },
        { "a PostgreSQL startup", [0, 0, 0, 8, 4, 0xD2, 0x16, 0x2F], "Undecided" },
        { "a DNS message over TCP", [0, 29, 0xAB, 0xCD, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 7], "No" },
        { "a MySQL greeting", [0x4A, 0, 0, 0, 10, (byte)'8', (byte)'.', (byte)'0'], "No" },
    };
}
