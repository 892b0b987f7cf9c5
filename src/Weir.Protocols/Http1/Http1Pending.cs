using Weir.Protocols.Grpc;
using Weir.Records;

namespace Weir.Protocols.Http1;

/// <summary>An exchange that is not over yet. Pooled with its exchange.</summary>
internal sealed class Http1Pending
{
    /// <summary>Settable, because the exchange of an upgrade to h2c moves to HTTP/2.</summary>
    public Exchange Exchange { get; set; } = new();

    public readonly GrpcTap Grpc = new();

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
    /// <summary>It waits in the queue for its response.</summary>
    public bool Queued;
    /// <summary>Bytes counted against the connection's budget.</summary>
    public int HeldBytes;

    public bool IsMethod(ReadOnlySpan<byte> method) =>
        Exchange.HasRequest && Exchange.Request[Exchange.Request.Method].SequenceEqual(method);

    public void Clear()
    {
        Exchange.Clear();
        Grpc.Clear();
        RequestDone = ResponseDone = Simple = Version10 = HoleBefore = MayFollowLost = Queued = false;
        Whole = true;
        HeldBytes = 0;
    }
}
