using System.Buffers.Binary;
using System.Numerics;

namespace Weir.Export.Retention;

/// <summary>
/// Which flows a segment may hold: two bits for each (a Bloom filter). It never denies a flow that is there. With a bit for every 64
/// bytes of a segment, a segment of the shortest connections still answers wrongly for a few in a hundred only.
/// </summary>
internal sealed class FlowBits
{
    private const int SegmentBytesPerBit = 64;

    private readonly ulong[] _words;

    private FlowBits(ulong[] words) => _words = words;

    /// <summary>Bytes of <see cref="Write"/>.</summary>
    public int Bytes => _words.Length * sizeof(ulong);

    public static FlowBits ForSegment(long segmentBytes) =>
        new(new ulong[Math.Max(16, (int)(BitOperations.RoundUpToPowerOf2((ulong)segmentBytes / SegmentBytesPerBit) / 64))]);

    /// <summary>Null unless it is a power of two of 8 bytes each.</summary>
    public static FlowBits? Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < sizeof(ulong) || !BitOperations.IsPow2(bytes.Length)) return null;
        var words = new ulong[bytes.Length / sizeof(ulong)];
        for (var i = 0; i < words.Length; i++) words[i] = BinaryPrimitives.ReadUInt64LittleEndian(bytes[(i * sizeof(ulong))..]);
        return new FlowBits(words);
    }

    public void Add(ulong flow)
    {
        Word(flow) |= 1UL << (int)(flow & 63);
        Word(flow >> 32) |= 1UL << (int)((flow >> 32) & 63);
    }

    public bool MayHold(ulong flow) => (Word(flow) >> (int)(flow & 63) & 1) != 0 && (Word(flow >> 32) >> (int)((flow >> 32) & 63) & 1) != 0;

    public void Write(Span<byte> bytes)
    {
        for (var i = 0; i < _words.Length; i++) BinaryPrimitives.WriteUInt64LittleEndian(bytes[(i * sizeof(ulong))..], _words[i]);
    }

    public void Clear() => Array.Clear(_words);

    private ref ulong Word(ulong bit) => ref _words[(bit >> 6) & (ulong)(_words.Length - 1)];
}
