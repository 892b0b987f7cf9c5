using System.Buffers.Binary;

namespace Weir.Capture.Ebpf.Elf;

/// <summary>What an instruction does to the flow of control, as far as anyone here asks.</summary>
internal enum X64Flow
{
    Other,
    /// <summary>C3, C2: back to the caller.</summary>
    Return,
    /// <summary>E8: near call with a 32-bit displacement.</summary>
    Call,
    /// <summary>E9 or EB: jump with a displacement.</summary>
    Jump,
    /// <summary>FF /4: jump through a register or memory, as the stubs of a procedure linkage table do.</summary>
    IndirectJump,
}

/// <summary>
/// Length and kind of one instruction in 64-bit mode (Intel SDM volume 2, chapter 2 and appendix A). It decodes no operands: only
/// as much as is needed to step from one instruction to the next without ever losing the boundary.
/// </summary>
/// <remarks>
/// <code>
/// prefixes 66 67 F0 F2 F3 2E 36 3E 26 64 65 │ REX 40-4F │ opcode │ ModRM │ SIB │ displacement │ immediate
///                                    VEX C5 pp │ C4 mm pp │ EVEX 62 mm pp aa │
/// </code>
/// </remarks>
/// <param name="Length">Bytes; 0 when the bytes are no instruction, or cut short.</param>
/// <param name="Flow">Kind.</param>
/// <param name="Displacement">Of a call or jump, from the end of the instruction.</param>
internal readonly record struct X64Instruction(int Length, X64Flow Flow, int Displacement)
{
    /// <summary>An instruction may not be longer: the processor refuses it.</summary>
    public const int MaxBytes = 15;

    private const byte None = 0, Modrm = 1, Imm8 = 2, Imm16 = 4, ImmZ = 8, ImmV = 16, Offset = 32, Bad = 64, Group3 = 128;

    /// <summary>One-byte opcodes from 00 on, a nibble row a line.</summary>
    private static ReadOnlySpan<byte> OneByte =>
    [
        1, 1, 1, 1, 2, 8, 64, 64, 1, 1, 1, 1, 2, 8, 64, 64,
        1, 1, 1, 1, 2, 8, 64, 64, 1, 1, 1, 1, 2, 8, 64, 64,
        1, 1, 1, 1, 2, 8, 64, 64, 1, 1, 1, 1, 2, 8, 64, 64,
        1, 1, 1, 1, 2, 8, 64, 64, 1, 1, 1, 1, 2, 8, 64, 64,
        64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        64, 64, 64, 1, 64, 64, 64, 64, 8, 9, 2, 3, 0, 0, 0, 0,
        2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
        3, 9, 64, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 64, 0, 0, 0, 0, 0,
        32, 32, 32, 32, 0, 0, 0, 0, 2, 8, 0, 0, 0, 0, 0, 0,
        2, 2, 2, 2, 2, 2, 2, 2, 16, 16, 16, 16, 16, 16, 16, 16,
        3, 3, 4, 0, 64, 64, 3, 9, 6, 0, 4, 0, 0, 2, 64, 0,
        1, 1, 1, 1, 64, 64, 64, 0, 1, 1, 1, 1, 1, 1, 1, 1,
        2, 2, 2, 2, 2, 2, 2, 2, 8, 8, 64, 2, 0, 0, 0, 0,
        64, 0, 64, 64, 0, 0, 129, 129, 0, 0, 0, 0, 0, 0, 1, 1,
    ];

    /// <summary>Opcodes behind 0F.</summary>
    private static ReadOnlySpan<byte> TwoByte =>
    [
        1, 1, 1, 1, 64, 0, 0, 0, 0, 0, 64, 0, 64, 1, 0, 3,
        1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
        1, 1, 1, 1, 64, 64, 64, 64, 1, 1, 1, 1, 1, 1, 1, 1,
        0, 0, 0, 0, 0, 0, 64, 0, 64, 64, 64, 64, 64, 64, 64, 64,
        1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
        1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
        1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
        3, 3, 3, 3, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1,
        8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8,
        1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
        0, 0, 0, 1, 3, 1, 1, 1, 0, 0, 0, 1, 3, 1, 1, 1,
        1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 3, 1, 1, 1, 1, 1,
        1, 1, 3, 1, 3, 3, 3, 1, 0, 0, 0, 0, 0, 0, 0, 0,
        1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
        1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
        1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    ];

    public static X64Instruction Decode(ReadOnlySpan<byte> code)
    {
        if (code.Length > MaxBytes) code = code[..MaxBytes];
        var at = 0;
        var (operand16, address32, wide) = (false, false, false);
        while (at < code.Length && code[at] is 0x66 or 0x67 or 0xF0 or 0xF2 or 0xF3 or 0x2E or 0x36 or 0x3E or 0x26 or 0x64 or 0x65)
        {
            operand16 |= code[at] == 0x66;
            address32 |= code[at] == 0x67;
            at++;
        }

        if (at < code.Length && code[at] is >= 0x40 and <= 0x4F) wide = (code[at++] & 8) != 0;
        if (at >= code.Length) return default;
        var opcode = code[at++];
        switch (opcode)
        {
            case 0x0F: return Escaped(code, at);
            case 0xC4 or 0xC5 or 0x62: return Vector(code, at, opcode);
            case 0x8F when at < code.Length && (code[at] & 31) >= 8: return Xop(code, at);
        }

        var shape = OneByte[opcode];
        if (shape == Bad) return default;
        if ((shape & Group3) != 0 && at < code.Length && ((code[at] >> 3) & 7) < 2) shape |= opcode == 0xF6 ? Imm8 : ImmZ;
        var flow = opcode switch
        {
            0xC3 or 0xC2 => X64Flow.Return,
            0xE8 => X64Flow.Call,
            0xE9 or 0xEB => X64Flow.Jump,
            0xFF when at < code.Length && ((code[at] >> 3) & 7) == 4 => X64Flow.IndirectJump,
            _ => X64Flow.Other,
        };
        // Near calls and jumps keep 32 bits whatever the operand size (Intel; AMD differs for 66 E8, which no compiler writes).
        var immediateZ = operand16 && flow == X64Flow.Other ? 2 : 4;
        var immediateV = wide ? 8 : immediateZ;
        return Finish(code, at, shape, flow, immediateZ, immediateV, address32 ? 4 : 8);
    }

    private static X64Instruction Escaped(ReadOnlySpan<byte> code, int at)
    {
        if (at >= code.Length) return default;
        var opcode = code[at++];
        var shape = opcode switch { 0x38 => Modrm, 0x3A => (byte)(Modrm | Imm8), _ => TwoByte[opcode] };
        if (shape == Bad) return default;
        if (opcode is 0x38 or 0x3A) at++;
        return Finish(code, at, shape, X64Flow.Other, 4, 4, 8);
    }

    private static X64Instruction Vector(ReadOnlySpan<byte> code, int at, byte prefix)
    {
        if (at >= code.Length) return default;
        var map = prefix switch { 0xC5 => 1, 0xC4 => code[at] & 31, _ => code[at] & 7 };
        at += prefix switch { 0xC5 => 1, 0xC4 => 2, _ => 3 };
        if (at >= code.Length || map is 0 or 4 or > 6) return default;
        var opcode = code[at++];
        var zeroUpper = prefix != 0x62 && map == 1 && opcode == 0x77;
        var immediate = map == 3 || (map == 1 && opcode is (>= 0x70 and <= 0x73) or 0xC2 or 0xC4 or 0xC5 or 0xC6);
        var shape = zeroUpper ? None : (byte)(Modrm | (immediate ? Imm8 : None));
        return Finish(code, at, shape, X64Flow.Other, 4, 4, 8);
    }

    /// <summary>AMD's XOP, like VEX with maps of its own: 8 has an immediate byte, 10 has four.</summary>
    private static X64Instruction Xop(ReadOnlySpan<byte> code, int at)
    {
        var map = code[at] & 31;
        at += 2;
        if (at >= code.Length || map > 10) return default;
        var shape = (byte)(Modrm | (map switch { 8 => Imm8, 10 => ImmZ, _ => None }));
        return Finish(code, at + 1, shape, X64Flow.Other, 4, 4, 8);
    }

    private static X64Instruction Finish(
        ReadOnlySpan<byte> code, int at, byte shape, X64Flow flow, int immediateZ, int immediateV, int offsetBytes)
    {
        if ((shape & Modrm) != 0)
        {
            if (at >= code.Length) return default;
            at = AfterOperand(code, at);
        }

        if ((shape & Imm8) != 0) at++;
        if ((shape & Imm16) != 0) at += 2;
        if ((shape & ImmZ) != 0) at += immediateZ;
        if ((shape & ImmV) != 0) at += immediateV;
        if ((shape & Offset) != 0) at += offsetBytes;
        if (at > code.Length) return default;
        var displacement = flow switch
        {
            X64Flow.Call => BinaryPrimitives.ReadInt32LittleEndian(code[(at - 4)..]),
            X64Flow.Jump when (shape & Imm8) != 0 => (sbyte)code[at - 1],
            X64Flow.Jump => BinaryPrimitives.ReadInt32LittleEndian(code[(at - 4)..]),
            _ => 0,
        };
        return new X64Instruction(at, flow, displacement);
    }

    /// <summary>Behind ModRM, SIB and displacement; may lie behind the end, which the caller checks.</summary>
    private static int AfterOperand(ReadOnlySpan<byte> code, int at)
    {
        var modrm = code[at++];
        var (mode, register) = (modrm >> 6, modrm & 7);
        if (mode == 3) return at;
        if (register == 4)
        {
            var noBase = at < code.Length && (code[at] & 7) == 5;
            at++;
            if (mode == 0 && noBase) return at + 4;
        }
        else if (mode == 0 && register == 5)
        {
            return at + 4;
        }

        return at + (mode switch { 1 => 1, 2 => 4, _ => 0 });
    }
}
