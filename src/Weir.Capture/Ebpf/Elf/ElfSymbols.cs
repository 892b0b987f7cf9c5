using System.Buffers.Binary;

namespace Weir.Capture.Ebpf.Elf;

/// <summary>
/// Functions that are not exported, found in .symtab of files that were not stripped. The table has no index: names are looked
/// for in .strtab first, then the symbols that bear them, each pass in one window.
/// </summary>
internal static class ElfSymbols
{
    private const int SymbolBytes = 24;

    /// <summary>One answer a name, in their order; default where there is none.</summary>
    public static ElfSymbol[] Find(ElfFile file, IReadOnlyList<byte[]> names)
    {
        var found = new ElfSymbol[names.Count];
        if (!file.TrySection(".symtab"u8, out var symbols) || !file.TrySection(".strtab"u8, out var strings)) return found;
        var places = new ulong?[names.Count];
        for (var i = 0; i < names.Count; i++)
        {
            if (TryFindText(file, strings, [0, .. names[i], 0], out var at)) places[i] = at + 1;
        }

        if (places.All(place => place is null)) return found;
        var size = Math.Min((long)symbols.Size, file.Limits.MaxScanBytes) / SymbolBytes * SymbolBytes;
        for (long at = 0; at + SymbolBytes <= size;)
        {
            var some = file.Window.ReadSome(symbols.Offset + (ulong)at, size - at);
            if (some.Length < SymbolBytes && !file.Window.TryRead(symbols.Offset + (ulong)at, SymbolBytes, out some)) break;
            some = some[..(some.Length / SymbolBytes * SymbolBytes)];
            for (var i = 0; i < some.Length; i += SymbolBytes) Match(some.Slice(i, SymbolBytes), places, found);
            at += some.Length;
        }

        return found;
    }

    /// <summary>Where the bytes stand in a section for the first time, from its start.</summary>
    public static bool TryFindText(ElfFile file, ElfSection section, ReadOnlySpan<byte> text, out ulong at)
    {
        var size = Math.Min((long)section.Size, file.Limits.MaxScanBytes);
        for (long start = 0; start + text.Length <= size;)
        {
            var some = file.Window.ReadSome(section.Offset + (ulong)start, size - start);
            if (some.Length < text.Length && !file.Window.TryRead(section.Offset + (ulong)start, text.Length, out some)) break;
            var index = some.IndexOf(text);
            if (index >= 0)
            {
                at = (ulong)(start + index);
                return true;
            }

            // The last bytes may be the beginning of the text.
            start += some.Length - text.Length + 1;
        }

        at = 0;
        return false;
    }

    /// <summary>Reads an Elf64_Sym; false for data, imports and other things that are no code of this file.</summary>
    public static bool IsDefinedFunction(ReadOnlySpan<byte> entry, out ElfSymbol symbol)
    {
        const int Function = 2, IndirectFunction = 10, Untyped = 0;
        symbol = new ElfSymbol(BinaryPrimitives.ReadUInt64LittleEndian(entry[8..]), BinaryPrimitives.ReadUInt64LittleEndian(entry[16..]));
        var (type, section) = (entry[4] & 15, BinaryPrimitives.ReadUInt16LittleEndian(entry[6..]));
        return type is Function or IndirectFunction or Untyped && section != 0 && symbol.Address != 0;
    }

    private static void Match(ReadOnlySpan<byte> entry, ulong?[] places, ElfSymbol[] found)
    {
        ulong name = BinaryPrimitives.ReadUInt32LittleEndian(entry);
        for (var i = 0; i < places.Length; i++)
        {
            if (places[i] == name && IsDefinedFunction(entry, out var symbol)) found[i] = symbol;
        }
    }
}
