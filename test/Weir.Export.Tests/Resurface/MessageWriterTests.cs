using System.Buffers;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Weir.Export.Resurface;
using Weir.Records;
using Weir.StrictReceiver;
using Weir.Testing;
using Xunit;

namespace Weir.Export.Tests.Resurface;

public sealed class MessageWriterTests
{
    [Fact]
    public void A_call_is_the_line_that_logger_go_writes()
    {
        var exchange = TestExchange.GetOk("{\"a\":\"1 & 2 < 3\"}");
        TestExchange.Header(exchange.Request, "Accept", "text/html");
        TestExchange.Header(exchange.Request, "Accept", "*/*");
        Assert.Equal(
            "[[\"request_method\",\"GET\"],[\"request_url\",\"http://orders:8080/api/v2/orders/17\"],[\"response_code\",\"200\"],"
            + "[\"request_header:accept\",\"text/html\"],[\"request_header:accept\",\"*/*\"],[\"request_param:page\",\"2\"],"
            + "[\"response_header:content-type\",\"application/json\"],[\"response_body\",\"{\\\"a\\\":\\\"1 \\u0026 2 < 3\\\"}\"],"
            + "[\"now\",\"1769860800135\"],[\"interval\",\"12\"],[\"host\",\"node-7\"]]",
            Line(exchange));
    }

