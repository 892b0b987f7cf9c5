using System.Globalization;
using Weir.Capture.Ebpf.Elf;
using Weir.Testing;
using Xunit;

namespace Weir.Capture.Tests.Ebpf;

public class X64InstructionTests
{
    [Theory]
    [InlineData("C3", 1)]
    [InlineData("F3 C3", 2)]
    [InlineData("C2 08 00", 3)]
    [InlineData("F3 0F 1E FA", 4)]
    [InlineData("48 83 EC 08", 4)]
    [InlineData("66 2E 0F 1F 84 00 00 00 00 00", 10)]
    [InlineData("48 B8 01 02 03 04 05 06 07 08", 10)]
    [InlineData("B8 01 02 03 04", 5)]
    [InlineData("66 B8 01 02", 4)]
    [InlineData("48 C7 44 24 08 01 00 00 00", 9)]
    [InlineData("F6 C1 01", 3)]
    [InlineData("F7 D0", 2)]
    [InlineData("F7 05 01 02 03 04 05 06 07 08", 10)]
    [InlineData("A1 01 02 03 04 05 06 07 08", 9)]
    [InlineData("67 A1 01 02 03 04", 6)]
    [InlineData("0F 84 01 02 03 04", 6)]
    [InlineData("66 0F 3A 0F C1 08", 6)]
    [InlineData("66 0F 38 00 C1", 5)]
    [InlineData("C5 F8 77", 3)]
    [InlineData("C5 F9 70 C1 01", 5)]
    [InlineData("C4 E3 7D 39 C1 01", 6)]
    [InlineData("62 F1 7C 48 10 00", 6)]
    [InlineData("62 F3 7D 48 25 C1 FF", 7)]
    [InlineData("8B 04 25 01 02 03 04", 7)]
    [InlineData("C8 01 02 03", 4)]
    public void Length_is_as_the_manual_says(string bytes, int length)
    {
        Assert.Equal(length, X64Instruction.Decode(Convert.FromHexString(bytes.Replace(" ", "", StringComparison.Ordinal))).Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("06")]
    [InlineData("48")]
    [InlineData("E8 01 02 03")]
    [InlineData("66 66 66 66 66 66 66 66 66 66 66 66 66 66 66 90")]
    public void What_is_no_instruction_or_cut_short_has_no_length(string bytes)
    {
        Assert.Equal(0, X64Instruction.Decode(Convert.FromHexString(bytes.Replace(" ", "", StringComparison.Ordinal))).Length);
    }

    [Fact]
    public void A_C3_inside_another_instruction_is_no_return()
    {
        // mov eax, 0xC3C3C3C3; ret; jmp to the ret; ret 8
        var builder = new ElfBuilder().Export("f", 0xB8, 0xC3, 0xC3, 0xC3, 0xC3, 0xC3, 0xEB, 0xFD, 0xC2, 0x08, 0x00);
        var file = ElfFileTests.Open(builder.Build());
        Assert.True(file.Dynamic.TryFind("f"u8, out var function));
        var returns = new List<ulong>();
        Assert.True(X64Function.TryReturns(file, function, returns));
        Assert.Equal([function.Address + 5, function.Address + 8], returns);
    }

    [Fact]
    public void A_function_that_can_t_be_followed_has_no_certain_returns()
    {
        var builder = new ElfBuilder().Export("f", 0xC3, 0x06, 0xC3);
        var file = ElfFileTests.Open(builder.Build());
        Assert.True(file.Dynamic.TryFind("f"u8, out var function));
        Assert.False(X64Function.TryReturns(file, function, []));
    }

    [SkippableTheory]
    [InlineData("/usr/lib/x86_64-linux-gnu/libssl.so.3")]
    [InlineData("/usr/lib/x86_64-linux-gnu/libcrypto.so.3")]
    [InlineData("/usr/lib/x86_64-linux-gnu/libgnutls.so.30")]
    public void Every_instruction_of_real_libraries_is_as_long_as_objdump_says(string library)
    {
        Skip.IfNot(File.Exists(library) && File.Exists("/usr/bin/objdump"), "needs the library and objdump of Debian");
        var lines = ElfFileTests.Run("/usr/bin/objdump", "-d", "-j", ".text", "--insn-width=16", library).Split('\n');
        var (checkedCount, wrong) = (0, new List<string>());
        foreach (var line in lines)
        {
            var parts = line.Split('\t');
            if (parts.Length < 3 || parts[2].Contains("(bad)", StringComparison.Ordinal) || parts[2].StartsWith(".byte", StringComparison.Ordinal)) continue;
            var code = parts[1].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(text => byte.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToArray();
            // A prefix by itself is no instruction: padding, or a table that objdump takes for code.
            if (parts[2].Trim() is "data16" or "cs" or "repz" or "repnz" or "lock" || parts[2].StartsWith("rex", StringComparison.Ordinal)) continue;
            checkedCount++;
            var length = X64Instruction.Decode([.. code, .. new byte[15]]).Length;
            if (length != code.Length) wrong.Add($"{line}: {length}");
        }

        Assert.True(checkedCount > 10_000, $"{checkedCount} instructions");
        // Tables of constants between functions are no code, though objdump tries.
        Assert.True(wrong.Count <= checkedCount / 10_000, string.Join('\n', wrong.Take(20)));
    }
}
