using System.Buffers.Binary;
using Weir.Protocols.Http1;
using Weir.Records;
using Weir.Streams;

namespace Weir.Protocols.Http2;

/// <summary>
/// Both directions of one HTTP/2 connection. Requests and responses pair by stream id, so a loss costs the messages it hits
/// and the header fields that nobody can look up any more, never the pairing.
/// </summary>
internal sealed partial class Http2Conversation : IHostedConversation
{
    private readonly ConversationHost _host;
    private readonly Http2Limits _limits;
    private readonly Http2Direction _requests;
    private readonly Http2Direction _responses;
    private readonly Http2StreamTable _streams = new();
    private readonly Http2Settings _clientSettings = new();
    private readonly Http2Settings _serverSettings = new();
    private Connection _connection = null!;
    private Direction _client;
    private StreamEnd? _clientEnd;
    private StreamEnd? _serverEnd;
    private int _heldBytes;
    private int _highestStream;
    private bool _requestsLost;

    public Http2Conversation(ConversationHost host)
    {
        _host = host;
        _limits = host.Options.Http2;
        _requests = new Http2Direction(this, _limits, isServer: false);
        _responses = new Http2Direction(this, _limits, isServer: true);
    }

    /// <summary>Never: what runs inside HTTP/2 stays within its streams.</summary>
    public bool HandedOver => false;

    public int UntakenBytes => 0;

    public ReadOnlySpan<byte> HeldClientBytes => default;

    public bool ClientPrefaceSeen { get; private set; }

    /// <summary>Bytes that unfinished exchanges of this connection may still take.</summary>
    private int Room => Math.Max(0, _limits.MaxConnectionBytes - _heldBytes);

    /// <param name="connection">Addresses and TCP facts, live.</param>
    /// <param name="client">The direction that carries requests.</param>
    /// <param name="fromStart">Nothing of the HTTP/2 connection was before the first bytes given.</param>
    public Http2Conversation Start(Connection connection, Direction client, bool fromStart)
    {
        _connection = connection;
        _client = client;
        _clientEnd = _serverEnd = null;
        _heldBytes = _highestStream = 0;
        _requestsLost = !fromStart;
        ClientPrefaceSeen = fromStart;
        _clientSettings.Clear();
        _serverSettings.Clear();
        _streams.Clear();
        _requests.Start(midStream: _requestsLost);
        _responses.Start(midStream: _requestsLost);
        return this;
    }

    public void Release() => _host.Return(this);

    /// <summary>
    /// Takes over the request that asked HTTP/1 for h2c (RFC 7540 §3.2): it is stream 1, half closed, and its response comes
    /// there. Its HTTP2-Settings count as acknowledged by the 101.
    /// </summary>
    public Http2Conversation Adopt(Http1Pending pending)
    {
        var stream = _host.RentStream();
        stream.TakeOver(pending);
        _host.Watch(stream, _connection, _client, stream.Exchange.Request.LastByteNs);
        stream.Id = stream.Exchange.StreamId = 1;
        stream.Whole = pending.Whole;
        stream.Request.Begun = stream.Request.Done = true;
        stream.LastNs = stream.Exchange.Request.LastByteNs;
        stream.Exchange.Protocol = "HTTP/2";
        _host.Return(pending);
        _streams.Add(stream);
        _highestStream = 1;
        Hold(stream);
        _clientSettings.AnnounceInUpgrade(stream.Exchange.Request, _responses);
        return this;
    }

    public void OnChunk(Direction direction, ReadOnlySpan<byte> bytes, long timestampNs)
    {
        if (direction != _client)
        {
            _responses.Feed(bytes, timestampNs);
            return;
        }

        if (_requests.IsUntouched && !ClientPrefaceSeen) ClientPrefaceSeen = bytes.StartsWith(Http2Protocol.Preface);
        _requests.Feed(bytes, timestampNs);
    }

    public void OnGap(Direction direction, long length, long timestampNs) =>
        (direction == _client ? _requests : _responses).Gap(length);

    public void OnEnd(Direction direction, StreamEnd reason, long timestampNs)
    {
        if (direction == _client)
        {
            _clientEnd = reason;
            _requests.End();
            EndRequests();
            return;
        }

        _serverEnd = reason;
        _responses.End();
        EndResponses(reason);
    }

    public Http2Stream? Find(int id) => _streams.Find(id);

    public static void Mark(Http2Stream stream, Anomaly anomaly) => stream.Exchange.Anomalies.Add(anomaly);

    public void CountSkipped(long bytes) => _host.Counters.SkippedBytes += bytes;

    public void CountResynchronised() => _host.Counters.Resynchronised++;

    public void TakeSettings(bool fromServer, Http2Frame frame, ReadOnlySpan<byte> payload)
    {
        var (own, others) = fromServer ? (_serverSettings, _clientSettings) : (_clientSettings, _serverSettings);
        var (direction, other) = fromServer ? (_responses, _requests) : (_requests, _responses);
        if (frame.Has(Http2Frame.EndStreamFlag)) others.Acknowledge(direction);
        else own.Announce(payload, other);
    }

