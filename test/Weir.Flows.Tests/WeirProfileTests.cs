using Weir.Packets;
using Xunit;

namespace Weir.Flows.Tests;

/// <summary>When flows of Weir's own profile begin and end.</summary>
public class WeirProfileTests
{
    private const TcpFlags SynAck = TcpFlags.Syn | TcpFlags.Ack;
    private const TcpFlags FinAck = TcpFlags.Fin | TcpFlags.Ack;

    [Fact]
    public void A_connection_is_one_flow_to_its_last_acknowledgment()
    {
        var flows = new Conversation()
            .FromClient(0, TcpFlags.Syn, sequence: 100).FromServer(0.1, SynAck, sequence: 900).FromClient(0.2, TcpFlags.Ack, sequence: 101)
            .FromClient(0.3, TcpFlags.Ack, 50, 101).FromServer(0.4, FinAck, 70, 901).FromClient(0.5, FinAck, 0, 151).FromServer(0.6, TcpFlags.Ack, 0, 972)
            .Advance(1.49).Flows;
        Assert.Empty(flows);
    }

    [Fact]
    public void A_closed_connection_is_told_a_moment_after_it_closed()
    {
        var conversation = Closed().FromServer(0.7, TcpFlags.Rst).Advance(1.4);
        Assert.Empty(conversation.Flows);
        Assert.Equal(["Fin 2/3"], conversation.Advance(1.7).Summary);
    }

    [Fact]
    public void A_reset_ends_the_flow_with_whatever_still_comes()
    {
        var conversation = new Conversation().FromClient(0, TcpFlags.Syn).FromServer(0.1, TcpFlags.Rst).FromClient(0.2, TcpFlags.Ack).Advance(3);
        Assert.Equal(["Reset 2/1"], conversation.Summary);
    }

    [Fact]
    public void The_answer_to_a_handshake_that_was_missed_shows_who_is_the_client()
    {
        var flow = Assert.Single(new Conversation().FromServer(0, SynAck).FromClient(0.1, TcpFlags.Ack, 10).Flush().Flows);
        Assert.Equal("10.0.0.1", flow.Tuple.Source.ToString());
        Assert.Equal((1, 1), (flow[FlowFeature.FwdPackets], flow[FlowFeature.BwdPackets]));
        Assert.Equal(2000, flow[FlowFeature.BwdInitWindow]);
        Assert.Equal(1000, flow[FlowFeature.FwdInitWindow]);
    }

    [Fact]
    public void A_new_connection_over_the_same_ports_is_a_new_flow()
    {
        var afterClose = Closed().FromClient(0.8, TcpFlags.Syn, sequence: 5000).Flush();
        Assert.Equal(["Fin 2/2", "CaptureEnd 1/0"], afterClose.Summary);
        var withoutClose = new Conversation().FromClient(0, TcpFlags.Syn, sequence: 1).FromServer(0.1, SynAck).FromClient(9, TcpFlags.Syn, sequence: 77).Flush();
        Assert.Equal(["Reused 1/1", "CaptureEnd 1/0"], withoutClose.Summary);
    }

    [Fact]
    public void A_SYN_sent_again_and_a_flood_of_SYNs_stay_one_flow()
    {
        var again = new Conversation().FromClient(0, TcpFlags.Syn, sequence: 1).FromClient(1, TcpFlags.Syn, sequence: 1).FromServer(1.1, SynAck).Flush();
        Assert.Equal(["CaptureEnd 2/1"], again.Summary);
        Assert.Equal(1, again.Flows[0][FlowFeature.FwdRetransmissions]);
        var flood = new Conversation().FromClient(0, TcpFlags.Syn, sequence: 1).FromClient(0.1, TcpFlags.Syn, sequence: 2).FromClient(0.2, TcpFlags.Syn, sequence: 3).Flush();
        Assert.Equal(["CaptureEnd 3/0"], flood.Summary);
    }

    [Fact]
    public void A_long_flow_is_cut_at_the_timeout_and_goes_on_in_the_same_direction()
    {
        var conversation = new Conversation().FromClient(0, TcpFlags.Ack, 5);
        for (var second = 10; second <= 120; second += 10) conversation.FromClient(second, TcpFlags.Ack, 5, (uint)second);
        conversation.FromServer(120.5, TcpFlags.Ack, 7).FromClient(121, TcpFlags.Ack, 5, 500).Flush();
        Assert.Equal(["Timeout 13/0", "CaptureEnd 1/1"], conversation.Summary);
        Assert.Equal([1, 2], conversation.Flows.Select(flow => flow.Part));
        Assert.Equal("10.0.0.1", conversation.Flows[1].Tuple.Source.ToString());
        Assert.Equal(121_000_000, conversation.Flows[1][FlowFeature.ConnectionTime]);
        Assert.Equal(500_000, conversation.Flows[1][FlowFeature.FlowDuration]);
    }

    [Fact]
    public void A_silent_flow_is_told_when_the_idle_timeout_is_over()
    {
        var conversation = new Conversation(new FlowMeterOptions { IdleTimeout = TimeSpan.FromSeconds(15) }).FromClient(0, TcpFlags.Syn).FromClient(9, TcpFlags.Syn);
        Assert.Empty(conversation.Advance(23.9).Flows);
        Assert.Equal(["Idle 2/0"], conversation.Advance(24.1).Summary);
        Assert.Equal(0, conversation.Meter.Flows);
    }

    [Fact]
    public void Time_that_others_bring_ends_silent_flows_too()
    {
        var conversation = new Conversation().FromClient(0, TcpFlags.Syn);
        conversation.ClientPort = 40001;
        conversation.FromClient(121, TcpFlags.Syn);
        Assert.Equal(["Idle 1/0"], conversation.Summary);
    }

