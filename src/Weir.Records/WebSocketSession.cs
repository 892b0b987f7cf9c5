namespace Weir.Records;

/// <summary>What a WebSocket message was, RFC 6455 §5.2.</summary>
public enum WebSocketKind : byte
{
    Text,
    Binary,
}

/// <summary>One captured message.</summary>
/// <param name="FromClient">True when the client sent it.</param>
/// <param name="Kind">Text or binary.</param>
/// <param name="AtNs">Time of its last byte, Unix nanoseconds.</param>
/// <param name="Bytes">Its size after unmasking and before inflating, in bytes.</param>
/// <param name="Content">Its captured bytes (inflated, unmasked) in <see cref="WebSocketSession.Text"/>; shorter than the message when the limit cut it.</param>
/// <param name="Truncated">True when <paramref name="Content"/> is not the whole message.</param>
public readonly record struct WebSocketMessage(
    bool FromClient, WebSocketKind Kind, long AtNs, long Bytes, Slice Content, bool Truncated);

/// <summary>
/// What a WebSocket (RFC 6455, RFC 7692, RFC 8441) adds to the exchange that opened it: on the record as
/// <c>"webSocket":{"messages","bytesIn","bytesOut",…}</c>. In is towards the server, out towards the client.
/// </summary>
public sealed class WebSocketSession
{
    /// <summary>False when the exchange opened no WebSocket.</summary>
    public bool Present { get; set; }

    /// <summary>Whole data messages of both directions.</summary>
    public long Messages => MessagesIn + MessagesOut;

    public long MessagesIn { get; set; }

    public long MessagesOut { get; set; }

    /// <summary>Payload bytes of data messages as sent, in either direction.</summary>
    public long BytesIn { get; set; }

    public long BytesOut { get; set; }

    /// <summary>Close code (RFC 6455 §7.4); 0 when no close frame was seen.</summary>
    public int CloseCode { get; set; }

    public Slice CloseReason { get; set; }

    /// <summary>permessage-deflate was agreed on.</summary>
    public bool Compressed { get; set; }

    /// <summary>Holds the captured contents.</summary>
    public ByteBuffer Text { get; } = new();

    /// <summary>The first messages, within limits; later ones are only counted.</summary>
    public List<WebSocketMessage> Captured { get; } = [];

    public ReadOnlySpan<byte> this[Slice slice] => Text[slice];

    public void Clear()
    {
        if (!Present) return;
        Present = Compressed = false;
        MessagesIn = MessagesOut = BytesIn = BytesOut = 0;
        CloseCode = 0;
        CloseReason = default;
        Text.Clear();
        Captured.Clear();
    }
}
