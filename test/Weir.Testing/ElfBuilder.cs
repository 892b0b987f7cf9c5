using System.Buffers.Binary;
using System.Text;

namespace Weir.Testing;

/// <summary>How exported names of an <see cref="ElfBuilder"/> are found.</summary>
public enum ElfHash
{
    Gnu,
    SystemV,
}

/// <summary>Writes small ELF files for x86-64: functions with code, exported, hidden, or named by a Go line table only.</summary>
public sealed class ElfBuilder
{
    /// <summary>What addresses are ahead of places in the file.</summary>
    public const ulong Base = 0x10000;

    private const int SymbolBytes = 24;
    private readonly List<(string Name, byte[] Code, ElfNaming Naming)> _functions = [];

    private enum ElfNaming
    {
        Exported,
        Hidden,
        Go,
    }

    public ElfHash Hash { get; init; }

    public byte[] BuildId { get; init; } = [0xAB, 0xCD, 0xEF, 0x01];

    /// <summary>First address of the functions, once built.</summary>
    public IReadOnlyDictionary<string, ulong> Addresses { get; private set; } = new Dictionary<string, ulong>();

    public ElfBuilder Export(string name, params byte[] code) => Add(name, code, ElfNaming.Exported);

    public ElfBuilder Hide(string name, params byte[] code) => Add(name, code, ElfNaming.Hidden);

    public ElfBuilder Go(string name, params byte[] code) => Add(name, code, ElfNaming.Go);

    public byte[] Build()
    {
        var file = new MemoryStream();
        file.Write(new byte[64 + (3 * 56)]);
        var addresses = new Dictionary<string, ulong>();
        var text = file.Position;
        foreach (var (name, code, _) in _functions)
        {
            addresses[name] = Base + (ulong)file.Position;
            file.Write(code);
        }

        Addresses = addresses;
        var sections = new List<(string Name, uint Type, long Offset, long Size)> { ("", 0, 0, 0), (".text", 1, text, file.Position - text) };
        var exported = Sorted(_functions.Where(function => function.Naming == ElfNaming.Exported).Select(function => function.Name).ToList());
        var (dynamicSymbols, dynamicStrings) = Symbols(file, exported, addresses);
        var hash = Aligned(file);
        file.Write(Hash == ElfHash.Gnu ? GnuHash(exported) : SystemVHash(exported));
        var dynamic = Aligned(file);
        foreach (var (tag, place) in new[] { (5UL, dynamicStrings), (6UL, dynamicSymbols), (Hash == ElfHash.Gnu ? 0x6ffffef5UL : 4UL, hash), (0UL, 0L) })
            file.Write([.. Bytes(tag), .. Bytes(tag == 0 ? 0 : Base + (ulong)place)]);
        var note = Aligned(file);
        file.Write([.. Bytes(4u), .. Bytes((uint)BuildId.Length), .. Bytes(3u), .. "GNU\0"u8, .. BuildId]);
        var hidden = _functions.Where(function => function.Naming == ElfNaming.Hidden).Select(function => function.Name).ToList();
        if (hidden.Count > 0)
        {
            var (symbols, strings) = Symbols(file, hidden, addresses);
            sections.Add((".symtab", 2, symbols, strings - symbols));
            sections.Add((".strtab", 3, strings, file.Position - strings));
        }

        var go = _functions.Where(function => function.Naming == ElfNaming.Go).ToList();
        if (go.Count > 0)
        {
            var table = Aligned(file);
            file.Write(LineTable(go.Select(function => (function.Name, addresses[function.Name], function.Code.Length)).ToList(), Base + (ulong)text));
            sections.Add((".gopclntab", 1, table, file.Position - table));
        }

        var (sectionTable, count) = Sections(file, sections);
        var bytes = file.ToArray();
        Header(bytes, sectionTable, count);
        Segment(bytes, 0, type: 1, flags: 5, 0, bytes.Length);
        Segment(bytes, 1, type: 2, flags: 4, dynamic, note - dynamic);
        Segment(bytes, 2, type: 4, flags: 4, note, 16 + BuildId.Length);
        return bytes;
    }

    private ElfBuilder Add(string name, byte[] code, ElfNaming naming)
    {
        _functions.Add((name, code, naming));
        return this;
    }

    /// <summary>A chain of DT_GNU_HASH is a run of neighbours; with one bucket any order is one.</summary>
    private static List<string> Sorted(List<string> names) => [.. names.Order(StringComparer.Ordinal)];

    private (long Symbols, long Strings) Symbols(MemoryStream file, List<string> names, Dictionary<string, ulong> addresses)
    {
        var symbols = Aligned(file);
        file.Write(new byte[SymbolBytes]);
        var text = new List<byte> { 0 };
        foreach (var name in names)
        {
            var size = (ulong)_functions.First(function => function.Name == name).Code.Length;
            const byte GlobalFunction = 0x12;
            file.Write([.. Bytes((uint)text.Count), GlobalFunction, 0, 1, 0, .. Bytes(addresses[name]), .. Bytes(size)]);
            text.AddRange([.. Encoding.ASCII.GetBytes(name), 0]);
        }

        var strings = file.Position;
        file.Write([.. text]);
        return (symbols, strings);
    }

