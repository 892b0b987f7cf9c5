using Weir.Packets;
using Weir.Protocols.Dns;
using Weir.Protocols.GraphQl;
using Weir.Protocols.Grpc;
using Weir.Protocols.Grpc.Descriptors;
using Weir.Protocols.Http1;
using Weir.Protocols.Http2;
using Weir.Protocols.WebSocket;
using Weir.Records;
using Weir.Streams;

namespace Weir.Protocols;

/// <summary>What every conversation of one worker is given.</summary>
public sealed record ConversationOptions
{
    public static ConversationOptions Default { get; } = new();

    public Http1Limits Http1 { get; init; } = Http1Limits.Default;

    public Http2Limits Http2 { get; init; } = Http2Limits.Default;

    /// <summary>Descriptors by which gRPC messages are decoded; null leaves them as bytes.</summary>
    public ProtobufSchema? Schema { get; init; }

    public GrpcLimits Grpc { get; init; } = GrpcLimits.Default;
    public DnsLimits Dns { get; init; } = DnsLimits.Default;

    public GraphQlLimits GraphQl { get; init; } = GraphQlLimits.Default;

    public WebSocketLimits WebSocket { get; init; } = WebSocketLimits.Default;

    /// <summary>Bytes per direction within which a connection must be recognised, else it is opaque. A first flight's worth.</summary>
    public int RecognitionBytes { get; init; } = 4 * 1024;

    /// <summary>Finished objects kept per pool for the next connection; more are left to the collector.</summary>
    public int MaxPooled { get; init; } = 4096;

    /// <summary>
    /// Nanoseconds after which an exchange that is still open is told as one in progress; 0 never does, as for files, where
    /// nobody waits.
    /// </summary>
    public long ReportOpenAfterNs { get; init; }

    /// <summary>Nanoseconds between two reports of an exchange in progress, of which only those with news are made.</summary>
    public long ReportOpenAgainNs { get; init; } = 5_000_000_000;

    public CaptureSourceKind Source { get; init; }

    /// <summary>Name of this node on the record; null when unknown.</summary>
    public string? Node { get; init; }
}

/// <summary>What the conversations of one worker share: sink, ids, counters and free lists. Not thread-safe.</summary>
internal sealed class ConversationHost : IExchangeSink
{
    private readonly IExchangeSink _sink;
    private readonly RunningWatch _running;
    private readonly Stack<Http1Pending> _pending = new();
    private readonly Stack<DnsPending> _dns = new();
    private readonly Stack<DnsConversation> _dnsConversations = new();
    private readonly Stack<Http1Conversation> _http1 = new();
    private readonly Stack<Http2Stream> _streams = new();
    private readonly Stack<Http2Conversation> _http2 = new();
    private readonly Stack<WebSocketConversation> _webSockets = new();
    private readonly Stack<WebSocketReader> _socketReaders = new();
    private readonly Stack<ConversationSelector> _selectors = new();
    private readonly ExchangeIdGenerator _ids = new();

    public ConversationHost(IExchangeSink sink, ConversationOptions options)
    {
        _sink = sink;
        Options = options;
        GrpcMessages = options.Schema is { } schema ? new GrpcMessages(schema, options.Grpc) : null;
        GraphQl = new GraphQlReader(options.GraphQl);
        Inflaters = new InflaterPool(options.WebSocket.MaxInflaters);
        _running = new RunningWatch(options.ReportOpenAfterNs, options.ReportOpenAgainNs, Tell);
    }

    public ConversationOptions Options { get; }

    public InflaterPool Inflaters { get; }

    public GraphQlReader GraphQl { get; }

    public ProtocolCounters Counters { get; } = new();

    /// <summary>Null without descriptors.</summary>
    public GrpcMessages? GrpcMessages { get; }

    public void Write(Exchange exchange)
    {
        Identify(exchange);
        Counters.Count(exchange);
        _sink.Write(exchange);
    }

    /// <summary>
    /// The request headers are there (or, where the request was not seen, those of the response): from now on the exchange is
    /// told as one in progress while it lasts. <see cref="Write(OpenExchange)"/> ends that.
    /// </summary>
    public void Watch(OpenExchange one, Connection connection, Direction client, long nowNs)
    {
        one.Connection = connection;
        one.Client = client;
        _running.Add(one, nowNs);
    }

    /// <summary>The same for an exchange over datagrams, whose peers are on its record already.</summary>
    public void Watch(OpenExchange one, long nowNs) => _running.Add(one, nowNs);

    /// <summary>The exchange is over: writes it, under the id it was told by while it ran. The caller then clears it.</summary>
    public void Write(OpenExchange one)
    {
        RunningWatch.Remove(one);
        one.DescribeConnection();
        Write(one.Exchange);
    }

