using System.Buffers;

namespace Weir.Records.Json;

/// <summary>How much of an exchange is written.</summary>
public enum ExchangeDetail : byte
{
    Full,
    /// <summary>Without headers and bodies, for lists.</summary>
    Summary,
}

/// <summary>
/// Writes an exchange as one JSON object (no line end): the exchange record. What is unknown is null or left out. Allocates
/// nothing unless a body has a content coding. Not thread-safe; one per worker.
/// </summary>
public sealed class ExchangeJsonWriter(ExchangeDetail detail = ExchangeDetail.Full, BodyDecoderLimits? limits = null)
{
    private readonly BodyDecoder _bodies = new(limits);

    public void Write(Exchange exchange, IBufferWriter<byte> writer)
    {
        var json = new JsonOutput(writer);
        var anomalies = exchange.Anomalies;
        Span<byte> id = stackalloc byte[ExchangeId.TextLength];
        exchange.Id.Format(id);
        json.Raw("{\"id\":\""u8);
        json.Raw(id);
        json.Raw("\",\"startedAt\":"u8);
        if (exchange.StartedAtNs / 1000 == 0) json.Raw("null"u8);
        else json.Timestamp(exchange.StartedAtNs);
        json.Raw(",\"durationMs\":"u8);
        json.Milliseconds(exchange.DurationNs);
        json.Raw(",\"source\":\""u8);
        json.Raw(WireNames.Utf8(exchange.Source));
        json.Raw((byte)'"');
        PeerJson.Optional(ref json, ",\"node\":"u8, exchange.Node);
        json.Raw(",\"protocol\":"u8);
        json.Text(exchange.Protocol);
        if (exchange.StreamId >= 0)
        {
            json.Raw(",\"streamId\":"u8);
            json.Number(exchange.StreamId);
        }

        json.Raw(",\"scheme\":"u8);
        json.Text(exchange.Scheme);
        json.Raw(",\"complete\":"u8);
        json.Boolean(exchange.Complete);
        if (exchange.InProgress) json.Raw(",\"inProgress\":true"u8);
        json.Raw(",\"client\":"u8);
        PeerJson.Write(ref json, exchange.Client);
        json.Raw(",\"server\":"u8);
        PeerJson.Write(ref json, exchange.Server);
        json.Raw(",\"request\":"u8);
        if (exchange.HasRequest) Request(ref json, exchange.Request, ref anomalies);
        else json.Raw("null"u8);
        json.Raw(",\"response\":"u8);
        if (exchange.HasResponse) Response(ref json, exchange.Response, ref anomalies);
        else json.Raw("null"u8);
        PeerJson.Optional(ref json, ",\"endpoint\":"u8, exchange.Endpoint);
        WebSocketJson.Write(ref json, exchange.WebSocket, detail);
        GraphQlJson.Write(ref json, exchange.GraphQl);
        DnsJson.Write(ref json, exchange, detail);
        EventStream(ref json, exchange.ServerSentEvents);
        GrpcJson.Write(ref json, exchange.Grpc, detail);
        TimingJson.Write(ref json, exchange);
        TunnelJson.Write(ref json, exchange.Tunnel);
        TlsJson.Write(ref json, exchange.Tls);
        Tcp(ref json, exchange);
        Anomalies(ref json, anomalies);
        Sensitive(ref json, exchange.Sensitive);
        CredentialJson.Write(ref json, exchange.Credentials);
        json.Raw((byte)'}');
        json.Flush();
    }

    private void Request(ref JsonOutput json, HttpMessage message, ref AnomalySet anomalies)
    {
        json.Raw("{\"method\":"u8);
        json.Text(message[message.Method]);
        if (!message.Host.IsEmpty)
        {
            json.Raw(",\"host\":"u8);
            json.Text(message[message.Host]);
        }

        json.Raw(",\"path\":"u8);
        json.Text(message[message.Path]);
        json.Raw(",\"query\":"u8);
        json.Text(message[message.Query]);
        HeadersAndBody(ref json, message, ref anomalies);
    }

    private void Response(ref JsonOutput json, HttpMessage message, ref AnomalySet anomalies)
    {
        json.Raw("{\"status\":"u8);
        json.Number(message.Status);
        json.Raw(",\"reason\":"u8);
        json.Text(message[message.Reason]);
        HeadersAndBody(ref json, message, ref anomalies);
    }

