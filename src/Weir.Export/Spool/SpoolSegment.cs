using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Weir.Records;

namespace Weir.Export.Spool;

/// <summary>One batch of messages on its way, with the bytes as they are sent.</summary>
/// <param name="Id">Names the batch wherever it goes; a repeated delivery carries the same.</param>
/// <param name="Messages">Lines in the payload.</param>
/// <param name="Compressed">True when the payload is a zlib stream.</param>
/// <param name="Payload">The body of the request.</param>
internal sealed record SpoolBatch(ExchangeId Id, int Messages, bool Compressed, byte[] Payload)
{
    /// <summary>Counters of bytes, which are no messages and count as none.</summary>
    public bool IsTraffic { get; init; }

    /// <summary>When it was made, in Unix milliseconds: the first 48 bits of a ULID.</summary>
    public long CreatedMs => (long)(ulong)(Id.Value >> 80);
}

/// <summary>
/// The file of a <see cref="SpoolBatch"/>, little-endian:
/// <code>
///  0      4      8              16         20       21..23   24          40
///  ┌──────┬──────┬──────────────┬──────────┬────────┬────────┬───────────┬─────────
///  │"WRS1"│ CRC  │payload length│ messages │ flags  │   0    │ batch id  │ payload
///  └──────┴──────┴──────────────┴──────────┴────────┴────────┴───────────┴─────────
/// </code>
/// The CRC-32 covers everything behind it; bit 0 of the flags says that the payload is compressed, bit 1 that
/// it holds counters of bytes.
/// </summary>
internal static class SpoolSegment
{
    public const int HeaderBytes = 40;

    private const uint Magic = 0x3153_5257; // "WRS1"

    private const int CrcEnd = 8;

    private const byte TrafficFlag = 2;

    public static byte[] Encode(SpoolBatch batch)
    {
        var bytes = new byte[HeaderBytes + batch.Payload.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Magic);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), batch.Payload.Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), batch.Messages);
        bytes[20] = (byte)((batch.Compressed ? 1 : 0) | (batch.IsTraffic ? TrafficFlag : 0));
        BinaryPrimitives.WriteUInt128LittleEndian(bytes.AsSpan(24), batch.Id.Value);
        batch.Payload.CopyTo(bytes.AsSpan(HeaderBytes));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), Crc32.Of(bytes.AsSpan(CrcEnd)));
        return bytes;
    }

    /// <summary>False when the file is cut short, damaged or none of these.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out SpoolBatch? batch)
    {
        batch = null;
        if (bytes.Length < HeaderBytes || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic) return false;
        if (BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]) != bytes.Length - HeaderBytes) return false;
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) != Crc32.Of(bytes[CrcEnd..])) return false;
        batch = new SpoolBatch(
            new ExchangeId(BinaryPrimitives.ReadUInt128LittleEndian(bytes[24..])),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[16..]),
            (bytes[20] & 1) != 0,
            bytes[HeaderBytes..].ToArray()) { IsTraffic = (bytes[20] & TrafficFlag) != 0 };
        return true;
    }

    /// <summary>Whether a header is that of counters of bytes.</summary>
    public static bool PeekTraffic(ReadOnlySpan<byte> header) =>
        header.Length >= HeaderBytes && BinaryPrimitives.ReadUInt32LittleEndian(header) == Magic && (header[20] & TrafficFlag) != 0;

    /// <summary>The number of messages that a header claims; 0 when it is none. Enough to count, not to trust.</summary>
    public static int PeekMessages(ReadOnlySpan<byte> header) =>
        header.Length >= HeaderBytes && BinaryPrimitives.ReadUInt32LittleEndian(header) == Magic
            ? Math.Max(0, BinaryPrimitives.ReadInt32LittleEndian(header[16..]))
            : 0;
}