    [Fact]
    public void A_running_flow_is_told_each_interval_and_once_at_its_end()
    {
        var conversation = new Conversation(new FlowMeterOptions { InterimAfter = TimeSpan.FromSeconds(10) });
        for (var second = 0; second < 25; second++) conversation.FromClient(second, TcpFlags.Ack, 5, (uint)second);
        Assert.Equal(["Interim 10/0", "Interim 20/0"], conversation.Summary);
        Assert.Equal(["Interim 10/0", "Interim 20/0", "CaptureEnd 25/0"], conversation.Flush().Summary);
        Assert.Equal((2, 1), (conversation.Meter.Counters.Interim, conversation.Meter.Counters.Exported));
        Assert.Single(conversation.Flows.Select(flow => (flow.Tuple, flow.StartNs, flow.Part)).Distinct());
    }

    [Fact]
    public void A_silent_flow_is_told_each_interval_as_well()
    {
        var conversation = new Conversation(new FlowMeterOptions { InterimAfter = TimeSpan.FromSeconds(10) }).FromClient(0, TcpFlags.Syn);
        Assert.Equal(["Interim 1/0"], conversation.Advance(10).Summary);
        Assert.Equal(2, conversation.Advance(20).Flows.Count);
        // A jump tells the flow once, not once for each interval that it jumped over.
        Assert.Equal(3, conversation.Advance(99).Flows.Count);
    }

    [Fact]
    public void The_same_packets_on_another_interface_count_once()
    {
        var conversation = new Conversation();
        foreach (var second in (double[])[0, 0.1, 0.2])
        {
            conversation.InterfaceId = 3;
            conversation.FromClient(second, TcpFlags.Ack, 10, (uint)(second * 100));
            conversation.InterfaceId = 4;
            conversation.FromClient(second + 0.00001, TcpFlags.Ack, 10, (uint)(second * 100)).FromServer(second + 0.0001, TcpFlags.Ack);
            conversation.InterfaceId = 3;
            conversation.FromServer(second + 0.0002, TcpFlags.Ack);
        }

        Assert.Equal(["CaptureEnd 3/3"], conversation.Flush().Summary);
        Assert.Equal(6, conversation.Meter.Counters.Copies);
        Assert.Equal(0, conversation.Flows[0][FlowFeature.Retransmissions]);
    }

    [Fact]
    public void The_longest_silent_flow_makes_room_and_is_told()
    {
        var conversation = new Conversation(new FlowMeterOptions { Limits = new FlowMeterLimits { MaxFlows = 3 } });
        foreach (var (second, port) in (ReadOnlySpan<(int, ushort)>)[(0, 1), (1, 2), (2, 3), (3, 1), (4, 4), (5, 5)])
        {
            conversation.ClientPort = port;
            conversation.FromClient(second, TcpFlags.Ack, 1, (uint)second);
        }

        Assert.Equal([(2, FlowExport.Evicted), (3, FlowExport.Evicted)], conversation.Flows.Select(flow => ((int)flow.Tuple.SourcePort, flow.Export)));
        Assert.Equal((2, 3), (conversation.Meter.Counters.Evicted, conversation.Meter.Flows));
    }

    [Fact]
    public void Addresses_that_are_equal_are_told_apart_by_their_ports()
    {
        var conversation = new Conversation { Server = "10.0.0.1" }.FromClient(0, TcpFlags.Syn).FromServer(0.1, SynAck).FromClient(0.2, TcpFlags.Ack).Flush();
        Assert.Equal(["CaptureEnd 2/1"], conversation.Summary);
        var v4 = new Conversation(new FlowMeterOptions { Profile = FlowProfile.CicFlowMeter }) { Server = "10.0.0.1" }
            .FromClient(0, TcpFlags.Syn).FromServer(0.1, SynAck).FromClient(0.2, TcpFlags.Ack).Flush();
        Assert.Equal(["CaptureEnd 3/0"], v4.Summary);
    }

    [Fact]
    public void Tenants_with_the_same_addresses_are_kept_apart()
    {
        var conversation = new Conversation { Vni = 17 }.FromClient(0, TcpFlags.Syn, sequence: 1);
        conversation.Vni = 18;
        conversation.FromClient(0.1, TcpFlags.Syn, sequence: 1).FromServer(0.2, SynAck);
        conversation.Vni = 17;
        Assert.Equal(["CaptureEnd 1/1", "CaptureEnd 2/0"], conversation.FromClient(0.3, TcpFlags.Syn, sequence: 1).Flush().Summary);
    }

    [Fact]
    public void IPv6_and_UDP_are_measured_alike()
    {
        var flow = Assert.Single(new Conversation { Client = "2001:db8::1", Server = "2001:db8::2" }
            .FromClient(0, TcpFlags.None, 30, header: 8, protocol: IpProtocol.Udp).FromServer(0.5, TcpFlags.None, 90, header: 8, protocol: IpProtocol.Udp).Flush().Flows);
        Assert.Equal(17, flow.Tuple.Protocol);
        Assert.Equal(240, flow[FlowFeature.BytesPerSecond]);
        Assert.Equal(8, flow[FlowFeature.BwdSegmentSizeMin]);
    }

    private static Conversation Closed() => new Conversation()
        .FromClient(0, TcpFlags.Syn, sequence: 100).FromServer(0.1, SynAck, sequence: 900).FromServer(0.4, FinAck, 0, 901).FromClient(0.5, FinAck, 0, 101);
}
