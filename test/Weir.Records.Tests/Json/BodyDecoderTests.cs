using System.IO.Compression;
using System.Text;
using Weir.Records.Json;
using Weir.Testing;
using Xunit;

namespace Weir.Records.Tests.Json;

public sealed class BodyDecoderTests
{
    private static readonly byte[] s_text = Encoding.UTF8.GetBytes(
        string.Concat(Enumerable.Range(0, 2000).Select(static i => $"{{\"größe\":{i * 7919 % 1013}}}\n")));

    internal static byte[] Encode(string coding, byte[] bytes)
    {
        using var output = new MemoryStream();
        using (Stream encoder = coding switch
        {
            "gzip" or "x-gzip" => new GZipStream(output, CompressionLevel.Optimal, leaveOpen: true),
            "zlib" => new ZLibStream(output, CompressionLevel.Optimal, leaveOpen: true),
            "raw" => new DeflateStream(output, CompressionLevel.Optimal, leaveOpen: true),
            _ => new BrotliStream(output, CompressionLevel.Optimal, leaveOpen: true),
        })
        {
            encoder.Write(bytes);
        }

        return output.ToArray();
    }

    private static HttpMessage Message(string contentEncoding, byte[] body, string contentType = "text/plain")
    {
        var message = new HttpMessage();
        TestExchange.Header(message, "Content-Type", contentType);
        if (contentEncoding.Length > 0) TestExchange.Header(message, "Content-Encoding", contentEncoding);
        TestExchange.Body(message, body);
        return message;
    }

    [Theory]
    [InlineData("gzip", "gzip")]
    [InlineData("X-GZIP", "x-gzip")]
    [InlineData("deflate", "zlib")]
    [InlineData("deflate", "raw")]
    [InlineData("br", "br")]
    [InlineData(" identity , gzip ", "gzip")]
    public void Each_coding_is_undone(string header, string coding)
    {
        var body = new BodyDecoder().Decode(Message(header, Encode(coding, s_text)));
        Assert.False(body.Truncated);
        Assert.False(body.EncodingInvalid);
        Assert.Equal(BodyKind.Utf8, body.Kind);
        Assert.True(body.Bytes.SequenceEqual(s_text));
    }

    [Fact]
    public void Several_codings_are_undone_in_reverse_order()
    {
        var body = new BodyDecoder().Decode(Message("gzip, br, deflate", Encode("zlib", Encode("br", Encode("gzip", s_text)))));
        Assert.True(body.Bytes.SequenceEqual(s_text));
    }

    [Fact]
    public void Two_gzip_members_are_one_body_and_whole()
    {
        var body = new BodyDecoder().Decode(Message("gzip", [.. Encode("gzip", s_text), .. Encode("gzip", s_text)]));
        Assert.False(body.Truncated);
        Assert.Equal(2 * s_text.Length, body.Bytes.Length);
    }

    [Theory]
    [InlineData(4, true)]
    [InlineData(5, false)]
    public void Codings_beyond_the_limit_are_not_undone(int codings, bool undone)
    {
        var body = s_text;
        for (var i = 0; i < codings; i++) body = Encode("gzip", body);
        var decoded = new BodyDecoder().Decode(Message(string.Join(", ", Enumerable.Repeat("gzip", codings)), body)).Bytes;
        Assert.Equal(undone, decoded.SequenceEqual(s_text));
    }

    [Fact]
    public void Codings_in_two_headers_are_one_list()
    {
        var message = Message("gzip", Encode("br", Encode("gzip", s_text)));
        TestExchange.Header(message, "content-encoding", "br");
        Assert.True(new BodyDecoder().Decode(message).Bytes.SequenceEqual(s_text));
    }

    [Theory]
    [InlineData("gzip", "gzip")]
    [InlineData("deflate", "zlib")]
    [InlineData("deflate", "raw")]
    [InlineData("br", "br")]
    public void A_body_cut_anywhere_keeps_what_could_be_decoded(string header, string coding)
    {
        var whole = Encode(coding, s_text);
        for (var length = 1; length < whole.Length; length += 37)
        {
            var message = Message(header, whole[..length]);
            message.BodyTruncated = true;
            var body = new BodyDecoder().Decode(message);
            Assert.True(body.Truncated);
            if (!body.EncodingInvalid) Assert.True(s_text.AsSpan().StartsWith(body.Bytes));
        }
    }

