using System.Buffers.Binary;

namespace Weir.Capture.Ebpf.Elf;

/// <summary>One window of 64 KiB that moves over a file: small reads near each other cost one system call.</summary>
/// <param name="source">The file.</param>
/// <param name="budget">Bytes that may be read in all; then the file reads as if it ended.</param>
internal sealed class ByteWindow(IByteSource source, long budget)
{
    public const int MaxBytes = 64 << 10;

    private readonly byte[] _buffer = new byte[MaxBytes];
    private long _budget = budget;
    private long _start;
    private int _length;

    /// <summary>A second window over the same file.</summary>
    public ByteWindow Another() => new(source, _budget);

    /// <summary>
    /// <paramref name="count"/> bytes at <paramref name="offset"/>, valid until the next call; false when the file does not have
    /// them all or they are more than <see cref="MaxBytes"/>.
    /// </summary>
    public bool TryRead(ulong offset, int count, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (offset > long.MaxValue - MaxBytes || count is < 0 or > MaxBytes) return false;
        var at = (long)offset;
        if (at < _start || at + count > _start + _length)
        {
            _start = at;
            _length = Fill(at, MaxBytes);
            if (_length < count) return false;
        }

        bytes = _buffer.AsSpan((int)(at - _start), count);
        return true;
    }

    /// <summary>As many bytes from there as the window has room for, at least one unless the file ends there.</summary>
    public ReadOnlySpan<byte> ReadSome(ulong offset, long atMost)
    {
        if (offset > long.MaxValue - MaxBytes || atMost <= 0) return default;
        var at = (long)offset;
        if (at < _start || at >= _start + _length)
        {
            _start = at;
            _length = Fill(at, MaxBytes);
        }

        var available = _start + _length - at;
        return available <= 0 ? default : _buffer.AsSpan((int)(at - _start), (int)Math.Min(available, Math.Min(atMost, MaxBytes)));
    }

    public bool TryUInt32(ulong offset, out uint value)
    {
        var read = TryRead(offset, 4, out var bytes);
        value = read ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : 0;
        return read;
    }

    public bool TryUInt64(ulong offset, out ulong value)
    {
        var read = TryRead(offset, 8, out var bytes);
        value = read ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : 0;
        return read;
    }

    /// <summary>True when the text stands at <paramref name="offset"/> with a NUL behind it.</summary>
    public bool IsName(ulong offset, ReadOnlySpan<byte> name) =>
        TryRead(offset, name.Length + 1, out var bytes) && bytes[^1] == 0 && bytes[..^1].SequenceEqual(name);

    private int Fill(long at, int count)
    {
        var filled = 0;
        while (filled < count && _budget > 0)
        {
            var read = source.Read(at + filled, _buffer.AsSpan(filled, (int)Math.Min(count - filled, _budget)));
            if (read <= 0) break;
            filled += read;
            _budget -= read;
        }

        return filled;
    }
}
