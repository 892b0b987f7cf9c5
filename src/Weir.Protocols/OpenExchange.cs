using Weir.Protocols.Grpc;
using Weir.Records;
using Weir.Streams;

namespace Weir.Protocols;

/// <summary>
/// An exchange from its first byte until it is written: base of what a protocol keeps per request. Pooled with its exchange.
/// </summary>
internal abstract class OpenExchange
{
    public Exchange Exchange { get; private set; } = new();

    public GrpcTap Grpc { get; } = new();

    /// <summary>The connection that carries it, from when it is watched; null before, and over datagrams.</summary>
    public Connection? Connection { get; set; }

    public Direction Client { get; set; }

    protected OpenExchange() => Watch = new Link<OpenExchange>(this);

    /// <summary>Place in the watch that tells it while it runs.</summary>
    internal Link<OpenExchange> Watch { get; }

    /// <summary>When it is to be told next, Unix nanoseconds.</summary>
    internal long DueNs { get; set; }

    /// <summary><see cref="Seen"/> when it was told last.</summary>
    internal long SeenWhenTold { get; set; }

    /// <summary>Grows with everything that a reader of the running exchange would see change.</summary>
    internal long Seen
    {
        get
        {
            var one = Exchange;
            return one.Request.BodyBytes + one.Response.BodyBytes + (one.HasResponse ? 1 : 0)
                + one.Request.Trailers.Count + one.Response.Headers.Count + one.Response.Trailers.Count
                + one.Grpc.RequestMessages + one.Grpc.ResponseMessages + one.ServerSentEvents
                + one.WebSocket.Messages + one.WebSocket.BytesIn + one.WebSocket.BytesOut + one.WebSocket.CloseCode;
        }
    }

    /// <summary>Writes into the record what its connection is known to be by now.</summary>
    internal void DescribeConnection()
    {
        if (Connection is { } connection) ConversationHost.Describe(Exchange, connection, Client);
    }

    /// <summary>Goes on with the exchange of another, which takes this one's unused exchange and may be cleared.</summary>
    internal void TakeOver(OpenExchange other)
    {
        RunningWatch.Remove(other);
        (Exchange, other.Exchange) = (other.Exchange, Exchange);
    }

    /// <summary>Ready for the next request; whoever overrides calls this too.</summary>
    public virtual void Clear()
    {
        Exchange.Clear();
        Grpc.Clear();
        Connection = null;
    }
}
