using System.Buffers.Binary;

namespace Weir.Capture.Ebpf.Elf;

/// <param name="Address">In the file's own numbering.</param>
/// <param name="Size">Bytes of the function; 0 when the table does not say.</param>
internal readonly record struct ElfSymbol(ulong Address, ulong Size);

/// <summary>
/// The exported symbols, found as the dynamic loader finds them: by hash, in a handful of small reads. Node exports a hundred
/// thousand names; none of them is held here.
/// </summary>
/// <remarks>
/// DT_GNU_HASH (glibc elf/dl-lookup.c): <c>u32 buckets, first, bloomWords, shift; u64 bloom[]; u32 bucket[]; u32 chain[]</c>. A
/// chain holds the hashes from symbol <c>first</c> on; the lowest bit ends it. DT_HASH (System V ABI): <c>u32 buckets, chains;
/// u32 bucket[]; u32 chain[]</c>. Elf64_Sym, 24 bytes: name 0, info 4, section 6, value 8, size 16.
/// </remarks>
internal sealed class ElfDynamic
{
    private const int SymbolBytes = 24;
    private const int EntryBytes = 16;

    private readonly ElfFile _file;
    private readonly ulong _strings;
    private readonly ulong _symbols;
    private readonly ulong _gnuHash;
    private readonly ulong _hash;

    public ElfDynamic(ElfFile file)
    {
        const ulong Null = 0, Hash = 4, StringTable = 5, SymbolTable = 6, GnuHash = 0x6ffffef5;
        _file = file;
        if (!file.TryDynamic(out var dynamic)) return;
        var count = Math.Min(dynamic.Size / EntryBytes, (ulong)file.Limits.MaxDynamicEntries);
        for (ulong i = 0; i < count; i++)
        {
            if (!file.Window.TryRead(dynamic.Offset + (i * EntryBytes), EntryBytes, out var entry)) return;
            var tag = BinaryPrimitives.ReadUInt64LittleEndian(entry);
            var value = BinaryPrimitives.ReadUInt64LittleEndian(entry[8..]);
            switch (tag)
            {
                case Null: return;
                case Hash: file.TryOffset(value, out _hash); break;
                case StringTable: file.TryOffset(value, out _strings); break;
                case SymbolTable: file.TryOffset(value, out _symbols); break;
                case GnuHash: file.TryOffset(value, out _gnuHash); break;
            }
        }
    }

    /// <summary>The function exported under that name; false when it is not, or imported only.</summary>
    public bool TryFind(ReadOnlySpan<byte> name, out ElfSymbol symbol)
    {
        symbol = default;
        if (_strings == 0 || _symbols == 0) return false;
        return _gnuHash != 0 ? TryGnu(name, out symbol) : _hash != 0 && TrySystemV(name, out symbol);
    }

    private bool TryGnu(ReadOnlySpan<byte> name, out ElfSymbol symbol)
    {
        symbol = default;
        var window = _file.Window;
        if (!window.TryRead(_gnuHash, 16, out var header)) return false;
        var buckets = BinaryPrimitives.ReadUInt32LittleEndian(header);
        var first = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
        var bloomWords = BinaryPrimitives.ReadUInt32LittleEndian(header[8..]);
        var shift = BinaryPrimitives.ReadUInt32LittleEndian(header[12..]) & 31;
        if (buckets == 0 || bloomWords == 0) return false;
        uint hash = 5381;
        foreach (var letter in name) hash = (hash * 33) + letter;
        var bloom = _gnuHash + 16;
        if (!window.TryUInt64(bloom + (8UL * (hash / 64 % bloomWords)), out var word)) return false;
        if (((word >> (int)(hash % 64)) & (word >> (int)((hash >> (int)shift) % 64)) & 1) == 0) return false;
        var bucketTable = bloom + (8UL * bloomWords);
        if (!window.TryUInt32(bucketTable + (4UL * (hash % buckets)), out var index) || index < first) return false;
        var chain = bucketTable + (4UL * buckets);
        for (var i = 0; i < _file.Limits.MaxChain; i++, index++)
        {
            if (!window.TryUInt32(chain + (4UL * (index - first)), out var entry)) return false;
            if ((entry | 1) == (hash | 1) && TrySymbol(index, name, out symbol)) return true;
            if ((entry & 1) != 0) return false;
        }

        return false;
    }

    private bool TrySystemV(ReadOnlySpan<byte> name, out ElfSymbol symbol)
    {
        symbol = default;
        uint hash = 0;
        foreach (var letter in name)
        {
            hash = (hash << 4) + letter;
            var high = hash & 0xF000_0000;
            hash = (hash ^ (high >> 24)) & ~high;
        }

        var window = _file.Window;
        if (!window.TryUInt32(_hash, out var buckets) || buckets == 0) return false;
        var chain = _hash + 8 + (4UL * buckets);
        if (!window.TryUInt32(_hash + 8 + (4UL * (hash % buckets)), out var index)) return false;
        for (var i = 0; i < _file.Limits.MaxChain && index != 0; i++)
        {
            if (TrySymbol(index, name, out symbol)) return true;
            if (!window.TryUInt32(chain + (4UL * index), out index)) return false;
        }

        return false;
    }

    private bool TrySymbol(uint index, ReadOnlySpan<byte> name, out ElfSymbol symbol)
    {
        symbol = default;
        if (!_file.Window.TryRead(_symbols + ((ulong)index * SymbolBytes), SymbolBytes, out var entry)) return false;
        if (!ElfSymbols.IsDefinedFunction(entry, out symbol)) return false;
        return _file.Window.IsName(_strings + BinaryPrimitives.ReadUInt32LittleEndian(entry), name);
    }
}
