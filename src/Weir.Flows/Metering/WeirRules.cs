using Weir.Packets;

namespace Weir.Flows.Metering;

/// <summary>
/// Weir's own rules: a flow ends with its connection, after a silence, or when another connection takes its place; time never runs
/// backwards; a packet that shows on several interfaces counts once.
/// </summary>
internal sealed class WeirRules(FlowMeterOptions options, FlowTable table, FlowTeller teller) : FlowRules(options, table, teller)
{
    /// <summary>Payload beyond which a sequence number that lies behind is no retransmission but another stream: what a window can span.</summary>
    private const int WindowBytes = 1 << 30;

    private readonly long _idleUs = Microseconds(options.IdleTimeout);
    private readonly long _lingerUs = Microseconds(options.CloseLinger);
    private readonly long _interimUs = Microseconds(options.InterimAfter);
    private readonly FlowList _due = new(byDue: true);
    private long _nowUs = long.MinValue;

    public override void Add(in FlowPacket packet)
    {
        Advance(packet.TimeUs);
        var flow = Table.Find(in packet);
        if (flow is not null && IsNewConnection(flow, in packet))
        {
            End(flow, flow.Close == CloseState.Closed ? flow.CloseReason : FlowExport.Reused);
            flow = null;
        }

        if (flow is null) Start(in packet);
        else Continue(flow, packet.NotBefore(flow.LastUs, flow.LastNs));
    }

    public override void Advance(long nowUs)
    {
        if (nowUs <= _nowUs) return;
        _nowUs = nowUs;
        while (Table.Closed.First is { } closed && nowUs - closed.TouchedUs > _lingerUs) End(closed, closed.CloseReason);
        while (Table.Running.First is { } silent && nowUs - silent.TouchedUs > _idleUs)
        {
            // The list knows the last packet to a tenth of a second only.
            if (nowUs - silent.LastUs > _idleUs) End(silent, FlowExport.Idle);
            else Table.Touch(silent, silent.LastUs);
        }

        while (_due.First is { } due && nowUs - due.DueUs >= 0)
        {
            Teller.Tell(due, FlowExport.Interim);
            Schedule(due, nowUs);
        }
    }

    protected override FlowExport EndOfCapture(FlowState flow) => flow.Close == CloseState.Closed ? flow.CloseReason : FlowExport.CaptureEnd;

    protected override void End(FlowState flow, FlowExport reason)
    {
        _due.Remove(flow);
        base.End(flow, reason);
    }

    /// <summary>
    /// A SYN with another number than the connection began with, unless nothing but SYNs was seen so far: a client that tries again with
    /// another number has still not opened anything.
    /// </summary>
    private static bool IsNewConnection(FlowState flow, in FlowPacket packet)
    {
        if (!packet.IsTcp || !packet.Has(TcpFlags.Syn) || packet.Has(TcpFlags.Ack)) return false;
        if (flow.Close == CloseState.Closed) return true;
        if (flow.HasSyn && packet.Sequence == flow.SynSequence) return false;
        return flow.Part > 1 || flow.Forward.DataPackets > 0 || flow.Backward.Packets > 0;
    }

    private void Start(in FlowPacket packet)
    {
        var flow = Open(in packet);
        // The answer to a SYN that was missed.
        if (packet.Has(TcpFlags.Syn) && packet.Has(TcpFlags.Ack)) flow.Tuple = flow.Tuple.Reversed;
        if (_interimUs > 0)
        {
            flow.DueUs = packet.TimeUs + _interimUs;
            _due.Append(flow);
        }

        StartPart(flow, in packet);
    }

