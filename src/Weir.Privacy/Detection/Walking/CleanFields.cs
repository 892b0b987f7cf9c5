using System.Buffers.Binary;

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
    private readonly (byte Name, byte Value)[] _lengths = new (byte, byte)[Entries];

    public bool Contains(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (name.Length + value.Length > EntryBytes) return false;
        var slot = Slot(name, value);
        var (nameLength, valueLength) = _lengths[slot];
        if (nameLength != name.Length || valueLength != value.Length) return false;
        var entry = _bytes.AsSpan(slot * EntryBytes, EntryBytes);
        return entry[..name.Length].SequenceEqual(name) && entry.Slice(name.Length, value.Length).SequenceEqual(value);
    }

    public void Add(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (name.Length + value.Length > EntryBytes) return;
        var slot = Slot(name, value);
        var entry = _bytes.AsSpan(slot * EntryBytes, EntryBytes);
        name.CopyTo(entry);
        value.CopyTo(entry[name.Length..]);
        _lengths[slot] = ((byte)name.Length, (byte)value.Length);
    }

    private static int Slot(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        const ulong Multiplier = 0x9E3779B97F4A7C15;
        var hash = (Ends(value) ^ ((ulong)value.Length << 8) ^ (ulong)name.Length) * Multiplier;
        return (int)(((hash ^ Ends(name)) * Multiplier) >> 48) & (Entries - 1);
    }

    private static ulong Ends(ReadOnlySpan<byte> text) => text.Length switch
    {
        >= 8 => BinaryPrimitives.ReadUInt64LittleEndian(text) ^ (BinaryPrimitives.ReadUInt64LittleEndian(text[^8..]) * 31),
        >= 4 => BinaryPrimitives.ReadUInt32LittleEndian(text) | ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(text[^4..]) << 32),
        > 0 => (ulong)text[0] | ((ulong)text[^1] << 8) | ((ulong)text[text.Length / 2] << 16),
        _ => 0,
    };
}
