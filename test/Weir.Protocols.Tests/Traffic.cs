using System.Text;
using Weir.Packets;
using Weir.Records;
using Weir.Streams;

namespace Weir.Protocols.Tests;

/// <summary>Something that happens on a connection.</summary>
internal abstract record Event
{
    public sealed record Bytes(bool Client, byte[] Data, long Ns) : Event;

    public sealed record Gap(bool Client, long Length, long Ns) : Event;

    public sealed record End(bool Client, StreamEnd Reason) : Event;
}

/// <summary>Copies what it is given into text, so that exchanges can be compared after they went back to the pool.</summary>
internal sealed class RecordingSink : IExchangeSink
{
    public List<Seen> Exchanges { get; } = [];

    public void Write(Exchange exchange) => Exchanges.Add(new Seen(exchange));
}

internal sealed class Seen(Exchange exchange)
{
    public bool Complete { get; } = exchange.Complete;
    public bool HasRequest { get; } = exchange.HasRequest;
    public bool HasResponse { get; } = exchange.HasResponse;
    public string Protocol { get; } = exchange.Protocol;
    public string Method { get; } = Text(exchange.Request, exchange.Request.Method);
    public string Path { get; } = Text(exchange.Request, exchange.Request.Path);
    public string Query { get; } = Text(exchange.Request, exchange.Request.Query);
    public string Host { get; } = Text(exchange.Request, exchange.Request.Host);
    public int Status { get; } = exchange.Response.Status;
    public string Reason { get; } = Text(exchange.Response, exchange.Response.Reason);
    public string RequestHeaders { get; } = Fields(exchange.Request, exchange.Request.Headers);
    public string ResponseHeaders { get; } = Fields(exchange.Response, exchange.Response.Headers);
    public string Trailers { get; } =
        Fields(exchange.Request, exchange.Request.Trailers) + Fields(exchange.Response, exchange.Response.Trailers);
    public string RequestBody { get; } = Encoding.Latin1.GetString(exchange.Request.Body.Span);
    public string ResponseBody { get; } = Encoding.Latin1.GetString(exchange.Response.Body.Span);
    public long RequestBodyBytes { get; } = exchange.Request.BodyBytes;
    public long ResponseBodyBytes { get; } = exchange.Response.BodyBytes;
    public bool RequestTruncated { get; } = exchange.Request.BodyTruncated;
    public bool ResponseTruncated { get; } = exchange.Response.BodyTruncated;
    public string ContentType { get; } = Text(exchange.Response, exchange.Response.ContentType);
    public long GapBytes { get; } = exchange.GapBytes;
    public ushort ClientPort { get; } = exchange.Client.Port;
    public int StreamId { get; } = exchange.StreamId;
    public ExchangeId Id { get; } = exchange.Id;
    public long StartedAtNs { get; } = exchange.StartedAtNs;
    public long DurationNs { get; } = exchange.DurationNs;
    public string Anomalies { get; } = Names(exchange.Anomalies);

    public bool Has(Anomaly anomaly) => Anomalies.Split(' ').Contains(anomaly.ToString());

    /// <summary>All that must not depend on how bytes were split into chunks.</summary>
    public override string ToString() =>
        $"{Protocol} {Method} host={Host} path={Path} query={Query} [{RequestHeaders}] body={RequestBodyBytes}:{RequestBody}"
        + $"{(RequestTruncated ? "…" : "")} -> {(HasResponse ? Status : -1)} {Reason} [{ResponseHeaders}] "
        + $"body={ResponseBodyBytes}:{ResponseBody}{(ResponseTruncated ? "…" : "")} trailers=[{Trailers}] "
        + $"complete={Complete} request={HasRequest} gap={GapBytes} ({Anomalies})";

    private static string Text(HttpMessage message, Slice slice) => Encoding.Latin1.GetString(message[slice]);

    private static string Fields(HttpMessage message, List<HeaderField> fields) =>
        string.Join("|", fields.Select(f => Text(message, f.Name) + "=" + Text(message, f.Value)));

    private static string Names(AnomalySet set)
    {
        var names = new List<string>();
        foreach (var anomaly in set) names.Add(anomaly.ToString());
        return string.Join(" ", names);
    }
}

internal static class Traffic
{
    public const ushort InitiatorPort = 51000;
    public const ushort ResponderPort = 8080;

    public static Connection Connect(bool handshake = true, long rttNs = 1_000_000)
    {
        var connection = new Connection();
        Set(connection, nameof(Connection.InitiatorIp), IpAddress.FromV4([10, 0, 0, 1]));
        Set(connection, nameof(Connection.ResponderIp), IpAddress.FromV4([10, 0, 0, 2]));
        Set(connection, nameof(Connection.InitiatorPort), InitiatorPort);
        Set(connection, nameof(Connection.ResponderPort), ResponderPort);
        Set(connection, nameof(Connection.HandshakeSeen), handshake);
        Set(connection, nameof(Connection.HandshakeRttNs), handshake ? rttNs : -1L);
        return connection;
    }

    public static byte[] Ascii(string text) => Encoding.Latin1.GetBytes(text);

    /// <summary>Runs events through a new connection; ends both directions with FIN unless the events do.</summary>
    public static (List<Seen> Exchanges, ConversationFactory Factory) Run(
        IEnumerable<Event> events, ConversationOptions? options = null, bool handshake = true)
    {
        var sink = new RecordingSink();
        var factory = new ConversationFactory(sink, options);
        Run(factory, events, handshake);
        return (sink.Exchanges, factory);
    }

    public static void Run(ConversationFactory factory, IEnumerable<Event> events, bool handshake = true)
    {
        var handler = factory.Open(Connect(handshake))!;
        var ended = new bool[2];
        long last = 0;
        foreach (var one in events)
        {
            switch (one)
            {
                case Event.Bytes bytes:
                    handler.OnChunk(Of(bytes.Client), bytes.Data, last = bytes.Ns);
                    break;
                case Event.Gap gap:
                    handler.OnGap(Of(gap.Client), gap.Length, last = gap.Ns);
                    break;
                case Event.End end:
                    ended[(int)Of(end.Client)] = true;
                    handler.OnEnd(Of(end.Client), end.Reason, last);
                    break;
            }
        }

        if (!ended[0]) handler.OnEnd(Direction.FromInitiator, StreamEnd.Fin, last);
        if (!ended[1]) handler.OnEnd(Direction.FromResponder, StreamEnd.Fin, last);
    }

    public static Event C(string text, long ns = 1000) => new Event.Bytes(true, Ascii(text), ns);

    public static Event Bytes(bool client, byte[] data, long? ns = null) => new Event.Bytes(client, data, ns ?? (client ? 1000 : 2000));

    public static Event S(string text, long ns = 2000) => new Event.Bytes(false, Ascii(text), ns);

    public static Event End(bool client, StreamEnd reason) => new Event.End(client, reason);

    private static Direction Of(bool client) => client ? Direction.FromInitiator : Direction.FromResponder;

    private static void Set<T>(Connection connection, string property, T value) =>
        typeof(Connection).GetProperty(property)!.SetValue(connection, value);
}