    private void Continue(FlowState flow, in FlowPacket packet)
    {
        var isForward = flow.IsForward(in packet);
        ref var side = ref isForward ? ref flow.Forward : ref flow.Backward;
        if (side.Packets > 0 && side.InterfaceId != packet.InterfaceId)
        {
            Teller.Counters.CountCopy();
            return;
        }

        Table.Touch(flow, packet.TimeUs);
        if (packet.TimeUs - flow.StartUs > FlowTimeoutUs)
        {
            Teller.Tell(flow, FlowExport.Timeout);
            var (forward, backward) = (flow.Forward, flow.Backward);
            flow.Part++;
            flow.StartPart(in packet);
            KeepStream(ref flow.Forward, in forward);
            KeepStream(ref flow.Backward, in backward);
            StartPart(flow, in packet);
            return;
        }

        flow.UpdateActivity(packet.TimeUs, ActivityTimeoutUs);
        side.Bulk.Add(packet.TimeUs, packet.PayloadBytes, isForward ? flow.Backward.Bulk.LastUs : flow.Forward.Bulk.LastUs);
        if (side.Packets == 0) (side.InitWindow, side.SmallestHeader, side.InterfaceId) = (packet.Window, packet.HeaderBytes, packet.InterfaceId);
        if (side.Network == 0) side.Network = packet.Network;
        Measure.Next(flow, ref side, in packet, ActivityTimeoutUs);
        FollowTcp(flow, ref side, isForward, in packet);
    }

    private void StartPart(FlowState flow, in FlowPacket packet)
    {
        var isForward = flow.IsForward(in packet);
        ref var side = ref isForward ? ref flow.Forward : ref flow.Backward;
        side.Bulk.Add(packet.TimeUs, packet.PayloadBytes, 0);
        Measure.First(ref side, in packet);
        side.InterfaceId = packet.InterfaceId;
        if (side.Network == 0) side.Network = packet.Network;
        FollowTcp(flow, ref side, isForward, in packet);
    }

    /// <summary>The next part of a connection goes on where the last one stood.</summary>
    private static void KeepStream(ref DirectionState next, in DirectionState before)
    {
        next.NextSequence = before.NextSequence;
        next.HasSequence = before.HasSequence;
        next.LaterFins = before.LaterFins;
        next.Network = before.Network;
    }

    private void FollowTcp(FlowState flow, ref DirectionState side, bool isForward, in FlowPacket packet)
    {
        if (!packet.IsTcp) return;
        if (isForward && packet.Has(TcpFlags.Syn) && !packet.Has(TcpFlags.Ack)) (flow.HasSyn, flow.SynSequence) = (true, packet.Sequence);
        FollowSequence(ref side, in packet);
        if (flow.Close == CloseState.Closed) return;
        if (packet.Has(TcpFlags.Rst))
        {
            Close(flow, FlowExport.Reset, packet.TimeUs);
            return;
        }

        if (!packet.Has(TcpFlags.Fin)) return;
        side.LaterFins++;
        if (flow.Forward.LaterFins > 0 && flow.Backward.LaterFins > 0) Close(flow, FlowExport.Fin, packet.TimeUs);
    }

    /// <summary>Payload, SYN or FIN whose last number was seen before is sent again; so is not the single old byte of a keep-alive probe.</summary>
    private static void FollowSequence(ref DirectionState side, in FlowPacket packet)
    {
        var length = (uint)packet.PayloadBytes + (packet.Has(TcpFlags.Syn) ? 1u : 0) + (packet.Has(TcpFlags.Fin) ? 1u : 0);
        if (length == 0) return;
        var end = packet.Sequence + length;
        if (!side.HasSequence)
        {
            (side.HasSequence, side.NextSequence) = (true, end);
            return;
        }

        var ahead = (int)(end - side.NextSequence);
        if (ahead > 0 || ahead < -WindowBytes) side.NextSequence = end;
        else if (!(packet.PayloadBytes == 1 && ahead == 0 && !packet.Has(TcpFlags.Psh))) side.Retransmissions++;
    }

    private void Close(FlowState flow, FlowExport reason, long nowUs)
    {
        (flow.Close, flow.CloseReason) = (CloseState.Closed, reason);
        Table.Running.Remove(flow);
        flow.TouchedUs = nowUs;
        Table.Closed.Append(flow);
    }

    private void Schedule(FlowState flow, long nowUs)
    {
        _due.Remove(flow);
        // After a jump of the clock the next look is not a long row of them.
        var next = flow.DueUs + _interimUs;
        flow.DueUs = next > nowUs ? next : nowUs + _interimUs;
        _due.Append(flow);
    }
}
