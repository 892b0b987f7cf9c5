using Weir.Capture.Ebpf.Elf;
using Weir.Capture.Ebpf.Tls;
using Xunit;

namespace Weir.Capture.Tests.Ebpf;

/// <summary>What looking into real programs reads and allocates: tools of this kind are known for the memory they take there.</summary>
public class PlanCostTests
{
    [SkippableTheory]
    [InlineData("/usr/bin/node")]
    [InlineData("/usr/lib/x86_64-linux-gnu/libssl.so.3")]
    [InlineData("/usr/lib/x86_64-linux-gnu/libgnutls.so.30")]
    [InlineData("/usr/lib/x86_64-linux-gnu/libc.so.6")]
    public void A_file_of_any_size_costs_little(string path)
    {
        Skip.IfNot(File.Exists(path), $"{path} is not installed");
        using var file = MappedFileSource.TryOpen(path);
        Assert.NotNull(file);
        var counted = new Counted(file);
        var before = GC.GetAllocatedBytesForCurrentThread();
        ProbePlanner.Plan(counted, isProgram: path.Contains("/bin/", StringComparison.Ordinal));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 512 << 10, "allocated");
        Assert.True(counted.Bytes < 8 << 20, $"{counted.Bytes} bytes read");
    }

    private sealed class Counted(IByteSource source) : IByteSource
    {
        public long Bytes { get; private set; }

        public int Read(long offset, Span<byte> buffer)
        {
            var read = source.Read(offset, buffer);
            Bytes += read;
            return read;
        }
    }
}
