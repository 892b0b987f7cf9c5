using System.Buffers.Binary;
using System.IO.Compression;

namespace Weir.Storage.Sqlite;

/// <summary>How a record's bytes are kept. The values are stored in the <c>encoding</c> column.</summary>
internal enum RecordEncoding
{
    Plain = 0,
    /// <summary>32-bit little-endian length of the plain bytes, then Brotli (RFC 7932).</summary>
    Brotli = 1,
}

/// <summary>Compresses records for the store. Quality 1: JSON shrinks to a third at hundreds of MB a second.</summary>
internal sealed class RecordCodec(int compressFromBytes)
{
    private const int Quality = 1;
    private const int WindowBits = 18;
    private const int HeaderBytes = sizeof(int);
    private byte[] _scratch = [];

    /// <summary>The bytes to store; valid until the next call, or as long as <paramref name="record"/>.</summary>
    public ReadOnlySpan<byte> Encode(ReadOnlySpan<byte> record, out RecordEncoding encoding)
    {
        encoding = RecordEncoding.Plain;
        if (record.Length < compressFromBytes) return record;
        var needed = BrotliEncoder.GetMaxCompressedLength(record.Length) + HeaderBytes;
        if (_scratch.Length < needed) _scratch = new byte[Math.Max(needed, 64 * 1024)];
        if (!BrotliEncoder.TryCompress(record, _scratch.AsSpan(HeaderBytes), out var written, Quality, WindowBits)) return record;
        if (written + HeaderBytes >= record.Length) return record;
        BinaryPrimitives.WriteInt32LittleEndian(_scratch, record.Length);
        encoding = RecordEncoding.Brotli;
        return _scratch.AsSpan(0, written + HeaderBytes);
    }

    /// <exception cref="InvalidDataException">The stored bytes are not what <see cref="Encode"/> wrote.</exception>
    public static byte[] Decode(ReadOnlySpan<byte> stored, RecordEncoding encoding)
    {
        if (encoding == RecordEncoding.Plain) return stored.ToArray();
        var length = stored.Length < HeaderBytes ? -1 : BinaryPrimitives.ReadInt32LittleEndian(stored);
        // A Brotli stream can't expand more than this; a larger figure is damage, not a reason to allocate.
        if (encoding != RecordEncoding.Brotli || length < 0 || length > Array.MaxLength / 4)
        {
            throw new InvalidDataException("A stored record has an unknown encoding.");
        }

        var plain = new byte[length];
        if (!BrotliDecoder.TryDecompress(stored[HeaderBytes..], plain, out var written) || written != length)
        {
            throw new InvalidDataException("A stored record does not decompress.");
        }

        return plain;
    }
}
