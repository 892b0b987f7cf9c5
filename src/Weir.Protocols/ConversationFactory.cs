using Weir.Protocols.Dns;
using Weir.Records;
using Weir.Streams;

namespace Weir.Protocols;

/// <summary>
/// Turns connections into conversations of whatever catalog protocol their bytes show; ports do not matter. One per
/// worker: pools and ids are not shared between threads.
/// </summary>
/// <param name="sink">Receives each exchange once, during the call that ended it, and before that as often as <see cref="ReportOpen"/> says.</param>
/// <param name="options">Limits and what goes on each record.</param>
public sealed class ConversationFactory(IExchangeSink sink, ConversationOptions? options = null) : IStreamHandlerFactory
{
    private readonly ConversationHost _host = new(sink, options ?? ConversationOptions.Default);

    public ProtocolCounters Counters => _host.Counters;

    /// <summary>DNS over UDP, which has no connections: same ids, sink and counters.</summary>
    public DnsDatagrams Datagrams => field ??= new DnsDatagrams(_host);

    /// <summary>
    /// Tells the exchanges that have been open longer than <see cref="ConversationOptions.ReportOpenAfterNs"/>. Call it about
    /// ten times a second with the time of the packets; costs nothing while there is nothing to tell.
    /// </summary>
    /// <param name="nowNs">Unix nanoseconds.</param>
    public void ReportOpen(long nowNs) => _host.TellRunning(nowNs);

    public IStreamHandler Open(Connection connection) => _host.RentSelector().Start(connection);
}

/// <summary>What the host of a conversation needs beyond <see cref="IConversation"/>: hand-over and pooling.</summary>
internal interface IHostedConversation : IConversation
{
    /// <summary>After a hand-over: bytes at the end of the last chunk that were not taken.</summary>
    int UntakenBytes { get; }

    /// <summary>After a hand-over: client bytes that came before it and belong to the next protocol.</summary>
    ReadOnlySpan<byte> HeldClientBytes { get; }

    /// <summary>After a hand-over: client bytes behind those that were too many to hold.</summary>
    long MissedClientBytes => 0;

    /// <summary>After a hand-over: who takes the bytes from here on, already started; null asks the catalog.</summary>
    IHostedConversation? Successor => null;

    /// <summary>Gives the conversation back to its pool; the caller forgets it.</summary>
    void Release();
}