    [Fact]
    public void The_URL_is_decoded_and_parameters_come_from_query_and_form()
    {
        var exchange = TestExchange.Get("/caf%C3%A9/a%2Fb%zz", "Q=a+b%26c&empty=&none&x=%");
        exchange.HasResponse = true;
        exchange.Response.Status = 204;
        TestExchange.Header(exchange.Request, "Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
        TestExchange.Body(exchange.Request, "Mail=ann%40corp.example&q=2"u8.ToArray());
        var details = Details(exchange);
        // A broken escape leaves the whole path as it was sent.
        Assert.Contains(new("request_url", "http://orders:8080/caf%C3%A9/a%2Fb%zz"), details);
        Assert.Equal(
            [new("request_param:q", "a b&c"), new("request_param:x", "%"), new("request_param:mail", "ann@corp.example"), new("request_param:q", "2")],
            details.Where(d => d.Key.StartsWith("request_param", StringComparison.Ordinal)));
        Assert.Contains(new("request_url", "http://orders:8080/café/a/b"), Details(Answered(TestExchange.Get("/caf%C3%A9/a%2Fb", ""))));
    }

    [Fact]
    public void Without_a_Host_header_the_address_stands_in_the_URL()
    {
        var exchange = Answered(TestExchange.Get("/x", ""));
        exchange.Request.Host = default;
        Assert.Contains(new("request_url", "http://10.0.0.9:8080/x"), Details(exchange));
        exchange.Server.Ip = Packets.IpAddress.From(System.Net.IPAddress.IPv6Loopback);
        Assert.Contains(new("request_url", "http://[::1]:8080/x"), Details(exchange));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    public void A_body_is_sent_without_its_coding(string coding)
    {
        var exchange = TestExchange.GetOk();
        TestExchange.Header(exchange.Response, "Content-Encoding", coding);
        TestExchange.Body(exchange.Response, Encode(coding, "plain text"u8.ToArray()));
        Assert.Contains(new("response_body", "plain text"), Details(exchange));
    }

    [Fact]
    public void A_body_of_an_unknown_coding_is_left_out()
    {
        var exchange = TestExchange.GetOk("xyz");
        TestExchange.Header(exchange.Response, "Content-Encoding", "zstd");
        Assert.DoesNotContain(Details(exchange), d => d.Key == "response_body");
    }

    [Fact]
    public void A_body_over_the_limit_is_replaced_by_its_size()
    {
        var exchange = TestExchange.GetOk(new string('x', ResurfaceMessageWriter.MaxBodyBytes));
        Assert.Contains(Details(exchange), d => d.Key == "response_body" && d.Value.Length == 1 << 20);
        TestExchange.Body(exchange.Response, new byte[(1 << 20) + 1]);
        Assert.Contains(new("response_body", "{ \"overflowed\": 1048577 }"), Details(exchange));
    }

    [Fact]
    public void A_body_that_the_capture_cut_is_not_sent_as_if_it_were_whole()
    {
        var exchange = TestExchange.GetOk("the beginning");
        exchange.Response.BodyTruncated = true;
        exchange.Response.BodyBytes = 70_000;
        Assert.Contains(new("response_body", "{ \"overflowed\": 70000 }"), Details(exchange));
    }

    [Fact]
    public void Bytes_that_are_no_text_become_replacement_characters_one_each()
    {
        var line = Line(TestExchange.GetOk("a\u00ff\u00fe\u2028"));
        Assert.Contains("\"a\\ufffd\\ufffd?\"", line, StringComparison.Ordinal);
        var separators = TestExchange.GetOk();
        TestExchange.Body(separators.Response, "a\u2028b\u2029c\u2022"u8.ToArray());
        Assert.Contains("\"a\\u2028b\\u2029c\u2022\"", Line(separators), StringComparison.Ordinal);
    }

    [Fact]
    public void An_interval_is_at_least_one_and_now_is_the_end_of_the_response()
    {
        var exchange = TestExchange.GetOk();
        exchange.Response.FirstByteNs = exchange.Response.LastByteNs = TestExchange.StartNs + 10;
        Assert.Contains(new("interval", "1"), Details(exchange));
        Assert.Contains(new("now", "1769860800123"), Details(exchange));
    }

    [Fact]
    public void What_is_not_HTTP_not_answered_or_not_over_is_left_out()
    {
        var dns = TestExchange.GetOk();
        dns.Protocol = "DNS";
        var running = TestExchange.GetOk();
        running.InProgress = true;
        Assert.Equal(ResurfaceOutcome.NotHttp, Write(dns, out _));
        Assert.Equal(ResurfaceOutcome.Unpaired, Write(TestExchange.Get(), out var line));
        Assert.Equal(ResurfaceOutcome.InProgress, Write(running, out _));
        Assert.Empty(line);
    }

    [Fact]
    public void HTTP_2_calls_have_no_colon_names()
    {
        var exchange = TestExchange.GetOk();
        exchange.Protocol = "HTTP/2";
        TestExchange.Header(exchange.Request, ":authority", "orders");
        TestExchange.Header(exchange.Request, "te", "trailers");
        Assert.Contains(new("request_header:te", "trailers"), Details(exchange));
        Assert.DoesNotContain(Details(exchange), d => d.Key.Contains("authority", StringComparison.Ordinal));
    }

    [Fact]
    public void Any_bytes_make_a_line_that_the_strict_reader_takes()
    {
        var random = new Random(7);
        for (var round = 0; round < 2000; round++)
        {
            var exchange = TestExchange.Get(Noise(random), Noise(random));
            TestExchange.Header(exchange.Request, "X-" + random.Next(9), Noise(random));
            TestExchange.Body(exchange.Request, Encoding.Latin1.GetBytes(Noise(random)));
            var line = Line(Answered(exchange));
            Assert.True(MessageRules.Check(Encoding.UTF8.GetBytes(line), out _) is null, line);
        }
    }

    private static string Noise(Random random) => new([.. Enumerable.Range(0, random.Next(40)).Select(_ => (char)random.Next(256))]);

    private static Exchange Answered(Exchange exchange)
    {
        exchange.HasResponse = true;
        exchange.Response.Status = 200;
        exchange.Response.FirstByteNs = exchange.Response.LastByteNs = TestExchange.StartNs + 5_000_000;
        return exchange;
    }

    private static ResurfaceOutcome Write(Exchange exchange, out string line)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var outcome = new ResurfaceMessageWriter("node-7").Write(exchange, buffer);
        line = Encoding.UTF8.GetString(buffer.WrittenSpan);
        return outcome;
    }

    private static string Line(Exchange exchange)
    {
        Assert.Equal(ResurfaceOutcome.Written, Write(exchange, out var line));
        return line;
    }

    private static List<KeyValuePair<string, string>> Details(Exchange exchange)
    {
        var line = Line(exchange);
        using var json = JsonDocument.Parse(line);
        return [.. json.RootElement.EnumerateArray().Select(d => new KeyValuePair<string, string>(d[0].GetString()!, d[1].GetString()!))];
    }

    private static byte[] Encode(string coding, byte[] plain)
    {
        using var packed = new MemoryStream();
        using (Stream stream = coding switch
        {
            "gzip" => new GZipStream(packed, CompressionLevel.Fastest),
            "br" => new BrotliStream(packed, CompressionLevel.Fastest),
            _ => new ZLibStream(packed, CompressionLevel.Fastest),
        })
        {
            stream.Write(plain);
        }

        return packed.ToArray();
    }
}
