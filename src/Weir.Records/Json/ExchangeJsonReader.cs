using System.Diagnostics.CodeAnalysis;

namespace Weir.Records.Json;

/// <summary>
/// Reads an exchange record back. Unknown keys are passed over, so records of newer versions can be read. Writing what was
/// read gives the same bytes.
/// </summary>
public static class ExchangeJsonReader
{
    /// <summary>Fills <paramref name="exchange"/> from one JSON object.</summary>
    /// <param name="json">UTF-8; white space around the object is allowed.</param>
    /// <param name="exchange">Cleared first; half filled when the result is false.</param>
    /// <param name="error">What is wrong and at which byte.</param>
    public static bool TryRead(ReadOnlySpan<byte> json, Exchange exchange, [NotNullWhen(false)] out string? error)
    {
        exchange.Clear();
        return JsonCursor.TryRead(json, exchange, ReadExchange, out error);
    }

    private static bool ReadExchange(ref JsonCursor cursor, Exchange exchange)
    {
        long startedNs = 0;
        long durationNs = -1;
        var (requestNs, waitNs) = (-1L, -1L);
        var hasId = false;
        if (!cursor.Next() || !cursor.ExpectObject("the record")) return false;
        while (cursor.NextProperty())
        {
            var ok = cursor.Key switch
            {
                "id" => hasId = ReadId(ref cursor, exchange),
                "startedAt" => cursor.Timestamp(out startedNs),
                "durationMs" => cursor.Milliseconds(out durationNs),
                "source" => ReadSource(ref cursor, exchange),
                "node" => cursor.String(out var node) && Do(exchange.Node = node),
                "protocol" => cursor.RequiredString(out var protocol) && Do(exchange.Protocol = protocol),
                "scheme" => cursor.RequiredString(out var scheme) && Do(exchange.Scheme = scheme),
                "complete" => cursor.Boolean(out var complete) && Do(exchange.Complete = complete),
                "inProgress" => cursor.Boolean(out var running) && Do(exchange.InProgress = running),
                "client" => PeerJson.Read(ref cursor, exchange.Client),
                "server" => PeerJson.Read(ref cursor, exchange.Server),
                "request" => MessageJson.Read(ref cursor, exchange.Request, out var has) && Do(exchange.HasRequest = has),
                "response" => MessageJson.Read(ref cursor, exchange.Response, out var has) && Do(exchange.HasResponse = has),
                "streamId" => cursor.Integer(0, int.MaxValue, out var stream) && Do(exchange.StreamId = (int)stream),
                "grpc" => GrpcJson.Read(ref cursor, exchange.Grpc),
                "endpoint" => cursor.String(out var endpoint) && Do(exchange.Endpoint = endpoint),
                "webSocket" => WebSocketJson.Read(ref cursor, exchange.WebSocket),
                "graphql" => GraphQlJson.Read(ref cursor, exchange.GraphQl),
                "dns" => DnsJson.Read(ref cursor, exchange.Dns),
                "eventStream" => ReadEventStream(ref cursor, exchange),
                "timing" => TimingJson.Read(ref cursor, out requestNs, out waitNs),
                "tunnel" => TunnelJson.Read(ref cursor, out var tunnel) && Do(exchange.Tunnel = tunnel),
                "tls" => TlsJson.Read(ref cursor, exchange),
                "tcp" => ReadTcp(ref cursor, exchange),
                "anomalies" => ReadAnomalies(ref cursor, exchange),
                "sensitive" => ReadSensitive(ref cursor, exchange),
                "credentials" => CredentialJson.Read(ref cursor, exchange),
                _ => cursor.Skip(),
            };
            if (!ok) return false;
        }

        if (!hasId) return cursor.Fail("\"id\" is missing");
        if (cursor.Next()) return cursor.Fail("something follows the record");
        SetTimes(exchange, startedNs, durationNs, requestNs, waitNs);
        return true;
    }

    /// <summary>Times that the record does not hold stay unknown (0).</summary>
    private static void SetTimes(Exchange exchange, long startedNs, long durationNs, long requestNs, long waitNs)
    {
        if (!exchange.HasRequest)
        {
            exchange.Response.FirstByteNs = startedNs;
            return;
        }

        exchange.Request.FirstByteNs = startedNs;
        if (!exchange.HasResponse) return;
        exchange.Response.LastByteNs = startedNs + Math.Max(0, durationNs);
        if (requestNs < 0 || waitNs < 0) return;
        exchange.Request.LastByteNs = startedNs + requestNs;
        exchange.Response.FirstByteNs = startedNs + requestNs + waitNs;
    }

