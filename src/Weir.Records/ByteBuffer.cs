using System.Buffers;

namespace Weir.Records;

/// <summary>A place in a <see cref="ByteBuffer"/>.</summary>
public readonly record struct Slice(int Offset, int Length)
{
    public bool IsEmpty => Length == 0;
}

/// <summary>A growable byte buffer on pooled arrays. <see cref="Clear"/> keeps the array for the next use.</summary>
public sealed class ByteBuffer
{
    /// <summary>An array grown beyond this (bytes) by one large message goes back to the pool at <see cref="Clear"/>.</summary>
    private const int RetainedBytes = 16 * 1024;

    private byte[] _bytes = [];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Span => _bytes.AsSpan(0, Length);

    /// <summary>The bytes for readers that want a stream; valid until the next <see cref="Append"/> or <see cref="Clear"/>.</summary>
    public ArraySegment<byte> Segment => new(_bytes, 0, Length);

    public ReadOnlySpan<byte> this[Slice slice] => _bytes.AsSpan(slice.Offset, slice.Length);

    public Slice Append(ReadOnlySpan<byte> bytes)
    {
        var offset = Length;
        if (_bytes.Length - offset < bytes.Length) Grow(bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(offset));
        Length = offset + bytes.Length;
        return new Slice(offset, bytes.Length);
    }

    /// <summary>Takes back what was appended beyond this length.</summary>
    public void Truncate(int length) => Length = Math.Min(length, Length);

    public void Clear()
    {
        Length = 0;
        if (_bytes.Length <= RetainedBytes) return;
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
    }

    private void Grow(int more)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(Length + more, Math.Max(256, _bytes.Length * 2)));
        Span.CopyTo(larger);
        if (_bytes.Length > 0) ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
