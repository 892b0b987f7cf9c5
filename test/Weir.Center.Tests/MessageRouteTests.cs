using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Weir.Center.Hosting;
using Weir.Center.Ingest;

namespace Weir.Center.Tests;

/// <summary><c>POST /message</c>: what every Resurface logger sends is taken, what would harm is not.</summary>
public sealed class MessageRouteTests
{
    private const string Line =
        "[[\"request_method\",\"POST\"],[\"request_url\",\"http://shop.example/cart\"],[\"response_code\",\"201\"],"
        + "[\"request_body\",\"{\\\"a\\\":1}\"],[\"request_header:cookie\",\"sid=abc\"],[\"request_param:c\",\"X 9\"],"
        + "[\"response_header:set-cookie\",\"x=1\"],[\"response_header:set-cookie\",\"y=2\"],[\"response_body\",\"ok\"],"
        + "[\"session_field:sid\",\"abc\"],[\"now\",\"1700000000123\"],[\"interval\",\"42\"],[\"custom_field:env\",\"prod\"],[\"host\",\"node-7\"]]";

    [Theory]
    [InlineData("/message")]
    [InlineData("/fluke/message")]
    public async Task A_message_becomes_a_call(string path)
    {
        await using var center = await TestCenter.Start();
        using var response = await Post(center, Line + "\n", path: path);
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal(0, response.Content.Headers.ContentLength ?? 0);
        var call = await Single(center);
        Assert.Equal("logger", call.GetProperty("source").GetString());
        Assert.Equal("node-7", call.GetProperty("node").GetString());
        Assert.Equal("2023-11-14T22:13:20.081000Z", call.GetProperty("startedAt").GetString());
        Assert.Equal(42, call.GetProperty("durationMs").GetDouble());
        Assert.True(call.GetProperty("complete").GetBoolean());
        var request = call.GetProperty("request");
        Assert.Equal("POST", request.GetProperty("method").GetString());
        Assert.Equal("shop.example", request.GetProperty("host").GetString());
        Assert.Equal("/cart", request.GetProperty("path").GetString());
        Assert.Equal("c=X%209", request.GetProperty("query").GetString());
        Assert.Equal("{\"a\":1}", request.GetProperty("body").GetString());
        Assert.Equal("[[\"cookie\",\"sid=abc\"]]", request.GetProperty("headers").GetRawText());
        var answer = call.GetProperty("response");
        Assert.Equal(201, answer.GetProperty("status").GetInt32());
        Assert.Equal("[[\"set-cookie\",\"x=1\"],[\"set-cookie\",\"y=2\"]]", answer.GetProperty("headers").GetRawText());
        Assert.Equal("ok", answer.GetProperty("body").GetString());
    }

    /// <summary>Headers and bodies as the loggers of each language send them, their mistakes included.</summary>
    public static TheoryData<string, string?, string?, string, int> Loggers() => new()
    {
        { "go", "application/ndjson; charset=UTF-8", "deflated", "zlib", 3 },
        { "java", "application/ndjson; charset=UTF-8", "deflated", "zlib", 3 },
        { "java, skip_compression", "application/ndjson; charset=UTF-8", null, "plain", 3 },
        { "python, no newline at the end", "application/ndjson; charset=UTF-8", null, "plain-trimmed", 3 },
        { "python, skip_compression", "application/ndjson; charset=UTF-8", "deflated", "plain", 3 },
        { "node, one message", "application/json; charset=UTF-8", "deflated", "zlib-one", 1 },
        { "node, skip_compression", "application/json; charset=UTF-8", "identity", "one", 1 },
        { "dotnet, header without compression", "application/json; charset=utf-8", "deflated", "one", 1 },
        { "gzip that no header names", null, null, "gzip", 3 },
        { "array of messages", "application/json", null, "array", 3 },
        { "array of messages over several lines", "application/json", null, "pretty", 3 },
        { "byte order mark and CRLF", "application/ndjson", null, "bom", 3 },
    };

