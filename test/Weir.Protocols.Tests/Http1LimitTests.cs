using Weir.Protocols.Http1;
using Weir.Records;
using Weir.Streams;
using Weir.Testing;
using Xunit;
using static Weir.Protocols.Tests.Traffic;

namespace Weir.Protocols.Tests;

public sealed class Http1LimitTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private static readonly ConversationOptions Small = new()
    {
        Http1 = new Http1Limits { MaxHeadBytes = 200, MaxHeaders = 4, BodyCaptureBytes = 8, MaxPipelined = 2 },
    };

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100_000)]
    public void What_exceeds_a_head_limit_is_cut_and_the_framing_goes_on(int step)
    {
        var big = $"POST /x HTTP/1.1\r\nHost: h\r\nA: {new string('a', 500)}\r\nContent-Length: 3\r\n\r\nabc";
        var many = "POST /y HTTP/1.1\r\nHost: h\r\nA: 1\r\nB: 1\r\nC: 1\r\nD: 1\r\nE: 1\r\nContent-Length: 2\r\n\r\nde";
        var target = $"GET /{new string('t', 900)} HTTP/1.1\r\nHost: h\r\n\r\n";
        var seen = Run([.. Steps(true, big, step), S(Ok), .. Steps(true, many, step), S(Ok), .. Steps(true, target, step), S(Ok)], Small).Exchanges;
        Assert.Equal(["abc", "de", ""], seen.Select(one => one.RequestBody));
        Assert.Equal(["HeaderTooLarge", "TooManyHeaders", "HeaderTooLarge"], seen.Select(one => one.Anomalies));
        Assert.All(seen, one => Assert.True(one.Complete));
        Assert.True(seen[2].Path.Length <= 200);
    }

    [Fact]
    public void A_body_beyond_the_limit_is_counted_and_skipped()
    {
        var seen = Run([C("GET /x HTTP/1.1\r\nHost: h\r\n\r\n"), S("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n01234567890123456789" + "")], Small).Exchanges;
        var one = Assert.Single(seen);
        Assert.Equal(("01234567", 20, true, true), (one.ResponseBody, one.ResponseBodyBytes, one.ResponseTruncated, one.Complete));
    }

    [Fact]
    public void A_pipeline_beyond_the_limit_lets_the_oldest_go_and_keeps_the_order()
    {
        var requests = string.Concat(Enumerable.Range(0, 4).Select(i => $"GET /{i} HTTP/1.1\r\nHost: h\r\n\r\n"));
        var responses = string.Concat(Enumerable.Range(0, 4).Select(i => $"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{i}"));
        var seen = Run([C(requests), S(responses)], Small).Exchanges;
        Assert.Equal(["/0", "/1"], seen.Where(one => one.Has(Anomaly.ResponseMissingEvicted)).Select(one => one.Path));
        Assert.Equal(["/2=2", "/3=3"], seen.Where(one => one.Complete).Select(one => $"{one.Path}={one.ResponseBody}"));
    }

    [Fact]
    public void Random_bytes_and_mutations_never_throw()
    {
        var random = new Random(11);
        var rows = ((IEnumerable<object[]>)Http1Cases.All).Select(row => (Http1Case)row[0]).ToArray();
        for (var round = 0; round < 20_000; round++)
        {
            var one = rows[random.Next(rows.Length)];
            var client = Mutate(Ascii(one.Client), random);
            var server = Mutate(Ascii(one.Server), random);
            Run([.. Cuts(true, client, random), .. Cuts(false, server, random)], Small, handshake: round % 3 > 0);
        }
    }

    [Fact]
    public void Steady_traffic_allocates_nothing()
    {
        var sink = new CountingSink();
        var factory = new ConversationFactory(sink);
        var connection = Connect();
        var get = Ascii("GET /api/items/17?page=2 HTTP/1.1\r\nHost: items\r\nUser-Agent: t\r\nAccept: */*\r\n\r\n");
        var post = Ascii("POST /api/items HTTP/1.1\r\nHost: items\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{\"id\":17}");
        var ok = Ascii("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{\"id\":17}");
        var chunked = Ascii("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{\"id\":17}\r\n0\r\n\r\n");
        void Round()
        {
            var handler = factory.Open(connection);
            for (var i = 0; i < 50; i++)
            {
                handler.OnChunk(Direction.FromInitiator, get, 1000);
                handler.OnChunk(Direction.FromResponder, ok.AsSpan(0, 30), 1001);
                handler.OnChunk(Direction.FromResponder, ok.AsSpan(30), 1001);
                handler.OnChunk(Direction.FromInitiator, post, 1002);
                handler.OnChunk(Direction.FromResponder, chunked, 1003);
            }

            handler.OnEnd(Direction.FromInitiator, StreamEnd.Fin, 1004);
            handler.OnEnd(Direction.FromResponder, StreamEnd.Fin, 1004);
        }

        var rounds = 0;
        Assert.Equal(0, SteadyState.AllocatedBytes(() =>
        {
            for (var i = 0; i < 50; i++, rounds++) Round();
        }));
        Assert.Equal(rounds * 100, sink.Complete);
    }

    [Theory]
    [InlineData("GET /x HTTP/1.1\r\n", Recognition.Request)]
    [InlineData("PROPFIND /x HTTP/1.0\r\n", Recognition.Request)]
    [InlineData("BREW-1 /x HTTP/1.1\r\n", Recognition.Request)]
    [InlineData("GET /long", Recognition.Request)]
    [InlineData("GET . HTTP/1.0\r\n", Recognition.Request)]
    [InlineData("GET /a b|?c HTTP/1.1\r\n", Recognition.Request)]
    [InlineData("GET    /a HTTP/1.1\r\n", Recognition.Request)]
    [InlineData("GET / HTTP/1.\r\n", Recognition.Request)]
    [InlineData("BREW / HTTP/1.\r\n", Recognition.Request)]
    [InlineData("CONNECT h:25 / HTTP/1.0\r\n", Recognition.Request)]
    [InlineData("CONNECT h:25 /", Recognition.Undecided)]
    [InlineData("GET    ", Recognition.Undecided)]
    [InlineData("GET  HTTP/1.1\r\n", Recognition.No)]
    [InlineData("GET a\x01 HTTP/1.1\r\n", Recognition.No)]
    [InlineData("BREW . HTTP/1.1\r\n", Recognition.No)]
    [InlineData("OPTIONS HTTP/1.1\r\n", Recognition.No)]
    [InlineData("POST /HTTP/1.1\r\n", Recognition.No)]
    [InlineData("GET /simple\r\n", Recognition.Request)]
    [InlineData("\r\nGET", Recognition.Undecided)]
    [InlineData("HTTP/1.1 200 OK\r\n", Recognition.Response)]
    [InlineData("HTTP/1.1 2", Recognition.Undecided)]
    [InlineData("HTTP/2.0 200 OK\r\n", Recognition.No)]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Recognition.No)]
    [InlineData("EHLO example\r\n", Recognition.No)]
    [InlineData("GET key\r\n", Recognition.No)]
    [InlineData("OPTIONS sip:a@b SIP/2.0\r\n", Recognition.No)]
    [InlineData("\x16\x03\x01", Recognition.No)]
    [InlineData("*1\r\n$4\r\nPING\r\n", Recognition.No)]
    public void First_bytes_are_recognised(string bytes, Recognition expected) =>
        Assert.Equal(expected, new Http1Protocol().Recognize(Ascii(bytes)));

    private static IEnumerable<Event> Steps(bool client, string text, int step) =>
        text.Chunk(step).Select(chunk => client ? C(new string(chunk)) : S(new string(chunk)));

    private static IEnumerable<Event> Cuts(bool client, byte[] bytes, Random random)
    {
        for (var at = 0; at < bytes.Length;)
        {
            var length = Math.Min(bytes.Length - at, 1 + random.Next(60));
            yield return random.Next(20) == 0
                ? new Event.Gap(client, length, at)
                : new Event.Bytes(client, bytes[at..(at + length)], at);
            at += length;
        }
    }

    private static byte[] Mutate(byte[] bytes, Random random)
    {
        if (random.Next(10) == 0) random.NextBytes(bytes);
        for (var i = random.Next(6); i > 0 && bytes.Length > 0; i--)
        {
            var at = random.Next(bytes.Length);
            bytes = random.Next(4) switch
            {
                0 => [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + random.Next(9))..]],
                1 => [.. bytes[..at], .. bytes[random.Next(at + 1)..at], .. bytes[at..]],
                2 => [.. bytes[..at], "\r\n :;,0"u8[random.Next(7)], .. bytes[at..]],
                _ => [.. bytes[..at], (byte)random.Next(256), .. bytes[(at + 1)..]],
            };
        }

        return bytes;
    }

    private sealed class CountingSink : IExchangeSink
    {
        public int Complete { get; private set; }

        public void Write(Exchange exchange) => Complete += exchange.Complete ? 1 : 0;
    }
}
