namespace Weir.Protocols.Http1;

/// <summary>What HTTP/1 parsing may hold per connection. At a limit content is cut and marked, never the framing.</summary>
public sealed record Http1Limits
{
    public static Http1Limits Default { get; } = new();

    /// <summary>Bytes of start line, header and trailer lines kept per message. 64 KiB is eight times what servers accept.</summary>
    public int MaxHeadBytes { get; init; } = 64 * 1024;

    /// <summary>Header fields kept per message, and trailer fields likewise. Servers stop at about 100.</summary>
    public int MaxHeaders { get; init; } = 256;

    /// <summary>Bytes of a chunk-size line looked at; the rest of a longer chunk extension is skipped (RFC 9112 §7.1.1).</summary>
    public int MaxChunkLineBytes { get; init; } = 1024;

    /// <summary>Requests of one connection that wait for a response. Beyond it the oldest is let go (evicted).</summary>
    public int MaxPipelined { get; init; } = 1024;

    /// <summary>Body bytes kept per message; what follows is counted and skipped. 64 KiB holds nearly every API body.</summary>
    public int BodyCaptureBytes { get; init; } = 64 * 1024;

    /// <summary>Bytes of all unfinished exchanges' bodies and heads kept per connection: stops a deep pipeline of large bodies.</summary>
    public int MaxConnectionBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>Bytes of one line held while looking for a start line after a loss: the longest request line in practice.</summary>
    public int MaxResyncLineBytes { get; init; } = 8 * 1024;

    /// <summary>Client bytes held between a CONNECT and its response. A TLS ClientHello fits several times.</summary>
    public int MaxHeldBytes { get; init; } = 16 * 1024;

    /// <summary>
    /// Nanoseconds of silence after which a pipelining client whose pairing was lost is taken to have all its answers.
    /// One second is far above the latency at which clients still pipeline.
    /// </summary>
    public long QuietNs { get; init; } = 1_000_000_000;
}
