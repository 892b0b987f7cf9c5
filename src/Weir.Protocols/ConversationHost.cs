using Weir.Protocols.Http1;
using Weir.Records;
using Weir.Streams;

namespace Weir.Protocols;

/// <summary>What every conversation of one worker is given.</summary>
public sealed record ConversationOptions
{
    public static ConversationOptions Default { get; } = new();

    public Http1Limits Http1 { get; init; } = Http1Limits.Default;

    /// <summary>Bytes per direction within which a connection must be recognised, else it is opaque. A first flight's worth.</summary>
    public int RecognitionBytes { get; init; } = 4 * 1024;

    /// <summary>Finished objects kept per pool for the next connection; more are left to the collector.</summary>
    public int MaxPooled { get; init; } = 4096;

    public CaptureSourceKind Source { get; init; }

    /// <summary>Name of this node on the record; null when unknown.</summary>
    public string? Node { get; init; }
}

/// <summary>What the conversations of one worker share: sink, ids, counters and free lists. Not thread-safe.</summary>
internal sealed class ConversationHost(IExchangeSink sink, ConversationOptions options) : IExchangeSink
{
    private readonly Stack<Http1Pending> _pending = new();
    private readonly Stack<Http1Conversation> _http1 = new();
    private readonly Stack<ConversationSelector> _selectors = new();
    private readonly ExchangeIdGenerator _ids = new();

    public ConversationOptions Options { get; } = options;

    public ProtocolCounters Counters { get; } = new();

    public void Write(Exchange exchange)
    {
        exchange.Id = _ids.Next(exchange.StartedAtNs);
        exchange.Source = Options.Source;
        exchange.Node = Options.Node;
        Counters.Count(exchange);
        sink.Write(exchange);
    }

    /// <summary>Puts on an exchange, just before it is written, who spoke and how TCP fared so far. For every protocol.</summary>
    /// <param name="exchange">The exchange; what is lost within it stays the protocol's to tell.</param>
    /// <param name="connection">The connection that carried it.</param>
    /// <param name="client">The direction of the requests.</param>
    public static void Describe(Exchange exchange, Connection connection, Direction client)
    {
        var initiatorIsClient = client == Direction.FromInitiator;
        exchange.Client.Ip = initiatorIsClient ? connection.InitiatorIp : connection.ResponderIp;
        exchange.Client.Port = initiatorIsClient ? connection.InitiatorPort : connection.ResponderPort;
        exchange.Server.Ip = initiatorIsClient ? connection.ResponderIp : connection.InitiatorIp;
        exchange.Server.Port = initiatorIsClient ? connection.ResponderPort : connection.InitiatorPort;
        var (sent, received) = initiatorIsClient
            ? (connection.FromInitiator, connection.FromResponder) : (connection.FromResponder, connection.FromInitiator);
        exchange.HandshakeRttNs = connection.HandshakeRttNs;
        exchange.Retransmissions = connection.Retransmissions;
        exchange.Resets = (long)sent.Resets + received.Resets;
        exchange.ZeroWindows = (long)sent.ZeroWindows + received.ZeroWindows;
        exchange.ClientBytes = sent.Bytes;
        exchange.ServerBytes = received.Bytes;
        if (!exchange.InProgress) connection.Exchanges++;
    }

    public Http1Pending RentPending() => _pending.TryPop(out var pending) ? pending : new Http1Pending();

    public void Return(Http1Pending pending)
    {
        pending.Clear();
        if (_pending.Count < Options.MaxPooled) _pending.Push(pending);
    }

    public Http1Conversation RentHttp1() => _http1.TryPop(out var conversation) ? conversation : new Http1Conversation(this);

    public void Return(Http1Conversation conversation)
    {
        if (_http1.Count < Options.MaxPooled) _http1.Push(conversation);
    }

    public ConversationSelector RentSelector() => _selectors.TryPop(out var selector) ? selector : new ConversationSelector(this);

    public void Return(ConversationSelector selector)
    {
        if (_selectors.Count < Options.MaxPooled) _selectors.Push(selector);
    }
}