    [Theory]
    [InlineData("gzip", "gzip")]
    [InlineData("deflate", "zlib")]
    [InlineData("br", "br")]
    public void Half_a_body_yields_text_and_is_marked_though_nobody_said_that_it_was_cut(string header, string coding)
    {
        var whole = Encode(coding, s_text);
        var body = new BodyDecoder().Decode(Message(header, whole[..(whole.Length / 2)]));
        Assert.True(body.Truncated);
        Assert.False(body.EncodingInvalid);
        Assert.InRange(body.Bytes.Length, 100, s_text.Length);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    [InlineData("zstd")]
    [InlineData("gzip,gzip,gzip,gzip,gzip")]
    public void What_is_not_in_its_coding_is_kept_as_sent(string header)
    {
        var plain = "plain text, never encoded"u8.ToArray();
        var body = new BodyDecoder().Decode(Message(header, plain));
        Assert.True(body.EncodingInvalid);
        Assert.True(body.Bytes.SequenceEqual(plain));
        var exchange = TestExchange.GetOk("oops");
        TestExchange.Header(exchange.Response, "Content-Encoding", header);
        var json = ExchangeJsonWriterTests.Write(exchange);
        Assert.Contains("\"body\":\"oops\",\"bodyEncoding\":\"utf8\"", json, StringComparison.Ordinal);
        Assert.Contains("\"anomalies\":[\"content_encoding_invalid\"]", json, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gzip", "gzip")]
    [InlineData("br", "br")]
    public void A_bomb_stops_at_the_limit(string header, string coding)
    {
        var bomb = Encode(coding, new byte[50 * 1024 * 1024]);
        var message = Message(header, bomb);
        var decoder = new BodyDecoder(new BodyDecoderLimits { MaxDecodedBytes = 10_000 });
        decoder.Decode(message);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var body = decoder.Decode(message);
        Assert.Equal(10_000, body.Bytes.Length);
        Assert.True(body.Truncated);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000);
    }

    [Fact]
    public void A_bomb_inside_a_bomb_stops_at_the_limit()
    {
        var bomb = Encode("gzip", Encode("gzip", new byte[50 * 1024 * 1024]));
        var body = new BodyDecoder(new BodyDecoderLimits { MaxDecodedBytes = 10_000 }).Decode(Message("gzip, gzip", bomb));
        Assert.InRange(body.Bytes.Length, 1, 10_000);
        Assert.True(body.Truncated);
    }

    [Theory]
    [InlineData("text/html; charset=ISO-8859-1", "caf\u00e9")]
    [InlineData("text/html; boundary=x; Charset=\"windows-1252\"", "caf\u00e9")]
    public void Single_byte_charsets_are_transcoded(string contentType, string expected)
    {
        var exchange = TestExchange.GetOk("caf\u00e9 \u0080");
        TestExchange.Header(exchange.Response, "Content-Type", contentType);
        Assert.Contains($"\"body\":\"{expected} €\"", ExchangeJsonWriterTests.Write(exchange), StringComparison.Ordinal);
    }

    [Fact]
    public void Binary_is_base64_and_a_character_cut_at_the_limit_is_dropped()
    {
        var decoder = new BodyDecoder();
        Assert.Equal(BodyKind.Binary, decoder.Decode(Message("", [0xFF, 0xD8, 0xFF, 0xE0])).Kind);
        var cut = Message("", "größe €"u8[..^1].ToArray());
        Assert.Equal(BodyKind.Binary, decoder.Decode(cut).Kind);
        cut.BodyTruncated = true;
        var body = decoder.Decode(cut);
        Assert.Equal(BodyKind.Utf8, body.Kind);
        Assert.Equal("größe ", Encoding.UTF8.GetString(body.Bytes));
    }

    [Fact]
    public void Garbage_under_any_coding_never_throws()
    {
        var random = new Random(11);
        var decoder = new BodyDecoder();
        string[] codings = ["gzip", "deflate", "br", "gzip, br", "deflate, gzip", ""];
        for (var i = 0; i < 3000; i++)
        {
            var bytes = random.Next(2) == 0 ? Encode("gzip", s_text[..500]) : new byte[random.Next(200)];
            for (var flips = random.Next(1, 20); flips > 0 && bytes.Length > 0; flips--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            var message = Message(codings[random.Next(codings.Length)], bytes);
            message.BodyTruncated = random.Next(2) == 0;
            Assert.InRange(decoder.Decode(message).Bytes.Length, 0, 1024 * 1024);
        }
    }

    [Fact]
    public void What_was_kept_serves_others_under_the_same_limits_until_the_body_changes()
    {
        var message = Message("gzip", Encode("gzip", s_text));
        Assert.Equal(s_text, new BodyDecoder().Decode(message, keep: true).Bytes);
        // No one could decode these bytes: what comes back was kept.
        var coded = message.Body.Length;
        message.Body.Clear();
        message.Body.Append(new byte[coded]);
        var again = new BodyDecoder().Decode(message);
        Assert.False(again.EncodingInvalid);
        Assert.Equal(s_text, again.Bytes);
        Assert.True(new BodyDecoder(new BodyDecoderLimits { MaxDecodedBytes = 10 }).Decode(message).EncodingInvalid);
        message.Body.Append("x"u8);
        Assert.True(new BodyDecoder().Decode(message).EncodingInvalid);
    }
}
