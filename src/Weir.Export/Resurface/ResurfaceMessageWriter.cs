using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;
using Weir.Records;
using Weir.Records.Json;

namespace Weir.Export.Resurface;

/// <summary>What became of an exchange.</summary>
public enum ResurfaceOutcome : byte
{
    Written,
    /// <summary>Another protocol than HTTP: the format has no words for it.</summary>
    NotHttp,
    /// <summary>Request or response is missing: the format wants both, and the loggers leave such calls out too.</summary>
    Unpaired,
    /// <summary>Not over yet: it comes again when it is.</summary>
    InProgress,
}

/// <summary>
/// Writes an exchange as one message of the Resurface loggers: <c>[["request_method","GET"],["request_url",…],…]</c>, details
/// in the order of logger-go, empty values left out. docs/formats/resurface.md. Not thread-safe.
/// </summary>
public sealed class ResurfaceMessageWriter(string? host = null)
{
    /// <summary>Bytes of a decoded body that a message may hold; logger-go and logger-java have the same limit.</summary>
    public const int MaxBodyBytes = 1 << 20;

    private static readonly byte[] s_host = Encoding.UTF8.GetBytes(HostName());

    private readonly byte[] _host = host is null ? s_host : Encoding.UTF8.GetBytes(host);
    private readonly BodyDecoder _requestBodies = new(new BodyDecoderLimits { MaxDecodedBytes = MaxBodyBytes });
    private readonly BodyDecoder _responseBodies = new(new BodyDecoderLimits { MaxDecodedBytes = MaxBodyBytes });
    private readonly FormText _name = new();
    private readonly FormText _lower = new();
    private readonly FormText _value = new();

    /// <summary>Appends the message without line end, or nothing.</summary>
    public ResurfaceOutcome Write(Exchange exchange, IBufferWriter<byte> writer)
    {
        if (!exchange.Protocol.StartsWith("HTTP/", StringComparison.Ordinal)) return ResurfaceOutcome.NotHttp;
        if (exchange.InProgress) return ResurfaceOutcome.InProgress;
        if (!exchange.HasRequest || !exchange.HasResponse) return ResurfaceOutcome.Unpaired;
        var (request, response) = (exchange.Request, exchange.Response);
        var json = new JsonOutput(writer);
        json.Raw("["u8);
        var first = true;
        Detail(ref json, "request_method"u8, default, request[request.Method], ref first);
        Url(ref json, exchange, ref first);
        if (response.Status > 0) Number(ref json, "response_code"u8, response.Status, ref first);
        var body = _requestBodies.Decode(request);
        Body(ref json, "request_body"u8, request, body, exchange.Grpc.RequestJson, ref first);
        Headers(ref json, "request_header:"u8, request, withoutHost: true, ref first);
        Parameters(ref json, request[request.Query], ref first);
        if (IsForm(request) && body is { Kind: BodyKind.Utf8, Truncated: false }) Parameters(ref json, body.Bytes, ref first);
        Headers(ref json, "response_header:"u8, response, withoutHost: false, ref first);
        Body(ref json, "response_body"u8, response, _responseBodies.Decode(response), exchange.Grpc.ResponseJson, ref first);
        SessionFields(ref json, exchange, ref first);
        Times(ref json, exchange, ref first);
        Detail(ref json, "host"u8, default, _host, ref first);
        json.Raw("]"u8);
        json.Flush();
        return ResurfaceOutcome.Written;
    }

    /// <summary>The machine that logs: <c>DYNO</c>, else its name, else <c>unknown</c>.</summary>
    private static string HostName()
    {
        if (Environment.GetEnvironmentVariable("DYNO") is { Length: > 0 } dyno) return dyno;
        var name = Dns.GetHostName();
        return name.Length > 0 ? name : "unknown";
    }

    /// <summary>Scheme, authority and percent-decoded path; the query goes into <c>request_param</c>.</summary>
    private void Url(ref JsonOutput json, Exchange exchange, ref bool first)
    {
        var request = exchange.Request;
        // Rules took the address away.
        if (request.Host.IsEmpty && request.Path.IsEmpty) return;
        Open(ref json, "request_url"u8, default, ref first);
        json.Raw((byte)'"');
        Span<byte> scratch = stackalloc byte[64];
        ResurfaceText.Part(ref json, scratch[..Encoding.UTF8.GetBytes(exchange.Scheme.AsSpan(0, Math.Min(exchange.Scheme.Length, 16)), scratch)]);
        json.Raw("://"u8);
        if (!request.Host.IsEmpty)
        {
            ResurfaceText.Part(ref json, request[request.Host]);
        }
        else
        {
            var isV6 = !exchange.Server.Ip.IsV4;
            if (isV6) json.Raw("["u8);
            json.Raw(scratch[..exchange.Server.Ip.Format(scratch)]);
            json.Raw(isV6 ? "]:"u8 : ":"u8);
            json.Number(exchange.Server.Port);
        }

        // The asterisk of OPTIONS, for example: without the slash it would run into the port.
        if (!request.Path.IsEmpty && request[request.Path][0] != '/') json.Raw((byte)'/');
        ResurfaceText.Part(ref json, _value.Decode(request[request.Path], plusIsSpace: false));
        json.Raw("\"]"u8);
    }