    /// <summary>RST_STREAM, RFC 9113 §6.4.</summary>
    public void ResetStream(bool fromServer, int id, long ns)
    {
        if (_streams.Find(id) is not { } stream) return;
        _streams.Touch(stream, ns);
        Mark(stream, fromServer ? Anomaly.StreamResetByServer : Anomaly.StreamResetByClient);
        if (!stream.Request.Done)
        {
            stream.Request.Done = true;
            stream.Whole = false;
            Mark(stream, Anomaly.RequestBodyIncomplete);
        }

        if (stream.Response.Done) EmitWhenOver(stream);
        else FailResponse(stream, Anomaly.ResponseMissingReset);
    }

    /// <summary>GOAWAY of the server: streams above the last one it names were not processed (RFC 9113 §6.8).</summary>
    public void GoAway(bool fromServer, ReadOnlySpan<byte> payload)
    {
        if (!fromServer || payload.Length < 8) return;
        var last = BinaryPrimitives.ReadInt32BigEndian(payload) & int.MaxValue;
        for (var stream = _streams.Oldest; stream is not null;)
        {
            var next = stream.Newer;
            if (stream.Id > last && stream.Id % 2 == 1 && !stream.Response.Begun)
            {
                stream.Request.Done = true;
                FailResponse(stream, Anomaly.ResponseMissingRefused);
            }

            stream = next;
        }
    }

    /// <summary>Frames of a direction are lost; every stream that was open in it may have had some among them.</summary>
    public void FramesLost(bool fromServer, long length)
    {
        (fromServer ? _serverSettings : _clientSettings).Clear();
        _requestsLost |= !fromServer;
        for (var stream = _streams.Oldest; stream is not null;)
        {
            var next = stream.Newer;
            var side = stream.Side(fromServer);
            if (!side.Done)
            {
                side.Suspect = true;
                // A message that has not begun may yet come whole.
                if (side.Begun) LoseBytes(stream, fromServer, length);
                // The response is there; the end of the request was most likely what was lost.
                if (!fromServer && stream.Response.Done) EndMessage(stream, isResponse: false, stream.Exchange.Request.LastByteNs);
            }

            stream = next;
        }
    }

    private void EndRequests()
    {
        for (var stream = _streams.Oldest; stream is not null;)
        {
            var next = stream.Newer;
            if (!stream.Request.Done)
            {
                stream.Request.Done = true;
                if (stream.Exchange.HasRequest)
                {
                    stream.Whole = false;
                    if (!stream.IsConnect) Mark(stream, Anomaly.RequestBodyIncomplete);
                }

                EmitWhenOver(stream);
            }

            stream = next;
        }
    }

    private void EndResponses(StreamEnd reason)
    {
        for (var stream = _streams.Oldest; stream is not null;)
        {
            var next = stream.Newer;
            if (!stream.Response.Done) FailResponse(stream, stream.Response.Suspect ? Anomaly.ResponseMissingLost : MissingBecause(reason));
            stream = next;
        }
    }

    private Anomaly MissingBecause(StreamEnd reason) => MissingResponse.Because(reason, _clientEnd);

    /// <summary>The response will not come, or not to its end. The request may still be under way.</summary>
    private void FailResponse(Http2Stream stream, Anomaly reason)
    {
        Mark(stream, stream.Response.Begun ? Anomaly.ResponseBodyIncomplete : reason);
        stream.Response.Done = true;
        stream.Whole = false;
        if (reason == Anomaly.ResponseMissingEvicted) stream.Request.Done = true;
        EmitWhenOver(stream);
    }

    private void EmitWhenOver(Http2Stream stream)
    {
        if (!stream.Request.Done || !stream.Response.Done) return;
        _streams.Remove(stream);
        if (!stream.Whole) _streams.Abandon(stream.Id);
        _heldBytes -= stream.HeldBytes;
        var exchange = stream.Exchange;
        if (exchange.HasRequest || exchange.HasResponse)
        {
            if (!exchange.HasRequest) Mark(stream, Anomaly.RequestMissing);
            exchange.Complete = EndSocket(stream) && stream.Whole && exchange.HasRequest && exchange.HasResponse
                && !exchange.Anomalies.Contains(Anomaly.HeaderUnknown) && !exchange.Anomalies.Contains(Anomaly.HeaderBlockInvalid);
            stream.Grpc.Finish(exchange, _host.GrpcMessages);
            (stream.Connection, stream.Client) = (_connection, _client);
            _host.Write(stream);
        }
        else
        {
            ConversationHost.Forget(stream);
        }

        _host.Return(stream);
    }

    /// <returns>False when the WebSocket that the stream carried was not seen whole.</returns>
    private bool EndSocket(Http2Stream stream)
    {
        if (stream.Socket is not { } socket) return true;
        stream.Socket = null;
        var whole = socket.End(StreamEnd.Fin);
        _host.Counters.SkippedBytes += socket.SkippedBytes;
        _host.Counters.Resynchronised += socket.Resynchronised;
        _host.Counters.WebSocketMessages += stream.Exchange.WebSocket.Messages;
        _host.Return(socket);
        return whole;
    }
}
