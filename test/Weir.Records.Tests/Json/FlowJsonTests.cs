using System.Buffers;
using System.Net;
using System.Text;
using System.Text.Json;
using Weir.Packets;
using Weir.Records.Json;
using Weir.Testing;
using Xunit;

namespace Weir.Records.Tests.Json;

public class FlowJsonTests
{
    private const string Full = """
        {"id":"0000000000000000000000000G","part":2,"startedAt":"2026-01-31T12:00:00.123456Z","durationMs":12.5,"source":"ring",
        "node":"node-1","interface":"eth0","vlan":12,
        "tunnel":{"kind":"vxlan","source":"192.0.2.1","destination":"192.0.2.2","id":17},"protocol":"http1","exchanges":3,"end":"capture_end",
        "handshakeSeen":true,"handshakeRttMs":0.4,"client":{"ip":"10.0.0.7","port":51324,"namespace":"shop","pod":"web-1",
        "packets":8,"bytes":300,"retransmissions":3,"retransmittedBytes":100,"synRetransmissions":1,"outOfOrder":2,
        "zeroWindows":4,"resets":5,"gapBytes":6,"copies":7},"server":{"ip":"2001:db8::1","port":8080,"packets":9,"bytes":10,
        "retransmissions":11,"retransmittedBytes":12,"synRetransmissions":13,"outOfOrder":14,"zeroWindows":15,"resets":16,
        "gapBytes":17,"copies":18}}
        """;

    [Fact]
    public void A_flow_is_written_as_it_was_read()
    {
        Assert.True(FlowJsonReader.TryRead(Encoding.UTF8.GetBytes(Full), Flow, out var error), error);

        Assert.Equal(Full.ReplaceLineEndings(""), Write(Flow));
        Assert.Equal((8, 300, 9, 10), (Flow.Client.Packets, Flow.Client.Bytes, Flow.Server.Packets, Flow.Server.Bytes));
        Assert.Equal(FlowEnd.CaptureEnd, Flow.End);
        Assert.Equal(12_500_000, Flow.EndedAtNs - Flow.StartedAtNs);
    }

    [Fact]
    public void What_is_unknown_is_null_or_left_out()
    {
        Flow.Client.Peer.Ip = Flow.Server.Peer.Ip = IpAddress.From(IPAddress.Loopback);
        using var json = JsonDocument.Parse(Write(Flow));

        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("handshakeRttMs").ValueKind);
        foreach (var absent in (string[])["node", "interface", "vlan", "protocol"])
            Assert.False(json.RootElement.TryGetProperty(absent, out _));
    }

    [Theory]
    [InlineData("""{"startedAt":"2026-01-31T12:00:00Z"}""", "\"id\" is missing")]
    [InlineData("""{"id":"0000000000000000000000000G","end":"sleep"}""", "\"end\" is unknown")]
    [InlineData("""{"id":"0000000000000000000000000G","client":{"packets":-1}}""", "\"packets\" is not an integer")]
    [InlineData("""{"id":"0000000000000000000000000G"} {}""", "not valid JSON")]
    public void What_is_no_flow_is_refused_with_the_reason(string text, string reason)
    {
        Assert.False(FlowJsonReader.TryRead(Encoding.UTF8.GetBytes(text), Flow, out var error));
        Assert.Contains(reason, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Writing_allocates_nothing()
    {
        Assert.True(FlowJsonReader.TryRead(Encoding.UTF8.GetBytes(Full), Flow, out _));
        var buffer = new ArrayBufferWriter<byte>(4096);
        Assert.Equal(0, SteadyState.AllocatedBytes(() =>
        {
            for (var i = 0; i < 1000; i++)
            {
                buffer.ResetWrittenCount();
                FlowJsonWriter.Write(Flow, buffer);
            }
        }));
    }

    private FlowRecord Flow { get; } = new();

    private static string Write(FlowRecord flow)
    {
        var buffer = new ArrayBufferWriter<byte>();
        FlowJsonWriter.Write(flow, buffer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
