using System.Numerics;

namespace Weir.Flows.Metering;

/// <summary>The flows that are running: found by either direction, kept in the order of their last packets, pooled.</summary>
/// <param name="maxFlows">Most flows at once.</param>
/// <param name="byNetwork">Whether the same addresses in another VLAN or virtual network are another flow.</param>
internal sealed class FlowTable(int maxFlows, bool byNetwork)
{
    /// <summary>A flow moves to the end of its list at most this often, which keeps the neighbours' memory out of most packets' way.</summary>
    private const long TouchIntervalUs = 100_000;

    private const int FirstBuckets = 1024;
    private readonly Stack<FlowState> _free = new();
    private FlowState?[] _buckets = new FlowState?[FirstBuckets];

    public int Count { get; private set; }

    public bool IsFull => Count >= Math.Max(1, maxFlows);

    /// <summary>Running flows, the longest silent one first (to a tenth of a second).</summary>
    public FlowList Running { get; } = new(byDue: false);

    /// <summary>Flows whose connection is closed, by when it was.</summary>
    public FlowList Closed { get; } = new(byDue: false);

    public FlowState? Find(in FlowPacket packet)
    {
        var tuple = packet.Tuple;
        for (var flow = _buckets[packet.Hash & (uint)(_buckets.Length - 1)]; flow is not null; flow = flow.NextInBucket)
        {
            if (flow.Hash == packet.Hash && IsSame(in flow.Tuple, in tuple) && (!byNetwork || IsSameNetwork(flow, in packet))) return flow;
        }

        return null;
    }

    /// <summary>A flow that knows its key and nothing else. There must be room.</summary>
    public FlowState Add(in FlowPacket packet)
    {
        if (Count == _buckets.Length) Grow();
        var flow = _free.TryPop(out var used) ? used : new FlowState();
        flow.Tuple = packet.Tuple;
        flow.VlanId = packet.VlanId;
        flow.InterfaceId = packet.InterfaceId;
        flow.Hash = packet.Hash;
        ref var bucket = ref _buckets[packet.Hash & (uint)(_buckets.Length - 1)];
        flow.NextInBucket = bucket;
        bucket = flow;
        Count++;
        flow.TouchedUs = packet.TimeUs;
        Running.Append(flow);
        return flow;
    }

    public void Remove(FlowState flow)
    {
        ref var at = ref _buckets[flow.Hash & (uint)(_buckets.Length - 1)];
        if (at == flow)
        {
            at = flow.NextInBucket;
        }
        else
        {
            var before = at!;
            while (before.NextInBucket != flow) before = before.NextInBucket!;
            before.NextInBucket = flow.NextInBucket;
        }

        flow.NextInBucket = null;
        Running.Remove(flow);
        Closed.Remove(flow);
        Count--;
        _free.Push(flow);
    }

    /// <summary>The flow has a packet at this time.</summary>
    public void Touch(FlowState flow, long nowUs)
    {
        if (nowUs - flow.TouchedUs < TouchIntervalUs || flow.Age.List != Running) return;
        Running.Remove(flow);
        flow.TouchedUs = nowUs;
        Running.Append(flow);
    }

    private static bool IsSame(in FlowTuple left, in FlowTuple right)
    {
        if (left.Protocol != right.Protocol) return false;
        if (left.SourcePort == right.SourcePort && left.DestinationPort == right.DestinationPort
            && left.Source == right.Source && left.Destination == right.Destination) return true;
        return left.SourcePort == right.DestinationPort && left.DestinationPort == right.SourcePort
            && left.Source == right.Destination && left.Destination == right.Source;
    }

    /// <summary>
    /// A packet outside of tunnels may be one of a tunnel's own, seen before or behind it; two networks with a name are two, each direction
    /// on its own.
    /// </summary>
    private static bool IsSameNetwork(FlowState flow, in FlowPacket packet)
    {
        if (flow.VlanId != packet.VlanId) return false;
        var network = flow.IsForward(in packet) ? flow.Forward.Network : flow.Backward.Network;
        return network == packet.Network || network == 0 || packet.Network == 0;
    }

    private void Grow()
    {
        var old = _buckets;
        _buckets = new FlowState?[BitOperations.RoundUpToPowerOf2((uint)old.Length * 2)];
        foreach (var chain in old)
        {
            for (var flow = chain; flow is not null;)
            {
                var next = flow.NextInBucket;
                ref var bucket = ref _buckets[flow.Hash & (uint)(_buckets.Length - 1)];
                flow.NextInBucket = bucket;
                bucket = flow;
                flow = next;
            }
        }
    }
}
