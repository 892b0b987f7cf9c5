using Weir.Protocols.EventStream;
using Weir.Records;

namespace Weir.Protocols.Http2;

/// <content>Messages: header sections, bodies and trailers of streams (RFC 9113 §8).</content>
internal sealed partial class Http2Conversation
{
    /// <summary>A header block was decoded.</summary>
    public void TakeHead(bool fromServer, int id, Http2Head head, bool endStream, long firstNs, long ns)
    {
        var stream = _streams.Find(id);
        if (stream is not null) _streams.Touch(stream, ns);
        if (fromServer) TakeServerHead(stream, id, head, endStream, firstNs, ns);
        else TakeClientHead(stream, id, head, endStream, firstNs, ns);
    }

    /// <summary>PUSH_PROMISE (RFC 9113 §8.4): the server tells the request that it answers unasked.</summary>
    public void Promise(int id, Http2Head head, long firstNs, long ns)
    {
        if (id == 0 || id % 2 == 1 || _streams.Find(id) is not null || _streams.IsAbandoned(id)) return;
        var stream = Open(id, ns);
        BeginRequest(stream, head, firstNs, ns);
        EndMessage(stream, isResponse: false, ns);
    }

    /// <summary>A DATA frame begins.</summary>
    /// <returns>The stream it belongs to; null when its bytes are nobody's.</returns>
    public Http2Stream? BeginData(bool fromServer, int id, long ns)
    {
        var stream = _streams.Find(id);
        if (stream is null) return null;
        var side = stream.Side(fromServer);
        if (side.Done) return null;
        _streams.Touch(stream, ns);
        if (side.Begun) return stream;
        if (!side.Suspect)
        {
            Mark(stream, Anomaly.FrameInvalid);
            return null;
        }

        // Its header section is among lost bytes.
        side.Begun = true;
        stream.Message(fromServer).FirstByteNs = ns;
        if (fromServer) stream.Exchange.HasResponse = true;
        LoseBytes(stream, fromServer, 0);
        return stream;
    }

    public void TakeData(Http2Stream stream, bool isResponse, ReadOnlySpan<byte> bytes, long ns)
    {
        var message = stream.Message(isResponse);
        message.LastByteNs = Math.Max(ns, message.LastByteNs);
        if (bytes.IsEmpty) return;
        if (stream.Socket is { } socket)
        {
            socket.Feed(!isResponse, bytes, ns);
            return;
        }

        message.BodyBytes += bytes.Length;
        stream.Grpc.Take(stream.Exchange, isResponse, bytes);
        if (isResponse && stream.CountsEvents)
        {
            stream.Events.Feed(bytes);
            stream.Exchange.ServerSentEvents = stream.Events.Events;
        }

        // After the first byte that was not kept nothing is: a body with a hole in it would be an invented one.
        var room = message.BodyTruncated ? 0 : Math.Min(_limits.BodyCaptureBytes - message.Body.Length, Room);
        if (room < bytes.Length) message.BodyTruncated = true;
        if (room <= 0) return;
        message.Body.Append(bytes[..Math.Min(room, bytes.Length)]);
        Hold(stream);
    }

    /// <summary>Bytes within a DATA frame are lost: their number is known, their content is not.</summary>
    public static void LoseData(Http2Stream stream, bool isResponse, long length)
    {
        if (stream.Socket is { } socket)
        {
            socket.Gap(!isResponse, length);
            stream.Whole = false;
            return;
        }

        var message = stream.Message(isResponse);
        message.BodyBytes += length;
        stream.Grpc.Lose(isResponse, length);
        if (isResponse) stream.Events.Gap();
        MarkGap(stream, isResponse, length);
    }

    /// <summary>END_STREAM was seen.</summary>
    public void EndMessage(Http2Stream stream, bool isResponse, long ns)
    {
        var side = stream.Side(isResponse);
        if (side.Done) return;
        side.Done = true;
        var message = stream.Message(isResponse);
        message.LastByteNs = Math.Max(ns, message.LastByteNs);
        CheckLength(stream, side, message, isResponse);
        // A request whose end may be lost is over when its response is.
        if (isResponse && stream.Request is { Done: false, Suspect: true }) stream.Request.Done = true;
        if (isResponse && !stream.Exchange.HasRequest) stream.Request.Done = true;
        EmitWhenOver(stream);
    }

