using System.Text;
using Weir.Records;
using Weir.Records.Json;
using Weir.Testing;
using Xunit;

namespace Weir.Export.Tests;

public sealed class FlowLinesOutputTests
{
    [Fact]
    public void Each_flow_is_one_line_that_reads_back_and_exchanges_are_left_out()
    {
        var stream = new MemoryStream();
        using (var output = new FlowLinesOutput(stream, "test"))
        {
            Assert.True(output.TakesFlows);
            var lane = output.OpenLane();
            for (var i = 0; i < 500; i++)
            {
                lane.Write(new FlowRecord { Protocol = "line one\nline two", Exchanges = i });
                lane.Write(TestExchange.GetOk());
            }
        }

        var lines = Encoding.UTF8.GetString(stream.ToArray()).Split('\n');
        Assert.Equal(501, lines.Length);
        var flow = new FlowRecord();
        for (var i = 0; i < 500; i++)
        {
            Assert.True(FlowJsonReader.TryRead(Encoding.UTF8.GetBytes(lines[i]), flow, out var error), error);
            Assert.Equal(i, flow.Exchanges);
        }
    }

    [Fact]
    public void Flows_for_an_output_that_has_closed_are_counted()
    {
        var output = new FlowLinesOutput(new MemoryStream(), "test");
        var lane = output.OpenLane();
        output.Dispose();
        lane.Write(new FlowRecord());

        Assert.Equal(1, output.Lost);
    }

    [Fact]
    public void An_output_of_exchanges_takes_no_flows()
    {
        var stream = new MemoryStream();
        using (IExchangeOutput output = new JsonLinesOutput(stream, "test"))
        {
            Assert.False(output.TakesFlows);
            output.OpenLane().Write(new FlowRecord());
        }

        Assert.Empty(stream.ToArray());
    }
}
