using Weir.Capture.Ebpf.Elf;
using Weir.Capture.Ebpf.Tls;
using Weir.Testing;

namespace Weir.Fuzz;

/// <summary>Programs and libraries from inside containers: whatever they claim of themselves, few bytes are read of them.</summary>
internal static class ElfTarget
{
    public static FuzzTarget Target { get; } = new("elf", Seeds, Run);

    private static IReadOnlyList<byte[]> Seeds()
    {
        byte[] wrapper = [0x48, 0x83, 0xEC, 0x08, 0xE8, 0xF0, 0xFF, 0xFF, 0xFF, 0x48, 0x83, 0xC4, 0x08, 0xC3];
        return
        [
            new ElfBuilder().Export("internal", 0x53, 0xC3).Export("SSL_read", wrapper).Export("SSL_read_ex", wrapper)
                .Export("SSL_write", wrapper).Export("SSL_write_ex", wrapper).Export("SSL_free", 0xC3).Export("BIO_read", 0xC3).Build(),
            new ElfBuilder { Hash = ElfHash.SystemV }.Export("gnutls_record_recv", 0xC3).Export("gnutls_record_send", 0xC3).Build(),
            new ElfBuilder().Hide("SSL_read", 0xC3).Hide("SSL_write", 0xC3).Build(),
            new ElfBuilder().Go("crypto/tls.(*Conn).Read", 0x90, 0xC3).Go("crypto/tls.(*Conn).Write", 0xC2, 0x08, 0x00).Build(),
        ];
    }

    private static void Run(byte[] bytes)
    {
        var source = new Counted(bytes);
        foreach (var isProgram in (bool[])[true, false])
        {
            var plan = ProbePlanner.Plan(source, isProgram);
            foreach (var point in plan.Points.Concat(plan.MemoryPoints))
                if (point.Offset >= (ulong)bytes.Length) throw new InvalidOperationException($"a probe at {point.Offset} of {bytes.Length} bytes");
        }

        ElfFile.TryOpen(source, ElfLimits.Default, out var file);
        file?.BuildId();
        if (source.Reads > 200_000) throw new InvalidOperationException($"{source.Reads} reads of {bytes.Length} bytes");
    }

    private sealed class Counted(byte[] bytes) : IByteSource
    {
        private readonly MemorySource _source = new(bytes);

        public long Reads { get; private set; }

        public int Read(long offset, Span<byte> buffer)
        {
            Reads++;
            return _source.Read(offset, buffer);
        }
    }
}