    /// <summary>Number of lost bytes is not known to be this stream's, but some may be.</summary>
    private static void LoseBytes(Http2Stream stream, bool isResponse, long length)
    {
        stream.Grpc.Break(isResponse);
        stream.Socket?.Break(!isResponse);
        if (isResponse) stream.Events.Gap();
        MarkGap(stream, isResponse, length);
    }

    private static void MarkGap(Http2Stream stream, bool isResponse, long length)
    {
        var message = stream.Message(isResponse);
        message.BodyTruncated |= stream.Side(isResponse).Begun;
        stream.Whole = false;
        stream.Exchange.GapBytes += length;
        stream.Exchange.Anomalies.Add(isResponse ? Anomaly.ResponseGap : Anomaly.RequestGap);
    }

    private void TakeClientHead(Http2Stream? stream, int id, Http2Head head, bool endStream, long firstNs, long ns)
    {
        if (stream is null)
        {
            if (!MayOpen(id, head, endStream)) return;
            stream = Open(id, ns);
        }

        if (!stream.Request.Begun)
        {
            _highestStream = Math.Max(_highestStream, id);
            BeginRequest(stream, head, firstNs, ns);
        }
        else if (!stream.Request.Done)
        {
            TakeTrailers(stream, isResponse: false, head, endStream, ns);
        }
        else
        {
            Mark(stream, Anomaly.FrameInvalid);
            return;
        }

        if (endStream) EndMessage(stream, isResponse: false, ns);
    }

    /// <summary>A client uses odd ids, each higher than the last (RFC 9113 §5.1.1), unless a loss or a late start hides some.</summary>
    private bool MayOpen(int id, Http2Head head, bool endStream)
    {
        if (id % 2 == 0 || _streams.IsAbandoned(id)) return false;
        if (id <= _highestStream && !_requestsLost) return false;
        // Trailers of a request that began before the capture.
        if (_requestsLost && endStream && !head.HasRequestPseudo && (head.UnknownFields == 0 || id < _highestStream)) return false;
        return true;
    }

    private Http2Stream Open(int id, long ns)
    {
        // What was lost may hold the end of streams, which would then stay open for ever.
        if (_streams.Oldest is { } idle && (idle.Request.Suspect || idle.Response.Suspect) && ns - idle.LastNs > _limits.LostStreamNs)
        {
            idle.Request.Done = true;
            FailResponse(idle, Anomaly.ResponseMissingLost);
        }

        if (_streams.Count >= _limits.MaxStreams) FailResponse(_streams.Oldest!, Anomaly.ResponseMissingEvicted);
        var stream = _host.RentStream();
        stream.Id = stream.Exchange.StreamId = id;
        stream.LastNs = ns;
        stream.Exchange.Protocol = "HTTP/2";
        stream.Response.Suspect = _responses.IsLost;
        _streams.Add(stream);
        return stream;
    }

    private void BeginRequest(Http2Stream stream, Http2Head head, long firstNs, long ns)
    {
        var exchange = stream.Exchange;
        stream.Request.Begun = true;
        stream.Request.Done = false;
        stream.Request.Length = head.ContentLength;
        exchange.HasRequest = true;
        exchange.Request.FirstByteNs = firstNs;
        exchange.Request.LastByteNs = ns;
        stream.IsConnect = Http2Fields.ToRequest(head, exchange);
        stream.AsksWebSocket = stream.IsConnect && head.Protocol is { } protocol && head.Text[protocol].SequenceEqual("websocket"u8);
        stream.Grpc.Begin(exchange, isResponse: false);
        _host.Watch(stream, _connection, _client, ns);
        Hold(stream);
        if (_serverEnd is { } end && !stream.Response.Done) FailResponse(stream, MissingBecause(end));
    }

