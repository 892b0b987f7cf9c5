using Weir.Packets;

namespace Weir.Testing;

/// <summary>A frame that owns its bytes, so that tests can keep, reorder, drop and cut it.</summary>
public sealed record TestFrame(byte[] Data, long TimestampNs, LinkType LinkType = LinkType.Ethernet)
{
    /// <summary>Length on the wire in bytes; 0 when all of it was captured.</summary>
    public int OriginalLength { get; init; }

    public int InterfaceId { get; init; }

    public Frame Frame => new(Data, Math.Max(OriginalLength, Data.Length), TimestampNs, LinkType, InterfaceId);

    /// <summary>The same frame as a capture with this snap length has it.</summary>
    public TestFrame Cut(int snapLength) =>
        this with { Data = Data[..Math.Min(snapLength, Data.Length)], OriginalLength = Math.Max(OriginalLength, Data.Length) };
}

/// <summary>What tests do with lists of frames.</summary>
public static class TestFrames
{
    public static void FeedTo(this IEnumerable<TestFrame> frames, IFrameSink sink)
    {
        foreach (var frame in frames) sink.OnFrame(frame.Frame);
    }

    /// <summary>A pcap file with nanosecond times; all frames must share one link type.</summary>
    public static byte[] ToPcap(this IReadOnlyList<TestFrame> frames)
    {
        using var stream = new MemoryStream();
        using (var writer = new PcapWriter(stream, frames.Count == 0 ? LinkType.Ethernet : frames[0].LinkType, leaveOpen: true))
        {
            foreach (var frame in frames)
            {
                if (!writer.TryWrite(frame.Frame)) throw new ArgumentException("frames of several link types", nameof(frames));
            }
        }

        return stream.ToArray();
    }

    public static void WritePcap(this IReadOnlyList<TestFrame> frames, string path) => File.WriteAllBytes(path, frames.ToPcap());

    public static IReadOnlyList<TestFrame> ReadCapture(string path)
    {
        using var reader = CaptureFileReader.Open(File.OpenRead(path));
        return ReadAll(reader);
    }

    public static IReadOnlyList<TestFrame> ReadAll(CaptureFileReader reader)
    {
        var frames = new List<TestFrame>();
        while (reader.TryRead(out var frame))
        {
            frames.Add(new TestFrame(frame.Data.ToArray(), frame.TimestampNs, frame.LinkType)
            {
                OriginalLength = frame.OriginalLength,
                InterfaceId = frame.InterfaceId,
            });
        }

        return frames;
    }
}
