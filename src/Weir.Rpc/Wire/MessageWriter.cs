using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using Google.Protobuf;

namespace Weir.Rpc.Wire;

/// <summary>
/// Writes length-prefixed messages:
/// <code>
///  0   1           5
///  ┌───┬───────────┬────────────
///  │ C │ length    │ message       C: 1 when compressed; length in network order
///  └───┴───────────┴────────────
/// </code>
/// Not thread-safe: one message after the other.
/// </summary>
internal sealed class MessageWriter(bool gzip)
{
    public const int PrefixBytes = 5;

    /// <summary>A message smaller than this (bytes) gains nothing by compression.</summary>
    private const int WorthCompressing = 256;

    private const int RetainedBytes = 1 << 20;

    private ArrayBufferWriter<byte> _buffer = new(4096);

    /// <summary>The frame of a message, valid until the next call.</summary>
    public ReadOnlyMemory<byte> Frame(IMessage message)
    {
        if (_buffer.Capacity > RetainedBytes) _buffer = new ArrayBufferWriter<byte>(4096);
        else _buffer.ResetWrittenCount();
        var size = message.CalculateSize();
        return gzip && size >= WorthCompressing ? Compressed(message) : Plain(message, size);
    }

    private ReadOnlyMemory<byte> Plain(IMessage message, int size)
    {
        var prefix = _buffer.GetSpan(PrefixBytes);
        prefix[0] = 0;
        BinaryPrimitives.WriteInt32BigEndian(prefix[1..], size);
        _buffer.Advance(PrefixBytes);
        message.WriteTo(_buffer);
        return _buffer.WrittenMemory;
    }

    private static ReadOnlyMemory<byte> Compressed(IMessage message)
    {
        var frame = new MemoryStream();
        frame.Write(stackalloc byte[PrefixBytes]);
        using (var zip = new GZipStream(frame, CompressionLevel.Fastest, leaveOpen: true)) message.WriteTo(zip);
        var bytes = frame.GetBuffer().AsMemory(0, (int)frame.Length);
        bytes.Span[0] = 1;
        BinaryPrimitives.WriteInt32BigEndian(bytes.Span[1..], bytes.Length - PrefixBytes);
        return bytes;
    }
}
