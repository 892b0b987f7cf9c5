using Weir.Capture.Ebpf.Elf;
using Weir.Capture.Ebpf.Tls;
using Weir.Linux.Bpf;
using Weir.Testing;
using Xunit;

namespace Weir.Capture.Tests.Ebpf;

public class ProbePlannerTests
{
    private static readonly byte[] Return = [0xC3];

    /// <summary>push rbx; ret</summary>
    private static readonly byte[] Internal = [0x53, 0xC3];

    [Fact]
    public void Both_directions_of_OpenSSL_are_probed_at_the_function_that_their_wrappers_share()
    {
        var (plan, addresses) = Plan(Library());
        Assert.Equal(TlsLibrary.OpenSsl, plan.Library);
        Assert.True(plan.Internal);
        var read = Offset(addresses, "read_internal");
        var write = Offset(addresses, "write_internal");
        Assert.Equal(
            [("tls_leave", read, true), ("tls_enter", read, false), ("tls_leave", write, true), ("tls_enter", write, false)],
            plan.Points.Take(4).Select(point => (point.Program, point.Offset, point.OnReturn)));
        Assert.Equal(TlsCookie.For(TlsLibrary.OpenSsl, EventDirection.Received, TlsResult.WritesFourth), plan.Points[0].Cookie);
        Assert.Equal(TlsCookie.For(TlsLibrary.OpenSsl, EventDirection.Sent, TlsResult.WritesFourth), plan.Points[2].Cookie);
    }

    [Fact]
    public void Where_the_internal_function_is_part_of_its_callers_the_exported_ones_are_probed()
    {
        // As in Node: much happens before the first call, which is another.
        byte[] inlined = [0x55, 0x48, 0x83, 0x7F, 0x30, 0x00, 0x74, 0x05, .. Call(8, 40), 0xC3];
        var (plan, addresses) = Plan(new ElfBuilder().Export("SSL_read", inlined).Export("SSL_read_ex", inlined).Export("SSL_write", inlined)
            .Export("SSL_write_ex", inlined).Export("other", Internal));
        Assert.False(plan.Internal);
        Assert.Equal(
            ((string[])["SSL_read", "SSL_read_ex", "SSL_write", "SSL_write_ex"]).Select(name => Offset(addresses, name)),
            plan.Points.Where(point => point.Program == "tls_enter").Select(point => point.Offset));
    }

    [Fact]
    public void A_detour_through_a_linkage_table_is_not_the_internal_function()
    {
        byte[] stub = [0xFF, 0x25, 0, 0, 0, 0];
        var (plan, _) = Plan(Library(stub));
        Assert.False(plan.Internal);
    }

    [Fact]
    public void From_OpenSSL_3_3_on_the_number_of_bytes_is_the_fifth_argument()
    {
        var (plan, _) = Plan(Library(withFlags: true));
        Assert.True(plan.Internal);
        Assert.Contains(plan.Points, point => point.Cookie == TlsCookie.For(TlsLibrary.OpenSsl, EventDirection.Sent, TlsResult.WritesFifth));
    }

    [Fact]
    public void BoringSSL_has_no_extended_functions_and_is_probed_all_the_same()
    {
        var (plan, addresses) = Plan(new ElfBuilder().Export("SSL_read", Return).Export("SSL_write", Return).Export("BIO_read", Return));
        Assert.Equal([Offset(addresses, "SSL_read"), Offset(addresses, "SSL_write")], plan.Points.Where(point => point.Program == "tls_enter").Select(point => point.Offset));
        Assert.Equal(["bio_enter", "bio_leave"], plan.MemoryPoints.Select(point => point.Program));
    }

    [Fact]
    public void Hidden_functions_are_looked_for_in_programs_only()
    {
        var builder = new ElfBuilder().Hide("SSL_read", Return).Hide("SSL_write", Return);
        var bytes = builder.Build();
        Assert.True(ProbePlanner.Plan(new MemorySource(bytes), isProgram: false).IsEmpty);
        Assert.Equal(TlsLibrary.OpenSsl, ProbePlanner.Plan(new MemorySource(bytes), isProgram: true).Library);
    }

    [Fact]
    public void Each_return_of_a_Go_function_is_probed_and_none_by_a_return_probe()
    {
        var (plan, addresses) = Plan(
            new ElfBuilder().Go("crypto/tls.(*Conn).Read", 0xC3, 0x90, 0xC3).Go("crypto/tls.(*Conn).Write", 0x90, 0xC3), isProgram: true);
        Assert.Equal(TlsLibrary.Go, plan.Library);
        Assert.DoesNotContain(plan.Points, point => point.OnReturn);
        var read = Offset(addresses, "crypto/tls.(*Conn).Read");
        var write = Offset(addresses, "crypto/tls.(*Conn).Write");
        Assert.Equal([read, read + 2, write + 1], plan.Points.Where(point => point.Program == "go_leave").Select(point => point.Offset));
        Assert.Equal([read, write], plan.Points.Where(point => point.Program == "go_enter").Select(point => point.Offset));
    }

    [Fact]
    public void A_library_without_TLS_gets_no_probe()
    {
        Assert.True(Plan(new ElfBuilder().Export("main", Return)).Plan.IsEmpty);
    }

    /// <summary>Wrappers as compilers write them: make room, call, clean up, return.</summary>
    private static ElfBuilder Library(byte[]? target = null, bool withFlags = false)
    {
        target ??= Internal;
        var builder = new ElfBuilder().Export("read_internal", target).Export("write_internal", target);
        var at = 2 * target.Length;
        void Wrapper(string name, int destination)
        {
            byte[] code = [0x48, 0x83, 0xEC, 0x08, .. Call(at + 4, destination), 0x48, 0x83, 0xC4, 0x08, 0xC3];
            builder.Export(name, code);
            at += code.Length;
        }

        Wrapper("SSL_read", 0);
        Wrapper("SSL_read_ex", 0);
        Wrapper("SSL_write", target.Length);
        Wrapper("SSL_write_ex", target.Length);
        if (withFlags) Wrapper("SSL_write_ex2", target.Length);
        return builder;
    }

    private static byte[] Call(int at, int destination) => [0xE8, .. BitConverter.GetBytes(destination - (at + 5))];

    private static (ProbePlan Plan, IReadOnlyDictionary<string, ulong> Addresses) Plan(ElfBuilder builder, bool isProgram = false)
    {
        var bytes = builder.Build();
        return (ProbePlanner.Plan(new MemorySource(bytes), isProgram), builder.Addresses);
    }

    private static ulong Offset(IReadOnlyDictionary<string, ulong> addresses, string name) => addresses[name] - ElfBuilder.Base;
}
