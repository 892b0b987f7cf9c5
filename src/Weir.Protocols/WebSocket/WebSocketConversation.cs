using Weir.Protocols.Http1;
using Weir.Streams;

namespace Weir.Protocols.WebSocket;

/// <summary>A connection after its 101: the exchange that opened it stays open until both directions are over.</summary>
internal sealed class WebSocketConversation : IHostedConversation
{
    private readonly ConversationHost _host;
    private readonly WebSocketReader _reader;
    private Http1Pending? _opening;
    private Direction _client;
    private StreamEnd? _firstEnd;

    public WebSocketConversation(ConversationHost host)
    {
        _host = host;
        _reader = new WebSocketReader(host);
    }

    public bool HandedOver => false;

    public int UntakenBytes => 0;

    public ReadOnlySpan<byte> HeldClientBytes => default;

    /// <param name="opening">The handshake, both messages read; it is given back when the WebSocket is over.</param>
    /// <param name="client">The direction of the client.</param>
    public WebSocketConversation Start(Http1Pending opening, Direction client)
    {
        _opening = opening;
        _client = client;
        _firstEnd = null;
        _reader.Start(opening.Exchange);
        return this;
    }

    public void OnChunk(Direction direction, ReadOnlySpan<byte> bytes, long timestampNs) =>
        _reader.Feed(direction == _client, bytes, timestampNs);

    public void OnGap(Direction direction, long length, long timestampNs) => _reader.Gap(direction == _client, length);

    public void OnEnd(Direction direction, StreamEnd reason, long timestampNs)
    {
        if (_firstEnd is not { } first)
        {
            _firstEnd = reason;
            return;
        }

        // An end that one of the sides made says more than the silence after it.
        Finish(first is StreamEnd.Fin or StreamEnd.Reset ? first : reason);
    }

    public void Release() => _host.Return(this);

    private void Finish(StreamEnd reason)
    {
        if (_opening is not { } opening) return;
        _opening = null;
        var exchange = opening.Exchange;
        exchange.Complete = _reader.End(reason) && opening.Whole && exchange is { HasRequest: true, HasResponse: true };
        _host.Counters.SkippedBytes += _reader.SkippedBytes;
        _host.Counters.Resynchronised += _reader.Resynchronised;
        _host.Counters.WebSocketMessages += exchange.WebSocket.Messages;
        _host.Write(opening);
        _host.Return(opening);
    }
}
