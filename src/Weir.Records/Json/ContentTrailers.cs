using System.Buffers.Binary;

namespace Weir.Records.Json;

/// <summary>
/// Whether compressed data was there to its end. The stream classes of .NET end quietly on input that was cut off, so the
/// trailers are compared with the output. Raw deflate has none: a cut there goes unnoticed.
/// </summary>
public static class ContentTrailers
{
    private const int GzipHeaderBytes = 10;

    private static ReadOnlySpan<byte> NextMember => [0x1F, 0x8B, 0x08];

    /// <summary>RFC 1952 §2.3: the last four bytes are the size of the last member, which need not be the only one.</summary>
    public static bool GzipEnds(ReadOnlySpan<byte> input, ReadOnlySpan<byte> output)
    {
        if (input.Length < GzipHeaderBytes + 8) return false;
        return BinaryPrimitives.ReadUInt32LittleEndian(input[^4..]) == (uint)output.Length ||
               input[GzipHeaderBytes..].IndexOf(NextMember) >= 0;
    }

    /// <summary>RFC 1950 §2.2: the last four bytes are the Adler-32 of the output.</summary>
    public static bool ZlibEnds(ReadOnlySpan<byte> input, ReadOnlySpan<byte> output) =>
        input.Length >= 6 && BinaryPrimitives.ReadUInt32BigEndian(input[^4..]) == Adler32(output);

    private static uint Adler32(ReadOnlySpan<byte> bytes)
    {
        const uint Modulus = 65521;
        uint low = 1;
        uint high = 0;
        foreach (var b in bytes)
        {
            low = (low + b) % Modulus;
            high = (high + low) % Modulus;
        }

        return (high << 16) | low;
    }
}
