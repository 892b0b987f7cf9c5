using System.Buffers.Binary;

namespace Weir.Benchmarks.Generate;

/// <summary>Writes a classic pcap file: little-endian, nanoseconds (magic a1b23c4d), Ethernet.</summary>
public sealed class PcapWriter : IFrameTaker, IDisposable
{
    private const int SnapLength = 262_144;
    private readonly FileStream _file;
    private readonly byte[] _header = new byte[24];

    public PcapWriter(string path)
    {
        _file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20);
        BinaryPrimitives.WriteUInt32LittleEndian(_header, 0xA1B2_3C4D);
        BinaryPrimitives.WriteUInt16LittleEndian(_header.AsSpan(4), 2);
        BinaryPrimitives.WriteUInt16LittleEndian(_header.AsSpan(6), 4);
        BinaryPrimitives.WriteInt32LittleEndian(_header.AsSpan(16), SnapLength);
        BinaryPrimitives.WriteInt32LittleEndian(_header.AsSpan(20), 1);
        _file.Write(_header);
    }

    public long Frames { get; private set; }

    public long Bytes => _file.Position;

    /// <summary>Appends a frame that was seen <paramref name="timeNs"/> nanoseconds after the Unix epoch.</summary>
    public void Write(ReadOnlySpan<byte> frame, long timeNs)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_header, (uint)(timeNs / 1_000_000_000));
        BinaryPrimitives.WriteUInt32LittleEndian(_header.AsSpan(4), (uint)(timeNs % 1_000_000_000));
        BinaryPrimitives.WriteInt32LittleEndian(_header.AsSpan(8), frame.Length);
        BinaryPrimitives.WriteInt32LittleEndian(_header.AsSpan(12), frame.Length);
        _file.Write(_header.AsSpan(0, 16));
        _file.Write(frame);
        Frames++;
    }

    public void Dispose() => _file.Dispose();
}
