using Weir.Protocols.Grpc;
using Weir.Protocols.Grpc.Descriptors;
using Weir.Protocols.Http1;
using Weir.Protocols.Http2;
using Weir.Records;

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
    private readonly Stack<Http2Stream> _streams = new();
    private readonly Stack<Http2Conversation> _http2 = new();
    private readonly Stack<ConversationSelector> _selectors = new();
    private readonly ExchangeIdGenerator _ids = new();

    public ConversationOptions Options { get; } = options;

    public ProtocolCounters Counters { get; } = new();

    /// <summary>Null without descriptors.</summary>
    public GrpcMessages? GrpcMessages { get; } =
        options.Schema is { } schema ? new GrpcMessages(schema, options.Grpc) : null;

    public void Write(Exchange exchange)
    {
        exchange.Id = _ids.Next(exchange.StartedAtNs);
        exchange.Source = Options.Source;
        exchange.Node = Options.Node;
        Counters.Count(exchange);
        sink.Write(exchange);
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

    public ConversationSelector RentSelector() => _selectors.TryPop(out var selector) ? selector : new ConversationSelector(this);

    public void Return(ConversationSelector selector)
    {
        if (_selectors.Count < Options.MaxPooled) _selectors.Push(selector);
    }
}
