using Weir.Protocols.Http2.Hpack;
using Weir.Records;

namespace Weir.Protocols.Http2;

/// <summary>
/// One direction of HTTP/2: finds the frames, puts header blocks together and decodes them. What frames mean for streams and
/// exchanges is the conversation's business.
/// </summary>
/// <remarks>
/// <code>
/// Preface ─► Header ─┬─► Data ──► Skip (padding) ─► Header      passed on as it comes
///              ▲     ├─► Payload ─────────────────► Header      held until whole: it has a meaning
///              │     └─► Skip ────────────────────► Header      PING, PRIORITY, WINDOW_UPDATE, unknown types
/// Resync ──────┘◄─ loss, nonsense
/// </code>
/// </remarks>
internal sealed partial class Http2Direction(Http2Conversation owner, Http2Limits limits, bool isServer)
{
    private enum State : byte
    {
        Preface,
        Header,
        PadLength,
        Data,
        Payload,
        Skip,
        Resync,
        Stopped,
    }

    private readonly ByteBuffer _partial = new();
    private readonly ByteBuffer _block = new();
    private readonly Http2Head _head = new(limits);
    private State _state;
    private Http2Frame _frame;
    private Http2Stream? _stream;
    private long _frameNs;
    private int _rest;
    private int _padding;
    private int _blockStream;
    private Http2Frame _blockFrame;
    private long _blockNs;
    private bool _blockTooLong;

    public HpackDecoder Hpack { get; } = new(limits.MaxTableBytes);

    /// <summary>Largest payload that the other side announced it takes (RFC 9113 §4.2); beyond it nothing is a frame.</summary>
    public int MaxFrameLength { get; set; }

    /// <summary>Bytes of frames were lost and their end was not found yet.</summary>
    public bool IsLost => _state == State.Resync && _lossBeforeResync;

    /// <summary>True until the first byte of the direction.</summary>
    public bool IsUntouched { get; private set; }

    public void Start(bool midStream)
    {
        IsUntouched = true;
        _partial.Clear();
        _stream = null;
        DropBlock();
        Hpack.Reset();
        MaxFrameLength = Http2Frame.DefaultMaxLength;
        _state = isServer ? State.Header : State.Preface;
        _lossBeforeResync = false;
        if (midStream) EnterResync(lost: true);
    }

    public void Feed(ReadOnlySpan<byte> bytes, long ns)
    {
        if (_lossBeforeResync && IsUntouched && StartsConnection(bytes)) Start(midStream: false);
        IsUntouched = false;
        while (!bytes.IsEmpty)
        {
            switch (_state)
            {
                case State.Preface:
                    ReadPreface(ref bytes);
                    break;
                case State.Header:
                    ReadHeader(ref bytes, ns);
                    break;
                case State.PadLength:
                    ReadPadLength(ref bytes, ns);
                    break;
                case State.Data:
                    ReadData(ref bytes, ns);
                    break;
                case State.Payload:
                    ReadPayload(ref bytes, ns);
                    break;
                case State.Skip:
                    Skip(ref bytes);
                    break;
                case State.Resync:
                    Resynchronise(ref bytes, ns);
                    break;
                default:
                    owner.CountSkipped(bytes.Length);
                    return;
            }
        }
    }

    /// <summary>No bytes follow.</summary>
    public void End()
    {
        if (_state == State.Resync) owner.CountSkipped(_partial.Length);
        _partial.Clear();
        DropBlock();
        _state = State.Stopped;
    }

    private void ReadPreface(ref ReadOnlySpan<byte> bytes)
    {
        var expected = Http2Protocol.Preface[_partial.Length..];
        var length = Math.Min(expected.Length, bytes.Length);
        if (!expected.StartsWith(bytes[..length]))
        {
            // Seen from its start, but no HTTP/2 yet: its frames may still come.
            EnterResync(lost: true);
            return;
        }

        _partial.Append(bytes[..length]);
        bytes = bytes[length..];
        if (_partial.Length < Http2Protocol.Preface.Length) return;
        _partial.Clear();
        _state = State.Header;
    }

