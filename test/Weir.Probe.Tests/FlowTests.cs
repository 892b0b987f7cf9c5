using System.Text;
using System.Text.Json;
using Weir.Export;
using Weir.Packets;
using Weir.Records;
using Weir.Testing;
using Weir.Testing.Corpus;

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

    [Fact]
    public void A_flow_that_lasts_is_told_in_parts_that_add_up()
    {
        var talk = Long();
        var whole = Only(talk);
        var parts = Flows(talk, ReadBack.Options with { FlowInterval = TimeSpan.FromSeconds(60) });

        Assert.Equal([1, 2, 3], parts.Select(part => part.GetProperty("part").GetInt32()));
        Assert.Equal(["active", "active", "fin"], parts.Select(part => part.GetProperty("end").GetString()));
        Assert.Single(parts.Select(part => part.GetProperty("id").GetString()).Distinct());
        Assert.All(parts, part => Assert.Equal(0.2, part.GetProperty("handshakeRttMs").GetDouble()));
        Assert.False(whole.TryGetProperty("part", out _));
        foreach (var side in (string[])["client", "server"])
        {
            foreach (var counter in whole.GetProperty(side).EnumerateObject().Where(one => one.Name is not ("ip" or "port")))
                Assert.Equal(counter.Value.GetInt64(), parts.Sum(part => part.GetProperty(side).GetProperty(counter.Name).GetInt64()));
        }

        Assert.Equal(whole.GetProperty("exchanges").GetInt64(), parts.Sum(part => part.GetProperty("exchanges").GetInt64()));
        Assert.Equal([2, 1, 0], parts.Select(part => part.GetProperty("exchanges").GetInt64()));
        Assert.Equal(whole.GetProperty("durationMs").GetDouble(), parts.Sum(part => part.GetProperty("durationMs").GetDouble()), 3);
        Assert.Equal(whole.GetProperty("startedAt").GetString(), parts[0].GetProperty("startedAt").GetString());
    }

    [Fact]
    public void An_interval_without_a_packet_makes_no_part()
    {
        var talk = new TcpConversation().Handshake().FromClient("GET /a HTTP/1.1\r\nHost: x\r\n\r\n").Wait(200_000_000_000).ClientReset();
        var parts = Flows(talk, ReadBack.Options with { FlowInterval = TimeSpan.FromSeconds(10) });
        Assert.Equal(["active", "reset"], parts.Select(part => part.GetProperty("end").GetString()));
    }

    [Fact]
    public void A_flow_of_a_file_is_one_record_and_a_live_one_has_parts_unless_told_otherwise()
    {
        Assert.Single(Flows(Long(), ReadBack.Options));
        Assert.Equal(3, Flows(Long(), ReadBack.Options with { Source = CaptureSourceKind.Ring }).Count);
        Assert.Single(Flows(Long(), ReadBack.Options with { Source = CaptureSourceKind.Ring, FlowInterval = TimeSpan.Zero }));
    }

    [Fact]
    public void Tenants_with_the_same_addresses_are_flows_of_their_own_and_say_their_network()
    {
        var frames = new TcpConversation().Handshake().FromClient("GET /a HTTP/1.1\r\nHost: x\r\n\r\n").Close().Frames;
        var both = frames.SelectMany(frame => (TestFrame[])
            [.. TunnelCorpus.Over([frame], inner => TunnelBuilder.Vxlan(17, inner), 4789), .. TunnelCorpus.Over([frame], inner => TunnelBuilder.Vxlan(18, inner), 4789)]);
        var flows = Flows(both, ReadBack.Options);
        Assert.Equal([17, 18], flows.Select(flow => flow.GetProperty("tunnel").GetProperty("id").GetInt32()).Order());
        Assert.All(flows, flow => Assert.Equal(("10.0.0.1", 40000, 5, 28), Side(flow, "client")));
    }

    /// <summary>More than two minutes: two calls in the first, one in the second.</summary>
    private static TcpConversation Long()
    {
        var talk = new TcpConversation().Handshake();
        foreach (var seconds in (long[])[20, 50, 65])
            talk.FromClient("GET /a HTTP/1.1\r\nHost: x\r\n\r\n").FromServer("HTTP/1.1 204 No Content\r\n\r\n").Wait(seconds * 1_000_000_000);
        return talk.Close();
    }

    private static JsonElement Only(TcpConversation conversation) => Assert.Single(Flows(conversation, ReadBack.Options));

    private static List<JsonElement> Flows(TcpConversation conversation, ProbeOptions options) => Flows(conversation.Frames, options);

    private static List<JsonElement> Flows(IEnumerable<TestFrame> frames, ProbeOptions options)
    {
        using var stream = new MemoryStream();
        using (var output = new FlowLinesOutput(stream, "memory"))
        {
            var pipeline = new CapturePipeline(options, new ExchangeFanOut(null, [output], ExchangeLimit.None));
            frames.FeedTo(pipeline);
            pipeline.Finish();
        }

        return [.. Encoding.UTF8.GetString(stream.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
    }

    private static (string? Ip, int Port, long Packets, long Bytes) Side(JsonElement flow, string name)
    {
        var side = flow.GetProperty(name);
        return (side.GetProperty("ip").GetString(), side.GetProperty("port").GetInt32(),
            side.GetProperty("packets").GetInt64(), side.GetProperty("bytes").GetInt64());
    }
}
