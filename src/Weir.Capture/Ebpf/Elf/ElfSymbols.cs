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
        var places = FindTexts(file, strings, names);
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

    /// <summary>Where names, with a NUL before and behind, begin in a section; null where one is not there. One pass for all.</summary>
    public static ulong?[] FindTexts(ElfFile file, ElfSection section, IReadOnlyList<byte[]> names)
    {
        var places = new ulong?[names.Count];
        var texts = names.Select(name => (byte[])[0, .. name, 0]).ToArray();
        var longest = texts.Max(text => text.Length);
        var size = Math.Min((long)section.Size, file.Limits.MaxScanBytes);
        var left = texts.Length;
        for (long start = 0; start < size && left > 0;)
        {
            var some = file.Window.ReadSome(section.Offset + (ulong)start, size - start);
            if (some.Length < longest && file.Window.TryRead(section.Offset + (ulong)start, (int)Math.Min(size - start, longest), out var more)) some = more;
            for (var i = 0; i < texts.Length; i++)
            {
                if (places[i] is not null || some.IndexOf(texts[i]) is not (>= 0 and var index)) continue;
                places[i] = (ulong)(start + index) + 1;
                left--;
            }

            // The last bytes may be the beginning of a name.
            if (some.Length < longest) break;
            start += some.Length - longest + 1;
        }

        return places;
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