    private static void Body(
        ref JsonOutput json, ReadOnlySpan<byte> key, HttpMessage message, DecodedBody body, ByteBuffer decodedCall, ref bool first)
    {
        // gRPC messages that were decoded stand for the bytes that they were decoded from.
        if (decodedCall.Length is > 0 and <= MaxBodyBytes)
        {
            Detail(ref json, key, default, decodedCall.Span, ref first);
            return;
        }

        // A coding that is not understood leaves bytes nobody can read; logger-go sends none of them.
        if (body.Kind == BodyKind.None || body.EncodingInvalid) return;
        if (body.Truncated || body.Bytes.Length > MaxBodyBytes)
        {
            Open(ref json, key, default, ref first);
            json.Raw("\"{ \\\"overflowed\\\": "u8);
            json.Number(Math.Max(message.BodyBytes, body.Bytes.Length));
            json.Raw(" }\"]"u8);
            return;
        }

        if (body.Kind != BodyKind.Windows1252)
        {
            Detail(ref json, key, default, body.Bytes, ref first);
            return;
        }

        Open(ref json, key, default, ref first);
        json.SingleByteText(body.Bytes, strictLatin1: false);
        json.Raw("]"u8);
    }

    private void Headers(ref JsonOutput json, ReadOnlySpan<byte> prefix, HttpMessage message, bool withoutHost, ref bool first)
    {
        Fields(ref json, prefix, message, message.Headers, withoutHost, ref first);
        Fields(ref json, prefix, message, message.Trailers, withoutHost, ref first);
    }

    private void Fields(
        ref JsonOutput json, ReadOnlySpan<byte> prefix, HttpMessage message, List<HeaderField> fields, bool withoutHost, ref bool first)
    {
        foreach (var header in fields)
        {
            var name = _lower.Lower(message[header.Name]);
            // The host stands in the URL; names that begin with a colon are fields of HTTP/2, which stand elsewhere too.
            if (name.IsEmpty || name[0] == ':' || (withoutHost && name.SequenceEqual("host"u8))) continue;
            Detail(ref json, prefix, name, message[header.Value], ref first);
        }
    }

    private void Parameters(ref JsonOutput json, ReadOnlySpan<byte> encoded, ref bool first)
    {
        foreach (var range in encoded.Split((byte)'&'))
        {
            var pair = encoded[range];
            var equals = pair.IndexOf((byte)'=');
            var name = _lower.Lower(_name.Decode(equals < 0 ? pair : pair[..equals], plusIsSpace: true));
            if (name.IsEmpty) continue;
            var value = equals < 0 ? default : _value.Decode(pair[(equals + 1)..], plusIsSpace: true);
            Detail(ref json, "request_param:"u8, name, value, ref first);
        }
    }

    private void SessionFields(ref JsonOutput json, Exchange exchange, ref bool first)
    {
        foreach (var (name, value) in exchange.SessionFields)
        {
            var bytes = Encoding.UTF8.GetBytes(name);
            Detail(ref json, "session_field:"u8, _lower.Lower(bytes), Encoding.UTF8.GetBytes(value), ref first);
        }
    }

    /// <summary>When the response was complete, and how long the call took: whole milliseconds, at least 1.</summary>
    private static void Times(ref JsonOutput json, Exchange exchange, ref bool first)
    {
        var response = exchange.Response;
        var endNs = response.LastByteNs > 0 ? response.LastByteNs : response.FirstByteNs;
        Number(ref json, "now"u8, endNs / 1_000_000, ref first);
        Number(ref json, "interval"u8, Math.Max(1, (endNs - exchange.StartedAtNs) / 1_000_000), ref first);
    }

    private static bool IsForm(HttpMessage request)
    {
        var type = request[request.ContentType];
        const int Length = 33;
        return type.Length >= Length && Ascii.EqualsIgnoreCase(type[..Length], "application/x-www-form-urlencoded"u8);
    }

    private static void Number(ref JsonOutput json, ReadOnlySpan<byte> key, long value, ref bool first)
    {
        Span<byte> digits = stackalloc byte[20];
        value.TryFormat(digits, out var length, default, CultureInfo.InvariantCulture);
        Detail(ref json, key, default, digits[..length], ref first);
    }

    /// <summary>One <c>["key","value"]</c>, or nothing when the value is empty.</summary>
    private static void Detail(
        ref JsonOutput json, scoped ReadOnlySpan<byte> key, scoped ReadOnlySpan<byte> name, scoped ReadOnlySpan<byte> value,
        ref bool first)
    {
        if (value.IsEmpty) return;
        Open(ref json, key, name, ref first);
        ResurfaceText.Quoted(ref json, value);
        json.Raw("]"u8);
    }

    private static void Open(ref JsonOutput json, scoped ReadOnlySpan<byte> key, scoped ReadOnlySpan<byte> name, ref bool first)
    {
        json.Raw(first ? "[\""u8 : ",[\""u8);
        first = false;
        json.Raw(key);
        ResurfaceText.Part(ref json, name);
        json.Raw("\","u8);
    }
}
