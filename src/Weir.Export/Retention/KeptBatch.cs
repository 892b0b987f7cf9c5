using Weir.Packets;

namespace Weir.Export.Retention;

/// <summary>
/// Frames on their way from one worker to the writer, as the blocks that go to disk. Reused; belongs to one thread at a time.
/// </summary>
internal sealed class KeptBatch(int bytes)
{
    private readonly byte[] _data = new byte[bytes];

    /// <summary>The smallest frame takes 76 bytes with its block; a batch of those that repeat a flow is full by bytes first.</summary>
    private readonly ulong[] _flows = new ulong[Math.Max(64, bytes / 128)];

    private int _used;
    private int _flowCount;

    public ReadOnlyMemory<byte> Data => _data.AsMemory(0, _used);

    public ReadOnlySpan<ulong> Flows => _flows.AsSpan(0, _flowCount);

    public int Frames { get; private set; }

    public long FirstNs { get; private set; }

    public long LastNs { get; private set; }

    /// <summary>Interfaces that the blocks name are below it.</summary>
    public int Interfaces { get; private set; }

    /// <summary>False when there is no room.</summary>
    /// <param name="frame">Copied.</param>
    /// <param name="interfaceNumber">Of the keeper's table.</param>
    /// <param name="flow">Its hash; 0 for what is of no flow.</param>
    public bool TryAdd(in Frame frame, int interfaceNumber, ulong flow)
    {
        var length = PcapNgBlocks.PacketBytes(in frame);
        if (length > _data.Length - _used || _flowCount == _flows.Length) return false;
        PcapNgBlocks.WritePacket(_data.AsSpan(_used, length), in frame, interfaceNumber);
        _used += length;
        (FirstNs, LastNs) = Frames == 0
            ? (frame.TimestampNs, frame.TimestampNs)
            : (Math.Min(FirstNs, frame.TimestampNs), Math.Max(LastNs, frame.TimestampNs));
        Frames++;
        Interfaces = Math.Max(Interfaces, interfaceNumber + 1);
        if (flow != 0 && (_flowCount == 0 || _flows[_flowCount - 1] != flow)) _flows[_flowCount++] = flow;
        return true;
    }

    public void Clear() => (_used, _flowCount, Frames, FirstNs, LastNs, Interfaces) = (0, 0, 0, 0, 0, 0);
}
