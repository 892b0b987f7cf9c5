using System.Buffers.Binary;
using System.Buffers.Text;
using Weir.Records;

namespace Weir.Storage;

/// <summary>
/// The place of an exchange in the order newest first: its start and its id. As text it is opaque: base64url of version,
/// start, id and a check byte, so that a mangled one is refused instead of silently showing another page.
/// </summary>
public readonly record struct ExchangeCursor(long StartedAtNs, ExchangeId Id)
{
    private const byte Version = 1;
    private const int Length = 1 + 8 + 16 + 1;

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Length];
        bytes[0] = Version;
        BinaryPrimitives.WriteInt64BigEndian(bytes[1..], StartedAtNs);
        BinaryPrimitives.WriteUInt128BigEndian(bytes[9..], Id.Value);
        bytes[^1] = Check(bytes[..^1]);
        return Base64Url.EncodeToString(bytes);
    }

    public static bool TryParse(string? text, out ExchangeCursor cursor)
    {
        cursor = default;
        Span<byte> bytes = stackalloc byte[Length];
        if (text is null || text.Length > Length * 2 || !Base64Url.IsValid(text, out var length) || length != Length) return false;
        // The decoder passes over blanks.
        if (!Base64Url.TryDecodeFromChars(text, bytes, out _) || Base64Url.EncodeToString(bytes) != text) return false;
        if (bytes[0] != Version || bytes[^1] != Check(bytes[..^1])) return false;
        cursor = new ExchangeCursor(
            BinaryPrimitives.ReadInt64BigEndian(bytes[1..]),
            new ExchangeId(BinaryPrimitives.ReadUInt128BigEndian(bytes[9..])));
        return true;
    }

    private static byte Check(ReadOnlySpan<byte> bytes)
    {
        var hash = 2166136261u;
        foreach (var b in bytes) hash = (hash ^ b) * 16777619u;
        return (byte)(hash ^ (hash >> 8) ^ (hash >> 16) ^ (hash >> 24));
    }
}
