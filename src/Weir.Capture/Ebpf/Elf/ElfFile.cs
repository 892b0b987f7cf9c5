using System.Buffers.Binary;

namespace Weir.Capture.Ebpf.Elf;

/// <summary>What opening bytes as an ELF file came to.</summary>
internal enum ElfOutcome
{
    Opened,
    NotElf,
    /// <summary>32-bit, big-endian, or for a machine that Weir does not run on.</summary>
    OtherMachine,
    /// <summary>Header or program headers are cut short or contradict each other.</summary>
    Malformed,
}

/// <param name="Offset">Where it is in the file, bytes.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Address">Where it is in memory, before relocation; 0 when it is not loaded.</param>
internal readonly record struct ElfSection(ulong Offset, ulong Size, ulong Address);

/// <summary>
/// A 64-bit little-endian ELF file for x86-64 (System V ABI, chapters 4 and 5), read where it is asked about and nowhere else: a
/// library of any size costs a window of 64 KiB and a few reads. Nothing in the file is trusted: what does not fit is not found.
/// </summary>
/// <remarks>
/// <code>
/// Elf64_Ehdr 64 bytes: magic 0, class 4, data 5, type 16, machine 18, phoff 32, shoff 40, phentsize 54, phnum 56, shentsize 58,
///                      shnum 60, shstrndx 62
/// Elf64_Phdr 56 bytes: type 0, flags 4, offset 8, vaddr 16, filesz 32, memsz 40
/// Elf64_Shdr 64 bytes: name 0, type 4, flags 8, addr 16, offset 24, size 32, link 40, entsize 56
/// </code>
/// </remarks>
internal sealed class ElfFile
{
    private const int HeaderBytes = 64;
    private const int SegmentBytes = 56;
    private const int SectionBytes = 64;
    private const ushort MachineX64 = 62;
    private const uint SegmentLoad = 1;
    private const uint SegmentDynamic = 2;
    private const uint SegmentNote = 4;
    private const uint NoteBuildId = 3;
    private const uint SectionNoBits = 8;

    private readonly record struct Segment(uint Type, uint Flags, ulong Offset, ulong Address, ulong FileSize);

    private readonly Segment[] _segments;
    private readonly ulong _sectionTable;
    private readonly int _sectionCount;
    private readonly ElfSection _sectionNames;
    private ElfDynamic? _dynamic;

    private ElfFile(ByteWindow window, ElfLimits limits, Segment[] segments, ulong sectionTable, int sectionCount, int nameSection)
    {
        (Window, Limits, _segments, _sectionTable, _sectionCount) = (window, limits, segments, sectionTable, sectionCount);
        if (nameSection < sectionCount && TryHeader(nameSection, out _, out var names)) _sectionNames = names;
    }

    public ByteWindow Window { get; }

    public ElfLimits Limits { get; }

    /// <summary>What the dynamic loader reads: exported symbols.</summary>
    public ElfDynamic Dynamic => _dynamic ??= new ElfDynamic(this);

    public static ElfOutcome TryOpen(IByteSource source, ElfLimits limits, out ElfFile? file)
    {
        file = null;
        var window = new ByteWindow(source, limits.MaxReadBytes);
        if (!window.TryRead(0, HeaderBytes, out var header) || !header.StartsWith("\u007fELF"u8)) return ElfOutcome.NotElf;
        const byte Class64 = 2, LittleEndian = 1;
        if (header[4] != Class64 || header[5] != LittleEndian || UInt16(header, 18) != MachineX64) return ElfOutcome.OtherMachine;
        var (segmentTable, sectionTable) = (UInt64(header, 32), UInt64(header, 40));
        var (segmentBytes, segmentCount) = (UInt16(header, 54), Math.Min((int)UInt16(header, 56), limits.MaxSegments));
        var sections = UInt16(header, 58) == SectionBytes ? Math.Min((int)UInt16(header, 60), limits.MaxSections) : 0;
        int nameSection = UInt16(header, 62);
        if (segmentBytes != SegmentBytes || !window.TryRead(segmentTable, segmentCount * SegmentBytes, out var table)) return ElfOutcome.Malformed;
        var segments = new Segment[segmentCount];
        for (var i = 0; i < segmentCount; i++)
        {
            var entry = table.Slice(i * SegmentBytes, SegmentBytes);
            segments[i] = new Segment(UInt32(entry, 0), UInt32(entry, 4), UInt64(entry, 8), UInt64(entry, 16), UInt64(entry, 32));
        }

        file = new ElfFile(window, limits, segments, sectionTable, sections, nameSection);
        return ElfOutcome.Opened;
    }

