using Weir.Protocols.EventStream;
using Weir.Protocols.Http2;
using Weir.Protocols.WebSocket;
using Weir.Records;
using Weir.Streams;

namespace Weir.Protocols.Http1;

/// <summary>
/// One direction of HTTP/1 (RFC 9112) as an incremental state machine. It frames messages and fills them; which exchange
/// a message belongs to is the conversation's business.
/// </summary>
/// <remarks>
/// <code>
/// Start ─► StartLine ─► Fields ─┬─► Start                                          no body
///   ▲                           ├─► Length ─► Start
///   │                           ├─► ChunkSize ─► ChunkData ─► ChunkEnd ─► ChunkSize … Trailers ─► Start
/// Resync ◄─ loss, nonsense      └─► UntilClose                                     until the direction ends
/// </code>
/// </remarks>
internal sealed partial class Http1Parser(Http1Conversation owner, Http1Limits limits, bool isResponse)
{
    private enum State : byte
    {
        Start,
        StartLine,
        Fields,
        Length,
        ChunkSize,
        ChunkData,
        ChunkEnd,
        Trailers,
        UntilClose,
        Resync,
        /// <summary>Takes nothing: what follows may be, or is, another protocol.</summary>
        Stopped,
    }

    private readonly Http1LineReader _lines = new();
    private State _state;
    private Http1Pending? _pending;
    private HttpMessage? _message;
    private AnomalySet _early;
    private long _firstNs;
    private uint _firstSequence;
    private long _rest;
    private int _headBytes;
    private bool _version10;
    private bool _sawCarriageReturn;
    private bool _mayBeHead;
    private bool _lossBeforeResync;
    private bool _behindLine;
    private bool _countsEvents;
    private EventStreamCounter _events;

    /// <summary>Looking for a start line because bytes were lost (not because of nonsense).</summary>
    public bool IsLost => _state == State.Resync && _lossBeforeResync;

    public void Start(bool midStream)
    {
        _state = midStream ? State.Resync : State.Start;
        _pending = null;
        _message = null;
        _early = default;
        _lossBeforeResync = midStream;
        _behindLine = false;
        _countsEvents = false;
        _lines.Reset();
    }

    /// <summary>Ends parsing of this direction until <see cref="Resume"/>.</summary>
    public void Stop() => _state = State.Stopped;

    public void Resume() => _state = State.Start;

    /// <returns>Bytes taken: fewer than given only when the direction was stopped within them.</returns>
    public int Feed(ReadOnlySpan<byte> bytes, long ns)
    {
        var total = bytes.Length;
        while (!bytes.IsEmpty && _state != State.Stopped)
        {
            if (_message is not null) _message.LastByteNs = ns;
            switch (_state)
            {
                case State.Start:
                    Begin(ref bytes, ns);
                    break;
                case State.StartLine:
                    ReadStartLine(ref bytes, ns);
                    break;
                case State.Fields:
                case State.Trailers:
                    ReadFields(ref bytes);
                    break;
                case State.Length:
                case State.ChunkData:
                case State.UntilClose:
                    ReadBody(ref bytes);
                    break;
                case State.ChunkSize:
                    ReadChunkSize(ref bytes);
                    break;
                case State.ChunkEnd:
                    ReadChunkEnd(ref bytes);
                    break;
                default:
                    Resynchronise(ref bytes, ns);
                    break;
            }
        }

        return total - bytes.Length;
    }

    private void Begin(ref ReadOnlySpan<byte> bytes, long ns)
    {
        // RFC 9112 §2.2: empty lines before a start line are ignored.
        bytes = bytes.TrimStart("\r\n"u8);
        if (bytes.IsEmpty) return;
        StartMessage(ns);
        _lines.Reset();
        _headBytes = 0;
        _state = State.StartLine;
        if (!isResponse) TakePending(owner.BeginRequest(ns));
    }

    private void StartMessage(long ns)
    {
        _firstNs = ns;
        if (isResponse) _firstSequence = owner.ResponseSequence;
    }

