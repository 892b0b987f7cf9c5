namespace Weir.Protocols.WebSocket;

/// <summary>What reading WebSockets may hold. At a limit contents are cut and marked, never the counting.</summary>
public sealed record WebSocketLimits
{
    public static WebSocketLimits Default { get; } = new();

    /// <summary>Bytes of content kept per message. 64 KiB: as much as of a body.</summary>
    public int MessageCaptureBytes { get; init; } = 64 * 1024;

    /// <summary>Bytes of content kept per WebSocket, both directions. 256 KiB: enough to see how it is used.</summary>
    public int SessionCaptureBytes { get; init; } = 256 * 1024;

    /// <summary>Messages kept per WebSocket. 1000: beyond that a list is not read; each costs about 50 bytes.</summary>
    public int SessionCaptureMessages { get; init; } = 1000;

    /// <summary>
    /// Bytes a compressed message may inflate to; then inflating this direction stops. 1 MiB: what
    /// <see cref="Records.Json.BodyDecoderLimits"/> allows a body, and the bound on a compression bomb.
    /// </summary>
    public int MaxInflatedBytes { get; init; } = 1024 * 1024;

    /// <summary>
    /// Directions of one worker that are inflated at once, about 40 KiB each; further ones are counted without contents.
    /// Default 1024: 40 MiB.
    /// </summary>
    public int MaxInflaters { get; init; } = 1024;

    /// <summary>
    /// Flawless frames in a row, from the start of a segment, after which a direction that lost its framing is believed
    /// again. Three: a random byte pair passes for a header about once in twenty.
    /// </summary>
    public int ResyncFrames { get; init; } = 3;
}
