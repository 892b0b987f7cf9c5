using System.Buffers.Binary;
using Weir.Packets;

namespace Weir.Export.Retention;

/// <summary>Segments as they lie on disk.</summary>
internal static class SegmentFiles
{
    private const int MaxBlockBytes = 16 << 20;

    /// <summary>There whole or not at all.</summary>
    public static void WriteIndex(SegmentFile file, SegmentIndex index)
    {
        var unfinished = file.IndexPath + ".tmp";
        try
        {
            using (var stream = RetentionFolder.Create(unfinished, FileMode.Create, FileShare.None)) stream.Write(index.Encode());
            File.Move(unfinished, file.IndexPath, overwrite: true);
        }
        catch (IOException)
        {
            // A full disk is not made fuller by half a file.
            if (File.Exists(unfinished)) File.Delete(unfinished);
            throw;
        }
    }

    public static void Delete(SegmentFile file)
    {
        // The frames last: an index alone would never be found again.
        File.Delete(file.IndexPath);
        File.Delete(file.Path);
    }

    /// <summary>
    /// Makes a segment whole that its writer did not finish: cuts a torn last block off and writes the index. Null when there is no
    /// frame in it, and it was deleted.
    /// </summary>
    /// <param name="file">Nobody writes to it.</param>
    /// <param name="tunnels">Which are looked into for flows.</param>
    /// <param name="cut">Bytes that were cut off.</param>
    /// <exception cref="IOException">It can't be read or written.</exception>
    public static SegmentIndex? Recover(SegmentFile file, TunnelOptions tunnels, out long cut)
    {
        long length;
        using (var stream = new FileStream(file.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, 1 << 16))
        {
            length = WholeBytes(stream);
            cut = stream.Length - length;
            if (cut > 0) stream.SetLength(length);
        }

        SegmentIndex? index = null;
        try
        {
            if (length >= PcapNgBlocks.SectionBytes) index = Index(file, length, tunnels);
        }
        catch (CaptureFileException)
        {
            // Not even its beginning is whole: nothing in it can be read.
        }

        if (index is null) Delete(file);
        else WriteIndex(file, index);
        return index;
    }

    /// <summary>Bytes up to the end of the last block that is whole and of a kind that is written here.</summary>
    private static long WholeBytes(FileStream stream)
    {
        Span<byte> head = stackalloc byte[8];
        Span<byte> tail = stackalloc byte[4];
        var at = 0L;
        while (true)
        {
            stream.Position = at;
            if (stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) < head.Length) return at;
            var (type, length) = (BinaryPrimitives.ReadUInt32LittleEndian(head), BinaryPrimitives.ReadUInt32LittleEndian(head[4..]));
            // Section header, interface description, enhanced packet: a page of zeroes that a crash left is none of them.
            if (type is not (0x0A0D0D0A or 1 or 6) || length is < 12 or > MaxBlockBytes || length % 4 != 0) return at;
            stream.Position = at + length - tail.Length;
            if (stream.ReadAtLeast(tail, tail.Length, throwOnEndOfStream: false) < tail.Length || BinaryPrimitives.ReadUInt32LittleEndian(tail) != length) return at;
            at += length;
        }
    }

    private static SegmentIndex? Index(SegmentFile file, long length, TunnelOptions tunnels)
    {
        var flows = FlowBits.ForSegment(length);
        var (first, last, frames) = (long.MaxValue, long.MinValue, 0L);
        var decoder = new PacketDecoder(tunnels: tunnels);
        using var reader = Open(file);
        while (reader.TryRead(out var frame))
        {
            (first, last) = (Math.Min(first, frame.TimestampNs), Math.Max(last, frame.TimestampNs));
            frames++;
            if (decoder.Decode(in frame, out var packet) == DecodeOutcome.Decoded) flows.Add(FlowHash.Of(in packet));
        }

        return frames == 0 ? null : new SegmentIndex(first, last, frames, length, flows);
    }

    /// <exception cref="IOException">It is gone, or can't be read.</exception>
    /// <exception cref="CaptureFileException">It does not begin as a capture.</exception>
    public static CaptureFileReader Open(SegmentFile file)
    {
        var stream = new FileStream(file.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, FileOptions.SequentialScan);
        try
        {
            return CaptureFileReader.Open(stream);
        }
        catch (CaptureFileException)
        {
            stream.Dispose();
            throw;
        }
    }
}
