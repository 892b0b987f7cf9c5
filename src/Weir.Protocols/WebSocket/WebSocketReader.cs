using System.Text;
using Weir.Records;
using Weir.Streams;

namespace Weir.Protocols.WebSocket;

/// <summary>Both directions of a WebSocket, whatever carries them: bytes in, the exchange's <see cref="WebSocketSession"/> filled.</summary>
internal sealed class WebSocketReader(ConversationHost host)
{
    private readonly WebSocketParser _fromClient = new(host, fromClient: true);
    private readonly WebSocketParser _fromServer = new(host, fromClient: false);
    private Exchange _exchange = null!;

    public long SkippedBytes => _fromClient.SkippedBytes + _fromServer.SkippedBytes;

    public long Resynchronised => _fromClient.Resynchronised + _fromServer.Resynchronised;

    /// <summary>Whether a 101 answer opens a WebSocket (RFC 6455 §4.2.2): it says so itself.</summary>
    public static bool IsOpenedBy(HttpMessage response) => Names(response, "upgrade"u8, "websocket"u8);

    /// <summary>Whether a request asks for one, so that bytes behind it may be frames.</summary>
    public static bool IsAskedBy(HttpMessage request) => Names(request, "upgrade"u8, "websocket"u8);

    /// <param name="exchange">The opening handshake; its response says what was agreed on.</param>
    public void Start(Exchange exchange)
    {
        _exchange = exchange;
        exchange.WebSocket.Present = true;
        var agreed = WebSocketExtension.Read(exchange.Response);
        exchange.WebSocket.Compressed = agreed.Deflate;
        _fromClient.Start(exchange, agreed);
        _fromServer.Start(exchange, agreed);
    }

    public void Feed(bool fromClient, ReadOnlySpan<byte> bytes, long ns)
    {
        Parser(fromClient).Feed(bytes, ns);
        // The session is what the answer became: it lasts until the last byte of either side.
        _exchange.Response.LastByteNs = Math.Max(_exchange.Response.LastByteNs, ns);
    }

    public void Gap(bool fromClient, long length) => Parser(fromClient).Gap(length);

    /// <summary>An unknown number of bytes is missing.</summary>
    public void Break(bool fromClient) => Parser(fromClient).Break();

    /// <summary>Both directions are over.</summary>
    /// <param name="reason">How the connection or stream ended.</param>
    /// <returns>True when all of it was seen, to an end that one of the sides made.</returns>
    public bool End(StreamEnd reason)
    {
        _fromClient.End();
        _fromServer.End();
        var closed = _fromClient.Closed || _fromServer.Closed;
        if (!closed) _exchange.Anomalies.Add(Anomaly.WebSocketCloseMissing);
        return _fromClient.IsWhole && _fromServer.IsWhole && (closed || reason is StreamEnd.Fin or StreamEnd.Reset);
    }

    private WebSocketParser Parser(bool fromClient) => fromClient ? _fromClient : _fromServer;

    private static bool Names(HttpMessage message, ReadOnlySpan<byte> name, ReadOnlySpan<byte> token)
    {
        foreach (var header in message.Headers)
        {
            if (!Ascii.EqualsIgnoreCase(message[header.Name], name)) continue;
            var value = message[header.Value];
            foreach (var range in value.Split((byte)','))
            {
                if (Ascii.EqualsIgnoreCase(value[range].Trim(" \t"u8), token)) return true;
            }
        }

        return false;
    }
}
