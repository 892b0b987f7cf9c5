using Weir.Capture.Ebpf.Tls;
using Weir.Linux.Bpf;

namespace Weir.Capture;

/// <summary>What the kernel plane watches and how much of it is kept.</summary>
public sealed record EbpfOptions
{
    /// <summary>
    /// Local or remote ports: only their connections are watched, and those whatever they look like. Empty: all that look like a
    /// protocol of the catalog. At most <see cref="MaxPortRanges"/>.
    /// </summary>
    public IReadOnlyList<PortRange> Ports { get; init; } = [];

    /// <summary>Ports whose connections are left out: the way from probe to center.</summary>
    public IReadOnlyList<PortRange> LeftOutPorts { get; init; } = [];

    /// <summary>
    /// Bytes of the ring between kernel and Weir, a power of two. Default 16 MiB: what a gigabyte a second leaves there in the 10 ms
    /// between two looks.
    /// </summary>
    public int RingBytes { get; init; } = 16 << 20;

    /// <summary>Bytes kept of one call. Default 64 KiB: as much as is kept of a body.</summary>
    public int CallBytes { get; init; } = 64 << 10;

    /// <summary>Bytes kept of one call when a connection is beyond its budget, or the governor allows headers only. Default 4 KiB.</summary>
    public int HeaderBytes { get; init; } = 4 << 10;

    /// <summary>Bytes of one connection a second beyond which only <see cref="HeaderBytes"/> of each call are kept. Default 4 MiB.</summary>
    public int BudgetBytes { get; init; } = 4 << 20;

    /// <summary>Reads inside TLS libraries what is encrypted on its way.</summary>
    public bool Tls { get; init; } = true;

    /// <summary>Bounds of finding TLS libraries.</summary>
    public TlsLimits TlsLimits { get; init; } = TlsLimits.Default;

    /// <summary>When the plane sends less.</summary>
    public GovernorLimits Governor { get; init; } = new();

    /// <summary>Programs to load; null takes the best that this kernel has.</summary>
    public ProgramSet? Programs { get; init; }

    public static int MaxPortRanges => 16;
}

/// <summary>How calls on sockets are seen.</summary>
public enum ProgramSet
{
    /// <summary>Tracepoints of the sockets themselves, Linux 6.3: three programs, each call at a microsecond.</summary>
    SocketLengths,
    /// <summary>Exits of the system calls, Linux 5.10: each call of these, on sockets or not, costs.</summary>
    SystemCalls,
}
