using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Pipelines;
using Google.Protobuf;

namespace Weir.Rpc.Wire;

/// <summary>Reads length-prefixed messages as <see cref="MessageWriter"/> has them. Not thread-safe.</summary>
/// <param name="body">What the peer sends.</param>
/// <param name="encoding">Field <c>grpc-encoding</c> of the peer; null for none.</param>
/// <param name="maxMessageBytes">Of a message after decompression.</param>
internal sealed class MessageReader(PipeReader body, string? encoding, int maxMessageBytes)
{
    private const int RetainedBytes = 1 << 20;

    /// <summary>Header and trailer of the shortest gzip member (RFC 1952 §2.3).</summary>
    private const int GzipBytes = 18;

    private readonly byte[] _prefix = new byte[MessageWriter.PrefixBytes];
    private ArrayBufferWriter<byte> _message = new(256);

    /// <summary>The next message; null at the end of the stream.</summary>
    /// <exception cref="RpcException">Too large, cut short, or compressed in a way that was not agreed on.</exception>
    public async ValueTask<T?> Read<T>(MessageParser<T> parser, CancellationToken cancellation)
        where T : class, IMessage<T>
    {
        if (!await Fill(_prefix, mayEnd: true, cancellation)) return null;
        var length = BinaryPrimitives.ReadUInt32BigEndian(_prefix.AsSpan(1));
        if (length > maxMessageBytes) throw TooLarge();
        if (_prefix[0] > 1) throw new RpcException(RpcStatusCode.Internal, "the compressed flag of a message is neither 0 nor 1");
        if (_message.Capacity > RetainedBytes) _message = new ArrayBufferWriter<byte>(256);
        else _message.ResetWrittenCount();
        for (var rest = (int)length; rest > 0;)
        {
            // In pieces: memory is taken as bytes come, not on a promise.
            var piece = _message.GetMemory(Math.Min(rest, 64 << 10));
            piece = piece[..Math.Min(rest, piece.Length)];
            await Fill(piece, mayEnd: false, cancellation);
            _message.Advance(piece.Length);
            rest -= piece.Length;
        }

        if (_prefix[0] == 1) Decompress();
        try
        {
            return parser.ParseFrom(_message.WrittenSpan);
        }
        catch (Exception broken) when (broken is InvalidProtocolBufferException or InvalidOperationException)
        {
            // The second is what the library says of a wrapper (google.protobuf.UInt32Value) that ends within itself.
            throw new RpcException(new RpcStatus(RpcStatusCode.Internal, $"a message cannot be read: {broken.Message}"), inner: broken);
        }
    }

    /// <summary>False when the stream ended before the first byte.</summary>
    private async ValueTask<bool> Fill(Memory<byte> into, bool mayEnd, CancellationToken cancellation)
    {
        var filled = 0;
        while (filled < into.Length)
        {
            var read = await body.ReadAsync(cancellation);
            var available = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, into.Length - filled));
            available.CopyTo(into.Span[filled..]);
            filled += (int)available.Length;
            body.AdvanceTo(available.End);
            if (filled == into.Length || !read.IsCompleted || available.Length > 0) continue;
            if (filled == 0 && mayEnd) return false;
            throw new RpcException(RpcStatusCode.Internal, "the stream ended within a message");
        }

        return true;
    }

    private void Decompress()
    {
        if (encoding is null or "identity") throw new RpcException(RpcStatusCode.Internal, "a message is compressed, and nobody said how");
        if (encoding != "gzip") throw new RpcException(RpcStatusCode.Unimplemented, $"messages compressed by {encoding} are not understood");
        var plain = new ArrayBufferWriter<byte>(Math.Max(256, Math.Min(maxMessageBytes, 2 * _message.WrittenCount)));
        using var zip = new GZipStream(new MemoryStream(_message.WrittenSpan.ToArray()), CompressionMode.Decompress);
        try
        {
            while (zip.Read(plain.GetSpan(16 << 10)) is > 0 and var read)
            {
                plain.Advance(read);
                if (plain.WrittenCount > maxMessageBytes) throw TooLarge();
            }
        }
        catch (InvalidDataException broken)
        {
            throw new RpcException(new RpcStatus(RpcStatusCode.Internal, $"a message cannot be decompressed: {broken.Message}"), inner: broken);
        }

        // The stream does not tell an end that came too early. RFC 1952 §2.3.1: the last four bytes are the length.
        var wire = _message.WrittenSpan;
        if (wire.Length < GzipBytes || BinaryPrimitives.ReadInt32LittleEndian(wire[^4..]) != plain.WrittenCount)
            throw new RpcException(RpcStatusCode.Internal, "a compressed message is cut short");
        _message = plain;
    }

    private RpcException TooLarge() => new(RpcStatusCode.ResourceExhausted, $"a message has more than {maxMessageBytes} bytes");
}
