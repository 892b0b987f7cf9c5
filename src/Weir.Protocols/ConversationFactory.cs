using Weir.Protocols.Http1;
using Weir.Records;
using Weir.Streams;

namespace Weir.Protocols;

/// <summary>
/// Turns connections into conversations of whatever catalog protocol their bytes show; ports do not matter. One per
/// worker: pools and ids are not shared between threads.
/// </summary>
/// <param name="sink">Receives each exchange once, during the call that ended it.</param>
/// <param name="options">Limits and what goes on each record.</param>
public sealed class ConversationFactory(IExchangeSink sink, ConversationOptions? options = null) : IStreamHandlerFactory
{
    private readonly ConversationHost _host = new(sink, options ?? ConversationOptions.Default);

    public ProtocolCounters Counters => _host.Counters;

    public IStreamHandler Open(Connection connection) => _host.RentSelector().Start(connection);
}

/// <summary>What the host of a conversation needs beyond <see cref="IConversation"/>: hand-over and pooling.</summary>
internal interface IHostedConversation : IConversation
{
    /// <summary>After a hand-over: bytes at the end of the last chunk that were not taken.</summary>
    int UntakenBytes { get; }

    /// <summary>After a hand-over: client bytes that came before it and belong to the next protocol.</summary>
    ReadOnlySpan<byte> HeldClientBytes { get; }

    /// <summary>
    /// After a hand-over to h2c (RFC 7540 §3.2): the request whose response comes on HTTP/2, once; the taker owns it. Null after
    /// any other hand-over.
    /// </summary>
    Http1Pending? TakeUpgraded();

    /// <summary>Gives the conversation back to its pool; the caller forgets it.</summary>
    void Release();
}
