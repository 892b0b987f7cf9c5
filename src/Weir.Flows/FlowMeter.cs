using System.Security.Cryptography;
using Weir.Flows.Metering;
using Weir.Packets;

namespace Weir.Flows;

/// <summary>
/// Measures flows: packets in, a vector of features for each flow out, in constant memory a flow and for at most so many flows. One
/// thread; allocates nothing once its table has grown. Any packet is accepted.
/// </summary>
public sealed class FlowMeter
{
    private readonly FlowTeller _teller;
    private readonly FlowTable _table;
    private readonly FlowRules _rules;
    private readonly ulong _seed;

    /// <param name="options">By which rules.</param>
    /// <param name="sink">Gets the flows during the calls of this object.</param>
    public FlowMeter(FlowMeterOptions options, IMeteredFlowSink sink)
    {
        _teller = new FlowTeller(options.Profile, sink);
        _table = new FlowTable(options.Limits.MaxFlows, byNetwork: options.Profile == FlowProfile.Weir);
        _rules = options.Profile switch
        {
            FlowProfile.CicFlowMeter => new CicFlowMeterRules(options, _table, _teller),
            FlowProfile.Corrected => new CorrectedRules(options, _table, _teller),
            _ => new WeirRules(options, _table, _teller),
        };
        Span<byte> seed = stackalloc byte[8];
        RandomNumberGenerator.Fill(seed);
        _seed = BitConverter.ToUInt64(seed);
    }

    public FlowMeterCounters Counters => _teller.Counters;

    /// <summary>Flows that are running or were closed a moment ago.</summary>
    public int Flows => _table.Count;

    /// <summary>
    /// Takes a packet with addresses: <see cref="DecodeOutcome.Decoded"/> or <see cref="DecodeOutcome.OtherIpProtocol"/>, or what
    /// <see cref="CicFrames"/> made of it for a compatible profile.
    /// </summary>
    public void Add(in PacketView packet)
    {
        Counters.CountPacket();
        _rules.Add(new FlowPacket(in packet, FlowHash.Of(in packet, _seed)));
    }

    /// <summary>Lets time pass (Unix nanoseconds): tells what is over or due. Cheap when nothing is.</summary>
    public void Advance(long nowNs) => _rules.Advance(nowNs / 1000);

    /// <summary>The capture is over: tells what is still running.</summary>
    public void Flush() => _rules.Flush();
}
