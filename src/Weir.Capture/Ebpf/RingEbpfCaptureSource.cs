using System.Diagnostics;
using Weir.Packets;

namespace Weir.Capture;

/// <summary>
/// Ring and kernel plane on one thread. A call that both see is one: its segments have the same addresses and sequences, so reassembly
/// takes each byte once, whoever brings it first, and the sockets add who it was.
/// </summary>
public sealed class RingEbpfCaptureSource : ICaptureSource
{
    private readonly RingCaptureSource _ring;
    private readonly EbpfCaptureSource _sockets;

    public RingEbpfCaptureSource(RingOptions ring, EbpfOptions sockets)
    {
        _sockets = new EbpfCaptureSource(sockets);
        try
        {
            _ring = new RingCaptureSource(ring);
        }
        catch
        {
            _sockets.Dispose();
            throw;
        }
    }

    public EbpfCaptureSource Sockets => _sockets;

    public IReadOnlyList<string> Warnings => [.. _ring.Warnings, .. _sockets.Warnings];

    /// <summary>The ring's interfaces first: a frame names its interface by its place here.</summary>
    public IReadOnlyList<InterfaceStatistics> ReadStatistics() => [.. _ring.ReadStatistics(), .. _sockets.ReadStatistics()];

    public IEnumerable<CaptureLoss> ReadLosses() => _sockets.ReadLosses();

    /// <inheritdoc/>
    public IReadOnlyDictionary<OpaqueProcess, long>? ReadOpaque() => _sockets.ReadOpaque();

    /// <inheritdoc/>
    public void Run(IFrameSink sink, CancellationToken cancellation)
    {
        var segments = sink as ISegmentSink ?? throw new ArgumentException("the sink takes no segments", nameof(sink));
        _ring.Run(new Joined(_sockets, segments), cancellation);
        _sockets.Finish(segments);
    }

    public void Dispose()
    {
        _ring.Dispose();
        _sockets.Dispose();
    }

    /// <summary>
    /// Lets what sockets showed go before the frames that are younger. Who sent a request and who took it is told by events older than the
    /// response; a frame that came after the last look may be one, and end the call.
    /// </summary>
    private sealed class Joined(EbpfCaptureSource sockets, ISegmentSink next) : IFrameSink
    {
        private long _drainedAt;
        private long _drainedNs;

        public void OnFrame(in Frame frame)
        {
            if (frame.TimestampNs >= _drainedNs || Stopwatch.GetElapsedTime(_drainedAt).TotalMilliseconds >= 1) Drain();
            next.OnFrame(in frame);
        }

        public void OnIdle(long nowNs)
        {
            Drain();
            next.OnIdle(nowNs);
        }

        private void Drain()
        {
            _drainedNs = (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;
            sockets.Drain(next);
            _drainedAt = Stopwatch.GetTimestamp();
        }
    }
}
