namespace Weir.Capture.Ebpf.Elf;

/// <summary>
/// What reading one program or library may cost. The file is somebody else's, from inside a container: whatever it claims of
/// itself, no more is read or held than this.
/// </summary>
internal sealed record ElfLimits
{
    public static ElfLimits Default { get; } = new();

    /// <summary>Program headers looked at. Linkers write about a dozen.</summary>
    public int MaxSegments { get; init; } = 128;

    /// <summary>Section headers looked at. Large programs have under a hundred; -ffunction-sections is undone by linking.</summary>
    public int MaxSections { get; init; } = 1024;

    /// <summary>Entries of PT_DYNAMIC looked at. Each needed library takes one.</summary>
    public int MaxDynamicEntries { get; init; } = 4096;

    /// <summary>Symbols of one hash chain looked at: a well-formed table has one or two a chain.</summary>
    public int MaxChain { get; init; } = 1024;

    /// <summary>Bytes of one table that is searched from end to end (.symtab, .strtab, .gopclntab), in windows of 64 KiB.</summary>
    public long MaxScanBytes { get; init; } = 256L << 20;

    /// <summary>Bytes read of one file in all: a sparse file can be of any size at no cost to who made it.</summary>
    public long MaxReadBytes { get; init; } = 512L << 20;

    /// <summary>Bytes of one function that are decoded. crypto/tls.(*Conn).Read is 2 KiB.</summary>
    public int MaxFunctionBytes { get; init; } = 32 << 10;
}
