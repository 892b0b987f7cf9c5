using Weir.Protocols.Http2;
using Weir.Protocols.WebSocket;
using Weir.Records;
using Weir.Streams;

namespace Weir.Protocols.Http1;

/// <summary>
/// Both directions of one HTTP/1 connection. Responses answer requests in order (RFC 9112 §9.3.2), so pairing is a queue;
/// what to do when bytes of either direction were lost is in <c>Http1Conversation.Pairing.cs</c>.
/// </summary>
internal sealed partial class Http1Conversation : IHostedConversation
{
    private readonly ConversationHost _host;
    private readonly Http1Limits _limits;
    private readonly Http1Parser _requests;
    private readonly Http1Parser _responses;
    private readonly Http1Queue _queue = new();
    private ByteBuffer _held = new();
    private ByteBuffer _heldSpare = new();
    private Connection _connection = null!;
    private Direction _client;
    private StreamEnd? _clientEnd;
    private StreamEnd? _serverEnd;
    private int _heldBytes;
    private long _heldNs;
    private long _heldMissed;
    private bool _switchWaits;

    public Http1Conversation(ConversationHost host)
    {
        _host = host;
        _limits = host.Options.Http1;
        _requests = new Http1Parser(this, _limits, isResponse: false);
        _responses = new Http1Parser(this, _limits, isResponse: true);
    }

    public bool HandedOver { get; private set; }

    public int UntakenBytes { get; private set; }

    public ReadOnlySpan<byte> HeldClientBytes => _held.Span;

    public long MissedClientBytes => _heldMissed;

    public IHostedConversation? Successor { get; private set; }

    /// <summary>Only the first request of a connection seen from its start may be HTTP/0.9.</summary>
    public bool SimpleRequestPossible => _connection.HandshakeSeen && _begun == 1;

    public bool NextIsSimple => _queue.Count > 0 && _queue[0].Simple && !_lost;

    /// <summary>Bytes that unfinished exchanges of this connection may still take.</summary>
    public int Room => Math.Max(0, _limits.MaxConnectionBytes - _heldBytes);

    /// <summary>Sequence number of the chunk of the server that is being read.</summary>
    public uint ResponseSequence => Server.ChunkSequence;

    public Http1Conversation Start(Connection connection, Direction client)
    {
        var midStream = !connection.HandshakeSeen;
        _connection = connection;
        _client = client;
        _clientEnd = _serverEnd = null;
        _heldBytes = UntakenBytes = 0;
        HandedOver = _switchWaits = false;
        Successor = null;
        _heldMissed = 0;
        _held.Clear();
        _requests.Start(midStream);
        _responses.Start(midStream);
        StartPairing(midStream);
        return this;
    }

    public void Release() => _host.Return(this);

    public void OnChunk(Direction direction, ReadOnlySpan<byte> bytes, long timestampNs)
    {
        if (direction == _client)
        {
            _clientChunk++;
            var taken = _requests.Feed(bytes, timestampNs);
            if (taken < bytes.Length) HoldClientBytes(bytes[taken..], timestampNs);
        }
        else
        {
            UntakenBytes = bytes.Length - _responses.Feed(bytes, timestampNs);
            if (UntakenBytes > 0 && !HandedOver) CountSkipped(UntakenBytes);
        }

        _lastChunkNs = Math.Max(_lastChunkNs, timestampNs);
    }

    public void OnGap(Direction direction, long length, long timestampNs)
    {
        UntakenBytes = 0;
        if (direction == _client && _switchWaits) _heldMissed += length;
        // In mid-stream the parser cannot tell whether the rest of a response was lost or a whole one.
        if (direction != _client && !_answers && !_connection.HandshakeSeen) ResponseBytesSkipped(timestampNs);
        (direction == _client ? _requests : _responses).Gap(length, timestampNs);
    }

    public void OnEnd(Direction direction, StreamEnd reason, long timestampNs)
    {
        UntakenBytes = 0;
        if (direction == _client)
        {
            _clientEnd = reason;
            _requests.End(reason);
            return;
        }

        var lost = _lost || _responses.IsLost;
        _serverEnd = reason;
        _responses.End(reason);
        while (_queue.Count > 0) Fail(_queue.Dequeue(), lost ? Anomaly.ResponseMissingLost : MissingBecause(reason));
    }

    private DirectionCounters Server => _connection.Of(_client == Direction.FromInitiator ? Direction.FromResponder : Direction.FromInitiator);

    public bool MayHold(Http1Pending pending) => Room > 0 || pending.HeldBytes == 0;

    /// <summary>Brings the budget up to date with what the exchange now holds.</summary>
    public void Hold(Http1Pending pending)
    {
        var exchange = pending.Exchange;
        var now = exchange.Request.Text.Length + exchange.Request.Body.Length
            + exchange.Response.Text.Length + exchange.Response.Body.Length;
        _heldBytes += now - pending.HeldBytes;
        pending.HeldBytes = now;
    }

    /// <summary>The head of its first message is in: it shows while it runs.</summary>
    public void HeadDone(Http1Pending pending, long ns) => _host.Watch(pending, _connection, _client, ns);