    /// <summary>Where an address of the file's own numbering is in the file; false when no segment is loaded there.</summary>
    public bool TryOffset(ulong address, out ulong offset) => TryOffset(address, neededFlags: 0, out offset);

    /// <summary>The same for code: the address must be in an executable segment, and the file must be long enough to have it.</summary>
    public bool TryCodeOffset(ulong address, out ulong offset)
    {
        const uint Executable = 1;
        return TryOffset(address, Executable, out offset) && Window.TryRead(offset, 1, out _);
    }

    /// <summary>The section of that name; false in files that were stripped of their section headers.</summary>
    public bool TrySection(ReadOnlySpan<byte> name, out ElfSection section)
    {
        for (var i = 0; i < _sectionCount; i++)
        {
            if (!TryHeader(i, out var nameOffset, out section) || nameOffset >= _sectionNames.Size) continue;
            if (Window.IsName(_sectionNames.Offset + nameOffset, name)) return true;
        }

        section = default;
        return false;
    }

    /// <summary>PT_DYNAMIC's place in the file.</summary>
    public bool TryDynamic(out ElfSection dynamic) => TrySegment(SegmentDynamic, out dynamic);

    /// <summary>The build id that the linker wrote, in lower-case hexadecimal; null when there is none.</summary>
    public string? BuildId()
    {
        foreach (var segment in _segments)
        {
            if (segment.Type == SegmentNote && BuildId(segment.Offset, segment.FileSize) is { } id) return id;
        }

        return null;
    }

    /// <summary>Elf64_Nhdr: name size, description size, type, then both, each padded to 4 bytes.</summary>
    private string? BuildId(ulong offset, ulong size)
    {
        const int MaxIdBytes = 64, MaxNotes = 64;
        ulong at = 0;
        for (var i = 0; i < MaxNotes && at + 16 <= size && at <= uint.MaxValue; i++)
        {
            if (!Window.TryRead(offset + at, 16, out var note)) return null;
            var (nameBytes, idBytes, type) = (UInt32(note, 0), UInt32(note, 4), UInt32(note, 8));
            var start = at + 12 + Padded(nameBytes);
            if (type == NoteBuildId && nameBytes == 4 && note[12..16].SequenceEqual("GNU\0"u8) && idBytes is > 0 and <= MaxIdBytes)
                return Window.TryRead(offset + start, (int)idBytes, out var id) ? Convert.ToHexStringLower(id) : null;
            at = start + Padded(idBytes);
        }

        return null;

        static ulong Padded(uint bytes) => ((ulong)bytes + 3) & ~3UL;
    }

    private bool TryOffset(ulong address, uint neededFlags, out ulong offset)
    {
        foreach (var segment in _segments)
        {
            if (segment.Type != SegmentLoad || (segment.Flags & neededFlags) != neededFlags) continue;
            if (address < segment.Address || address - segment.Address >= segment.FileSize) continue;
            offset = segment.Offset + (address - segment.Address);
            return offset >= segment.Offset;
        }

        offset = 0;
        return false;
    }

    private bool TrySegment(uint type, out ElfSection place)
    {
        foreach (var segment in _segments)
        {
            if (segment.Type != type) continue;
            place = new ElfSection(segment.Offset, segment.FileSize, segment.Address);
            return true;
        }

        place = default;
        return false;
    }

    private bool TryHeader(int index, out uint nameOffset, out ElfSection section)
    {
        (nameOffset, section) = (0, default);
        if (_sectionTable > ulong.MaxValue / 2) return false;
        if (!Window.TryRead(_sectionTable + ((ulong)index * SectionBytes), SectionBytes, out var header)) return false;
        if (UInt32(header, 4) == SectionNoBits) return false;
        nameOffset = UInt32(header, 0);
        section = new ElfSection(UInt64(header, 24), UInt64(header, 32), UInt64(header, 16));
        return section.Offset < long.MaxValue && section.Size < long.MaxValue;
    }

    private static ushort UInt16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint UInt32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static ulong UInt64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);
}
