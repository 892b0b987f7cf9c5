namespace Weir.Packets;

/// <summary>What a capture file may demand of memory.</summary>
public sealed record CaptureFileLimits
{
    public static CaptureFileLimits Default { get; } = new();

    /// <summary>
    /// Bytes of one packet record or pcapng block that is read whole; a larger one counts as damage. Real frames end at
    /// 512 KiB (BIG TCP), 16 MiB is Wireshark's bound for a block. Blocks that are skipped are not held and may be larger.
    /// </summary>
    public int MaxBlockBytes { get; init; } = 16 << 20;

    /// <summary>Interfaces over all sections of a pcapng file; more counts as damage. 65 536 is what an old packet block can name.</summary>
    public int MaxInterfaces { get; init; } = 65_536;

    /// <summary>Bytes asked of the stream at once: system calls are rare beside parsing, and what was read is still in the core's own cache.</summary>
    public int ReadBytes { get; init; } = 256 << 10;
}
