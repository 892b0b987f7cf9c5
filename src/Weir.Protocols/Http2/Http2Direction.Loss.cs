using System.Buffers;
using Weir.Protocols.Http2.Hpack;

namespace Weir.Protocols.Http2;

/// <content>
/// Loss: what a gap takes with it, and where frames begin again. A frame boundary is where a chain of valid frame headers
/// starts that random bytes do not make: each frame has a weight by how many of its bits are fixed, and
/// <see cref="ChainWeight"/> of it must be reached before the bytes at hand end.
/// </content>
internal sealed partial class Http2Direction
{
    /// <summary>About 60 bits that bytes of another kind would have to match by chance.</summary>
    private const int ChainWeight = 3;

    private bool _lossBeforeResync;

    /// <summary>Bytes of this direction will never come.</summary>
    public void Gap(long length)
    {
        IsUntouched = false;
        switch (_state)
        {
            case State.Data when length <= _rest - _padding:
                Http2Conversation.LoseData(_stream!, isServer, length);
                _rest -= (int)length;
                if (_rest == _padding) EndFrame(_frameNs);
                break;
            case State.Skip when length <= _rest:
                _rest -= (int)length;
                if (_rest == 0) _state = State.Header;
                break;
            case State.Resync:
                GiveUpHeld();
                _lossBeforeResync = true;
                Hpack.Lose();
                owner.FramesLost(isServer, length);
                break;
            case State.Stopped:
                break;
            default:
                EnterResync(lost: true);
                owner.FramesLost(isServer, length);
                break;
        }
    }

    /// <summary>
    /// The first bytes of a direction whose connection was not seen from its start may all the same be the first of HTTP/2:
    /// the client's preface, and after that the server's first SETTINGS.
    /// </summary>
    private bool StartsConnection(ReadOnlySpan<byte> bytes)
    {
        if (!isServer) return bytes.StartsWith(Http2Protocol.Preface);
        return owner.ClientPrefaceSeen && bytes.Length >= Http2Frame.HeaderBytes
            && Http2Frame.Parse(bytes) is { Type: Http2FrameType.Settings } frame && frame.IsPlausible(Http2Frame.DefaultMaxLength);
    }

    private void EnterResync(bool lost)
    {
        GiveUpHeld();
        _state = State.Resync;
        _lossBeforeResync = lost;
        _stream = null;
        DropBlock();
        Hpack.Lose();
        // The announcement of a larger size may be among what was lost.
        if (lost) MaxFrameLength = Math.Max(MaxFrameLength, LongestFrame);
    }

    /// <summary>2^24 - 1, the largest SETTINGS_MAX_FRAME_SIZE (RFC 9113 §6.5.2).</summary>
    private const int LongestFrame = 0xFF_FFFF;

    private void GiveUpHeld()
    {
        owner.CountSkipped(_partial.Length);
        _partial.Clear();
    }

    private void Resynchronise(ref ReadOnlySpan<byte> bytes, long ns)
    {
        // Most often a segment begins with a frame: then nothing needs to be held.
        if (_partial.Length == 0 && Judge(bytes) == Chain.Confirmed)
        {
            Found();
            return;
        }

        _partial.Append(bytes);
        bytes = default;
        var held = _partial.Span;
        var open = held.Length;
        for (var at = 0; at < held.Length; at++)
        {
            var chain = Judge(held[at..]);
            if (chain == Chain.Broken) continue;
            if (chain == Chain.Confirmed)
            {
                DropHeld(at);
                Found();
                Replay(ns);
                return;
            }

            open = Math.Min(open, at);
        }

        DropHeld(open);
        // The oldest candidate had its chance; half of the room goes with it.
        if (_partial.Length > limits.MaxResyncBytes) DropHeld(_partial.Length - (limits.MaxResyncBytes / 2));
    }

    private void Found()
    {
        owner.CountResynchronised();
        _state = State.Header;
    }

    /// <summary>Reads the held bytes as if they came now.</summary>
    private void Replay(long ns)
    {
        var length = _partial.Length;
        var copy = ArrayPool<byte>.Shared.Rent(length);
        _partial.Span.CopyTo(copy);
        _partial.Clear();
        Feed(copy.AsSpan(0, length), ns);
        ArrayPool<byte>.Shared.Return(copy);
    }

    private void DropHeld(int bytes)
    {
        if (bytes == 0) return;
        owner.CountSkipped(bytes);
        var length = _partial.Length - bytes;
        var copy = ArrayPool<byte>.Shared.Rent(length);
        _partial.Span[bytes..].CopyTo(copy);
        _partial.Clear();
        _partial.Append(copy.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(copy);
    }

    private Chain Judge(ReadOnlySpan<byte> bytes)
    {
        var weight = 0;
        while (bytes.Length >= Http2Frame.HeaderBytes)
        {
            // The reserved bit and the length decide for nearly all wrong places, so they come first.
            if (bytes[5] >= 0x80 || bytes[3] > (byte)Http2FrameType.Continuation) return Chain.Broken;
            var frame = Http2Frame.Parse(bytes);
            if (!frame.IsPlausible(Math.Min(MaxFrameLength, limits.MaxResyncBytes))) return Chain.Broken;
            var rest = bytes[Http2Frame.HeaderBytes..];
            var payload = rest[..Math.Min(rest.Length, frame.Length)];
            if (!Http2Protocol.HasPlausiblePayload(frame, payload)) return Chain.Broken;
            if (payload.Length < frame.Length) return Chain.Open;
            var more = Weigh(frame, payload);
            if (more == 0) return Chain.Broken;
            weight += more;
            bytes = rest[frame.Length..];
            // The header behind must not speak against it.
            if (weight >= ChainWeight && CouldBegin(bytes)) return Chain.Confirmed;
        }

        return CouldBegin(bytes) ? Chain.Open : Chain.Broken;
    }

    private bool CouldBegin(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= Http2Frame.HeaderBytes) return Http2Frame.Parse(bytes).Length <= MaxFrameLength && bytes[5] < 0x80;
        return bytes.Length < 4 || bytes[3] <= 0x10;
    }

    /// <summary>How much a whole frame speaks for a boundary before it; 0 against it.</summary>
    private int Weigh(Http2Frame frame, ReadOnlySpan<byte> payload)
    {
        switch (frame.Type)
        {
            case Http2FrameType.Headers when !isServer && frame.StreamId % 2 == 0:
            case Http2FrameType.PushPromise when !isServer || payload.Length < 4:
                return 0;
            case Http2FrameType.Headers when frame.Has(Http2Frame.EndHeadersFlag):
                if (!frame.TryStrip(ref payload)) return 0;
                return HpackPeek.Role(payload) switch
                {
                    HpackRole.Invalid => 0,
                    HpackRole.Unknown => owner.Find(frame.StreamId) is null ? 1 : 3,
                    HpackRole.Request => isServer ? 0 : ChainWeight,
                    _ => isServer ? ChainWeight : 0,
                };
            case Http2FrameType.Settings:
                return frame.Length == 0 && frame.Flags == 0 ? 1 : ChainWeight;
            case Http2FrameType.Ping:
            case Http2FrameType.GoAway:
                return ChainWeight;
            case Http2FrameType.WindowUpdate:
            case Http2FrameType.ResetStream:
            case Http2FrameType.Priority:
                return 2;
            default:
                return owner.Find(frame.StreamId) is null ? 1 : 2;
        }
    }

    private enum Chain : byte
    {
        Broken,
        /// <summary>Nothing against it, but too little for it yet.</summary>
        Open,
        Confirmed,
    }
}
