namespace Weir.Linux;

/// <summary>
/// Writes classic BPF (linux/filter.h) with labels. The machine has an accumulator A, an index X and 16 words of memory; a load
/// beyond the packet ends the program with 0.
/// </summary>
internal sealed class FilterAssembler
{
    private const ushort BPF_JA = 0x05;
    private const ushort BPF_JEQ_K = 0x15;
    private const ushort BPF_JSET_K = 0x45;

    private readonly List<ulong> _program = [];
    private readonly List<(int At, object Target)> _jumps = [];
    private readonly Dictionary<object, int> _labels = [];

    /// <summary>A place to jump to; jumps go forward only.</summary>
    public static object NewLabel() => new();

    public FilterProgram Finish()
    {
        foreach (var (at, target) in _jumps) _program[at] |= (ulong)(uint)(_labels[target] - at - 1) << 32;
        return new FilterProgram([.. _program]);
    }

    public void Mark(object label) => _labels.Add(label, _program.Count);

    public void Jump(object target)
    {
        _jumps.Add((_program.Count, target));
        Emit(BPF_JA);
    }

    /// <summary>Conditional jumps reach 255 instructions only, so each skips a jump that reaches everywhere.</summary>
    public void JumpIfEqual(uint value, object target) => JumpIf(BPF_JEQ_K, value, target);

    public void JumpIfAnyBit(uint mask, object target) => JumpIf(BPF_JSET_K, mask, target);

    public void JumpUnlessEqual(uint value, object target)
    {
        Emit(BPF_JEQ_K | (1UL << 16), value);
        Jump(target);
    }

    /// <summary>A := 1, 2 or 4 bytes of the packet at X + offset, in network order.</summary>
    public void LoadByte(int offset) => Emit(0x50, (uint)offset);

    public void LoadHalf(int offset) => Emit(0x48, (uint)offset);

    public void LoadWord(int offset) => Emit(0x40, (uint)offset);

    /// <summary>A := what the kernel knows of the packet (SKF_AD_…).</summary>
    public void LoadAncillary(int what) => Emit(0x20, unchecked((uint)(SKF_AD_OFF + what)));

    /// <summary>A := four bytes at the network header + offset, in network order.</summary>
    public void LoadNetworkWord(int offset) => Emit(0x20, unchecked((uint)(SKF_NET_OFF + offset)));

    public void LoadValue(uint value) => Emit(0x00, value);

    public void LoadMemory(int slot) => Emit(0x60, (uint)slot);

    public void LoadIndexValue(uint value) => Emit(0x01, value);

    public void LoadIndexMemory(int slot) => Emit(0x61, (uint)slot);

    public void Store(int slot) => Emit(0x02, (uint)slot);

    public void StoreIndex(int slot) => Emit(0x03, (uint)slot);

    public void IndexFromA() => Emit(0x07);

    public void AFromIndex() => Emit(0x87);

    public void Add(int value) => Emit(0x04, (uint)value);

    public void AddIndex() => Emit(0x0c);

    public void And(uint mask) => Emit(0x54, mask);

    public void XorIndex() => Emit(0xac);

    public void Multiply(uint value) => Emit(0x24, value);

    public void ShiftLeft(int bits) => Emit(0x64, (uint)bits);

    public void ShiftRight(int bits) => Emit(0x74, (uint)bits);

    public void ReturnA() => Emit(0x16);

    public void Return(uint value) => Emit(0x06, value);

    /// <summary>linux/filter.h: negative offsets from here on are no packet bytes.</summary>
    private const int SKF_AD_OFF = -0x1000;

    private const int SKF_NET_OFF = -0x100000;

    private void JumpIf(ulong code, uint value, object target)
    {
        Emit(code | (1UL << 24), value);
        Jump(target);
    }

    private void Emit(ulong code, uint k = 0) => _program.Add(code | ((ulong)k << 32));
}
