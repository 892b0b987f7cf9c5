namespace Weir.Streams;

/// <summary>Bounds of reassembly. What is reached is counted in <see cref="StreamCounters"/>; nothing grows past it.</summary>
public sealed record StreamLimits
{
    /// <summary>Connections held at once, closed ones that linger included. One costs about 1.5 KiB, so the default is 100 MiB.</summary>
    public int MaxConnections { get; init; } = 65_536;

    /// <summary>Nanoseconds without a packet until a connection ends. Default 5 min: longer than common keep-alive times.</summary>
    public long IdleTimeoutNs { get; init; } = 300_000_000_000;

    /// <summary>
    /// Nanoseconds a closed connection stays to swallow late ACKs and retransmissions. Default 2 s: above usual
    /// retransmission timers, below the time in which ports are taken again.
    /// </summary>
    public long LingerNs { get; init; } = 2_000_000_000;

    /// <summary>
    /// Nanoseconds between two reports of an open connection to an <see cref="IConnectionSink"/>; 0 reports none before its end.
    /// Default 1 min: the usual active timeout of flow exporters, so that a rate over a minute misses nothing.
    /// </summary>
    public long ReportIntervalNs { get; init; } = 60_000_000_000;

    /// <summary>Out-of-order bytes kept for one direction. Default 2 MiB: a full window of a fast link behind one loss.</summary>
    public int MaxPendingBytesPerDirection { get; init; } = 2 * 1024 * 1024;

    /// <summary>Out-of-order pieces kept for one direction. Default 2048: bounds the search for where a piece belongs.</summary>
    public int MaxPendingSegmentsPerDirection { get; init; } = 2048;

    /// <summary>Bytes of out-of-order buffers over all connections, in use or kept for reuse. Default 64 MiB.</summary>
    public long MaxPendingBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>
    /// Nanoseconds between the ACK that covers a hole and the hole being told as a gap. Once acknowledged, the bytes can
    /// only be late in the capture, not on the wire. Default 200 ms: above the block timeout of a packet ring.
    /// </summary>
    public long GapDelayNs { get; init; } = 200_000_000;

    /// <summary>Segments buffered after that ACK which make the wait unnecessary. Default 8: beyond multi-queue reordering.</summary>
    public int GapSegments { get; init; } = 8;

    /// <summary>Bytes buffered after that ACK which make the wait unnecessary. Default 64 KiB: one GRO frame.</summary>
    public int GapBytes { get; init; } = 64 * 1024;

    /// <summary>
    /// Nanoseconds by which an ACK may precede its data because they were captured on different interfaces. Default 5 ms.
    /// </summary>
    public long ReorderToleranceNs { get; init; } = 5_000_000;

    /// <summary>
    /// Nanoseconds after the sender's last bytes within which an interface that shows bytes for the first time, while others
    /// showed them before, shows a copy. Default 190 ms: below Linux' smallest retransmission timer (TCP_RTO_MIN, 200 ms).
    /// </summary>
    public long DuplicateWindowNs { get; init; } = 190_000_000;

    /// <summary>
    /// Nanoseconds within which a segment that fills a hole is out of order instead of sent again, where the handshake did
    /// not tell the round-trip time. Default 3 ms, as tshark.
    /// </summary>
    public long OutOfOrderNs { get; init; } = 3_000_000;

    /// <summary>
    /// Bytes around the expected sequence in which a segment is believed; at most 2^30 (RFC 7323 §2.3, largest window).
    /// Default 64 MiB: the largest receive window seen in practice.
    /// </summary>
    public int PlausibleWindowBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Bytes around the expected sequence in which a RST is believed (RFC 5961 §3). Default 1 MiB.</summary>
    public int ResetWindowBytes { get; init; } = 1024 * 1024;

    /// <summary>Consecutive segments outside the plausible window, near each other, that move it. Default 4.</summary>
    public int ResyncSegments { get; init; } = 4;
}
