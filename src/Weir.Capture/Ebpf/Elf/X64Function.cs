namespace Weir.Capture.Ebpf.Elf;

/// <summary>Questions about one function's machine code.</summary>
internal static class X64Function
{
    /// <summary>
    /// Addresses of every return instruction. False when the code could not be followed to its end: then none of them is
    /// certain, and a probe in the middle of an instruction would break the program.
    /// </summary>
    public static bool TryReturns(ElfFile file, ElfSymbol function, List<ulong> addresses)
    {
        addresses.Clear();
        if (!TryCode(file, function, out var code)) return false;
        for (var at = 0; at < code.Length;)
        {
            var instruction = X64Instruction.Decode(code.AsSpan(at));
            if (instruction.Length == 0) return false;
            if (instruction.Flow == X64Flow.Return) addresses.Add(function.Address + (ulong)at);
            at += instruction.Length;
        }

        return addresses.Count > 0;
    }

    /// <summary>Where the function calls or, as its last act, jumps to: in order, each once. Empty when it can't be followed.</summary>
    public static IReadOnlyList<ulong> Callees(ElfFile file, ElfSymbol function)
    {
        const int MaxCallees = 16;
        var targets = new List<ulong>();
        if (!TryCode(file, function, out var code)) return targets;
        for (var at = 0; at < code.Length && targets.Count < MaxCallees;)
        {
            var instruction = X64Instruction.Decode(code.AsSpan(at));
            if (instruction.Length == 0) return targets;
            at += instruction.Length;
            if (instruction.Flow is not (X64Flow.Call or X64Flow.Jump)) continue;
            var target = function.Address + (ulong)(at + (long)instruction.Displacement);
            var inside = target >= function.Address && target - function.Address < (ulong)code.Length;
            if (!inside && !targets.Contains(target)) targets.Add(target);
        }

        return targets;
    }

    /// <summary>
    /// The only function that a wrapper calls, to which it passes its own arguments: short, and nothing but making room on the stack
    /// before the call. False for anything that does more.
    /// </summary>
    public static bool TryWrapped(ElfFile file, ElfSymbol wrapper, out ulong target)
    {
        const int MaxWrapperBytes = 64, MaxBytesBeforeCall = 24;
        target = 0;
        if (wrapper.Size > MaxWrapperBytes || !TryCode(file, wrapper, out var code)) return false;
        for (var at = 0; at < Math.Min(code.Length, MaxBytesBeforeCall);)
        {
            var instruction = X64Instruction.Decode(code.AsSpan(at));
            if (instruction.Length == 0 || instruction.Flow is not (X64Flow.Other or X64Flow.Call)) return false;
            at += instruction.Length;
            if (instruction.Flow != X64Flow.Call)
            {
                if (!KeepsArguments(code.AsSpan(at - instruction.Length, instruction.Length))) return false;
                continue;
            }

            target = wrapper.Address + (ulong)(at + (long)instruction.Displacement);
            return true;
        }

        return false;
    }

    /// <summary>What compilers put before the call of a wrapper: endbr64, push, sub rsp, mov rbp from rsp. All leave the arguments alone.</summary>
    private static bool KeepsArguments(ReadOnlySpan<byte> instruction) => instruction switch
    {
        [0xF3, 0x0F, 0x1E, 0xFA] => true,
        [>= 0x50 and <= 0x57] or [0x41, >= 0x50 and <= 0x57] => true,
        [0x48, 0x83, 0xEC, _] or [0x48, 0x81, 0xEC, ..] => true,
        [0x48, 0x89, 0xE5] => true,
        _ => false,
    };

    /// <summary>True for the stub of a procedure linkage table: it only jumps on through memory.</summary>
    public static bool IsLinkageStub(ElfFile file, ulong address)
    {
        const int StubBytes = 16, MaxInstructions = 3;
        if (!file.TryCodeOffset(address, out var offset) || !file.Window.TryRead(offset, StubBytes, out var code)) return true;
        for (int at = 0, i = 0; at < code.Length && i < MaxInstructions; i++)
        {
            var instruction = X64Instruction.Decode(code[at..]);
            if (instruction.Length == 0) return false;
            if (instruction.Flow == X64Flow.IndirectJump) return true;
            at += instruction.Length;
        }

        return false;
    }

    private static bool TryCode(ElfFile file, ElfSymbol function, out byte[] code)
    {
        code = [];
        if (function.Size == 0 || function.Size > (ulong)file.Limits.MaxFunctionBytes) return false;
        if (!file.TryCodeOffset(function.Address, out var offset)) return false;
        if (!file.Window.TryRead(offset, (int)function.Size, out var bytes)) return false;
        code = bytes.ToArray();
        return true;
    }
}
