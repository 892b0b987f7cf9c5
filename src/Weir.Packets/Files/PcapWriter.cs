using static System.Buffers.Binary.BinaryPrimitives;

namespace Weir.Packets;

/// <summary>Unit of the timestamps in a pcap file.</summary>
public enum PcapResolution
{
    Nanoseconds,
    /// <summary>For tools that do not know the nanosecond format.</summary>
    Microseconds,
}

/// <summary>Writes a little-endian pcap file of one link type. Errors are those of the stream.</summary>
public sealed class PcapWriter : IDisposable
{
    private const int RecordHeaderBytes = 16;

    /// <summary>What libpcap takes as the most a frame can have (MAXIMUM_SNAPLEN); only a hint to readers.</summary>
    private const uint SnapLength = 262_144;
    private readonly FrameWriter _writer;
    private readonly long _nanosecondsPerFraction;

    public PcapWriter(
        Stream stream, LinkType linkType, PcapResolution resolution = PcapResolution.Nanoseconds, bool leaveOpen = false)
    {
        _writer = new FrameWriter(stream, leaveOpen);
        _nanosecondsPerFraction = resolution == PcapResolution.Nanoseconds ? 1 : 1_000;
        LinkType = linkType;
        var header = _writer.Reserve(PcapReader.FileHeaderBytes);
        var nanoseconds = resolution == PcapResolution.Nanoseconds;
        WriteUInt32LittleEndian(header, nanoseconds ? PcapReader.MagicNanoseconds : PcapReader.MagicMicroseconds);
        WriteUInt16LittleEndian(header[4..], 2);
        WriteUInt16LittleEndian(header[6..], 4);
        header[8..16].Clear();
        WriteUInt32LittleEndian(header[16..], SnapLength);
        WriteUInt32LittleEndian(header[20..], (uint)linkType);
    }

    public LinkType LinkType { get; }

    /// <summary>False when the frame has another link type, which this format cannot hold.</summary>
    public bool TryWrite(in Frame frame)
    {
        if (frame.LinkType != LinkType) return false;
        var header = _writer.Reserve(RecordHeaderBytes);
        var restored = FrameWriter.RestoredTagBytes(in frame);
        var (seconds, rest) = Math.DivRem(frame.TimestampNs, 1_000_000_000L);
        WriteUInt32LittleEndian(header, (uint)seconds);
        WriteUInt32LittleEndian(header[4..], (uint)(rest / _nanosecondsPerFraction));
        WriteUInt32LittleEndian(header[8..], (uint)(frame.Data.Length + restored));
        WriteUInt32LittleEndian(header[12..], (uint)Math.Max(frame.OriginalLength, frame.Data.Length) + (uint)restored);
        _writer.WriteFrame(in frame);
        return true;
    }

    public void Flush() => _writer.Flush();

    public void Dispose() => _writer.Dispose();
}
