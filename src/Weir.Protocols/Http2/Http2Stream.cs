using Weir.Protocols.EventStream;
using Weir.Protocols.WebSocket;
using Weir.Records;
using Weir.Streams;

namespace Weir.Protocols.Http2;

/// <summary>A stream whose exchange is not over yet.</summary>
internal sealed class Http2Stream : OpenExchange
{
    public int Id;
    public readonly Http2Side Request = new();
    public readonly Http2Side Response = new();
    /// <summary>Both messages so far were seen without loss.</summary>
    public bool Whole = true;
    /// <summary>CONNECT (RFC 9113 §8.5): what DATA carries is a tunnel, no body.</summary>
    public bool IsConnect;
    /// <summary>Extended CONNECT for a WebSocket (RFC 8441); there is one once the server agreed.</summary>
    public bool AsksWebSocket;
    public WebSocketReader? Socket;
    public bool CountsEvents;
    public EventStreamCounter Events;
    /// <summary>Bytes counted against the connection's budget.</summary>
    public int HeldBytes;
    public long LastNs;

    /// <summary>Place in the order of last activity.</summary>
    public readonly Link<Http2Stream> Activity;

    public Http2Stream() => Activity = new Link<Http2Stream>(this);

    /// <summary>The stream with the next later activity.</summary>
    public Http2Stream? Newer => Activity.Next?.Item;

    public Http2Side Side(bool isResponse) => isResponse ? Response : Request;

    public HttpMessage Message(bool isResponse) => isResponse ? Exchange.Response : Exchange.Request;

    public bool IsMethod(ReadOnlySpan<byte> method) =>
        Exchange.HasRequest && Exchange.Request[Exchange.Request.Method].SequenceEqual(method);

    public override void Clear()
    {
        base.Clear();
        Request.Clear();
        Response.Clear();
        Whole = true;
        IsConnect = AsksWebSocket = CountsEvents = false;
        Socket = null;
        HeldBytes = 0;
        Id = 0;
    }
}

/// <summary>One direction of a stream.</summary>
internal sealed class Http2Side
{
    /// <summary>The header section was seen (of a response: the final one).</summary>
    public bool Begun;
    /// <summary>END_STREAM was seen, or the direction is over otherwise.</summary>
    public bool Done;
    /// <summary>Frames of it may be among lost bytes.</summary>
    public bool Suspect;
    /// <summary>Content-Length; -1 when none was sent.</summary>
    public long Length = -1;

    public void Clear()
    {
        Begun = Done = Suspect = false;
        Length = -1;
    }
}
