using Weir.Capture.Ebpf.Elf;
using Weir.Linux.Bpf;

namespace Weir.Capture.Ebpf.Tls;

/// <summary>Looks into a program or library for the functions through which plaintext goes.</summary>
internal static class ProbePlanner
{
    private const string Enter = "tls_enter", Leave = "tls_leave", Free = "tls_free", Declare = "tls_declare";

    /// <summary>What the file offers; nothing when it is no program, or uses no TLS of its own.</summary>
    /// <param name="source">The file.</param>
    /// <param name="isProgram">True for what a process runs; only there symbols that are not exported are looked for.</param>
    public static ProbePlan Plan(IByteSource source, bool isProgram)
    {
        if (ElfFile.TryOpen(source, ElfLimits.Default, out var file) != ElfOutcome.Opened || file is null) return ProbePlan.Nothing;
        var symbols = new TlsSymbols(file, isProgram);
        if (symbols.Offset("_dl_debug_state") is { } loader) return new ProbePlan { Points = [new ProbePoint("tls_mapped", loader, OnReturn: false, 0)] };
        if (symbols.Find("gnutls_record_recv") is not null) return GnuTls(symbols);
        if (symbols.Find("SSL_read") is not null && symbols.Find("SSL_write") is not null) return OpenSsl(file, symbols);
        if (symbols.Find("BIO_read") is not null) return new ProbePlan { MemoryPoints = MemoryPoints(symbols) };
        return isProgram ? GoProbes.Plan(file) : ProbePlan.Nothing;
    }

    private static ProbePlan OpenSsl(ElfFile file, TlsSymbols symbols)
    {
        var points = new List<ProbePoint>();
        var read = InternalFunction(file, symbols, "SSL_read", "SSL_read_ex");
        // OpenSSL 3.3 gave the internal function flags before the pointer to its result.
        var flagged = symbols.Find("SSL_write_ex2") is not null;
        var write = InternalFunction(file, symbols, "SSL_write", flagged ? "SSL_write_ex2" : "SSL_write_ex");
        if (read is { } readOffset) AddCall(points, readOffset, EventDirection.Received, TlsResult.WritesFourth);
        else AddExported(EventDirection.Received, ("SSL_read", TlsResult.ReturnsBytes), ("SSL_read_ex", TlsResult.WritesFourth));
        if (write is { } writeOffset) AddCall(points, writeOffset, EventDirection.Sent, flagged ? TlsResult.WritesFifth : TlsResult.WritesFourth);
        else AddExported(EventDirection.Sent, ("SSL_write", TlsResult.ReturnsBytes), ("SSL_write_ex", TlsResult.WritesFourth), ("SSL_write_ex2", TlsResult.WritesFifth));
        AddExported(EventDirection.Sent, ("SSL_do_handshake", TlsResult.MovesNothing));
        AddEntries(points, symbols, Free, TlsLibrary.OpenSsl, "SSL_free");
        AddEntries(points, symbols, Declare, TlsLibrary.OpenSsl, "SSL_set_fd", "SSL_set_rfd", "SSL_set_wfd");
        return new ProbePlan
        {
            Library = TlsLibrary.OpenSsl, Points = points, MemoryPoints = MemoryPoints(symbols), Internal = read is not null && write is not null,
        };

        void AddExported(EventDirection direction, params ReadOnlySpan<(string Name, TlsResult Result)> functions)
        {
            foreach (var (name, result) in functions)
            {
                if (symbols.Offset(name) is { } offset) AddCall(points, offset, direction, result);
            }
        }
    }

    /// <summary>
    /// The function that both exported ones pass their arguments to unchanged (ssl_read_internal, ssl_write_internal). It takes
    /// both kinds of calls in one place, and begins with a push, which the kernel emulates: its probe costs a third. Null where the
    /// compiler put it into its callers, as in Node: the extended function must be a short wrapper that does nothing before its
    /// call, and the other must call the same, without a detour through a linkage table.
    /// </summary>
    private static ulong? InternalFunction(ElfFile file, TlsSymbols symbols, string counting, string extended)
    {
        if (symbols.Find(counting) is not { } first || symbols.Find(extended) is not { } second) return null;
        if (!X64Function.TryWrapped(file, second, out var target) || X64Function.IsLinkageStub(file, target)) return null;
        if (!X64Function.Callees(file, first).Contains(target)) return null;
        return file.TryCodeOffset(target, out var offset) ? offset : null;
    }

    private static ProbePlan GnuTls(TlsSymbols symbols)
    {
        var points = new List<ProbePoint>();
        foreach (var (name, direction, result) in new[]
        {
            ("gnutls_record_send", EventDirection.Sent, TlsResult.ReturnsBytes),
            ("gnutls_record_send2", EventDirection.Sent, TlsResult.ReturnsBytes),
            ("gnutls_record_recv", EventDirection.Received, TlsResult.ReturnsBytes),
            ("gnutls_handshake", EventDirection.Sent, TlsResult.MovesNothing),
        })
        {
            if (symbols.Offset(name) is { } offset) AddCall(points, offset, direction, result, TlsLibrary.GnuTls);
        }

        AddEntries(points, symbols, Free, TlsLibrary.GnuTls, "gnutls_deinit");
        AddEntries(points, symbols, Declare, TlsLibrary.GnuTls, "gnutls_transport_set_int2");
        return new ProbePlan { Library = TlsLibrary.GnuTls, Points = points };
    }

    private static List<ProbePoint> MemoryPoints(TlsSymbols symbols) =>
        symbols.Offset("BIO_read") is { } offset
            ? [new ProbePoint("bio_enter", offset, OnReturn: false, 0), new ProbePoint("bio_leave", offset, OnReturn: true, 0)]
            : [];

    private static void AddCall(
        List<ProbePoint> points, ulong offset, EventDirection direction, TlsResult result, TlsLibrary library = TlsLibrary.OpenSsl)
    {
        var cookie = TlsCookie.For(library, direction, result);
        // The return first: an entry without its return would be mistaken for a call that never ends.
        points.Add(new ProbePoint(Leave, offset, OnReturn: true, cookie));
        points.Add(new ProbePoint(Enter, offset, OnReturn: false, cookie));
    }

    private static void AddEntries(
        List<ProbePoint> points, TlsSymbols symbols, string program, TlsLibrary library, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (symbols.Offset(name) is { } offset)
                points.Add(new ProbePoint(program, offset, OnReturn: false, TlsCookie.For(library, EventDirection.Sent, TlsResult.MovesNothing)));
        }
    }
}
