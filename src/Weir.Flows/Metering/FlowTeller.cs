namespace Weir.Flows.Metering;

/// <summary>Turns a flow's state into what the sink gets.</summary>
internal sealed class FlowTeller(FlowProfile profile, IMeteredFlowSink sink)
{
    private readonly MeteredFlow _told = new();

    public FlowMeterCounters Counters { get; } = new();

    public void Tell(FlowState flow, FlowExport reason)
    {
        if (profile == FlowProfile.CicFlowMeter && flow.Packets < 2)
        {
            Counters.CountUntold();
            return;
        }

        Counters.CountExport(reason);
        _told.Tuple = flow.Tuple;
        _told.IdTuple = flow.IdIsReversed ? flow.Tuple.Reversed : flow.Tuple;
        (_told.StartNs, _told.EndNs) = (flow.StartNs, flow.LastNs);
        (_told.Export, _told.Part, _told.InterfaceId) = (reason, flow.Part, flow.InterfaceId);
        new FeatureVector(flow, profile, _told.Vector).Fill();
        sink.OnFlow(_told);
    }
}