    private void TakePending(Http1Pending? pending)
    {
        _pending = pending;
        _message = isResponse ? pending?.Exchange.Response : pending?.Exchange.Request;
        if (_message is null) return;
        _message.FirstByteNs = _firstNs;
        _message.LastByteNs = Math.Max(_firstNs, _message.LastByteNs);
    }

    private void ReadStartLine(ref ReadOnlySpan<byte> bytes, long ns)
    {
        if (isResponse && owner.NextIsSimple && TakeSimpleResponse(bytes)) return;
        if (!_lines.TryRead(ref bytes, limits.MaxHeadBytes, out var line)) return;
        TakeStartLine(line, ns);
    }

    /// <summary>HTTP/0.9: everything is body, unless the server answers with a status line all the same.</summary>
    private bool TakeSimpleResponse(ReadOnlySpan<byte> bytes)
    {
        Span<byte> prefix = stackalloc byte[5];
        var held = _lines.Partial;
        var length = Math.Min(held.Length, 5);
        held[..length].CopyTo(prefix);
        var more = Math.Min(bytes.Length, 5 - length);
        bytes[..more].CopyTo(prefix[length..]);
        if ("HTTP/"u8.StartsWith(prefix[..(length + more)])) return false;
        TakePending(owner.BeginResponse(0, _firstNs, _firstSequence));
        if (_message is null) return false;
        _pending!.Exchange.Response.BodyTruncated = false;
        _state = State.UntilClose;
        TakeBody(held);
        _lines.Reset();
        return true;
    }

    private void TakeStartLine(ReadOnlySpan<byte> line, long ns)
    {
        if (!(isResponse ? TakeStatusLine(line) : TakeRequestLine(line)))
        {
            Skip(_lines.WireBytes);
            _early.Add(Anomaly.UnexpectedBytes);
            if (!isResponse) owner.AbortRequest();
            TakePending(null);
            EnterResync(lost: false);
            return;
        }

        if (_pending is not null)
        {
            if (_lines.BareLineFeed) Mark(Anomaly.BareLineFeed);
            if (line.Contains((byte)'\r')) Mark(Anomaly.BareCarriageReturn);
            foreach (var anomaly in _early) Mark(anomaly);
            _message!.LastByteNs = Math.Max(ns, _message.LastByteNs);
        }

        _early = default;
        _headBytes = line.Length;
        if (_pending is { Simple: true } && !isResponse) FinishMessage(whole: true);
        else _state = State.Fields;
    }

    private bool TakeRequestLine(ReadOnlySpan<byte> line)
    {
        if (!Http1Head.TryReadRequestLine(line, _lines.Cut, _pending!, owner.SimpleRequestPossible)) return false;
        _version10 = _pending!.Version10;
        _pending.Exchange.HasRequest = true;
        return true;
    }

    private bool TakeStatusLine(ReadOnlySpan<byte> line)
    {
        if (!Http1Head.TryReadStatus(line, out var status, out var valid, out var reason)) return false;
        TakePending(owner.BeginResponse(status, _firstNs, _firstSequence));
        if (_message is null) return true;
        var space = line.IndexOf((byte)' ');
        var version = space < 0 ? line : line[..space];
        _version10 = version.SequenceEqual("HTTP/1.0"u8);
        _message.Status = status;
        _message.Reason = _message.Text.Append(line[reason..]);
        if (!_pending!.Exchange.HasRequest) _pending.Exchange.Protocol = Http1Head.VersionName(version);
        if (!valid) Mark(Anomaly.StatusInvalid);
        if (!Http1Head.IsVersion1(version)) Mark(Anomaly.VersionInvalid);
        if (_lines.Cut) Mark(Anomaly.HeaderTooLarge);
        return true;
    }

