namespace Weir.Protocols.Http2;

/// <summary>What HTTP/2 parsing may hold per connection. At a limit content is cut and marked, never the framing.</summary>
public sealed record Http2Limits
{
    public static Http2Limits Default { get; } = new();

    /// <summary>
    /// Streams open at once. Beyond it the one that was silent longest is let go (evicted). Servers allow 100 to 250, some
    /// gRPC servers any number.
    /// </summary>
    public int MaxStreams { get; init; } = 4096;

    /// <summary>Bytes of a coded header block, CONTINUATION included. A longer one cannot be read, and the dynamic table is unknown after it.</summary>
    public int MaxHeaderBlockBytes { get; init; } = 256 * 1024;

    /// <summary>Bytes of decoded header or trailer fields kept per message. 64 KiB is several times what servers accept.</summary>
    public int MaxHeadBytes { get; init; } = 64 * 1024;

    /// <summary>Header fields kept per message, and trailer fields likewise.</summary>
    public int MaxHeaders { get; init; } = 256;

    /// <summary>Bytes of a dynamic table, as RFC 7541 §4.1 counts them; browsers offer 64 KiB. Entries beyond it become unknown.</summary>
    public int MaxTableBytes { get; init; } = 64 * 1024;

    /// <summary>Body bytes kept per message; what follows is counted and skipped. 64 KiB holds nearly every API body.</summary>
    public int BodyCaptureBytes { get; init; } = 64 * 1024;

    /// <summary>Bytes of all open streams' bodies and heads kept per connection.</summary>
    public int MaxConnectionBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>Bytes of a direction held while looking for a frame after a loss: three frames of the default size and some.</summary>
    public int MaxResyncBytes { get; init; } = 64 * 1024;

    /// <summary>
    /// Nanoseconds after which a stream that may have ended within lost bytes is let go, when it was silent since. Ten seconds
    /// is longer than nearly every call waits.
    /// </summary>
    public long LostStreamNs { get; init; } = 10_000_000_000;
}
