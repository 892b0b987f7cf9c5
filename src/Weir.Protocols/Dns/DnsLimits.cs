namespace Weir.Protocols.Dns;

/// <summary>What reading DNS may hold.</summary>
public sealed record DnsLimits
{
    public static DnsLimits Default { get; } = new();

    /// <summary>
    /// Nanoseconds a query over UDP waits for its answer. Default 5 s: when stub resolvers ask again; a query that is repeated
    /// waits anew.
    /// </summary>
    public long TimeoutNs { get; init; } = 5_000_000_000;

    /// <summary>Queries over UDP that wait, or were answered just now. 16 384: the oldest goes first; each costs up to 2 KiB.</summary>
    public int MaxPending { get; init; } = 16_384;

    /// <summary>Queries that wait on one TCP connection. 256: resolvers pipeline dozens.</summary>
    public int MaxPipelined { get; init; } = 256;

    /// <summary>Answer records kept per lookup; the rest is counted. 64: what fits a response of usual size.</summary>
    public int MaxAnswers { get; init; } = 64;

    /// <summary>Bytes of names and data kept per lookup. 16 KiB: above what 64 usual records need.</summary>
    public int MaxTextBytes { get; init; } = 16 * 1024;

    /// <summary>Bytes of record data shown in the unknown form of RFC 3597; of longer data only the length. 256.</summary>
    public int MaxUnknownBytes { get; init; } = 256;

    /// <summary>Nanoseconds within which the same datagram on another interface is a copy of the capture. 5 ms, as for TCP.</summary>
    public long DuplicateWindowNs { get; init; } = 5_000_000;
}