    private void HeadersAndBody(ref JsonOutput json, HttpMessage message, ref AnomalySet anomalies)
    {
        var truncated = message.BodyTruncated;
        if (detail == ExchangeDetail.Full)
        {
            json.Raw(",\"headers\":"u8);
            Fields(ref json, message, message.Headers);
            if (message.Trailers.Count > 0)
            {
                json.Raw(",\"trailers\":"u8);
                Fields(ref json, message, message.Trailers);
            }
        }

        json.Raw(",\"bodyBytes\":"u8);
        json.Number(message.BodyBytes);
        if (detail == ExchangeDetail.Full) truncated = Body(ref json, message, ref anomalies);
        json.Raw(",\"bodyTruncated\":"u8);
        json.Boolean(truncated);
        json.Raw((byte)'}');
    }

    private bool Body(ref JsonOutput json, HttpMessage message, ref AnomalySet anomalies)
    {
        var body = _bodies.Decode(message);
        if (body.EncodingInvalid) anomalies.Add(Anomaly.ContentEncodingInvalid);
        json.Raw(",\"body\":"u8);
        switch (body.Kind)
        {
            case BodyKind.None:
                json.Raw("null,\"bodyEncoding\":null"u8);
                break;
            case BodyKind.Utf8:
                json.Text(body.Bytes);
                json.Raw(",\"bodyEncoding\":\"utf8\""u8);
                break;
            case BodyKind.Windows1252:
                json.SingleByteText(body.Bytes, strictLatin1: false);
                json.Raw(",\"bodyEncoding\":\"utf8\""u8);
                break;
            default:
                json.Base64Text(body.Bytes);
                json.Raw(",\"bodyEncoding\":\"base64\""u8);
                break;
        }

        return body.Truncated;
    }

    private static void Fields(ref JsonOutput json, HttpMessage message, List<HeaderField> fields)
    {
        json.Raw((byte)'[');
        for (var i = 0; i < fields.Count; i++)
        {
            json.Raw(i == 0 ? "["u8 : ",["u8);
            json.Text(message[fields[i].Name]);
            json.Raw((byte)',');
            json.Text(message[fields[i].Value]);
            json.Raw((byte)']');
        }

        json.Raw((byte)']');
    }

    private static void EventStream(ref JsonOutput json, long events)
    {
        if (events < 0) return;
        json.Raw(",\"eventStream\":{\"events\":"u8);
        json.Number(events);
        json.Raw((byte)'}');
    }

    private static void Tcp(ref JsonOutput json, Exchange exchange)
    {
        json.Raw(",\"tcp\":{\"handshakeRttMs\":"u8);
        json.Milliseconds(exchange.HandshakeRttNs);
        json.Raw(",\"retransmissions\":"u8);
        json.Number(exchange.Retransmissions);
        json.Raw(",\"gapBytes\":"u8);
        json.Number(exchange.GapBytes);
        if (exchange.ClientBytes >= 0 && exchange.ServerBytes >= 0)
        {
            json.Raw(",\"resets\":"u8);
            json.Number(exchange.Resets);
            json.Raw(",\"zeroWindows\":"u8);
            json.Number(exchange.ZeroWindows);
            json.Raw(",\"clientBytes\":"u8);
            json.Number(exchange.ClientBytes);
            json.Raw(",\"serverBytes\":"u8);
            json.Number(exchange.ServerBytes);
        }

        json.Raw((byte)'}');
    }

    private static void Anomalies(ref JsonOutput json, AnomalySet anomalies)
    {
        json.Raw(",\"anomalies\":["u8);
        var first = true;
        foreach (var anomaly in anomalies)
        {
            json.Raw(first ? "\""u8 : ",\""u8);
            json.Raw(WireNames.Utf8(anomaly));
            json.Raw((byte)'"');
            first = false;
        }

        json.Raw((byte)']');
    }

    private static void Sensitive(ref JsonOutput json, List<SensitiveData> found)
    {
        if (found.Count == 0) return;
        json.Raw(",\"sensitive\":["u8);
        for (var i = 0; i < found.Count; i++)
        {
            json.Raw(i == 0 ? "{\"class\":"u8 : ",{\"class\":"u8);
            json.Text(found[i].Class);
            json.Raw(",\"where\":"u8);
            json.Text(found[i].Where);
            json.Raw(",\"count\":"u8);
            json.Number(found[i].Count);
            json.Raw((byte)'}');
        }

        json.Raw((byte)']');
    }
}