    private void TakeServerHead(Http2Stream? stream, int id, Http2Head head, bool endStream, long firstNs, long ns)
    {
        var status = head.StatusCode;
        if (status is >= 100 and < 200 && !endStream)
        {
            // RFC 9113 §8.1: interim responses come before the final one and make no exchange.
            _host.Counters.InterimResponses++;
            return;
        }

        if (stream is null)
        {
            // Without a status and with END_STREAM these are trailers of what began before the capture.
            if (id == 0 || _streams.IsAbandoned(id) || (status == 0 && (endStream || head.UnknownFields == 0))) return;
            stream = Open(id, ns);
            // Until its request comes, which it may where the capture turned the directions' order around.
            stream.Request.Done = true;
        }

        var response = stream.Response;
        if (response.Done)
        {
            Mark(stream, Anomaly.FrameInvalid);
            return;
        }

        var isTrailers = response.Begun || (response.Suspect && endStream && status == 0);
        if (response.Begun && !endStream && stream.Exchange.Response.Status == 0 && !response.Suspect)
        {
            // What came before ended no stream and had an unknown status: it was an interim response.
            _host.Counters.InterimResponses++;
            stream.Exchange.Response.Clear();
            isTrailers = false;
        }

        if (isTrailers)
        {
            stream.Exchange.HasResponse = true;
            if (!response.Begun)
            {
                stream.Exchange.Response.FirstByteNs = firstNs;
                response.Begun = true;
                LoseBytes(stream, isResponse: true, 0);
            }

            TakeTrailers(stream, isResponse: true, head, endStream, ns);
        }
        else
        {
            BeginResponse(stream, head, firstNs, ns);
        }

        if (endStream) EndMessage(stream, isResponse: true, ns);
    }

    private void BeginResponse(Http2Stream stream, Http2Head head, long firstNs, long ns)
    {
        var exchange = stream.Exchange;
        stream.Response.Begun = true;
        stream.Response.Suspect = false;
        stream.Response.Length = head.ContentLength;
        exchange.HasResponse = true;
        exchange.Response.FirstByteNs = firstNs;
        exchange.Response.LastByteNs = ns;
        Http2Fields.ToResponse(head, exchange);
        if (exchange.Response.Status is < 200 or >= 300) stream.IsConnect = false;
        else if (stream.IsConnect && stream.AsksWebSocket) OpenSocket(stream);
        else if (stream.IsConnect) Mark(stream, Anomaly.ProtocolSwitched);
        stream.CountsEvents = EventStreamCounter.Applies(exchange.Response);
        if (stream.CountsEvents)
        {
            stream.Events.Start();
            exchange.ServerSentEvents = 0;
        }

        stream.Grpc.Begin(exchange, isResponse: true);
        if (!exchange.HasRequest) _host.Watch(stream, _connection, _client, ns);
        Hold(stream);
    }

    private void OpenSocket(Http2Stream stream)
    {
        stream.Socket = _host.RentSocketReader();
        stream.Socket.Start(stream.Exchange);
    }

    private void TakeTrailers(Http2Stream stream, bool isResponse, Http2Head head, bool endStream, long ns)
    {
        var message = stream.Message(isResponse);
        message.LastByteNs = Math.Max(ns, message.LastByteNs);
        head.CopyTo(message, message.Trailers);
        foreach (var anomaly in head.Anomalies) Mark(stream, anomaly);
        // RFC 9113 §8.1: trailers end the stream and hold no pseudo-header fields.
        if (!endStream) Mark(stream, Anomaly.FrameInvalid);
        if (head.HasRequestPseudo || head.Status is not null) Mark(stream, Anomaly.PseudoHeaderInvalid);
        Hold(stream);
    }

    private static void CheckLength(Http2Stream stream, Http2Side side, HttpMessage message, bool isResponse)
    {
        if (side.Length < 0 || side.Suspect || side.Length == message.BodyBytes || stream.IsConnect) return;
        // Responses to HEAD and 304 tell the length of a body that they do not have (RFC 9110 §8.6).
        if (isResponse && message.BodyBytes == 0
            && (message.Status == 304 || stream.Exchange.Request.Method.IsEmpty || stream.IsMethod("HEAD"u8)))
        {
            return;
        }

        stream.Exchange.Anomalies.Add(Anomaly.ContentLengthMismatch);
    }

    /// <summary>Brings the budget up to date with what the exchange now holds.</summary>
    private void Hold(Http2Stream stream)
    {
        var exchange = stream.Exchange;
        var now = exchange.Request.Text.Length + exchange.Request.Body.Length
            + exchange.Response.Text.Length + exchange.Response.Body.Length;
        _heldBytes += now - stream.HeldBytes;
        stream.HeldBytes = now;
    }
}
