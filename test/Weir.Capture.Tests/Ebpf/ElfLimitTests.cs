using Weir.Capture.Ebpf.Elf;
using Weir.Testing;
using Xunit;

namespace Weir.Capture.Tests.Ebpf;

/// <summary>A file that asks for more than a limit is read up to there: what lies behind is not found, and nothing else happens.</summary>
public class ElfLimitTests
{
    private static readonly byte[] Return = [0xC3];

    [Fact]
    public void Segments_beyond_the_limit_are_not_looked_at() => Finds(new ElfLimits { MaxSegments = 0 }, exported: false, hidden: true);

    [Fact]
    public void Sections_beyond_the_limit_are_not_looked_at() => Finds(new ElfLimits { MaxSections = 1 }, exported: true, hidden: false);

    [Fact]
    public void Dynamic_entries_beyond_the_limit_are_not_looked_at() => Finds(new ElfLimits { MaxDynamicEntries = 1 }, exported: false, hidden: true);

    [Fact]
    public void A_hash_chain_is_followed_to_its_limit() => Finds(new ElfLimits { MaxChain = 0 }, exported: false, hidden: true);

    [Fact]
    public void A_table_is_searched_to_its_limit() => Finds(new ElfLimits { MaxScanBytes = 8 }, exported: true, hidden: false);

    [Fact]
    public void A_file_is_read_to_its_limit()
    {
        var source = new MemorySource(new ElfBuilder().Export("SSL_read", Return).Build());
        Assert.Equal(ElfOutcome.Malformed, ElfFile.TryOpen(source, new ElfLimits { MaxReadBytes = 65 }, out _));
        Assert.Equal(ElfOutcome.NotElf, ElfFile.TryOpen(source, new ElfLimits { MaxReadBytes = 63 }, out _));
    }

    [Fact]
    public void Within_the_limits_both_are_found() => Finds(ElfLimits.Default, exported: true, hidden: true);

    [Theory]
    [InlineData(3, true)]
    [InlineData(2, false)]
    public void A_function_longer_than_the_limit_is_not_decoded(int limit, bool decoded)
    {
        var builder = new ElfBuilder().Export("f", 0x90, 0x90, 0xC3);
        var file = Open(builder, new ElfLimits { MaxFunctionBytes = limit });
        Assert.Equal(decoded, X64Function.TryReturns(file, new ElfSymbol(builder.Addresses["f"], 3), []));
    }

    private static void Finds(ElfLimits limits, bool exported, bool hidden)
    {
        var file = Open(new ElfBuilder().Export("SSL_read", Return).Hide("SSL_free", Return), limits);
        Assert.Equal(exported, file.Dynamic.TryFind("SSL_read"u8, out _));
        Assert.Equal(hidden, ElfSymbols.Find(file, [[.. "SSL_free"u8]])[0].Address != 0);
    }

    private static ElfFile Open(ElfBuilder builder, ElfLimits limits)
    {
        Assert.Equal(ElfOutcome.Opened, ElfFile.TryOpen(new MemorySource(builder.Build()), limits, out var file));
        return file!;
    }
}
