using Weir.Capture;
using Weir.Export.Retention;
using Weir.Packets;

namespace Weir.Cli.Retention;

/// <summary>Kept frames of a time as a capture.</summary>
internal sealed class ArchiveSource(PacketArchive archive, long fromNs, long toNs) : ICaptureSource
{
    private long _frames;
    private long _bytes;

    public IReadOnlyList<string> Warnings => [];

    public void Run(IFrameSink sink, CancellationToken cancellation) =>
        archive.Feed(fromNs, toNs, new Counting(this, sink), new InterfaceTable(), cancellation);

    public IReadOnlyList<InterfaceStatistics> ReadStatistics() =>
        [new InterfaceStatistics("kept packets", Volatile.Read(ref _frames), Volatile.Read(ref _bytes), 0, 0)];

    public void Dispose()
    {
        // The archive holds nothing open.
    }

    private sealed class Counting(ArchiveSource source, IFrameSink sink) : IFrameSink
    {
        public void OnFrame(in Frame frame)
        {
            Volatile.Write(ref source._frames, source._frames + 1);
            Volatile.Write(ref source._bytes, source._bytes + frame.Data.Length);
            sink.OnFrame(in frame);
        }

        public void OnIdle(long nowNs) => sink.OnIdle(nowNs);
    }
}
