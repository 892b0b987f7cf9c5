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

    /// <summary>Keeps every frame whole.</summary>
    internal static FilterProgram Everything { get; } = Snap(int.MaxValue);

    /// <summary>Keeps nothing.</summary>
    internal static FilterProgram Nothing { get; } = Snap(0);

    public int Length => Instructions.Length;

    /// <summary>Keeps the first <paramref name="bytes"/> of every frame. Needs no libpcap.</summary>
    public static FilterProgram Snap(int bytes) => new([BPF_RET_K | ((ulong)(uint)bytes << 32)]);

    /// <summary>
    /// The same, but what it leaves out is kept up to <paramref name="bytes"/>: its headers, to be counted. A load beyond the packet
    /// still ends the program with 0, so a frame shorter than the headers it announces stays left out.
    /// </summary>
    public FilterProgram KeepingHeaders(int bytes) =>
        new([.. Instructions.Select(one => one == BPF_RET_K ? BPF_RET_K | ((ulong)(uint)bytes << 32) : one)]);

    /// <summary>The same for what is received; what this host sends is left out. Jumps are relative, so a program may be moved.</summary>
    internal FilterProgram WithoutSent()
    {
        var received = new FilterAssembler();
        var label = FilterAssembler.NewLabel();
        received.LoadAncillary(FlowSteering.SKF_AD_PKTTYPE);
        received.JumpUnlessEqual(FlowSteering.PACKET_OUTGOING, label);
        received.Return(0);
        received.Mark(label);
        return new FilterProgram([.. received.Finish().Instructions, .. Instructions]);
    }
}
