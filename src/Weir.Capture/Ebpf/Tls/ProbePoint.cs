using Weir.Linux.Bpf;

namespace Weir.Capture.Ebpf.Tls;

/// <summary>One place in a file where a program is to run.</summary>
/// <param name="Program">Name of the BPF program.</param>
/// <param name="Offset">In the file, bytes.</param>
/// <param name="OnReturn">When the function returns to its caller, instead of when it is called.</param>
/// <param name="Cookie">See <see cref="TlsCookie"/>.</param>
internal readonly record struct ProbePoint(string Program, ulong Offset, bool OnReturn, ulong Cookie);

/// <summary>What a file offers to probes.</summary>
internal sealed record ProbePlan
{
    public static ProbePlan Nothing { get; } = new();

    public TlsLibrary Library { get; init; }

    /// <summary>Where plaintext, handshake and end of a session are seen.</summary>
    public IReadOnlyList<ProbePoint> Points { get; init; } = [];

    /// <summary>Where the library takes ciphertext from memory; for processes that feed it so.</summary>
    public IReadOnlyList<ProbePoint> MemoryPoints { get; init; } = [];

    /// <summary>The cheap internal functions were found: no exported one needs a probe.</summary>
    public bool Internal { get; init; }

    public bool IsEmpty => Points.Count == 0 && MemoryPoints.Count == 0;
}
