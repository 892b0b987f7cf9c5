using Weir.Records;
using Weir.Streams;

namespace Weir.Protocols.Http1;

/// <content>Gaps, ends, and finding the next message after them.</content>
internal sealed partial class Http1Parser
{
    /// <summary>Bytes are missing. Where the length of the body says what they were, framing goes on after them.</summary>
    public void Gap(long length, long ns)
    {
        if (_state == State.Stopped) return;
        if (_state == State.UntilClose || (_state is State.Length or State.ChunkData && length <= _rest))
        {
            MarkGap(length);
            if (_countsEvents) _events.Gap();
            _message!.BodyBytes += length;
            _pending!.Grpc.Lose(isResponse, length);
            _mayBeHead = false;
            if (_state == State.UntilClose) return;
            _rest -= length;
            if (_rest == 0) EndOfData();
            return;
        }

        var scope = _state switch
        {
            State.Length => LossScope.FromNext,
            State.Start or State.StartLine => LossScope.FromNext,
            State.Resync => LossScope.Unknown,
            // Lost within an interim head: the final response it announced was next.
            State.Fields when _message is null => LossScope.FromNext,
            _ => LossScope.Unknown,
        };
        if (_pending is not null)
        {
            if (_state == State.Length)
            {
                _message!.BodyBytes += _rest;
                length -= _rest;
                MarkGap(_rest);
            }
            else
            {
                MarkGap(length);
            }

            if (_state is State.ChunkSize or State.ChunkData or State.ChunkEnd)
                Mark(isResponse ? Anomaly.ResponseBodyIncomplete : Anomaly.RequestBodyIncomplete);
            FinishMessage(whole: false);
        }
        else if (_state == State.StartLine)
        {
            owner.CountSkipped(_lines.PartialBytes);
        }

        _early = default;
        EnterResync(lost: true);
        if (isResponse) owner.ResponsesLost(scope, length, ns);
        else owner.RequestsLost(length);
    }

    /// <summary>The direction is over.</summary>
    public void End(StreamEnd reason)
    {
        if (_state == State.StartLine && isResponse) owner.CountSkipped(_lines.PartialBytes);
        if (_pending is not null)
        {
            var whole = _state == State.UntilClose && reason == StreamEnd.Fin;
            if (!(_state == State.UntilClose && reason == StreamEnd.Fin))
            {
                Mark(isResponse ? Anomaly.ResponseBodyIncomplete : Anomaly.RequestBodyIncomplete);
                _message!.BodyTruncated = true;
            }

            FinishMessage(whole);
        }

        _state = State.Stopped;
    }

    private void MarkGap(long length)
    {
        Mark(isResponse ? Anomaly.ResponseGap : Anomaly.RequestGap);
        _pending!.Exchange.GapBytes += length;
        _pending.Whole = false;
        _message!.BodyTruncated = true;
    }

    private void EnterResync(bool lost)
    {
        _lossBeforeResync = lost || (_state == State.Resync && _lossBeforeResync);
        _state = State.Resync;
        _behindLine = false;
        _lines.Reset();
    }

    /// <summary>
    /// Tries each line, and the start of each chunk, as a start line; the whole line must be valid. A body that quotes
    /// HTTP at the start of a line can fool this, shorter forms would be fooled far more often.
    /// </summary>
    private void Resynchronise(ref ReadOnlySpan<byte> bytes, long ns)
    {
        while (!bytes.IsEmpty)
        {
            if (_lines.PartialBytes == 0)
            {
                bytes = SkipLineEnds(bytes);
                if (bytes.IsEmpty) return;
                StartMessage(ns);
                if (Classify(bytes) == Recognition.No)
                {
                    var end = bytes.IndexOf((byte)'\n');
                    var skipped = end < 0 ? bytes.Length : end + 1;
                    Skip(skipped);
                    _behindLine = end >= 0;
                    bytes = bytes[skipped..];
                    continue;
                }
            }

            if (!_lines.TryRead(ref bytes, limits.MaxResyncLineBytes, out var line))
            {
                if (Classify(_lines.Partial) != Recognition.No) return;
                Skip(_lines.PartialBytes);
                _lines.Reset();
                return;
            }

            if (!_lines.Cut && IsStartLine(line))
            {
                Found(line, ns);
                return;
            }

            Skip(_lines.WireBytes);
            _behindLine = true;
            _lines.Reset();
        }
    }

    private void Skip(long bytes)
    {
        owner.CountSkipped(bytes);
        if (isResponse) owner.ResponseBytesSkipped(_firstNs);
    }

    private ReadOnlySpan<byte> SkipLineEnds(ReadOnlySpan<byte> bytes)
    {
        var rest = bytes.TrimStart("\r\n"u8);
        owner.CountSkipped(bytes.Length - rest.Length);
        _behindLine |= rest.Length < bytes.Length;
        return rest;
    }

    private Recognition Classify(ReadOnlySpan<byte> bytes) =>
        isResponse ? Http1Syntax.ClassifyResponse(bytes) : Http1Syntax.ClassifyRequest(bytes, limits.MaxResyncLineBytes);

    /// <summary>Where no line end came before, an unknown method is more likely the rest of a known one.</summary>
    private bool IsStartLine(ReadOnlySpan<byte> line)
    {
        if (!isResponse) return Http1Syntax.IsRequestLine(line) && (_behindLine || Http1Methods.IsKnown(line[..line.IndexOf((byte)' ')]));
        return Http1Head.TryReadStatus(line, out _, out var valid, out _) && valid && line.StartsWith(Http1Syntax.VersionPrefix);
    }

    private void Found(ReadOnlySpan<byte> line, long ns)
    {
        owner.CountResynchronised();
        if (!isResponse) TakePending(owner.BeginRequest(_firstNs));
        TakeStartLine(line, ns);
    }
}

/// <summary>What a gap between responses may have swallowed.</summary>
internal enum LossScope
{
    /// <summary>At least the beginning of the next response.</summary>
    FromNext,
    /// <summary>Perhaps only the rest of a response that has already been given up.</summary>
    Unknown,
}
