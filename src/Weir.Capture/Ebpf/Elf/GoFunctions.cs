using System.Buffers.Binary;

namespace Weir.Capture.Ebpf.Elf;

/// <summary>
/// Functions of a Go program by name, from the line table that every Go program carries, stripped or not: the runtime needs it to
/// grow stacks (go.dev/s/go12symtab; runtime/symtab.go, debug/gosym/pclntab.go).
/// </summary>
/// <remarks>
/// <code>
/// pcHeader (Go 1.18 and later): u32 magic, u16 0, u8 quantum, u8 pointer size, u64 functions, u64 files, u64 text start,
///                               u64 names, u64 compilation units, u64 files, u64 pc tables, u64 function table
/// function table:               (u32 entry - text start, u32 place of _func) each, then the end of the last
/// _func:                        u32 entry - text start, i32 name …
/// </code>
/// Go 1.16 and 1.17 lack the text start and use 64-bit entries; they are not read.
/// </remarks>
internal static class GoFunctions
{
    private const uint Magic118 = 0xFFFFFFF0;
    private const uint Magic120 = 0xFFFFFFF1;
    private const int HeaderBytes = 72;
    private const int EntryBytes = 8;

    public static bool IsGo(ElfFile file) => TryTable(file, out _);

    /// <summary>One answer a name, in their order; default where there is none.</summary>
    public static ElfSymbol[] Find(ElfFile file, IReadOnlyList<byte[]> names)
    {
        var found = new ElfSymbol[names.Count];
        if (!TryTable(file, out var table) || !file.Window.TryRead(table.Offset, HeaderBytes, out var header)) return found;
        var magic = BinaryPrimitives.ReadUInt32LittleEndian(header);
        if (magic is not (Magic118 or Magic120) || header[7] != 8) return found;
        var count = BinaryPrimitives.ReadUInt64LittleEndian(header[8..]);
        var textStart = BinaryPrimitives.ReadUInt64LittleEndian(header[24..]);
        var nameStart = BinaryPrimitives.ReadUInt64LittleEndian(header[32..]);
        var nameEnd = BinaryPrimitives.ReadUInt64LittleEndian(header[40..]);
        var functions = BinaryPrimitives.ReadUInt64LittleEndian(header[64..]);
        if (nameEnd < nameStart || nameEnd > table.Size || functions > table.Size) return found;
        // Position-independent programs and Go 1.26 leave the start of the text to the linker's section.
        if (textStart == 0 && file.TrySection(".text"u8, out var text)) textStart = text.Address;
        var nameOffsets = ElfSymbols.FindTexts(file, new ElfSection(table.Offset + nameStart, nameEnd - nameStart, 0), names);
        if (nameOffsets.Any(offset => offset is not null)) Walk(file, table, functions, count, textStart, nameOffsets, found);
        return found;
    }

    private static bool TryTable(ElfFile file, out ElfSection table) =>
        file.TrySection(".gopclntab"u8, out table) || file.TrySection(".data.rel.ro.gopclntab"u8, out table);

    private static void Walk(
        ElfFile file, ElfSection table, ulong functions, ulong count, ulong textStart, ulong?[] names, ElfSymbol[] found)
    {
        count = Math.Min(count, Math.Min(table.Size - functions, (ulong)file.Limits.MaxScanBytes) / EntryBytes);
        // Two windows: one goes along the table, the other along what its entries point at, both upwards.
        var details = file.Window.Another();
        var left = names.Count(name => name is not null);
        for (ulong i = 0; i < count && left > 0; i++)
        {
            if (!file.Window.TryRead(table.Offset + functions + (i * EntryBytes), EntryBytes + 4, out var entry)) return;
            var start = BinaryPrimitives.ReadUInt32LittleEndian(entry);
            var place = BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]);
            var end = BinaryPrimitives.ReadUInt32LittleEndian(entry[8..]);
            if (!details.TryRead(table.Offset + functions + place, 8, out var function)) return;
            ulong? name = BinaryPrimitives.ReadUInt32LittleEndian(function[4..]);
            var wanted = Array.IndexOf(names, name);
            if (wanted < 0 || end <= start) continue;
            found[wanted] = new ElfSymbol(textStart + start, end - start);
            left--;
        }
    }
}
