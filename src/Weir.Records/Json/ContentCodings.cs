using System.IO.Compression;
using System.Text;

namespace Weir.Records.Json;

internal enum ContentCoding : byte
{
    Gzip,
    Deflate,
    Brotli,
}

internal enum CodingOutcome : byte
{
    Complete,
    /// <summary>Some output, then the input ended early, broke, or the limit was reached.</summary>
    Truncated,
    /// <summary>No output could be made of the input.</summary>
    Invalid,
}

internal static class ContentCodings
{
    private const int ChunkBytes = 4096;

    /// <summary>Lists the codings in the order they were applied; false when one is unknown or there are too many.</summary>
    public static bool Read(HttpMessage message, int maximum, List<ContentCoding> codings)
    {
        var named = false;
        foreach (var header in message.Headers)
        {
            if (!Ascii.EqualsIgnoreCase(message[header.Name], "content-encoding"u8)) continue;
            named = true;
            if (!ReadList(message[header.Value], maximum, codings)) return false;
        }

        return named || ReadList(message[message.ContentEncoding], maximum, codings);
    }

    public static CodingOutcome Undo(ContentCoding coding, ByteBuffer input, ByteBuffer output, int limit)
    {
        if (coding == ContentCoding.Brotli) return Brotli(input.Span, output, limit);
        if (coding == ContentCoding.Gzip)
        {
            var gunzipped = Inflate(
                static source => new GZipStream(source, CompressionMode.Decompress), input, output, limit);
            return gunzipped == CodingOutcome.Complete && !ContentTrailers.GzipEnds(input.Span, output.Span)
                ? CodingOutcome.Truncated
                : gunzipped;
        }

        // RFC 9110 §8.4.1.2: "deflate" is the zlib format, but some senders leave the zlib wrapper out.
        if (HasZlibHeader(input.Span))
        {
            var outcome = Inflate(
                static source => new ZLibStream(source, CompressionMode.Decompress), input, output, limit);
            if (outcome == CodingOutcome.Complete && !ContentTrailers.ZlibEnds(input.Span, output.Span))
            {
                return CodingOutcome.Truncated;
            }

            if (outcome != CodingOutcome.Invalid) return outcome;
            output.Clear();
        }

        return Inflate(static source => new DeflateStream(source, CompressionMode.Decompress), input, output, limit);
    }

    /// <summary>Whether a cut input too short to yield output is at least the start of this coding.</summary>
    public static bool CouldBegin(ContentCoding coding, ReadOnlySpan<byte> input) => coding switch
    {
        ContentCoding.Gzip => IsGzipStart(input),
        ContentCoding.Deflate => HasZlibHeader(input),
        _ => true,
    };

    /// <summary>RFC 1952 §2.3.1: ID1 = 0x1f, ID2 = 0x8b.</summary>
    private static bool IsGzipStart(ReadOnlySpan<byte> input) =>
        input.Length > 0 && input[0] == 0x1F && (input.Length == 1 || input[1] == 0x8B);

    /// <summary>RFC 1950 §2.2: method 8 in the low bits of CMF, and CMF·256 + FLG is a multiple of 31.</summary>
    private static bool HasZlibHeader(ReadOnlySpan<byte> input) =>
        input.Length >= 2 && (input[0] & 15) == 8 && ((input[0] << 8) | input[1]) % 31 == 0;

    private static bool ReadList(ReadOnlySpan<byte> value, int maximum, List<ContentCoding> codings)
    {
        foreach (var range in value.Split((byte)','))
        {
            var name = value[range].Trim(" \t"u8);
            if (name.IsEmpty || Ascii.EqualsIgnoreCase(name, "identity"u8)) continue;
            if (codings.Count == maximum) return false;
            if (Ascii.EqualsIgnoreCase(name, "gzip"u8) || Ascii.EqualsIgnoreCase(name, "x-gzip"u8))
            {
                codings.Add(ContentCoding.Gzip);
            }
            else if (Ascii.EqualsIgnoreCase(name, "deflate"u8))
            {
                codings.Add(ContentCoding.Deflate);
            }
            else if (Ascii.EqualsIgnoreCase(name, "br"u8))
            {
                codings.Add(ContentCoding.Brotli);
            }
            else
            {
                return false;
            }
        }

        return true;
    }

    private static CodingOutcome Inflate(Func<Stream, Stream> open, ByteBuffer input, ByteBuffer output, int limit)
    {
        var segment = input.Segment;
        using var source = new MemoryStream(segment.Array!, segment.Offset, segment.Count, writable: false);
        using var inflated = open(source);
        Span<byte> chunk = stackalloc byte[ChunkBytes];
        try
        {
            while (true)
            {
                var read = inflated.Read(chunk);
                if (read == 0) return CodingOutcome.Complete;
                if (!Keep(chunk[..read], output, limit)) return CodingOutcome.Truncated;
            }
        }
        catch (InvalidDataException)
        {
            // The stream classes tell broken and cut-off data by exception only; both are outcomes here.
            return output.Length > 0 ? CodingOutcome.Truncated : CodingOutcome.Invalid;
        }
    }

    private static CodingOutcome Brotli(ReadOnlySpan<byte> input, ByteBuffer output, int limit)
    {
        using var decoder = default(BrotliDecoder);
        Span<byte> chunk = stackalloc byte[ChunkBytes];
        while (true)
        {
            var status = decoder.Decompress(input, chunk, out var consumed, out var written);
            input = input[consumed..];
            if (!Keep(chunk[..written], output, limit)) return CodingOutcome.Truncated;
            switch (status)
            {
                case System.Buffers.OperationStatus.Done:
                    return CodingOutcome.Complete;
                case System.Buffers.OperationStatus.DestinationTooSmall:
                    continue;
                default:
                    return output.Length > 0 ? CodingOutcome.Truncated : CodingOutcome.Invalid;
            }
        }
    }

    private static bool Keep(ReadOnlySpan<byte> bytes, ByteBuffer output, int limit)
    {
        var room = limit - output.Length;
        output.Append(bytes[..Math.Min(room, bytes.Length)]);
        return bytes.Length <= room;
    }
}
