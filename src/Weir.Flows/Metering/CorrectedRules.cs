using Weir.Packets;

namespace Weir.Flows.Metering;

/// <summary>
/// The corrected fork as it is. A closed connection is told when a SYN takes its place, at the flow timeout or at the end of the capture;
/// a SYN-ACK that comes first is taken for the answer.
/// </summary>
internal sealed class CorrectedRules : FlowRules
{
    private readonly SegmentMemory _segments;
    private ulong _epoch;

    public CorrectedRules(FlowMeterOptions options, FlowTable table, FlowTeller teller)
        : base(options, table, teller) => _segments = new SegmentMemory(options.Limits.SegmentMemory);

    public override void Add(in FlowPacket packet)
    {
        var flow = Table.Find(in packet);
        if (flow is null)
        {
            flow = Open(in packet);
            flow.Epoch = ++_epoch;
            if (IsSynAck(in packet)) flow.Tuple = flow.Tuple.Reversed;
            Start(flow, in packet);
            return;
        }

        Table.Touch(flow, packet.TimeUs);
        var isNewConnection = flow.Close == CloseState.Closed && packet.Has(TcpFlags.Syn);
        if (isNewConnection || packet.TimeUs - flow.StartUs > FlowTimeoutUs) Renew(flow, in packet, isNewConnection);
        else if (IsOtherIcmp(flow, in packet)) Restart(flow, in packet, packet.Tuple, FlowExport.Reused);
        else AddRunning(flow, in packet);
    }

    private static bool IsSynAck(in FlowPacket packet) => packet.Has(TcpFlags.Syn) && packet.Has(TcpFlags.Ack);

    /// <summary>An error of another kind begins a flow only if code and type both differ.</summary>
    private static bool IsOtherIcmp(FlowState flow, in FlowPacket packet) => packet.Tuple.Protocol == (byte)IpProtocol.Icmp
        && flow.IcmpCode != packet.IcmpCode && flow.IcmpType != packet.IcmpType;

    private void Renew(FlowState flow, in FlowPacket packet, bool isNewConnection)
    {
        // UDP that was silent for the whole timeout is another conversation; what is neither TCP nor UDP always is.
        var isUdp = packet.Tuple.Protocol == (byte)IpProtocol.Udp;
        var isOther = !isUdp && !packet.IsTcp;
        if (isNewConnection || isOther || (isUdp && packet.TimeUs - flow.LastUs > FlowTimeoutUs))
        {
            Restart(flow, in packet, IsSynAck(in packet) ? packet.Tuple.Reversed : packet.Tuple, isNewConnection ? FlowExport.Reused : FlowExport.Timeout);
            return;
        }

        Teller.Tell(flow, FlowExport.Timeout);
        flow.Part++;
        flow.Close = CloseState.Open;
        flow.StartPart(in packet);
        Start(flow, in packet);
    }

    /// <summary>Tells the flow and begins another under the same key, which keeps the old one's spelling.</summary>
    private void Restart(FlowState flow, in FlowPacket packet, FlowTuple tuple, FlowExport reason)
    {
        Teller.Tell(flow, reason);
        Teller.Counters.CountOpened();
        if (tuple != flow.Tuple) flow.IdIsReversed = !flow.IdIsReversed;
        flow.Tuple = tuple;
        flow.Part = 1;
        flow.Close = CloseState.Open;
        flow.ConnectionStartUs = packet.TimeUs;
        flow.Epoch = ++_epoch;
        flow.StartPart(in packet);
        Start(flow, in packet);
    }

    private void Start(FlowState flow, in FlowPacket packet)
    {
        var isForward = packet.Tuple.Source == flow.Tuple.Source;
        ref var side = ref isForward ? ref flow.Forward : ref flow.Backward;
        side.Bulk.Add(packet.TimeUs, packet.PayloadBytes, 0);
        Measure.First(ref side, in packet);
        CountRetransmission(flow, ref side, isForward, in packet);
    }

    private void AddRunning(FlowState flow, in FlowPacket packet)
    {
        flow.UpdateActivity(packet.TimeUs, ActivityTimeoutUs);
        var isForward = packet.Tuple.Source == flow.Tuple.Source;
        ref var side = ref isForward ? ref flow.Forward : ref flow.Backward;
        var otherBulkUs = isForward ? flow.Backward.Bulk.LastUs : flow.Forward.Bulk.LastUs;
        side.Bulk.Add(packet.TimeUs, packet.PayloadBytes, otherBulkUs);
        // The first window that is not zero, but of the backward direction only.
        if (!isForward && side.InitWindow == 0) side.InitWindow = packet.Window;
        CountRetransmission(flow, ref side, isForward, in packet);
        Measure.Next(flow, ref side, in packet, ActivityTimeoutUs);
        FollowClose(flow, in packet);
    }

    private static void FollowClose(FlowState flow, in FlowPacket packet)
    {
        if (packet.Has(TcpFlags.Fin))
        {
            if (flow.Close == CloseState.Open) flow.Close = CloseState.FirstFin;
            else if (flow.Close == CloseState.FirstFin && flow.Forward.Flags[0] > 0 && flow.Backward.Flags[0] > 0) flow.Close = CloseState.BothFins;
        }
        else if (packet.Has(TcpFlags.Rst) || (packet.Has(TcpFlags.Ack) && flow.Close == CloseState.BothFins))
        {
            flow.Close = CloseState.Closed;
        }
    }

    private void CountRetransmission(FlowState flow, ref DirectionState side, bool isForward, in FlowPacket packet)
    {
        if (packet.IsTcp && _segments.WasSeen(flow.Epoch, isForward, in packet)) side.Retransmissions++;
    }
}
