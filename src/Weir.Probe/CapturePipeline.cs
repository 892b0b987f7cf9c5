using Weir.Packets;

namespace Weir.Probe;

/// <summary>
/// One worker's whole way from frames to exchanges: decode → reassemble → parse → outputs. It owns all its state and runs on the
/// thread of its source; only its counters are read from elsewhere.
/// </summary>
public sealed class CapturePipeline : ISegmentSink
{
    public CapturePipeline(ProbeOptions options, ExchangeFanOut outputs)
        : this(options, new ExchangeWorker(options, outputs, options.PacketOutput is { } file ? new PacketFile(new PcapNgWriter(file)) : null, 1, static _ => null))
    {
    }

    internal CapturePipeline(ProbeOptions options, ExchangeWorker worker)
    {
        Worker = worker;
        Intake = new PacketIntake(options, worker, keeper: options.Keeper?.OpenLane(static _ => null));
    }

    public long Packets => Intake.Packets;

    internal PacketIntake Intake { get; }

    internal ExchangeWorker Worker { get; }

    public void OnFrame(in Frame frame) => Intake.OnFrame(in frame);

    public void OnSegment(in PacketView segment) => Intake.OnSegment(in segment);

    public void OnIdle(long nowNs) => Intake.OnIdle(nowNs);

    /// <summary>The capture is over: what is still open becomes incomplete exchanges.</summary>
    public void Finish() => Intake.Finish();
}
