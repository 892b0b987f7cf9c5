using Weir.Packets;

namespace Weir.Flows.Metering;

/// <summary>
/// CICFlowMeter V4 as it is. Direction is a matter of addresses alone; the first FIN of the side that did not open the flow ends it, one
/// of the other side does not; every packet counts towards the bulks of the backward direction.
/// </summary>
internal sealed class CicFlowMeterRules(FlowMeterOptions options, FlowTable table, FlowTeller teller) : FlowRules(options, table, teller)
{
    public override void Add(in FlowPacket packet)
    {
        var flow = Table.Find(in packet);
        if (flow is null)
        {
            Start(Open(in packet), in packet);
            return;
        }

        Table.Touch(flow, packet.TimeUs);
        if (packet.TimeUs - flow.StartUs > FlowTimeoutUs)
        {
            Teller.Tell(flow, FlowExport.Timeout);
            flow.Part++;
            flow.StartPart(in packet);
            Start(flow, in packet);
            return;
        }

        var isForward = packet.Tuple.Source == flow.Tuple.Source;
        if (packet.Has(TcpFlags.Fin)) AddFin(flow, isForward, in packet);
        else if (packet.Has(TcpFlags.Rst)) AddAndEnd(flow, isForward, in packet, FlowExport.Reset);
        else AddRunning(flow, isForward, in packet);
    }

    private void AddFin(FlowState flow, bool isForward, in FlowPacket packet)
    {
        if (!isForward) AddAndEnd(flow, false, in packet, FlowExport.Fin);
        else if (flow.Forward.LaterFins++ == 0) AddRunning(flow, true, in packet);
        else Teller.Counters.CountIgnored();
    }

    private void AddAndEnd(FlowState flow, bool isForward, in FlowPacket packet, FlowExport reason)
    {
        AddPacket(flow, isForward, in packet);
        End(flow, reason);
    }

    private void AddRunning(FlowState flow, bool isForward, in FlowPacket packet)
    {
        flow.UpdateActivity(packet.TimeUs, ActivityTimeoutUs);
        AddPacket(flow, isForward, in packet);
    }

    /// <summary>After a timeout too the packet counts as forward, whoever sent it.</summary>
    private static void Start(FlowState flow, in FlowPacket packet)
    {
        flow.Backward.Bulk.Add(packet.TimeUs, packet.PayloadBytes, 0);
        Measure.First(ref flow.Forward, in packet);
        flow.Forward.DataPackets = 0;
        flow.Forward.FirstHadPsh = packet.Has(TcpFlags.Psh);
        flow.Forward.FirstHadUrg = packet.Has(TcpFlags.Urg);
    }

    private void AddPacket(FlowState flow, bool isForward, in FlowPacket packet)
    {
        flow.Backward.Bulk.Add(packet.TimeUs, packet.PayloadBytes, 0);
        if (isForward)
        {
            Measure.Next(flow, ref flow.Forward, in packet, ActivityTimeoutUs);
            return;
        }

        flow.Backward.InitWindow = packet.Window;
        Measure.Next(flow, ref flow.Backward, in packet, ActivityTimeoutUs);
    }
}