    private void ReadFields(ref ReadOnlySpan<byte> bytes)
    {
        while (_lines.TryRead(ref bytes, limits.MaxHeadBytes, out var line))
        {
            if (_lines.BareLineFeed) Mark(Anomaly.BareLineFeed);
            if (line.IsEmpty && !_lines.Cut)
            {
                if (_state == State.Trailers) FinishMessage(whole: true);
                else FinishHead();
                return;
            }

            if (_message is null) continue;
            if (_lines.HoldsCarriageReturn && line[0] is not ((byte)' ' or (byte)'\t')) Mark(Anomaly.BareCarriageReturn);
            var fields = _state == State.Trailers ? _message.Trailers : _message.Headers;
            var full = _lines.Cut || _headBytes + line.Length > limits.MaxHeadBytes || !owner.MayHold(_pending!);
            if (full) Mark(Anomaly.HeaderTooLarge);
            if (fields.Count >= limits.MaxHeaders)
            {
                Mark(Anomaly.TooManyHeaders);
                full = true;
                if (fields.Count >= limits.MaxHeaders + 64) continue;
            }

            if (!full) _headBytes += line.Length;
            Http1Head.AddField(line, _message, fields, ref _pending!.Exchange.Anomalies, full);
        }
    }

    private void FinishHead()
    {
        if (_message is null)
        {
            // An interim response (RFC 9110 §15.2): nothing but its head.
            _state = State.Start;
            return;
        }

        owner.Hold(_pending!);
        owner.HeadDone(_pending!, _message.LastByteNs);
        var kind = Http1Framing.Decide(_message, ref _pending!.Exchange.Anomalies, isResponse, _version10, out _rest);
        _pending.Grpc.Begin(_pending.Exchange, isResponse);
        _mayBeHead = false;
        if (isResponse)
        {
            if (Http1Conversation.SwitchesProtocol(_pending, _message.Status))
            {
                _state = State.Stopped;
                var pending = _pending;
                TakePending(null);
                owner.HandOver(pending);
                return;
            }

            kind = OfResponse(kind, _message.Status);
            StartEvents(kind);
            _mayBeHead = !_pending.Exchange.HasRequest;
        }
        else if (_pending.IsMethod("CONNECT"u8) || (kind == BodyKind.None && (WebSocketReader.IsAskedBy(_message) || Http2Upgrade.IsAskedBy(_message))))
        {
            // RFC 9110 §9.3.6: content of a CONNECT request has no meaning; what follows is the tunnel or the next request.
            _pending.MaySwitch = true;
            FinishMessage(whole: true);
            _state = State.Stopped;
            return;
        }

        EnterBody(kind);
    }

    private void StartEvents(BodyKind kind)
    {
        _countsEvents = kind != BodyKind.None && EventStreamCounter.Applies(_message!);
        if (!_countsEvents) return;
        _events.Start();
        _pending!.Exchange.ServerSentEvents = 0;
    }

    private BodyKind OfResponse(BodyKind kind, int status)
    {
        if (_pending!.IsMethod("HEAD"u8) || status is 204 or 304 or (>= 100 and < 200)) return BodyKind.None;
        return status == 205 && kind == BodyKind.UntilClose ? BodyKind.None : kind;
    }

    private void EnterBody(BodyKind kind)
    {
        switch (kind)
        {
            case BodyKind.None:
                FinishMessage(whole: true);
                break;
            case BodyKind.Length:
                _state = State.Length;
                break;
            case BodyKind.Chunked:
                _state = State.ChunkSize;
                _lines.Reset();
                break;
            case BodyKind.UntilClose:
                _state = State.UntilClose;
                break;
            default:
                _message!.BodyTruncated = true;
                FinishMessage(whole: false);
                EnterResync(lost: false);
                break;
        }
    }

    private void FinishMessage(bool whole)
    {
        var pending = _pending!;
        if (!whole) pending.Whole = false;
        TakePending(null);
        _state = State.Start;
        if (isResponse) owner.ResponseDone(pending);
        else owner.RequestDone(pending);
    }

    private void Mark(Anomaly anomaly)
    {
        if (_pending is not null) _pending.Exchange.Anomalies.Add(anomaly);
    }
}
