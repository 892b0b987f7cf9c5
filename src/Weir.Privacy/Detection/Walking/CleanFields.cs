using System.Buffers.Binary;
using System.Numerics;

namespace Weir.Privacy.Detection.Walking;

/// <summary>
/// Header fields that were looked at before and held nothing: most fields of a service are the same in every message. A table
/// of fixed size; a field that shares a slot with another takes its place. Holds nothing that was found sensitive.
/// </summary>
internal sealed class CleanFields
{
    private const int Entries = 512;
    private const int EntryBytes = 128;

    private readonly byte[] _bytes = new byte[Entries * EntryBytes];
    private readonly ushort[] _lengths = new ushort[Entries];

    public bool Contains(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (name.Length + value.Length > EntryBytes) return false;
        var slot = Slot(name, value);
        return _lengths[slot] == Lengths(name, value) && _bytes.AsSpan(slot * EntryBytes, name.Length).SequenceEqual(name)
               && _bytes.AsSpan((slot * EntryBytes) + name.Length, value.Length).SequenceEqual(value);
    }

    public void Add(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (name.Length + value.Length > EntryBytes) return;
        var slot = Slot(name, value);
        var entry = _bytes.AsSpan(slot * EntryBytes, EntryBytes);
        name.CopyTo(entry);
        value.CopyTo(entry[name.Length..]);
        _lengths[slot] = Lengths(name, value);
    }

    private static ushort Lengths(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) => (ushort)((name.Length << 8) | value.Length);

    private static int Slot(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        // One multiplication: both would have to wait for each other.
        const ulong Multiplier = 0x9E3779B97F4A7C15;
        var mixed = Ends(value) + BitOperations.RotateLeft(Ends(name), 23) + (ulong)value.Length;
        return (int)((mixed * Multiplier) >> 48) & (Entries - 1);
    }

    private static ulong Ends(ReadOnlySpan<byte> text) => text.Length switch
    {
        >= 8 => BinaryPrimitives.ReadUInt64LittleEndian(text) ^ BitOperations.RotateLeft(BinaryPrimitives.ReadUInt64LittleEndian(text[^8..]), 5),
        >= 4 => BinaryPrimitives.ReadUInt32LittleEndian(text) | ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(text[^4..]) << 32),
        > 0 => (ulong)text[0] | ((ulong)text[^1] << 8) | ((ulong)text[text.Length / 2] << 16),
        _ => 0,
    };
}
