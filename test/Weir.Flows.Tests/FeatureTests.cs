using Weir.Packets;
using Xunit;

namespace Weir.Flows.Tests;

/// <summary>The formulas, worked out by hand, and what each profile makes of the same packets.</summary>
public class FeatureTests
{
    /// <summary>Five packets: payload 10, 0, 20 forward at 0 s, 2 s, 9 s; 100, 300 backward at 1 s and 3 s.</summary>
    private static Conversation.Told Measure(FlowProfile profile) => Assert.Single(new Conversation(new FlowMeterOptions { Profile = profile })
        .FromClient(0, TcpFlags.Psh | TcpFlags.Ack, 10, 1, 500, 32)
        .FromServer(1, TcpFlags.Ack, 100, 1, 0)
        .FromClient(2, TcpFlags.Ack, 0, 11, 600)
        .FromServer(3, TcpFlags.Psh | TcpFlags.Ack | TcpFlags.Ece, 300, 101, 700)
        .FromClient(9, TcpFlags.Psh | TcpFlags.Urg, 20, 11, 800)
        .Flush().Flows);

    [Theory]
    [InlineData(FlowFeature.FlowDuration, 9e6, 9e6, 9e6)]
    [InlineData(FlowFeature.FwdBytes, 30, 30, 30)]
    [InlineData(FlowFeature.FwdLengthMean, 10, 10, 10)]
    [InlineData(FlowFeature.FwdLengthStd, 10, 10, 10)]
    [InlineData(FlowFeature.BytesPerSecond, 430 / 9.0, 430 / 9.0, 430 / 9.0)]
    [InlineData(FlowFeature.BwdPacketsPerSecond, 2 / 9.0, 2 / 9.0, 2 / 9.0)]
    [InlineData(FlowFeature.IatMax, 6e6, 6e6, 6e6)]
    [InlineData(FlowFeature.IatMean, 2.25e6, 2.25e6, 2.25e6)]
    [InlineData(FlowFeature.FwdIatTotal, 9e6, 9e6, 9e6)]
    [InlineData(FlowFeature.BwdIatStd, 0, 0, 0)]
    [InlineData(FlowFeature.FwdHeaderBytes, 72, 72, 72)]
    [InlineData(FlowFeature.FwdSegmentSizeMin, 20, 20, 20)]
    [InlineData(FlowFeature.BwdSegmentSizeMin, 20, double.NaN, 0)]
    [InlineData(FlowFeature.LengthMean, 86, 440 / 6.0, 86)]
    [InlineData(FlowFeature.PacketSizeAverage, 86, 88, 86)]
    [InlineData(FlowFeature.FwdPshFlags, 2, 1, 2)]
    [InlineData(FlowFeature.FwdUrgFlags, 1, 0, 1)]
    [InlineData(FlowFeature.PshFlags, 3, 3, 3)]
    [InlineData(FlowFeature.EceFlags, 1, 1, 1)]
    [InlineData(FlowFeature.DownUpRatio, 2 / 3.0, 0, 2 / 3.0)]
    [InlineData(FlowFeature.SubflowFwdPackets, 3, 3, 3)]
    [InlineData(FlowFeature.FwdInitWindow, 500, 500, 500)]
    [InlineData(FlowFeature.BwdInitWindow, 0, 700, 700)]
    [InlineData(FlowFeature.FwdDataPackets, 2, 1, 2)]
    [InlineData(FlowFeature.BwdDataPackets, 2, double.NaN, 2)]
    [InlineData(FlowFeature.ActiveMean, 3e6, 3e6, 3e6)]
    [InlineData(FlowFeature.IdleMax, 6e6, 6e6, 6e6)]
    public void Features_are_what_the_definitions_say(FlowFeature feature, double weir, double v4, double fork)
    {
        Assert.Equal(weir, Measure(FlowProfile.Weir)[feature], 9);
        Assert.Equal(v4, Measure(FlowProfile.CicFlowMeter)[feature], 9);
        Assert.Equal(fork, Measure(FlowProfile.Corrected)[feature], 9);
    }

