using System.Buffers.Binary;
using Weir.Export.Spool;

namespace Weir.Export.Retention;

/// <summary>
/// What is in a segment, in a small file beside it, little-endian:
/// <code>
///  0      4      8         16        24        32            40
///  ┌──────┬──────┬─────────┬─────────┬─────────┬─────────────┬───────────
///  │"WRP1"│ CRC  │first ns │ last ns │ frames  │segment bytes│ flow bits
///  └──────┴──────┴─────────┴─────────┴─────────┴─────────────┴───────────
/// </code>
/// The CRC-32 covers everything behind it. An index that does not fit its segment is none: the segment is then read whole.
/// </summary>
/// <param name="FirstNs">Earliest frame, Unix nanoseconds.</param>
/// <param name="LastNs">Latest frame.</param>
/// <param name="Frames">How many.</param>
/// <param name="SegmentBytes">Length of the segment that it tells of.</param>
/// <param name="Flows">Of the packets in it.</param>
internal sealed record SegmentIndex(long FirstNs, long LastNs, long Frames, long SegmentBytes, FlowBits Flows)
{
    private const uint Magic = 0x3150_5257; // "WRP1"
    private const int HeaderBytes = 40;
    private const int CrcEnd = 8;

    /// <summary>More is no index: a segment of 1 GiB has 2 MiB of bits.</summary>
    private const int MaxBytes = HeaderBytes + (4 << 20);

    public byte[] Encode()
    {
        var bytes = new byte[HeaderBytes + Flows.Bytes];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Magic);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), FirstNs);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), LastNs);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(24), Frames);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(32), SegmentBytes);
        Flows.Write(bytes.AsSpan(HeaderBytes));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), Crc32.Of(bytes.AsSpan(CrcEnd)));
        return bytes;
    }

    /// <summary>Null when there is none, it is damaged, or it is of a segment with another length.</summary>
    public static SegmentIndex? Read(string path, long segmentBytes)
    {
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists || file.Length is < HeaderBytes or > MaxBytes) return null;
            var index = Decode(File.ReadAllBytes(path));
            return index?.SegmentBytes == segmentBytes ? index : null;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            // Deleted meanwhile, or not ours to read: without it the segment itself tells.
            return null;
        }
    }

    private static SegmentIndex? Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderBytes || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic) return null;
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) != Crc32.Of(bytes[CrcEnd..])) return null;
        return FlowBits.Read(bytes[HeaderBytes..]) is { } flows
            ? new SegmentIndex(
                BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]), BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]),
                BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]), BinaryPrimitives.ReadInt64LittleEndian(bytes[32..]), flows)
            : null;
    }
}