    public void CountSkipped(long bytes) => _host.Counters.SkippedBytes += bytes;

    public void CountResynchronised() => _host.Counters.Resynchronised++;

    public static bool SwitchesProtocol(Http1Pending pending, int status) =>
        status == 101 || (status is >= 200 and < 300 && pending.IsMethod("CONNECT"u8));

    public void HandOver(Http1Pending pending)
    {
        _host.Counters.ProtocolsSwitched++;
        _requests.End(StreamEnd.Fin);
        var response = pending.Exchange.Response;
        if (response.Status == 101 && WebSocketReader.IsOpenedBy(response))
        {
            pending.RequestDone = true;
            Successor = _host.RentWebSocket().Start(pending, _client);
            LeaveHttp();
            return;
        }

        pending.Exchange.Anomalies.Add(Anomaly.ProtocolSwitched);
        if (pending is { Exchange.HasRequest: true, RequestDone: true } && response.Status == 101 && Http2Upgrade.IsOpenedBy(response))
        {
            // The 101 is interim: the response comes on HTTP/2 stream 1 (RFC 7540 §3.2).
            _host.Counters.InterimResponses++;
            _heldBytes -= pending.HeldBytes;
            response.Clear();
            pending.Exchange.HasResponse = false;
            Successor = _host.RentHttp2().Start(_connection, _client, fromStart: true).Adopt(pending);
        }
        else
        {
            ResponseDone(pending);
        }

        LeaveHttp();
    }

    public void RequestDone(Http1Pending pending)
    {
        _lastRequestEndChunk = _clientChunk;
        _lastRequestEndNs = pending.Exchange.Request.LastByteNs;
        if (!pending.Exchange.HasRequest) pending.Exchange.Anomalies.Add(Anomaly.RequestMissing);
        else if (pending.MaySwitch && !pending.ResponseDone) _switchWaits = true;
        pending.RequestDone = true;
        EmitWhenOver(pending);
    }

    public void ResponseDone(Http1Pending pending)
    {
        pending.ResponseDone = true;
        var waited = _switchWaits && !HandedOver && pending.MaySwitch
            && !pending.Exchange.Anomalies.Contains(Anomaly.ProtocolSwitched);
        EmitWhenOver(pending);
        if (waited) ResumeRequests();
    }

    private void LeaveHttp()
    {
        HandedOver = true;
        while (_queue.Count > 0) Fail(_queue.Dequeue(), Anomaly.ResponseMissingClosed);
        _responses.Stop();
    }

    /// <summary>The exchange ends without a response.</summary>
    private void Fail(Http1Pending pending, Anomaly reason)
    {
        pending.Exchange.Anomalies.Add(reason);
        pending.Whole = false;
        pending.ResponseDone = true;
        var waited = _switchWaits && pending.RequestDone && pending.MaySwitch;
        EmitWhenOver(pending);
        if (!waited || HandedOver || _serverEnd is not null) return;
        // Whether the protocol was switched is lost; the catalog sees from the bytes what follows.
        LeaveHttp();
    }

    private Anomaly MissingBecause(StreamEnd reason) => MissingResponse.Because(reason, _clientEnd);

    private void EmitWhenOver(Http1Pending pending)
    {
        if (!pending.RequestDone || !pending.ResponseDone) return;
        var exchange = pending.Exchange;
        _heldBytes -= pending.HeldBytes;
        if (exchange.HasRequest || exchange.HasResponse)
        {
            exchange.Complete = pending.Whole && exchange.HasRequest && exchange.HasResponse;
            pending.Grpc.Finish(exchange, _host.GrpcMessages);
            (pending.Connection, pending.Client) = (_connection, _client);
            _host.Write(pending);
        }
        else
        {
            ConversationHost.Forget(pending);
        }

        _host.Return(pending);
    }

    /// <summary>Client bytes behind a CONNECT or an upgrade wait for the response, which says whose they are.</summary>
    private void HoldClientBytes(ReadOnlySpan<byte> bytes, long ns)
    {
        if (_clientEnd is not null || !_switchWaits)
        {
            CountSkipped(bytes.Length);
            return;
        }

        // Behind a gap nothing is held: it would be taken for what comes next.
        var taken = _heldMissed > 0 ? 0 : Math.Min(bytes.Length, _limits.MaxHeldBytes - _held.Length);
        if (_held.Length == 0) _heldNs = ns;
        _held.Append(bytes[..taken]);
        CountSkipped(bytes.Length - taken);
        _heldMissed += bytes.Length - taken;
    }

    /// <summary>The switch was refused: the held bytes are HTTP after all.</summary>
    private void ResumeRequests()
    {
        _switchWaits = false;
        if (_clientEnd is not null) return;
        _requests.Resume();
        (_held, _heldSpare) = (_heldSpare, _held);
        var missed = _heldMissed;
        _heldMissed = 0;
        var taken = _requests.Feed(_heldSpare.Span, _heldNs);
        if (taken < _heldSpare.Length) HoldClientBytes(_heldSpare.Span[taken..], _heldNs);
        _heldSpare.Clear();
        if (missed == 0) return;
        if (_switchWaits) _heldMissed += missed;
        _requests.Gap(missed, _heldNs);
    }
}