    private void ReadHeader(ref ReadOnlySpan<byte> bytes, long ns)
    {
        if (_partial.Length == 0)
        {
            _frameNs = ns;
            if (bytes.Length >= Http2Frame.HeaderBytes)
            {
                _frame = Http2Frame.Parse(bytes);
                bytes = bytes[Http2Frame.HeaderBytes..];
                BeginFrame(ns);
                return;
            }
        }

        var length = Math.Min(Http2Frame.HeaderBytes - _partial.Length, bytes.Length);
        _partial.Append(bytes[..length]);
        bytes = bytes[length..];
        if (_partial.Length < Http2Frame.HeaderBytes) return;
        _frame = Http2Frame.Parse(_partial.Span);
        _partial.Clear();
        BeginFrame(ns);
    }

    private void BeginFrame(long ns)
    {
        _rest = _frame.Length;
        _stream = null;
        if (_frame.Length > MaxFrameLength)
        {
            // RFC 9113 §4.2: the receiver gives up the connection; most likely these are no frames at all.
            if (owner.Find(_frame.StreamId) is { } stream) Http2Conversation.Mark(stream, Anomaly.FrameInvalid);
            EnterResync(lost: false);
            return;
        }

        if (_blockStream != 0 && (_frame.Type != Http2FrameType.Continuation || _frame.StreamId != _blockStream)) BreakBlock();
        switch (_frame.Type)
        {
            case Http2FrameType.Data:
                _stream = owner.BeginData(isServer, _frame.StreamId, ns);
                _padding = 0;
                if (_stream is null) _state = State.Skip;
                else _state = _frame.Has(Http2Frame.PaddedFlag) && _rest > 0 ? State.PadLength : State.Data;
                if (_rest == 0) EndFrame(ns);
                break;
            case Http2FrameType.Headers:
            case Http2FrameType.PushPromise:
            case Http2FrameType.Continuation:
            case Http2FrameType.Settings:
            case Http2FrameType.ResetStream:
            case Http2FrameType.GoAway:
                _state = State.Payload;
                if (_rest == 0) TakePayload(default, ns);
                break;
            default:
                _state = _rest == 0 ? State.Header : State.Skip;
                break;
        }
    }

    private void ReadPadLength(ref ReadOnlySpan<byte> bytes, long ns)
    {
        _padding = bytes[0];
        bytes = bytes[1..];
        _rest--;
        if (_padding > _rest)
        {
            Http2Conversation.Mark(_stream!, Anomaly.FrameInvalid);
            _padding = _rest;
        }

        _state = State.Data;
        if (_rest == _padding) EndFrame(ns);
    }

    private void ReadData(ref ReadOnlySpan<byte> bytes, long ns)
    {
        var length = Math.Min(bytes.Length, _rest - _padding);
        owner.TakeData(_stream!, isServer, bytes[..length], ns);
        bytes = bytes[length..];
        _rest -= length;
        if (_rest == _padding) EndFrame(ns);
    }

    /// <summary>All of a DATA frame that matters was seen; only padding may follow.</summary>
    private void EndFrame(long ns)
    {
        _state = _rest == 0 ? State.Header : State.Skip;
        var stream = _stream;
        _stream = null;
        if (stream is not null && _frame.Has(Http2Frame.EndStreamFlag)) owner.EndMessage(stream, isServer, ns);
    }

    private void Skip(ref ReadOnlySpan<byte> bytes)
    {
        var length = Math.Min(bytes.Length, _rest);
        bytes = bytes[length..];
        _rest -= length;
        if (_rest == 0) _state = State.Header;
    }

    private void ReadPayload(ref ReadOnlySpan<byte> bytes, long ns)
    {
        var length = Math.Min(bytes.Length, _rest);
        if (length == _frame.Length)
        {
            var whole = bytes[..length];
            bytes = bytes[length..];
            TakePayload(whole, ns);
            return;
        }

        // A frame beyond the limit of a header block could not be used anyway; of others the beginning is enough.
        _partial.Append(bytes[..Math.Min(length, Math.Max(0, limits.MaxHeaderBlockBytes - _partial.Length))]);
        bytes = bytes[length..];
        _rest -= length;
        if (_rest > 0) return;
        TakePayload(_partial.Span, ns);
        _partial.Clear();
    }

    private void TakePayload(ReadOnlySpan<byte> payload, long ns)
    {
        _state = State.Header;
        _rest = 0;
        switch (_frame.Type)
        {
            case Http2FrameType.Settings:
                owner.TakeSettings(isServer, _frame, payload);
                break;
            case Http2FrameType.ResetStream:
                owner.ResetStream(isServer, _frame.StreamId, ns);
                break;
            case Http2FrameType.GoAway:
                owner.GoAway(isServer, payload);
                break;
            default:
                TakeFragment(payload, ns);
                break;
        }
    }
}
