using System.Buffers;
using System.IO.Compression;
using Weir.Records.Json;

namespace Weir.Export.Resurface;

public enum PayloadOutcome : byte
{
    Read,
    /// <summary>More bytes than allowed, after decompression.</summary>
    TooLarge,
    /// <summary>Compressed data that is broken or cut off.</summary>
    Broken,
}

/// <summary>
/// The text of a request body, whatever its headers say: the loggers announce <c>deflated</c> for zlib, for plain text, or not
/// at all. gzip and zlib are known by their first bytes (RFC 1952 §2.3.1, RFC 1950 §2.2); a JSON array begins like neither.
/// </summary>
public static class ResurfacePayload
{
    private const int ChunkBytes = 64 << 10;

    /// <param name="body">As received.</param>
    /// <param name="maxBytes">Most bytes of text; more ends at once, so that a compression bomb costs no more than this.</param>
    /// <param name="text">Takes the text; half filled unless the outcome is <see cref="PayloadOutcome.Read"/>.</param>
    public static PayloadOutcome Decode(ReadOnlyMemory<byte> body, int maxBytes, ArrayBufferWriter<byte> text)
    {
        var bytes = body.Span;
        var isGzip = bytes.Length >= 2 && bytes[0] == 0x1F && bytes[1] == 0x8B;
        var isZlib = bytes.Length >= 2 && (bytes[0] & 15) == 8 && bytes[0] >> 4 <= 7 && ((bytes[0] << 8) | bytes[1]) % 31 == 0;
        if (!isGzip && !isZlib)
        {
            if (bytes.Length > maxBytes) return PayloadOutcome.TooLarge;
            text.Write(bytes);
            return PayloadOutcome.Read;
        }

        using var source = new MemoryStream(body.ToArray(), writable: false);
        using Stream inflated = isGzip ? new GZipStream(source, CompressionMode.Decompress) : new ZLibStream(source, CompressionMode.Decompress);
        try
        {
            while (true)
            {
                var read = inflated.Read(text.GetSpan(ChunkBytes));
                if (read == 0) return IsWhole(isGzip, bytes, text.WrittenSpan) ? PayloadOutcome.Read : PayloadOutcome.Broken;
                text.Advance(read);
                if (text.WrittenCount > maxBytes) return PayloadOutcome.TooLarge;
            }
        }
        catch (InvalidDataException)
        {
            return PayloadOutcome.Broken;
        }
    }

    /// <summary>.NET's streams end quietly where data was cut off: half a batch must not be taken for a whole one.</summary>
    private static bool IsWhole(bool isGzip, ReadOnlySpan<byte> packed, ReadOnlySpan<byte> text) =>
        isGzip ? ContentTrailers.GzipEnds(packed, text) : ContentTrailers.ZlibEnds(packed, text);
}
