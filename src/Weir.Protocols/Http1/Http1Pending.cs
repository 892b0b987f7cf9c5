namespace Weir.Protocols.Http1;

/// <summary>An HTTP/1 exchange that is not over yet.</summary>
internal sealed class Http1Pending : OpenExchange
{
    /// <summary>The request ended, well or not.</summary>
    public bool RequestDone;
    public bool ResponseDone;
    /// <summary>Both messages so far were seen without loss.</summary>
    public bool Whole = true;
    /// <summary>HTTP/0.9: the response has no head.</summary>
    public bool Simple;
    /// <summary>The request speaks HTTP/1.0 or less.</summary>
    public bool Version10;
    /// <summary>An unknown number of requests before this one was lost.</summary>
    public bool HoleBefore;
    /// <summary>What was lost just before it was long enough to hold whole requests, perhaps pipelined ones.</summary>
    public bool MayFollowLost;
    /// <summary>What the packet with its first byte acknowledged: its response begins there or later; null when unknown.</summary>
    public uint? Acknowledged;
    /// <summary>The client had received nothing since it sent the request before this one.</summary>
    public bool FollowsAtOnce;
    /// <summary>CONNECT, or asks for a WebSocket: whose the client's next bytes are, its response tells.</summary>
    public bool MaySwitch;
    /// <summary>It waits in the queue for its response.</summary>
    public bool Queued;
    /// <summary>Bytes counted against the connection's budget.</summary>
    public int HeldBytes;

    public bool IsMethod(ReadOnlySpan<byte> method) =>
        Exchange.HasRequest && Exchange.Request[Exchange.Request.Method].SequenceEqual(method);

    public override void Clear()
    {
        base.Clear();
        RequestDone = ResponseDone = Simple = Version10 = HoleBefore = MayFollowLost = MaySwitch = Queued = FollowsAtOnce = false;
        Whole = true;
        Acknowledged = null;
        HeldBytes = 0;
    }
}