    [Theory]
    [InlineData(FlowProfile.Weir, 0, 0)]
    [InlineData(FlowProfile.CicFlowMeter, double.NaN, double.PositiveInfinity)]
    [InlineData(FlowProfile.Corrected, -1, -1)]
    public void A_flow_of_no_duration_has_no_rate(FlowProfile profile, double bytes, double packets)
    {
        var flow = Assert.Single(new Conversation(new FlowMeterOptions { Profile = profile }).FromClient(0, TcpFlags.Syn).FromServer(0, TcpFlags.Ack).Flush().Flows);
        Assert.Equal((bytes, packets), (flow[FlowFeature.BytesPerSecond], flow[FlowFeature.PacketsPerSecond]));
    }

    [Fact]
    public void V4_does_not_tell_flows_of_a_single_packet()
    {
        var v4 = new Conversation(new FlowMeterOptions { Profile = FlowProfile.CicFlowMeter }).FromClient(0, TcpFlags.Syn).Flush();
        Assert.Empty(v4.Flows);
        Assert.Equal(1, v4.Meter.Counters.Untold);
    }

    [Fact]
    public void Four_packets_in_a_row_are_a_bulk_until_the_other_side_has_one()
    {
        var conversation = new Conversation();
        for (var i = 0; i < 5; i++) conversation.FromServer(i * 0.1, TcpFlags.Ack, 100, (uint)i * 100);
        var flow = Assert.Single(conversation.FromClient(0.5, TcpFlags.Ack, 10).FromServer(0.6, TcpFlags.Ack, 100, 500).Flush().Flows);
        // The server's packet came first, so that its direction is forward.
        Assert.Equal((500, 5, 1250), (flow[FlowFeature.FwdBulkBytes], flow[FlowFeature.FwdBulkPackets], flow[FlowFeature.FwdBulkRate]));
        Assert.Equal(0, flow[FlowFeature.BwdBulkBytes]);
    }

    [Fact]
    public void Retransmissions_are_told_from_keep_alive_probes_and_from_order_alone()
    {
        var flow = Assert.Single(new Conversation()
            .FromClient(0, TcpFlags.Ack, 100, 1000).FromClient(0.1, TcpFlags.Ack, 100, 1100).FromClient(0.2, TcpFlags.Ack, 100, 1000)
            .FromClient(0.3, TcpFlags.Ack, 1, 1199).FromClient(0.4, TcpFlags.Ack, 100, 1200).FromClient(0.5, TcpFlags.Ack, 0, 1300).Flush().Flows);
        Assert.Equal((1, 0, 1), (flow[FlowFeature.FwdRetransmissions], flow[FlowFeature.BwdRetransmissions], flow[FlowFeature.Retransmissions]));
    }

    [Theory]
    [InlineData(1024, 1)]
    [InlineData(1, 0)]
    public void A_segment_that_comes_again_is_recognised_while_it_is_remembered(int memory, int recognised)
    {
        var options = new FlowMeterOptions { Profile = FlowProfile.Corrected, Limits = new FlowMeterLimits { SegmentMemory = memory } };
        var flow = Assert.Single(new Conversation(options)
            .FromClient(0, TcpFlags.Ack, 100, 1000).FromClient(0.1, TcpFlags.Ack, 100, 1100).FromClient(0.2, TcpFlags.Ack, 100, 1000).Flush().Flows);
        Assert.Equal(recognised, flow[FlowFeature.FwdRetransmissions]);
    }

    [Fact]
    public void Time_that_runs_backwards_stands_still()
    {
        var flow = Assert.Single(new Conversation().FromClient(1, TcpFlags.Ack, 1, 1).FromServer(0.5, TcpFlags.Ack, 1).FromClient(2, TcpFlags.Ack, 1, 2).Flush().Flows);
        Assert.Equal((1e6, 0.0, 1e6), (flow[FlowFeature.FlowDuration], flow[FlowFeature.IatMin], flow[FlowFeature.IatMax]));
    }
}
