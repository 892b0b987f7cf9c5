namespace Weir.Packets;

/// <summary>How much an attacker's or a lossy network's fragments may hold.</summary>
public sealed record FragmentLimits
{
    public static FragmentLimits Default { get; } = new();

    /// <summary>Datagrams being put together at once; the oldest gives way. Cluster traffic hardly fragments: 1024 is ample.</summary>
    public int MaxDatagrams { get; init; } = 1024;

    /// <summary>
    /// Bytes of buffers over all datagrams; the oldest gives way. 4 MiB is Linux's own bound (net.ipv4.ipfrag_high_thresh).
    /// Below 64 KiB the largest datagrams never complete.
    /// </summary>
    public int MaxBytes { get; init; } = 4 << 20;

    /// <summary>Pieces of one datagram. 64 KiB at the smallest IPv4 path MTU (576) are 119 pieces; more is an attack.</summary>
    public int MaxFragmentsPerDatagram { get; init; } = 256;

    /// <summary>Nanoseconds from the first fragment until the datagram is given up: 30 s as Linux (net.ipv4.ipfrag_time).</summary>
    public long MaxAgeNs { get; init; } = 30_000_000_000;
}
