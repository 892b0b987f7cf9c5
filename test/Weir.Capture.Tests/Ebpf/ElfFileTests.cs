using System.Diagnostics;
using System.Globalization;
using Weir.Capture.Ebpf.Elf;
using Weir.Capture.Ebpf.Tls;
using Weir.Testing;
using Xunit;

namespace Weir.Capture.Tests.Ebpf;

public class ElfFileTests
{
    private static readonly byte[] Return = [0xC3];

    [Theory]
    [InlineData(ElfHash.Gnu)]
    [InlineData(ElfHash.SystemV)]
    public void An_exported_function_is_found_by_hash(ElfHash hash)
    {
        var builder = new ElfBuilder { Hash = hash }.Export("SSL_read", Return).Export("SSL_write", Return).Export("other", Return);
        var file = Open(builder.Build());
        foreach (var name in (string[])["SSL_read", "SSL_write", "other"])
        {
            Assert.True(file.Dynamic.TryFind(System.Text.Encoding.ASCII.GetBytes(name), out var symbol), name);
            Assert.Equal(new ElfSymbol(builder.Addresses[name], 1), symbol);
        }

        Assert.False(file.Dynamic.TryFind("SSL_rea"u8, out _));
        Assert.False(file.Dynamic.TryFind("SSL_read2"u8, out _));
    }

    [Fact]
    public void An_address_is_found_in_the_file_only_where_code_is_loaded()
    {
        var builder = new ElfBuilder().Export("f", Return);
        var file = Open(builder.Build());
        Assert.True(file.TryCodeOffset(builder.Addresses["f"], out var offset));
        Assert.Equal(builder.Addresses["f"] - ElfBuilder.Base, offset);
        Assert.False(file.TryCodeOffset(ElfBuilder.Base - 1, out _));
        Assert.False(file.TryCodeOffset(ulong.MaxValue, out _));
    }

    [Fact]
    public void The_build_id_is_read()
    {
        Assert.Equal("abcdef01", Open(new ElfBuilder().Export("f", Return).Build()).BuildId());
    }

    [Fact]
    public void Hidden_functions_are_found_one_by_one_or_not_at_all()
    {
        var builder = new ElfBuilder().Hide("SSL_free", Return).Hide("xSSL_free", Return).Hide("SSL_read", Return);
        var found = ElfSymbols.Find(Open(builder.Build()), [[.. "SSL_read"u8], [.. "missing"u8], [.. "SSL_free"u8]]);
        Assert.Equal([builder.Addresses["SSL_read"], 0UL, builder.Addresses["SSL_free"]], found.Select(symbol => symbol.Address));
    }

    [Fact]
    public void Functions_of_a_stripped_Go_program_are_found_with_their_length()
    {
        var builder = new ElfBuilder().Go("runtime.main", 0x90, 0xC3).Go("crypto/tls.(*Conn).Read", 0x90, 0x90, 0xC3).Go("crypto/tls.(*Conn).Write", 0xC3);
        var found = GoFunctions.Find(Open(builder.Build()), [[.. "crypto/tls.(*Conn).Write"u8], [.. "crypto/tls.(*Conn).Read"u8]]);
        Assert.Equal(new ElfSymbol(builder.Addresses["crypto/tls.(*Conn).Write"], 1), found[0]);
        Assert.Equal(new ElfSymbol(builder.Addresses["crypto/tls.(*Conn).Read"], 3), found[1]);
    }

    [Theory]
    [InlineData(4, 1, "OtherMachine")]
    [InlineData(5, 2, "OtherMachine")]
    [InlineData(18, 40, "OtherMachine")]
    [InlineData(0, 0, "NotElf")]
    [InlineData(54, 1, "Malformed")]
    public void What_is_no_program_of_this_machine_is_told_apart(int at, byte value, string outcome)
    {
        var bytes = new ElfBuilder().Export("f", Return).Build();
        bytes[at] = value;
        Assert.Equal(outcome, ElfFile.TryOpen(new MemorySource(bytes), ElfLimits.Default, out _).ToString());
    }

    [Fact]
    public void Every_prefix_of_a_file_is_survived()
    {
        var whole = new ElfBuilder().Export("SSL_read", Return).Hide("SSL_free", Return).Go("crypto/tls.(*Conn).Read", Return).Build();
        for (var length = 0; length < whole.Length; length++) ProbePlanner.Plan(new MemorySource(whole[..length]), isProgram: true);
    }

    [SkippableFact]
    public void Exports_of_the_system_s_libssl_are_where_nm_says()
    {
        const string Library = "/usr/lib/x86_64-linux-gnu/libssl.so.3";
        Skip.IfNot(File.Exists(Library) && File.Exists("/usr/bin/nm"), "needs libssl and nm of Debian");
        var file = Open(File.ReadAllBytes(Library));
        var exports = Run("/usr/bin/nm", "-D", "--defined-only", "-S", Library).Split('\n')
            .Select(line => line.Split(' ')).Where(parts => parts is [_, _, "T", _]).ToList();
        Assert.True(exports.Count > 300);
        foreach (var parts in exports)
        {
            var name = parts[3].Split('@')[0];
            Assert.True(file.Dynamic.TryFind(System.Text.Encoding.ASCII.GetBytes(name), out var symbol), name);
            Assert.Equal(new ElfSymbol(Hex(parts[0]), Hex(parts[1])), symbol);
        }
    }

    internal static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }

    internal static ElfFile Open(byte[] bytes)
    {
        Assert.Equal(ElfOutcome.Opened, ElfFile.TryOpen(new MemorySource(bytes), ElfLimits.Default, out var file));
        return file!;
    }

    private static ulong Hex(string text) => ulong.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