    private static byte[] GnuHash(List<string> names)
    {
        var hashes = names.Select(name => Encoding.ASCII.GetBytes(name).Aggregate(5381u, (hash, letter) => (hash * 33) + letter)).ToList();
        var chain = hashes.SelectMany((hash, i) => Bytes((hash & ~1u) | (i == hashes.Count - 1 ? 1u : 0)));
        return [.. Bytes(1u), .. Bytes(1u), .. Bytes(1u), .. Bytes(6u), .. Bytes(ulong.MaxValue), .. Bytes(names.Count > 0 ? 1u : 0), .. chain];
    }

    private static byte[] SystemVHash(List<string> names)
    {
        // One bucket: every symbol leads to the next.
        var chain = Enumerable.Range(0, names.Count + 1).SelectMany(i => Bytes(i == 0 || i == names.Count ? 0u : (uint)i + 1));
        return [.. Bytes(1u), .. Bytes((uint)names.Count + 1), .. Bytes(names.Count > 0 ? 1u : 0), .. chain];
    }

    private static byte[] LineTable(List<(string Name, ulong Address, int Bytes)> functions, ulong textStart)
    {
        const int HeaderBytes = 72;
        var names = new List<byte> { 0 };
        var nameAt = functions.ConvertAll(function =>
        {
            var at = names.Count;
            names.AddRange([.. Encoding.ASCII.GetBytes(function.Name), 0]);
            return at;
        });
        while (names.Count % 8 != 0) names.Add(0);
        var tableAt = HeaderBytes + names.Count;
        var entries = new List<byte>();
        var details = new List<byte>();
        var detailsAt = ((functions.Count * 8) + 4 + 7) & ~7;
        for (var i = 0; i < functions.Count; i++)
        {
            var start = (uint)(functions[i].Address - textStart);
            entries.AddRange([.. Bytes(start), .. Bytes((uint)(detailsAt + details.Count))]);
            details.AddRange([.. Bytes(start), .. Bytes((uint)nameAt[i])]);
        }

        var last = functions[^1];
        entries.AddRange(Bytes((uint)(last.Address - textStart) + (uint)last.Bytes));
        while (entries.Count < detailsAt) entries.Add(0);
        return
        [
            .. Bytes(0xFFFFFFF1), 0, 0, 1, 8, .. Bytes((ulong)functions.Count), .. Bytes(0UL), .. Bytes(textStart), .. Bytes((ulong)HeaderBytes),
            .. Bytes((ulong)tableAt), .. Bytes((ulong)tableAt), .. Bytes((ulong)tableAt), .. Bytes((ulong)tableAt), .. names, .. entries, .. details,
        ];
    }

    private static (long Table, int Count) Sections(MemoryStream file, List<(string Name, uint Type, long Offset, long Size)> sections)
    {
        var names = Aligned(file);
        var text = new List<byte>();
        var nameAt = new List<int>();
        sections.Add((".shstrtab", 3, names, 0));
        foreach (var section in sections)
        {
            nameAt.Add(text.Count);
            text.AddRange([.. Encoding.ASCII.GetBytes(section.Name), 0]);
        }

        sections[^1] = (".shstrtab", 3, names, text.Count);
        file.Write([.. text]);
        var table = Aligned(file);
        for (var i = 0; i < sections.Count; i++)
        {
            var (_, type, offset, size) = sections[i];
            file.Write([.. Bytes((uint)nameAt[i]), .. Bytes(type), .. Bytes(0UL), .. Bytes(Base + (ulong)offset), .. Bytes((ulong)offset), .. Bytes((ulong)size), .. new byte[24]]);
        }

        return (table, sections.Count);
    }

    private static void Header(Span<byte> file, long sectionTable, int sections)
    {
        "\u007fELF"u8.CopyTo(file);
        (file[4], file[5], file[6]) = (2, 1, 1);
        BinaryPrimitives.WriteUInt16LittleEndian(file[16..], 3);
        BinaryPrimitives.WriteUInt16LittleEndian(file[18..], 62);
        BinaryPrimitives.WriteUInt64LittleEndian(file[32..], 64);
        BinaryPrimitives.WriteUInt64LittleEndian(file[40..], (ulong)sectionTable);
        foreach (var (at, value) in new[] { (52, 64), (54, 56), (56, 3), (58, 64), (60, sections), (62, sections - 1) })
            BinaryPrimitives.WriteUInt16LittleEndian(file[at..], (ushort)value);
    }

    private static void Segment(Span<byte> file, int index, uint type, uint flags, long offset, long size)
    {
        var entry = file[(64 + (index * 56))..];
        BinaryPrimitives.WriteUInt32LittleEndian(entry, type);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], flags);
        BinaryPrimitives.WriteUInt64LittleEndian(entry[8..], (ulong)offset);
        BinaryPrimitives.WriteUInt64LittleEndian(entry[16..], Base + (ulong)offset);
        BinaryPrimitives.WriteUInt64LittleEndian(entry[32..], (ulong)size);
        BinaryPrimitives.WriteUInt64LittleEndian(entry[40..], (ulong)size);
    }

    private static long Aligned(MemoryStream file)
    {
        while (file.Position % 8 != 0) file.WriteByte(0);
        return file.Position;
    }

    private static byte[] Bytes(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }

    private static byte[] Bytes(ulong value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return bytes;
    }
}
