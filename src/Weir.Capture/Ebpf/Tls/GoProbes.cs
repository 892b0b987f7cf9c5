using Weir.Capture.Ebpf.Elf;
using Weir.Linux.Bpf;

namespace Weir.Capture.Ebpf.Tls;

/// <summary>
/// crypto/tls in Go programs. A return probe would put its trampoline on a stack that the runtime moves and walks, which ends the
/// program (golang/go issue 22008): each return instruction gets an ordinary probe instead.
/// </summary>
internal static class GoProbes
{
    private static readonly byte[][] Names =
    [
        [.. "crypto/tls.(*Conn).Read"u8], [.. "crypto/tls.(*Conn).Write"u8], [.. "crypto/tls.(*Conn).Close"u8],
    ];

    public static ProbePlan Plan(ElfFile file)
    {
        if (!GoFunctions.IsGo(file)) return ProbePlan.Nothing;
        var functions = GoFunctions.Find(file, Names);
        var points = new List<ProbePoint>();
        var complete = Add(file, functions[0], EventDirection.Received, points) && Add(file, functions[1], EventDirection.Sent, points);
        if (!complete) return ProbePlan.Nothing;
        if (functions[2].Address != 0 && file.TryCodeOffset(functions[2].Address, out var close)) points.Add(new ProbePoint("go_free", close, false, 0));
        return new ProbePlan { Library = TlsLibrary.Go, Points = points };
    }

    private static bool Add(ElfFile file, ElfSymbol function, EventDirection direction, List<ProbePoint> points)
    {
        var returns = new List<ulong>();
        if (function.Address == 0 || !file.TryCodeOffset(function.Address, out var entry)) return false;
        if (!X64Function.TryReturns(file, function, returns)) return false;
        var cookie = TlsCookie.For(TlsLibrary.Go, direction, TlsResult.ReturnsBytes);
        foreach (var address in returns) points.Add(new ProbePoint("go_leave", entry + (address - function.Address), false, cookie));
        points.Add(new ProbePoint("go_enter", entry, false, cookie));
        return true;
    }
}
