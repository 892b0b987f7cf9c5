using Weir.Capture;
using Weir.Packets;

namespace Weir.Cli.Detection;

/// <summary>A source whose frames a second sink sees first, on the same thread: calls and flows out of one capture.</summary>
internal sealed class TeeSource(ICaptureSource source, IFrameSink first) : ICaptureSource
{
    public IReadOnlyList<string> Warnings => source.Warnings;

    public void Run(IFrameSink sink, CancellationToken cancellation) => source.Run(new Tee(first, sink), cancellation);

    public IReadOnlyList<InterfaceStatistics> ReadStatistics() => source.ReadStatistics();

    public void Dispose() => source.Dispose();

    private sealed class Tee(IFrameSink first, IFrameSink second) : IFrameSink
    {
        public void OnFrame(in Frame frame)
        {
            first.OnFrame(in frame);
            second.OnFrame(in frame);
        }

        public void OnIdle(long nowNs)
        {
            first.OnIdle(nowNs);
            second.OnIdle(nowNs);
        }
    }
}
