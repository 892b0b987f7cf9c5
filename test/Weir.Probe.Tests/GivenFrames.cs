using Weir.Capture;
using Weir.Packets;
using Weir.Testing;

namespace Weir.Probe.Tests;

/// <summary>A source of frames that a test made.</summary>
internal sealed class GivenFrames(IReadOnlyList<TestFrame> frames) : ICaptureSource
{
    public IReadOnlyList<string> Warnings => [];

    public void Run(IFrameSink sink, CancellationToken cancellation) => frames.FeedTo(sink);

    public IReadOnlyList<InterfaceStatistics> ReadStatistics() => [];

    public void Dispose()
    {
        // Nothing is owned.
    }
}
