namespace Weir.Flows.Metering;

/// <summary>How one profile begins, measures and ends flows.</summary>
internal abstract class FlowRules(FlowMeterOptions options, FlowTable table, FlowTeller teller)
{
    protected FlowTable Table { get; } = table;

    protected FlowTeller Teller { get; } = teller;

    protected long FlowTimeoutUs { get; } = Microseconds(options.FlowTimeout);

    protected long ActivityTimeoutUs { get; } = Microseconds(options.ActivityTimeout);

    public abstract void Add(in FlowPacket packet);

    /// <summary>Time has come this far, whether packets came or not (Unix microseconds).</summary>
    public virtual void Advance(long nowUs)
    {
        // The compatible profiles look at the time on packets only.
    }

    /// <summary>The capture is over: what is running is told.</summary>
    public void Flush()
    {
        while ((Table.Closed.First ?? Table.Running.First) is { } flow) End(flow, EndOfCapture(flow));
    }

    protected static long Microseconds(TimeSpan time) => time.Ticks / TimeSpan.TicksPerMicrosecond;

    protected virtual FlowExport EndOfCapture(FlowState flow) => FlowExport.CaptureEnd;

    /// <summary>A flow for the packet, whose direction is forward; the oldest makes room.</summary>
    protected FlowState Open(in FlowPacket packet)
    {
        while (Table.IsFull && (Table.Closed.First ?? Table.Running.First) is { } oldest) End(oldest, FlowExport.Evicted);
        Teller.Counters.CountOpened();
        var flow = Table.Add(in packet);
        flow.Part = 1;
        flow.IdIsReversed = false;
        flow.ConnectionStartUs = packet.TimeUs;
        (flow.Close, flow.HasSyn) = (CloseState.Open, false);
        flow.StartPart(in packet);
        return flow;
    }

    protected virtual void End(FlowState flow, FlowExport reason)
    {
        Teller.Tell(flow, reason);
        Table.Remove(flow);
    }
}
