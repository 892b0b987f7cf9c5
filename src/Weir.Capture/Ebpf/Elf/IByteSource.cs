namespace Weir.Capture.Ebpf.Elf;

/// <summary>Bytes that are read by position: a file, or a test's array.</summary>
internal interface IByteSource
{
    /// <summary>Reads up to the buffer's length; fewer at the end of the file, 0 behind it or where it can't be read.</summary>
    int Read(long offset, Span<byte> buffer);
}

/// <summary>Bytes in memory.</summary>
internal sealed class MemorySource(byte[] bytes) : IByteSource
{
    public int Read(long offset, Span<byte> buffer)
    {
        if (offset < 0 || offset >= bytes.Length) return 0;
        var part = bytes.AsSpan((int)offset);
        if (part.Length > buffer.Length) part = part[..buffer.Length];
        part.CopyTo(buffer);
        return part.Length;
    }
}
