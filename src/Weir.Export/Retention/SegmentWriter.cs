using Weir.Packets;

namespace Weir.Export.Retention;

/// <summary>The segment that is being written. What a failed write left of a block is cut off again; then no more is written to it.</summary>
internal sealed class SegmentWriter : IDisposable
{
    private readonly FileStream _stream;
    private readonly FlowBits _flows;
    private long _lastNs = long.MinValue;
    private int _interfaces;

    /// <param name="file">Does not exist.</param>
    /// <param name="flows">Empty; used until the segment is finished.</param>
    /// <param name="openedAt">Timestamp of the clock.</param>
    public SegmentWriter(SegmentFile file, FlowBits flows, long openedAt)
    {
        (File, _flows, OpenedAt) = (file, flows, openedAt);
        _stream = RetentionFolder.Create(file.Path, FileMode.CreateNew, FileShare.ReadWrite | FileShare.Delete);
        try
        {
            var header = new byte[PcapNgBlocks.SectionBytes];
            PcapNgBlocks.WriteSection(header);
            Append(header);
        }
        catch
        {
            _stream.Dispose();
            System.IO.File.Delete(file.Path);
            throw;
        }
    }

    public SegmentFile File { get; }

    public long OpenedAt { get; }

    /// <summary>Bytes of whole blocks.</summary>
    public long Length { get; private set; }

    public bool IsEmpty => Frames == 0;

    public long Frames { get; private set; }

    /// <summary>Time of the earliest frame.</summary>
    public long FirstNs { get; private set; } = long.MaxValue;

    /// <param name="batch">At least one frame.</param>
    /// <param name="interfaces">Blocks of the keeper's table; those that are new to this segment go before the batch.</param>
    /// <exception cref="IOException">The disk takes no more.</exception>
    public void Write(KeptBatch batch, IReadOnlyList<byte[]> interfaces)
    {
        for (; _interfaces < batch.Interfaces; _interfaces++) Append(interfaces[_interfaces]);
        Append(batch.Data.Span);
        foreach (var flow in batch.Flows) _flows.Add(flow);
        (FirstNs, _lastNs) = (Math.Min(FirstNs, batch.FirstNs), Math.Max(_lastNs, batch.LastNs));
        Frames += batch.Frames;
    }

    /// <summary>Closes it; what it tells of itself is good until another segment uses the same bits.</summary>
    public SegmentIndex Close()
    {
        _stream.Dispose();
        return new SegmentIndex(FirstNs, _lastNs, Frames, Length, _flows);
    }

    public void Dispose() => _stream.Dispose();

    private void Append(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _stream.Write(bytes);
        }
        catch (IOException)
        {
            _stream.SetLength(Length);
            throw;
        }

        Length += bytes.Length;
    }
}
