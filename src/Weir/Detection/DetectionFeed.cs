using Weir.Capture;
using Weir.Detection;
using Weir.Detection.Baseline;
using Weir.Export;
using Weir.Flows;
using Weir.Packets;
using Weir.Records;

namespace Weir.Cli.Detection;

/// <summary>
/// Brings a capture to the detector: frames become flows here, calls come from the probe, both on the thread that captures. Flows that go on
/// are looked at every five seconds, so that a slow attack need not end to be seen.
/// </summary>
internal sealed class DetectionFeed : IFrameSink, IMeteredFlowSink, IExchangeOutput, IExchangeLane
{
    private static readonly TimeSpan s_interim = TimeSpan.FromSeconds(5);

    private readonly TrafficDetector _detector;
    private readonly IReadOnlyList<PortRange> _ports;
    private readonly PacketDecoder _decoder;
    private readonly FlowMeter _meter;
    private long _latestNs;
    private long _advancedNs;

    public DetectionFeed(TrafficDetector detector, IReadOnlyList<PortRange> ports, TunnelOptions tunnels)
    {
        (_detector, _ports) = (detector, ports);
        _decoder = new PacketDecoder(tunnels: tunnels);
        _meter = new FlowMeter(new FlowMeterOptions { InterimAfter = s_interim }, this);
    }

    public bool IsOpen => true;

    public long Lost => 0;

    public void OnFrame(in Frame frame)
    {
        _latestNs = Math.Max(_latestNs, frame.TimestampNs);
        var outcome = _decoder.Decode(in frame, out var packet);
        if (outcome is DecodeOutcome.Decoded or DecodeOutcome.OtherIpProtocol
            && PortRange.Matches(_ports, packet.SourcePort, packet.DestinationPort)) _meter.Add(in packet);
        if (_latestNs - _advancedNs >= 100_000_000) Advance(_latestNs);
    }

    public void OnIdle(long nowNs) => Advance(Math.Max(nowNs, _latestNs));

    public void OnFlow(MeteredFlow flow) => _detector.OnFlow(FlowObservation.Of(flow, Math.Max(_latestNs, _advancedNs), s_interim), flow.Features);

    public void Write(Exchange exchange) => _detector.OnExchange(exchange);

    public IExchangeLane OpenLane() => this;

    public void Flush()
    {
        // Nothing is held back.
    }

    /// <summary>The capture is over: what still runs is judged as it stands.</summary>
    public void Finish()
    {
        _meter.Flush();
        _detector.Flush();
    }

    public void Dispose()
    {
        // Nothing is owned.
    }

    private void Advance(long nowNs)
    {
        _advancedNs = nowNs;
        _meter.Advance(nowNs);
        _detector.Advance(nowNs);
    }
}
