using System.Numerics;
using Weir.Records;

namespace Weir.Protocols.WebSocket;

/// <summary>
/// One direction of a WebSocket (RFC 6455), fed with its bytes whatever carries them: an HTTP/1 connection after the 101 or
/// an HTTP/2 stream (RFC 8441). Here frames; what becomes of messages is in <c>WebSocketParser.Messages.cs</c>.
/// </summary>
/// <remarks>
/// A gap inside a payload of known length is stepped over. After any other the framing is lost: then each start of a chunk is
/// tried as the start of a frame, and believed after <see cref="WebSocketLimits.ResyncFrames"/> flawless ones. Nothing of
/// those is kept but their count.
/// </remarks>
internal sealed partial class WebSocketParser(ConversationHost host, bool fromClient)
{
    private enum State : byte
    {
        Head,
        Payload,
        /// <summary>No frame is known to begin here.</summary>
        Lost,
    }

    private readonly WebSocketLimits _limits = host.Options.WebSocket;
    private readonly byte[] _head = new byte[WebSocketFrame.MaxHeadBytes];
    private Exchange _exchange = null!;
    private WebSocketSession _session = null!;
    private WebSocketExtension _agreed;
    private WebSocketFrame _frame;
    private State _state;
    private int _headBytes;
    private long _rest;
    private uint _mask;
    /// <summary>Flawless frames since the last attempt to find back in began; -1 while the framing is certain.</summary>
    private int _trial;
    private bool _damaged;

    /// <summary>Every byte so far belongs to a frame, and none was missing.</summary>
    public bool IsWhole => !_damaged && _state == State.Head && _headBytes == 0 && !_open;

    /// <summary>Bytes that belong to no frame that could be read.</summary>
    public long SkippedBytes { get; private set; }

    public long Resynchronised { get; private set; }

    /// <param name="exchange">Receives what is found; its response says what was agreed on.</param>
    /// <param name="agreed">Read from that response.</param>
    public void Start(Exchange exchange, WebSocketExtension agreed)
    {
        _exchange = exchange;
        _session = exchange.WebSocket;
        _agreed = agreed;
        _state = State.Head;
        _headBytes = 0;
        _trial = -1;
        _damaged = false;
        SkippedBytes = Resynchronised = 0;
        StartMessages();
    }

    public void Feed(ReadOnlySpan<byte> bytes, long ns)
    {
        if (_state == State.Lost) BeginTrial();
        while (!bytes.IsEmpty)
        {
            switch (_state)
            {
                case State.Head:
                    ReadHead(ref bytes, ns);
                    break;
                case State.Payload:
                    ReadPayload(ref bytes, ns);
                    break;
                default:
                    SkippedBytes += bytes.Length;
                    return;
            }
        }
    }

    /// <summary>Bytes of this direction will never come.</summary>
    public void Gap(long length)
    {
        _damaged = true;
        _exchange.GapBytes += length;
        _exchange.Anomalies.Add(fromClient ? Anomaly.RequestGap : Anomaly.ResponseGap);
        if (_state == State.Payload && length <= _rest && _trial < 0)
        {
            _rest -= length;
            _mask = BitOperations.RotateRight(_mask, (int)(length & 3) * 8);
            LosePayload(length);
            // The frame ends with the gap: when is not known, so the message has the time of its last byte that was seen.
            if (_rest == 0) EndFrame(_lastNs);
            return;
        }

        LoseFraming();
    }

    /// <summary>An unknown number of bytes of this direction will never come.</summary>
    public void Break()
    {
        _damaged = true;
        LoseFraming();
    }

    /// <summary>The direction is over; gives back what it borrowed.</summary>
    public void End()
    {
        // A direction that ends where a flawless frame ends was read right, though it was too short for certainty.
        if (_trial > 0 && _state == State.Head && _headBytes == 0) CommitTrial();
        if (_state == State.Head && _headBytes > 0) SkippedBytes += _headBytes;
        ReleaseInflater();
    }

    private void ReadHead(ref ReadOnlySpan<byte> bytes, long ns)
    {
        _head[_headBytes++] = bytes[0];
        bytes = bytes[1..];
        if (_headBytes < 2 || _headBytes < WebSocketFrame.HeadBytes(_head[1])) return;
        _frame = new WebSocketFrame(_head.AsSpan(0, _headBytes));
        var headBytes = _headBytes;
        _headBytes = 0;
        if (!Accept())
        {
            SkippedBytes += headBytes;
            LoseFraming();
            return;
        }

        _rest = _frame.PayloadBytes;
        _mask = _frame.Mask;
        _state = State.Payload;
        BeginFrame();
        if (_rest == 0) EndFrame(ns);
    }

    /// <summary>While the framing is certain, a fault is only marked, unless the frame has no end.</summary>
    private bool Accept()
    {
        var sound = _frame.IsSound(_agreed);
        var masked = _frame.IsMasked == fromClient;
        if (_trial >= 0) return sound && masked;
        if (!sound) _exchange.Anomalies.Add(Anomaly.WebSocketFrameInvalid);
        if (!masked) _exchange.Anomalies.Add(Anomaly.WebSocketMaskInvalid);
        if (_frame.PayloadBytes >= 0) return true;
        _damaged = true;
        return false;
    }

    private void ReadPayload(ref ReadOnlySpan<byte> bytes, long ns)
    {
        var part = bytes[..(int)Math.Min(bytes.Length, _rest)];
        bytes = bytes[part.Length..];
        _rest -= part.Length;
        TakePayload(part, ns);
        _mask = BitOperations.RotateRight(_mask, (part.Length & 3) * 8);
        if (_rest == 0) EndFrame(ns);
    }

    private void EndFrame(long ns)
    {
        _state = State.Head;
        EndOfFrame(ns);
        if (_trial < 0 || ++_trial < _limits.ResyncFrames) return;
        CommitTrial();
    }

    private void LoseFraming()
    {
        DropMessage();
        _state = State.Lost;
        _trial = 0;
        _headBytes = 0;
    }

    private void BeginTrial()
    {
        _state = State.Head;
        _headBytes = 0;
        _trial = 0;
        (_trialMessages, _trialBytes) = (0, 0);
    }

    private void CommitTrial()
    {
        _trial = -1;
        Resynchronised++;
        Count(_trialMessages, _trialBytes);
        (_trialMessages, _trialBytes) = (0, 0);
    }
}