    private static bool ReadId(ref JsonCursor cursor, Exchange exchange)
    {
        if (!cursor.RequiredString(out var text)) return false;
        if (!ExchangeId.TryParse(text, out var id)) return cursor.Fail("\"id\" is not a ULID");
        exchange.Id = id;
        return true;
    }

    private static bool ReadSource(ref JsonCursor cursor, Exchange exchange)
    {
        if (!cursor.ExpectString()) return false;
        if (!WireNames.TryParse(cursor.Utf8Value, out CaptureSourceKind source)) return cursor.Fail("\"source\" is unknown");
        exchange.Source = source;
        return true;
    }

    private static bool ReadEventStream(ref JsonCursor cursor, Exchange exchange)
    {
        if (cursor.IsNull) return true;
        if (!cursor.ExpectObject("\"eventStream\"")) return false;
        while (cursor.NextProperty())
        {
            var ok = cursor.Key == "events"
                ? cursor.Integer(0, long.MaxValue, out var events) && Do(exchange.ServerSentEvents = events)
                : cursor.Skip();
            if (!ok) return false;
        }

        return true;
    }

    private static bool ReadTcp(ref JsonCursor cursor, Exchange exchange)
    {
        if (cursor.IsNull) return true;
        if (!cursor.ExpectObject("\"tcp\"")) return false;
        while (cursor.NextProperty())
        {
            var ok = cursor.Key switch
            {
                "handshakeRttMs" => cursor.Milliseconds(out var rtt) && Do(exchange.HandshakeRttNs = rtt),
                "retransmissions" => cursor.Integer(0, long.MaxValue, out var count) && Do(exchange.Retransmissions = count),
                "gapBytes" => cursor.Integer(0, long.MaxValue, out var gap) && Do(exchange.GapBytes = gap),
                "resets" => cursor.Integer(0, long.MaxValue, out var resets) && Do(exchange.Resets = resets),
                "zeroWindows" => cursor.Integer(0, long.MaxValue, out var zero) && Do(exchange.ZeroWindows = zero),
                "clientBytes" => cursor.Integer(0, long.MaxValue, out var sent) && Do(exchange.ClientBytes = sent),
                "serverBytes" => cursor.Integer(0, long.MaxValue, out var sent) && Do(exchange.ServerBytes = sent),
                _ => cursor.Skip(),
            };
            if (!ok) return false;
        }

        return true;
    }

    /// <summary>Names that this version does not know are passed over.</summary>
    private static bool ReadAnomalies(ref JsonCursor cursor, Exchange exchange)
    {
        exchange.Anomalies = default;
        if (!cursor.ExpectArray("\"anomalies\"")) return false;
        while (cursor.NextElement())
        {
            if (!cursor.ExpectString()) return false;
            if (WireNames.TryParse(cursor.Utf8Value, out Anomaly anomaly)) exchange.Anomalies.Add(anomaly);
        }

        return true;
    }

    private static bool ReadSensitive(ref JsonCursor cursor, Exchange exchange)
    {
        exchange.Sensitive.Clear();
        if (cursor.IsNull) return true;
        if (!cursor.ExpectArray("\"sensitive\"")) return false;
        while (cursor.NextElement())
        {
            string? kind = null;
            string? where = null;
            long count = 0;
            if (!cursor.ExpectObject("an entry of \"sensitive\"")) return false;
            while (cursor.NextProperty())
            {
                var ok = cursor.Key switch
                {
                    "class" => cursor.RequiredString(out kind),
                    "where" => cursor.RequiredString(out where),
                    "count" => cursor.Integer(0, int.MaxValue, out count),
                    _ => cursor.Skip(),
                };
                if (!ok) return false;
            }

            if (kind is null || where is null) return cursor.Fail("an entry of \"sensitive\" needs \"class\" and \"where\"");
            exchange.Sensitive.Add(new SensitiveData(kind, where, (int)count));
        }

        return true;
    }

    /// <summary>Lets an assignment stand in an expression of successes.</summary>
    internal static bool Do<T>(T assigned)
    {
        _ = assigned;
        return true;
    }
}
