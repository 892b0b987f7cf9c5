using Weir.Capture;
using Weir.Export.Retention;
using Weir.Flows.Accounting;
using Weir.Packets;
using Weir.Protocols.Dns;

namespace Weir.Probe;

/// <summary>
/// The first half of a worker's way: decodes frames, counts what is left aside and hands on the rest. Its counters may be read
/// from any thread.
/// </summary>
/// <param name="options">What is looked at.</param>
/// <param name="next">Takes what is.</param>
/// <param name="meter">Counts the bytes of all frames; null where nobody wants to know.</param>
/// <param name="keeper">Keeps the frames that are looked at, also those that could not be read; null keeps none.</param>
internal sealed class PacketIntake(ProbeOptions options, IPacketSink next, TrafficMeter? meter = null, KeeperLane? keeper = null) : ISegmentSink
{
    /// <summary>Packet time between two sweeps for idle connections.</summary>
    private const long AdvanceIntervalNs = 100_000_000;

    private readonly PacketDecoder _decoder = new(tunnels: options.Tunnels);
    private readonly DecodeLosses _losses = new();
    private long _packets;
    private long _bytes;
    private long _notTcp;
    private long _otherPorts;
    private long _own;
    private long _latestNs;
    private long _advancedNs;

    public long Packets => Volatile.Read(ref _packets);

    /// <summary>Bytes on the wire of the frames that were handed over.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    public void OnFrame(in Frame frame)
    {
        Volatile.Write(ref _packets, _packets + 1);
        Volatile.Write(ref _bytes, _bytes + frame.OriginalLength);
        if (frame.TimestampNs > _latestNs) _latestNs = frame.TimestampNs;
        var outcome = _decoder.Decode(in frame, out var packet);
        meter?.Count(in frame, outcome, in packet);
        if (options.HeadersOfOthers && IsHeaders(in frame)) Volatile.Write(ref _otherPorts, _otherPorts + 1);
        else if (outcome == DecodeOutcome.Decoded) OnPacket(in frame, in packet);
        else OnOther(in frame, outcome);
        AdvanceWhenDue();
    }

    public void OnSegment(in PacketView segment)
    {
        Volatile.Write(ref _packets, _packets + 1);
        Volatile.Write(ref _bytes, _bytes + segment.PayloadWireLength);
        if (segment.TimestampNs > _latestNs) _latestNs = segment.TimestampNs;
        OnPacket(default, in segment);
        AdvanceWhenDue();
    }

    public void OnIdle(long nowNs)
    {
        _advancedNs = Math.Max(nowNs, _latestNs);
        if (nowNs > 0) meter?.Advance(nowNs);
        keeper?.Flush();
        next.OnIdle(_advancedNs);
    }

    public void Finish()
    {
        meter?.Finish();
        keeper?.Flush();
        next.Finish(_latestNs);
    }

    /// <summary>Reasons why a frame was not read, by interface (-1: not told apart); all zero when nothing was lost.</summary>
    public IEnumerable<(int InterfaceId, string Reason, long Count)> Losses()
    {
        var counters = _decoder.Counters;
        return _losses.Read().Concat(
        [
            (-1, "fragment_expired", counters.FragmentsExpired),
            (-1, "fragment_evicted", counters.FragmentsEvicted),
            (-1, "fragment_discarded", counters.FragmentsDiscarded),
        ]);
    }

    /// <summary>What was seen and left aside because it is not what Weir reads: no loss.</summary>
    public IEnumerable<KeyValuePair<string, long>> Ignored()
    {
        yield return new("packet_not_ip", _decoder.Counters[DecodeOutcome.NotIp]);
        yield return new("packet_not_tcp", _decoder.Counters[DecodeOutcome.OtherIpProtocol] + Volatile.Read(ref _notTcp));
        yield return new("packet_tunnel_ignored", _decoder.Counters[DecodeOutcome.TunnelIgnored]);
        yield return new("packet_other_port", Volatile.Read(ref _otherPorts));
        if (options.Own is not null) yield return new("packet_own", Volatile.Read(ref _own));
    }

    private void AdvanceWhenDue()
    {
        if (_latestNs - _advancedNs < AdvanceIntervalNs) return;
        _advancedNs = _latestNs;
        next.Advance(_latestNs);
    }

    /// <summary>Cut where the ring cuts what it only counts: of a port that is not looked at.</summary>
    private static bool IsHeaders(in Frame frame) =>
        frame.Data.Length == LiveCaptureOptions.HeaderBytes && frame.OriginalLength > LiveCaptureOptions.HeaderBytes;

    private void OnPacket(in Frame frame, in PacketView packet)
    {
        var isRead = packet.Protocol == IpProtocol.Tcp || DnsDatagrams.Recognises(in packet);
        if (!isRead)
        {
            Volatile.Write(ref _notTcp, _notTcp + 1);
            if (keeper is null) return;
        }

        if (!PortRange.Matches(options.Ports, packet.SourcePort, packet.DestinationPort) || IsExcluded(in packet))
        {
            if (isRead) Volatile.Write(ref _otherPorts, _otherPorts + 1);
            return;
        }

        if (options.Own?.Has(in packet) == true)
        {
            if (isRead) Volatile.Write(ref _own, _own + 1);
            return;
        }

        // What a socket told is no frame.
        if (packet.Origin == SegmentOrigin.Wire) keeper?.Keep(in frame, FlowHash.Of(in packet));
        if (isRead) next.OnPacket(in frame, in packet);
    }

    private void OnOther(in Frame frame, DecodeOutcome outcome)
    {
        if (DecodeLosses.IsLoss(outcome)) _losses.Count(frame.InterfaceId, outcome);
        // Of ARP, ICMP, a fragment, or what is broken, no port tells that nobody looks at it.
        if (outcome != DecodeOutcome.TunnelIgnored) keeper?.Keep(in frame, 0);
    }

    private bool IsExcluded(in PacketView packet) => options.ExcludedPorts.Count > 0 && packet.Protocol == IpProtocol.Tcp
        && PortRange.Matches(options.ExcludedPorts, packet.SourcePort, packet.DestinationPort);
}
