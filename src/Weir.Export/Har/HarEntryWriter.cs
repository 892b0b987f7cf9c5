using System.Buffers;
using Weir.Records;
using Weir.Records.Json;

namespace Weir.Export;

/// <summary>Writes one exchange as an element of <c>log.entries</c>. Names that begin with _ are Weir's own, as HAR allows.</summary>
internal sealed class HarEntryWriter(BodyDecoderLimits? limits)
{
    private readonly BodyDecoder _bodies = new(limits);

    public void Write(Exchange exchange, IBufferWriter<byte> writer)
    {
        var json = new JsonOutput(writer);
        json.Raw("{\"startedDateTime\":"u8);
        json.Timestamp(exchange.StartedAtNs);
        Timings(ref json, exchange);
        Request(ref json, exchange);
        Response(ref json, exchange);
        json.Raw(",\"cache\":{}"u8);
        Span<byte> ip = stackalloc byte[64];
        json.Raw(",\"serverIPAddress\":"u8);
        json.Text(ip[..exchange.Server.Ip.Format(ip)]);
        json.Raw(",\"connection\":\""u8);
        json.Number(exchange.Client.Port);
        json.Raw("\",\"_id\":"u8);
        json.Text(exchange.Id.ToString());
        json.Raw("}"u8);
        json.Flush();
    }

    /// <summary>HAR requires send, wait and receive to be 0 or more; what is unknown counts as wait.</summary>
    private static void Timings(ref JsonOutput json, Exchange exchange)
    {
        var total = Math.Max(0, exchange.DurationNs);
        long send = 0;
        long receive = 0;
        if (exchange.DurationNs >= 0)
        {
            if (exchange.Request.LastByteNs > 0) send = exchange.Request.LastByteNs - exchange.Request.FirstByteNs;
            if (exchange.Response.FirstByteNs > 0) receive = exchange.Response.LastByteNs - exchange.Response.FirstByteNs;
            send = Math.Clamp(send, 0, total);
            receive = Math.Clamp(receive, 0, total - send);
        }

        json.Raw(",\"time\":"u8);
        json.Milliseconds(total);
        json.Raw(",\"timings\":{\"send\":"u8);
        json.Milliseconds(send);
        json.Raw(",\"wait\":"u8);
        json.Milliseconds(total - send - receive);
        json.Raw(",\"receive\":"u8);
        json.Milliseconds(receive);
        json.Raw("}"u8);
    }

    private void Request(ref JsonOutput json, Exchange exchange)
    {
        var request = exchange.Request;
        json.Raw(",\"request\":{\"method\":"u8);
        json.Text(request[request.Method]);
        json.Raw(",\"url\":"u8);
        Url(ref json, exchange);
        json.Raw(",\"httpVersion\":"u8);
        json.Text(exchange.Protocol);
        json.Raw(",\"cookies\":["u8);
        HarCookies.WriteRequest(ref json, request);
        json.Raw("],\"headers\":["u8);
        Headers(ref json, request);
        json.Raw("],\"queryString\":["u8);
        QueryString(ref json, request[request.Query]);
        json.Raw("]"u8);
        if (request.Body.Length > 0) PostData(ref json, request);
        json.Raw(",\"headersSize\":-1,\"bodySize\":"u8);
        json.Number(exchange.HasRequest ? request.BodyBytes : -1);
        json.Raw("}"u8);
    }

    private static void Url(ref JsonOutput json, Exchange exchange)
    {
        var request = exchange.Request;
        json.Raw("\""u8);
        json.TextPart(System.Text.Encoding.UTF8.GetBytes(exchange.Scheme));
        json.Raw("://"u8);
        if (!request.Host.IsEmpty)
        {
            json.TextPart(request[request.Host]);
        }
        else
        {
            Span<byte> ip = stackalloc byte[64];
            var v6 = !exchange.Server.Ip.IsV4;
            if (v6) json.Raw("["u8);
            json.Raw(ip[..exchange.Server.Ip.Format(ip)]);
            if (v6) json.Raw("]"u8);
            json.Raw(":"u8);
            json.Number(exchange.Server.Port);
        }

        if (!request[request.Path].StartsWith("/"u8)) json.Raw("/"u8);
        json.TextPart(request[request.Path]);
        if (!request.Query.IsEmpty)
        {
            json.Raw("?"u8);
            json.TextPart(request[request.Query]);
        }

        json.Raw("\""u8);
    }