    /// <summary>The exchange is not written after all.</summary>
    public static void Forget(OpenExchange one) => RunningWatch.Remove(one);

    public void TellRunning(long nowNs) => _running.Tick(nowNs);

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
        Name(exchange.Client, initiatorIsClient ? connection.InitiatorProcess : connection.ResponderProcess);
        Name(exchange.Server, initiatorIsClient ? connection.ResponderProcess : connection.InitiatorProcess);
        exchange.AtSockets = !connection.SeenOnWire;
        exchange.Tunnel = connection.Tunnel;
        DescribeTls(exchange, connection.Tls);
        (exchange.ClientNetwork, exchange.ServerNetwork) = (sent.Network, received.Network);
        exchange.HandshakeRttNs = connection.HandshakeRttNs;
        exchange.Retransmissions = connection.Retransmissions;
        exchange.Resets = (long)sent.Resets + received.Resets;
        exchange.ZeroWindows = (long)sent.ZeroWindows + received.ZeroWindows;
        exchange.ClientBytes = sent.Bytes;
        exchange.ServerBytes = received.Bytes;
        if (!exchange.InProgress) connection.Exchanges++;
    }

    private static void DescribeTls(Exchange exchange, SegmentTls? tls)
    {
        if (tls is null) return;
        exchange.Tls = tls;
        exchange.Scheme = "https";
        if (tls.Binding != TlsBinding.None) return;
        // Its addresses only kept it apart from others.
        (exchange.Client.Ip, exchange.Client.Port) = (default, 0);
        (exchange.Server.Ip, exchange.Server.Port) = (default, 0);
    }

    private static void Name(Peer peer, SocketProcess? process)
    {
        if (process is null) return;
        peer.ProcessId = process.Id;
        peer.ProcessName = process.Name;
        peer.Cgroup = process.Cgroup;
        peer.ContainerId = process.ContainerId;
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

    public Http2Stream RentStream() => _streams.TryPop(out var stream) ? stream : new Http2Stream();

    public void Return(Http2Stream stream)
    {
        stream.Clear();
        if (_streams.Count < Options.MaxPooled) _streams.Push(stream);
    }

    public Http2Conversation RentHttp2() => _http2.TryPop(out var conversation) ? conversation : new Http2Conversation(this);

    public void Return(Http2Conversation conversation)
    {
        if (_http2.Count < Options.MaxPooled) _http2.Push(conversation);
    }

    private void Tell(OpenExchange one)
    {
        var exchange = one.Exchange;
        exchange.InProgress = true;
        one.DescribeConnection();
        Identify(exchange);
        exchange.ProgressReports++;
        Counters.ProgressReports++;
        _sink.Write(exchange);
        exchange.InProgress = false;
    }

    /// <summary>What every record gets, whether the exchange is over or not.</summary>
    private void Identify(Exchange exchange)
    {
        if (exchange.Id == default) exchange.Id = _ids.Next(exchange.StartedAtNs);
        GraphQl.Inspect(exchange);
        exchange.Source = exchange.Tls is not null ? CaptureSourceKind.EbpfTls : exchange.AtSockets ? CaptureSourceKind.Ebpf : Options.Source;
        exchange.Node = Options.Node;
    }

    public DnsPending RentDns() => _dns.TryPop(out var pending) ? pending : new DnsPending();

    public void Return(DnsPending pending)
    {
        pending.Clear();
        if (_dns.Count < Options.MaxPooled) _dns.Push(pending);
    }

    public DnsConversation RentDnsConversation() =>
        _dnsConversations.TryPop(out var conversation) ? conversation : new DnsConversation(this);

    public void Return(DnsConversation conversation)
    {
        if (_dnsConversations.Count < Options.MaxPooled) _dnsConversations.Push(conversation);
    }

    public WebSocketReader RentSocketReader() => _socketReaders.TryPop(out var reader) ? reader : new WebSocketReader(this);

    /// <summary>Gives back a reader whose both directions were ended.</summary>
    public void Return(WebSocketReader reader)
    {
        if (_socketReaders.Count < Options.MaxPooled) _socketReaders.Push(reader);
    }

    public WebSocketConversation RentWebSocket() =>
        _webSockets.TryPop(out var conversation) ? conversation : new WebSocketConversation(this);

    public void Return(WebSocketConversation conversation)
    {
        if (_webSockets.Count < Options.MaxPooled) _webSockets.Push(conversation);
    }

    public ConversationSelector RentSelector() => _selectors.TryPop(out var selector) ? selector : new ConversationSelector(this);

    public void Return(ConversationSelector selector)
    {
        if (_selectors.Count < Options.MaxPooled) _selectors.Push(selector);
    }
}
