namespace Weir.Capture.Ebpf.Tls;

/// <summary>Bounds of what turning plaintext events into segments holds.</summary>
public sealed record TlsFeedLimits
{
    public static TlsFeedLimits Default { get; } = new();

    /// <summary>Sessions followed at once; then the one that was silent longest is ended. As many as the kernel side remembers.</summary>
    public int MaxStreams { get; init; } = 65_536;

    /// <summary>Nanoseconds that plaintext waits for its socket. A response, which brings a client's socket, rarely takes longer.</summary>
    public long WaitNs { get; init; } = 2_000_000_000;

    /// <summary>Nanoseconds from the first encrypted bytes of a connection until it counts as one whose plaintext is not read.</summary>
    public long OpaqueAfterNs { get; init; } = 3_000_000_000;

    /// <summary>Names of processes whose connections stay encrypted that are told one by one.</summary>
    public int MaxOpaqueProcesses { get; init; } = 64;

    /// <summary>Bytes that one session may hold while it waits.</summary>
    public int MaxHeldBytesPerStream { get; init; } = 256 << 10;

    /// <summary>The same of all sessions.</summary>
    public int MaxHeldBytes { get; init; } = 16 << 20;
}

/// <summary>What the feed did.</summary>
public sealed class TlsFeedCounters
{
    /// <summary>Sessions whose socket was found, by <c>enum weir_binding</c>.</summary>
    public long[] Bound { get; } = new long[8];

    /// <summary>Sessions that were told without addresses because no socket could be shown to be theirs.</summary>
    public long Unbound { get; set; }

    public long Segments { get; set; }

    public long Bytes { get; set; }

    /// <summary>Sessions ended early to make room.</summary>
    public long Evicted { get; set; }
}