    private void Response(ref JsonOutput json, Exchange exchange)
    {
        var response = exchange.Response;
        json.Raw(",\"response\":{\"status\":"u8);
        json.Number(response.Status);
        json.Raw(",\"statusText\":"u8);
        json.Text(response[response.Reason]);
        json.Raw(",\"httpVersion\":"u8);
        if (exchange.HasResponse) json.Text(exchange.Protocol);
        else json.Raw("\"\""u8);
        json.Raw(",\"cookies\":["u8);
        HarCookies.WriteResponse(ref json, response);
        json.Raw("],\"headers\":["u8);
        Headers(ref json, response);
        json.Raw("],\"content\":{"u8);
        Content(ref json, response);
        json.Raw("},\"redirectURL\":"u8);
        json.Text(Find(response, "location"u8));
        json.Raw(",\"headersSize\":-1,\"bodySize\":"u8);
        json.Number(exchange.HasResponse ? response.BodyBytes : -1);
        if (!exchange.Complete)
        {
            json.Raw(",\"_error\":"u8);
            json.Text(IncompleteReason.Of(exchange));
        }

        json.Raw("}"u8);
    }

    private void Content(ref JsonOutput json, HttpMessage response)
    {
        var body = _bodies.Decode(response);
        var whole = !body.Truncated && body.Kind != BodyKind.None;
        json.Raw("\"size\":"u8);
        json.Number(whole ? body.Bytes.Length : response.BodyBytes);
        json.Raw(",\"mimeType\":"u8);
        if (response.ContentType.IsEmpty) json.Raw("\"x-unknown\""u8);
        else json.Text(response[response.ContentType]);
        if (body.Kind == BodyKind.None) return;
        json.Raw(",\"text\":"u8);
        Text(ref json, body);
        if (body.Kind == BodyKind.Binary) json.Raw(",\"encoding\":\"base64\""u8);
        if (body.Truncated) json.Raw(",\"comment\":\"truncated\""u8);
    }

    /// <summary>HAR has no encoding for request bodies, so binary ones carry Weir's <c>_encoding</c>.</summary>
    private void PostData(ref JsonOutput json, HttpMessage request)
    {
        var body = _bodies.Decode(request);
        json.Raw(",\"postData\":{\"mimeType\":"u8);
        json.Text(request[request.ContentType]);
        json.Raw(",\"text\":"u8);
        Text(ref json, body);
        if (body.Kind == BodyKind.Binary) json.Raw(",\"_encoding\":\"base64\""u8);
        if (body.Truncated) json.Raw(",\"comment\":\"truncated\""u8);
        json.Raw("}"u8);
    }

    private static void Text(ref JsonOutput json, DecodedBody body)
    {
        if (body.Kind == BodyKind.Binary) json.Base64Text(body.Bytes);
        else if (body.Kind == BodyKind.Windows1252) json.SingleByteText(body.Bytes, strictLatin1: false);
        else json.Text(body.Bytes);
    }

    private static void Headers(ref JsonOutput json, HttpMessage message)
    {
        var first = true;
        foreach (var header in message.Headers)
        {
            NameAndValue(ref json, message[header.Name], message[header.Value], ref first);
        }
    }

    private static void QueryString(ref JsonOutput json, ReadOnlySpan<byte> query)
    {
        var first = true;
        foreach (var range in query.Split((byte)'&'))
        {
            var pair = query[range];
            if (pair.IsEmpty) continue;
            var equals = pair.IndexOf((byte)'=');
            NameAndValue(ref json, equals < 0 ? pair : pair[..equals], equals < 0 ? default : pair[(equals + 1)..], ref first);
        }
    }

    internal static void NameAndValue(
        ref JsonOutput json, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, ref bool first, bool close = true)
    {
        json.Raw(first ? "{\"name\":"u8 : ",{\"name\":"u8);
        first = false;
        json.Text(name);
        json.Raw(",\"value\":"u8);
        json.Text(value);
        if (close) json.Raw("}"u8);
    }

    private static ReadOnlySpan<byte> Find(HttpMessage message, ReadOnlySpan<byte> name)
    {
        foreach (var header in message.Headers)
        {
            if (System.Text.Ascii.EqualsIgnoreCase(message[header.Name], name)) return message[header.Value];
        }

        return default;
    }
}