    [Theory]
    [MemberData(nameof(Loggers))]
    public async Task What_every_logger_sends_is_taken(string logger, string? type, string? coding, string form, int messages)
    {
        await using var center = await TestCenter.Start();
        var lines = string.Concat(Enumerable.Repeat(Line + "\n", 3));
        var body = form switch
        {
            "zlib" => Zlib(lines),
            "zlib-one" => Zlib(Line),
            "gzip" => Gzip(lines),
            "one" => Encoding.UTF8.GetBytes(Line),
            "plain-trimmed" => Encoding.UTF8.GetBytes(lines.TrimEnd()),
            "array" => Encoding.UTF8.GetBytes($"[{Line},{Line},{Line}]"),
            "pretty" => Encoding.UTF8.GetBytes($"[\n {Line.Replace("],", "],\n  ", StringComparison.Ordinal)},\n {Line},\n {Line}\n]\n"),
            "bom" => [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(lines.Replace("\n", "\r\n", StringComparison.Ordinal))],
            _ => Encoding.UTF8.GetBytes(lines),
        };
        using var response = await Post(center, body, type, coding);
        Assert.True(response.StatusCode == HttpStatusCode.NoContent, logger);
        Assert.Equal(messages, center.Host.Store.Count);
    }

    [Fact]
    public async Task Odd_entries_are_passed_over()
    {
        await using var center = await TestCenter.Start();
        using var response = await Post(center,
            "[[\"request_method\",\"GET\"],[\"request_url\",\"https://h.example:8443/a b?x=1\"],[\"response_code\",404],[\"now\",1700000000123],"
            + "[\"interval_millis\",292.836995],[\"one\"],[\"a\",\"b\",\"c\"],\"text\",{\"k\":[1,2]},[\"unknown\",\"x\"],[\"request_body\",null],"
            + "[\"request_header: x-forwarded-for x-real-ip\",\"203.0.113.7, 10.0.0.1\"],[\"response_body\",\"{ \\\"overflowed\\\": 2000000 }\"],[7,\"x\"]]");
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        var call = await Single(center);
        Assert.Equal(404, call.GetProperty("response").GetProperty("status").GetInt32());
        Assert.Equal(292.836, call.GetProperty("durationMs").GetDouble(), 3);
        Assert.Equal("https", call.GetProperty("scheme").GetString());
        Assert.Equal("x=1", call.GetProperty("request").GetProperty("query").GetString());
        Assert.Equal("203.0.113.7", call.GetProperty("client").GetProperty("ip").GetString());
        Assert.Equal(8443, call.GetProperty("server").GetProperty("port").GetInt32());
        Assert.Equal(2_000_000, call.GetProperty("response").GetProperty("bodyBytes").GetInt64());
        Assert.True(call.GetProperty("response").GetProperty("bodyTruncated").GetBoolean());
    }

    [Theory]
    [InlineData("{\"a\":1}")]
    [InlineData("[[\"request_method\",\"GET\"]")]
    [InlineData("[[\"request_method\",\"GET\"],]")]
    [InlineData("[[\"now\",\"1\"]]")]
    [InlineData("[[\"request_method\",\"GET\"],[\"request_url\",\"http://h/\\ud800\"]]")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[")]
    public async Task A_line_that_is_no_message_is_counted_and_the_others_are_taken(string wrong)
    {
        await using var center = await TestCenter.Start();
        using (var alone = await Post(center, wrong + "\n")) Assert.Equal(HttpStatusCode.BadRequest, alone.StatusCode);
        using (var among = await Post(center, $"{Line}\n{wrong}\n{Line}\n")) Assert.Equal(HttpStatusCode.NoContent, among.StatusCode);
        Assert.Equal(2, center.Host.Store.Count);
        var section = (await center.Json("/api/v1/status")).GetProperty("messages");
        Assert.Equal(2, section.GetProperty("dropped").GetProperty("message_invalid").GetInt64());
        Assert.Equal(2, section.GetProperty("messages").GetInt64());
    }

    [Fact]
    public async Task Two_messages_on_a_line_are_none()
    {
        await using var center = await TestCenter.Start();
        using var response = await Post(center, Line + Line);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task A_batch_that_comes_again_is_stored_once()
    {
        await using var center = await TestCenter.Start();
        for (var time = 0; time < 3; time++)
        {
            using var response = await Post(center, $"{Line}\n{Line}\n", key: "weir-01J");
            Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        }

        Assert.Equal(2, center.Host.Store.Count);
        using (await Post(center, $"{Line}\n{Line}\n", key: "weir-01K")) Assert.Equal(4, center.Host.Store.Count);
    }

    [Fact]
    public async Task Everything_goes_through_the_redactor_first()
    {
        await using var center = await TestCenter.Start(o => o with { Redact = exchange => exchange.Request.Headers.Clear() });
        using (await Post(center, Line)) Assert.Equal("[]", (await Single(center)).GetProperty("request").GetProperty("headers").GetRawText());
    }

    [Fact]
    public async Task A_compression_bomb_is_refused()
    {
        await using var center = await TestCenter.Start();
        using var packed = new MemoryStream();
        await using (var zlib = new ZLibStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            var zeros = new byte[1 << 20];
            for (var i = 0; i < 200; i++) await zlib.WriteAsync(zeros);
        }

        using var response = await Post(center, packed.ToArray(), coding: "deflated");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }

    [Fact]
    public async Task A_body_that_is_announced_too_large_is_refused_unread()
    {
        await using var center = await TestCenter.Start();
        var answer = await center.Raw("POST /message HTTP/1.1\r\nHost: localhost\r\nContent-Length: 104857600\r\n\r\n[[");
        Assert.StartsWith("HTTP/1.1 413", answer, StringComparison.Ordinal);
        Assert.Contains("Connection: close", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_turns_out_too_large_is_refused()
    {
        await using var center = await TestCenter.Start();
        using var content = new StreamContent(new Endless(40 << 20));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/message") { Content = content };
        request.Headers.TransferEncodingChunked = true;
        try
        {
            using var response = await center.Http.SendAsync(request);
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        }
        catch (HttpRequestException)
        {
            // The server closed while the client still sent: refused as well.
        }

        Assert.Equal(0, center.Host.Store.Count);
    }

    [Theory]
    [InlineData(new byte[] { 0x78, 0x9C, 1, 2, 3, 4 })]
    [InlineData(new byte[] { 0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0, 9, 9, 9 })]
    public async Task Broken_compression_is_told(byte[] body)
    {
        await using var center = await TestCenter.Start();
        using var response = await Post(center, body);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task A_page_in_a_browser_cannot_send_messages()
    {
        await using var center = await TestCenter.Start();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/message") { Content = new StringContent(Line) };
        request.Headers.Add("Origin", "https://evil.example");
        using var response = await center.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Equal(0, center.Host.Store.Count);
    }

    [Fact]
    public async Task Logging_without_room_is_told_to_come_again()
    {
        await using var center = await TestCenter.Start(o => o with { Ingest = new IngestLimits(MaxBytes: 10) });
        using var response = await Post(center, Line);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), response.Headers.RetryAfter?.Delta);
    }

    [Theory]
    [InlineData("/saturated")]
    [InlineData("/fluke/saturated")]
    public async Task Saturation_can_be_asked_for(string path)
    {
        await using var center = await TestCenter.Start();
        using var response = await center.Get(path);
        Assert.Equal("false", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task The_connection_serves_the_next_batch_too()
    {
        await using var center = await TestCenter.Start();
        var post = $"POST /message HTTP/1.1\r\nHost: localhost\r\nContent-Length: {Line.Length}\r\n";
        var answer = await center.Raw($"{post}\r\n{Line}{post}Connection: close\r\n\r\n{Line}");
        Assert.Equal(["204", "204"], answer.Split("HTTP/1.1 ").Skip(1).Select(part => part[..3]));
    }

    private static Task<HttpResponseMessage> Post(TestCenter center, string text, string path = "/message", string? key = null) =>
        Post(center, Encoding.UTF8.GetBytes(text), path: path, key: key);

    private static async Task<HttpResponseMessage> Post(
        TestCenter center, byte[] body, string? type = null, string? coding = null, string path = "/message", string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        if (type is not null) request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        if (coding is not null) request.Content.Headers.ContentEncoding.Add(coding);
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        return await center.Http.SendAsync(request);
    }

    private static async Task<JsonElement> Single(TestCenter center)
    {
        var item = Assert.Single((await center.Json("/api/v1/exchanges?detail=full")).GetProperty("items").EnumerateArray());
        return item.Clone();
    }

    private static byte[] Zlib(string text) => Pack(stream => new ZLibStream(stream, CompressionLevel.Fastest), text);

    private static byte[] Gzip(string text) => Pack(stream => new GZipStream(stream, CompressionLevel.Fastest), text);

    private static byte[] Pack(Func<Stream, Stream> open, string text)
    {
        using var packed = new MemoryStream();
        using (var stream = open(packed)) stream.Write(Encoding.UTF8.GetBytes(text));
        return packed.ToArray();
    }

    /// <summary>So many spaces.</summary>
    private sealed class Endless(int length) : Stream
    {
        private int _left = length;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = Math.Min(count, _left);
            Array.Fill(buffer, (byte)' ', offset, read);
            _left -= read;
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
