namespace Weir.Linux;

/// <summary>
/// A classic BPF program: struct sock_filter (linux/filter.h) as one 64-bit word each. What it returns is how many bytes of the
/// frame are kept, 0 for none.
/// </summary>
public sealed class FilterProgram
{
    private const ushort BPF_RET_K = 0x06;

    internal readonly ulong[] Instructions;

    internal FilterProgram(ulong[] instructions) => Instructions = instructions;

    public int Length => Instructions.Length;

    /// <summary>Keeps the first <paramref name="bytes"/> of every frame. Needs no libpcap.</summary>
    public static FilterProgram Snap(int bytes) => new([BPF_RET_K | ((ulong)(uint)bytes << 32)]);
}
