using System.Text;
using System.Text.Json;
using Weir.Export;
using Weir.Packets;
using Weir.Records;
using Weir.Testing;

namespace Weir.Probe.Tests;

/// <summary>What a capture's flow records say.</summary>
public class FlowTests
{
    [Fact]
    public void A_flow_tells_both_sides_and_what_was_carried()
    {
        var flow = Only(new TcpConversation().Handshake()
            .FromClient("GET /a HTTP/1.1\r\nHost: x\r\n\r\n").FromServer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            .FromClient("GET /b HTTP/1.1\r\nHost: x\r\n\r\n").FromServer("HTTP/1.1 204 No Content\r\n\r\n")
            .Close());

        Assert.Equal("http1", flow.GetProperty("protocol").GetString());
        Assert.Equal(2, flow.GetProperty("exchanges").GetInt64());
        Assert.Equal("fin", flow.GetProperty("end").GetString());
        Assert.Equal(0.2, flow.GetProperty("handshakeRttMs").GetDouble());
        Assert.Equal(("10.0.0.1", 40000, 6, 56), Side(flow, "client"));
        Assert.Equal(("10.0.0.2", 80, 5, 67), Side(flow, "server"));
        Assert.Equal(1, flow.GetProperty("durationMs").GetDouble());
    }

    [Fact]
    public void Without_a_handshake_the_bytes_show_who_is_the_client()
    {
        var flow = Only(new TcpConversation()
            .FromServer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").FromClient("GET /a HTTP/1.1\r\nHost: x\r\n\r\n"));

        Assert.False(flow.GetProperty("handshakeSeen").GetBoolean());
        Assert.Equal("10.0.0.1", Side(flow, "client").Ip);
        Assert.Equal("capture_end", flow.GetProperty("end").GetString());
    }

    [Fact]
    public void What_no_protocol_recognises_is_a_flow_too()
    {
        var flow = Only(new TcpConversation().Handshake().FromClient("\u0001\u0002binary").ServerReset());

        Assert.False(flow.TryGetProperty("protocol", out _));
        Assert.Equal(0, flow.GetProperty("exchanges").GetInt64());
        Assert.Equal("reset", flow.GetProperty("end").GetString());
        Assert.Equal(1, flow.GetProperty("server").GetProperty("resets").GetInt64());
    }

    private static JsonElement Only(TcpConversation conversation)
    {
        using var stream = new MemoryStream();
        using (var output = new FlowLinesOutput(stream, "memory"))
        {
            var pipeline = new CapturePipeline(ReadBack.Options, new ExchangeFanOut(null, [output], ExchangeLimit.None));
            conversation.Frames.FeedTo(pipeline);
            pipeline.Finish();
        }

        return JsonDocument.Parse(Assert.Single(
            Encoding.UTF8.GetString(stream.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries))).RootElement;
    }

    private static (string? Ip, int Port, long Packets, long Bytes) Side(JsonElement flow, string name)
    {
        var side = flow.GetProperty(name);
        return (side.GetProperty("ip").GetString(), side.GetProperty("port").GetInt32(),
            side.GetProperty("packets").GetInt64(), side.GetProperty("bytes").GetInt64());
    }
}
