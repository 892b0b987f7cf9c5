using Weir.Capture;
using Weir.Export;
using Weir.Flows;
using Weir.Packets;

namespace Weir.Probe.Flows;

/// <summary>One worker's way from frames to metered flows: decode → meter → output. Its counters may be read from any thread.</summary>
internal sealed class FlowIntake : IFrameSink
{
    /// <summary>Packet time between two looks at flows that are over; packets of this worker's own bring their time with them.</summary>
    private const long AdvanceIntervalNs = 100_000_000;

    private readonly IReadOnlyList<PortRange> _ports;
    private readonly IExchangeLane _lane;
    private readonly FlowMeter _meter;
    private readonly FlowShares? _shares;
    private readonly int _worker;
    private readonly PacketDecoder _decoder;
    private readonly CicFrames? _cicFrames;
    private readonly DecodeLosses _losses = new();
    private long _packets;
    private long _bytes;
    private long _unreadable;
    private long _otherPorts;
    private long _latestNs;
    private long _advancedNs;

    /// <param name="options">What is measured.</param>
    /// <param name="lane">This worker's way into the output.</param>
    /// <param name="workers">How many share the memory that the limits allow.</param>
    /// <param name="worker">This one's number.</param>
    /// <param name="sharesFile">Whether each worker reads the whole file and takes its own flows.</param>
    public FlowIntake(FlowRunOptions options, IExchangeLane lane, int workers, int worker, bool sharesFile)
    {
        (_ports, _lane, _worker) = (options.Ports, lane, worker);
        var limits = options.Meter.Limits;
        _meter = new FlowMeter(
            options.Meter with { Limits = limits with { MaxFlows = limits.MaxFlows / workers, SegmentMemory = limits.SegmentMemory / workers } }, lane);
        _shares = sharesFile ? new FlowShares(workers) : null;
        _decoder = new PacketDecoder(tunnels: options.Tunnels);
        if (options.Meter.Profile != FlowProfile.Weir) _cicFrames = new CicFrames(options.Meter.Profile);
    }

    public long Packets => Volatile.Read(ref _packets);

    /// <summary>Bytes on the wire of the frames that were handed over.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    public FlowMeterCounters Flows => _meter.Counters;

    public void OnFrame(in Frame frame)
    {
        Volatile.Write(ref _packets, _packets + 1);
        Volatile.Write(ref _bytes, _bytes + frame.OriginalLength);
        if (frame.TimestampNs > _latestNs) _latestNs = frame.TimestampNs;
        if (TryRead(in frame, out var packet)) Add(in packet);
        if (_latestNs - _advancedNs < AdvanceIntervalNs) return;
        _advancedNs = _latestNs;
        _meter.Advance(_latestNs);
    }

    public void OnIdle(long nowNs)
    {
        _advancedNs = Math.Max(nowNs, _latestNs);
        _meter.Advance(_advancedNs);
        _lane.Flush();
    }

    public void Finish()
    {
        _meter.Flush();
        _lane.Flush();
    }

    /// <summary>Reasons why a frame was not read, by interface (-1: not told apart); all zero when nothing was lost.</summary>
    public IEnumerable<(int InterfaceId, string Reason, long Count)> FrameLosses()
    {
        var counters = _decoder.Counters;
        return _losses.Read().Concat(
        [
            (-1, "fragment_expired", counters.FragmentsExpired),
            (-1, "fragment_evicted", counters.FragmentsEvicted),
            (-1, "fragment_discarded", counters.FragmentsDiscarded),
        ]);
    }

    public IEnumerable<KeyValuePair<string, long>> FlowLosses()
    {
        yield return new("flow_evicted", Flows.Evicted);
    }

    /// <summary>What was seen and left aside: no loss.</summary>
    public IEnumerable<KeyValuePair<string, long>> Ignored()
    {
        yield return new("packet_not_ip", _decoder.Counters[DecodeOutcome.NotIp] + Volatile.Read(ref _unreadable));
        yield return new("packet_tunnel_ignored", _decoder.Counters[DecodeOutcome.TunnelIgnored]);
        yield return new("packet_other_port", Volatile.Read(ref _otherPorts));
    }

    /// <summary>As <see cref="Ignored"/>, of the packets that the worker took.</summary>
    public IEnumerable<KeyValuePair<string, long>> FlowsIgnored()
    {
        yield return new("packet_copies", Flows.Copies);
        yield return new("packet_repeated_fin", Flows.Ignored);
        yield return new("flow_single_packet", Flows.Untold);
    }

    private bool TryRead(in Frame frame, out PacketView packet)
    {
        if (_cicFrames is not null)
        {
            if (_cicFrames.TryRead(in frame, out packet)) return true;
            Volatile.Write(ref _unreadable, _unreadable + 1);
            return false;
        }

        var outcome = _decoder.Decode(in frame, out packet);
        if (outcome is DecodeOutcome.Decoded or DecodeOutcome.OtherIpProtocol) return true;
        if (DecodeLosses.IsLoss(outcome)) _losses.Count(frame.InterfaceId, outcome);
        return false;
    }

    private void Add(in PacketView packet)
    {
        if (!PortRange.Matches(_ports, packet.SourcePort, packet.DestinationPort)) Volatile.Write(ref _otherPorts, _otherPorts + 1);
        else if (_shares is null || _shares.Of(in packet) == _worker) _meter.Add(in packet);
    }
}
