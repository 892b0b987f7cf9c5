using Weir.Records;

namespace Weir.Protocols.Http1;

/// <content>Bodies: by length, by chunks (RFC 9112 §7.1), until the connection closes.</content>
internal sealed partial class Http1Parser
{
    private void ReadBody(ref ReadOnlySpan<byte> bytes)
    {
        if (_mayBeHead)
        {
            // The request is unknown, so this may answer a HEAD: then the next message begins here instead of a body.
            _mayBeHead = false;
            if (_state == State.Length && Http1Syntax.ClassifyResponse(bytes) == Recognition.Response)
            {
                FinishMessage(whole: false);
                return;
            }
        }

        if (_state == State.UntilClose)
        {
            TakeBody(bytes);
            bytes = default;
            return;
        }

        var length = (int)Math.Min(bytes.Length, _rest);
        TakeBody(bytes[..length]);
        bytes = bytes[length..];
        _rest -= length;
        if (_rest == 0) EndOfData();
    }

    private void EndOfData()
    {
        if (_state == State.Length)
        {
            FinishMessage(whole: true);
            return;
        }

        _state = State.ChunkEnd;
        _sawCarriageReturn = false;
    }

    private void TakeBody(ReadOnlySpan<byte> bytes)
    {
        var body = _message!.Body;
        _message.BodyBytes += bytes.Length;
        _pending!.Grpc.Take(_pending.Exchange, isResponse, bytes);
        if (_countsEvents)
        {
            _events.Feed(bytes);
            _pending!.Exchange.ServerSentEvents = _events.Events;
        }

        // After the first byte that was not kept nothing is: a body with a hole in it would be an invented one.
        var room = _message.BodyTruncated ? 0 : limits.BodyCaptureBytes - body.Length;
        room = Math.Min(room, owner.Room);
        if (room < bytes.Length) _message.BodyTruncated = true;
        if (room <= 0) return;
        body.Append(bytes[..Math.Min(room, bytes.Length)]);
        owner.Hold(_pending!);
    }

    private void ReadChunkSize(ref ReadOnlySpan<byte> bytes)
    {
        if (!_lines.TryRead(ref bytes, limits.MaxChunkLineBytes, out var line)) return;
        if (_lines.BareLineFeed) Mark(Anomaly.BareLineFeed);
        if (!TryParseChunkSize(line, out _rest))
        {
            Mark(Anomaly.ChunkSizeInvalid);
            FailBody();
            return;
        }

        if (_rest > 0)
        {
            _state = State.ChunkData;
            return;
        }

        _state = State.Trailers;
        _headBytes = 0;
    }

    /// <summary>chunk-size [ BWS ";" chunk-ext ]; at most 15 digits, which is beyond any body.</summary>
    private static bool TryParseChunkSize(ReadOnlySpan<byte> line, out long size)
    {
        size = 0;
        var digits = line.IndexOfAnyExcept(Http1Syntax.HexDigits);
        if (digits < 0) digits = line.Length;
        var rest = line[digits..].TrimStart(" \t"u8);
        if (digits == 0 || !(rest.IsEmpty || rest[0] == ';')) return false;
        var number = line[..digits].TrimStart((byte)'0');
        if (number.Length > 15) return false;
        foreach (var digit in number) size = (size << 4) | (uint)(digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
        return true;
    }

    private void ReadChunkEnd(ref ReadOnlySpan<byte> bytes)
    {
        var b = bytes[0];
        if (b == '\r' && !_sawCarriageReturn)
        {
            _sawCarriageReturn = true;
            bytes = bytes[1..];
            return;
        }

        if (b != '\n')
        {
            Mark(Anomaly.ChunkDelimiterInvalid);
            FailBody();
            return;
        }

        if (!_sawCarriageReturn) Mark(Anomaly.BareLineFeed);
        bytes = bytes[1..];
        _state = State.ChunkSize;
        _lines.Reset();
    }

    private void FailBody()
    {
        _message!.BodyTruncated = true;
        Mark(isResponse ? Anomaly.ResponseBodyIncomplete : Anomaly.RequestBodyIncomplete);
        FinishMessage(whole: false);
        EnterResync(lost: false);
    }
}
