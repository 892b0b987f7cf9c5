using System.IO.Compression;
using System.Text;
using Weir.Privacy.Rules;
using Weir.Records;
using Xunit;

namespace Weir.Privacy.Tests.Rules;

public class ExchangeBodyTests
{
    private const string Blue = "/response_body/ replace /blue/, /green/";

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public void Compressed_bodies_are_read_and_kept_decoded_when_changed(string coding)
    {
        var call = new Call().ResponseHeader("Content-Encoding", coding).ResponseBody(Compress(coding, "blue whale"));
        Apply(call, Blue);
        Assert.Equal("green whale", Body(call));
        Assert.True(call.Response.BodyDecoded);
    }

    [Fact]
    public void Compressed_bodies_that_do_not_change_stay_as_they_are()
    {
        var body = Compress("gzip", "red whale");
        var call = new Call().ResponseHeader("Content-Encoding", "gzip").ResponseBody(body);
        Apply(call, Blue);
        Assert.Equal(body, call.Response.Body.Span);
    }

    [Fact]
    public void A_body_outlives_the_headers_that_say_how_to_read_it()
    {
        var call = new Call().ResponseHeader("Content-Encoding", "gzip").ResponseHeader("Content-Type", "text/plain; charset=iso-8859-1")
            .ResponseBody(Compress("gzip", [.. "caf"u8, 0xE9]));
        Apply(call, "/response_header:.*/ remove");
        Assert.Equal("café", Body(call));
    }

    [Fact]
    public void A_body_that_cannot_be_decoded_goes_when_rules_remove_anything()
    {
        var call = new Call().ResponseHeader("Content-Encoding", "zstd").ResponseBody([0x28, 0xB5, 0x2F, 0xFD, 1]);
        Apply(call, Blue);
        Assert.Equal(0, call.Response.Body.Length);
        Assert.True(call.Response.BodyTruncated);
        Assert.Equal(5, call.Response.BodyBytes);
    }

    [Fact]
    public void A_body_that_cannot_be_decoded_stays_when_rules_only_stop()
    {
        var call = new Call().ResponseHeader("Content-Encoding", "zstd").ResponseBody([0x28, 0xB5, 0x2F, 0xFD, 1]);
        Apply(call, "/response_body/ stop");
        Assert.Equal(5, call.Response.Body.Length);
    }

    [Fact]
    public void Binary_bodies_are_text_of_one_character_a_byte()
    {
        var call = new Call().ResponseBody([0xFF, 0x00, .. "blue"u8, 0x80]);
        Apply(call, Blue);
        Assert.Equal((byte[])[0xFF, 0x00, .. "green"u8, 0x80], call.Response.Body.Span);
    }

    [Fact]
    public void What_decoding_did_not_reach_is_not_kept()
    {
        var call = new Call().ResponseHeader("Content-Encoding", "gzip").ResponseBody(Compress("gzip", new string('x', 3 << 20)));
        Apply(call, Blue);
        Assert.Equal(1 << 20, call.Response.Body.Length);
        Assert.True(call.Response.BodyTruncated);
    }

    [Theory]
    [InlineData("/request_param:pass/ remove", "user=ann&x=%20y")]
    [InlineData("/request_param:pass/ replace /.+/, /?/", "user=ann&pass=%3F&x=%20y")]
    [InlineData("/request_body/ replace /ann/, /who/", "user=who&pass=s3&x=%20y")]
    [InlineData("/request_param:pass/ remove\n/request_body/ replace /ann/, /who/", "user=who&x=%20y")]
    [InlineData("/request_param:pass/ replace /s/, /t/\n/request_body/ replace /s3/, /s4/", "user=ann&x=%20y")]
    [InlineData("/request_param:pass/ remove\n/request_body/ replace /&/, /;/", null)]
    [InlineData("/request_param:.*/ remove", null)]
    [InlineData("/request_body/ remove", null)]
    public void Form_fields_and_the_body_they_stand_in_agree(string rules, string? expected)
    {
        var call = new Call("POST").RequestHeader("Content-Type", "application/x-www-form-urlencoded; charset=utf-8").RequestBody("user=ann&pass=s3&x=%20y");
        Apply(call, rules);
        Assert.Equal(expected, call.Record().GetProperty("request").GetProperty("body").GetString());
    }

    [Fact]
    public void Decoded_grpc_messages_stand_for_their_bytes()
    {
        var call = new Call("POST").RequestBody([0, 0, 0, 0, 4, .. "blue"u8]);
        call.Exchange.Grpc.Present = true;
        call.Exchange.Grpc.RequestJson.Append("""[{"name":"blue"}]"""u8);
        Apply(call, "/request_body/ replace /blue/, /green/");
        Assert.Equal("""[{"name":"green"}]""", Encoding.UTF8.GetString(call.Exchange.Grpc.RequestJson.Span));
        Assert.Equal(0, call.Request.Body.Length);
    }

    [Fact]
    public void The_message_of_a_grpc_status_follows_its_header()
    {
        var call = new Call();
        call.Exchange.Grpc.Present = true;
        call.Exchange.Grpc.Message = call.Exchange.Grpc.Text.Append("no such user ann"u8);
        call.Response.Trailers.Add(new HeaderField(call.Response.Text.Append("grpc-message"u8), call.Response.Text.Append("no such user ann"u8)));
        Apply(call, "/response_header:grpc-message/ remove");
        Assert.True(call.Exchange.Grpc.Message.IsEmpty);
    }

    [Fact]
    public void WebSocket_messages_are_bodies_of_their_side()
    {
        var call = new Call();
        var session = call.Exchange.WebSocket;
        session.Present = true;
        session.Captured.Add(new WebSocketMessage(true, WebSocketKind.Text, 1, 4, session.Text.Append("blue"u8), false));
        session.Captured.Add(new WebSocketMessage(false, WebSocketKind.Text, 2, 4, session.Text.Append("blue"u8), false));
        session.CloseReason = session.Text.Append("blue"u8);
        Apply(call, "/request_body/ remove\n" + Blue);
        Assert.True(session.Captured[0] is { Truncated: true, Content.Length: 0 });
        Assert.Equal("green", Encoding.UTF8.GetString(session[session.Captured[1].Content]));
        Assert.Equal("green", Encoding.UTF8.GetString(session[session.CloseReason]));
    }

    private static void Apply(Call call, string rules) => Assert.Equal(RuleOutcome.Kept, ExchangeRulesTests.Apply(call, rules));

    private static string? Body(Call call) => call.Record().GetProperty("response").GetProperty("body").GetString();

    private static byte[] Compress(string coding, string text) => Compress(coding, Encoding.UTF8.GetBytes(text));

    private static byte[] Compress(string coding, byte[] bytes)
    {
        var output = new MemoryStream();
        using (Stream stream = coding switch
        {
            "gzip" => new GZipStream(output, CompressionLevel.Optimal),
            "deflate" => new ZLibStream(output, CompressionLevel.Optimal),
            _ => new BrotliStream(output, CompressionLevel.Optimal),
        })
        {
            stream.Write(bytes);
        }

        return output.ToArray();
    }
}
