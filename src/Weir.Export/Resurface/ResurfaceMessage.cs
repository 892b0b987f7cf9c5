using System.Globalization;
using System.Text;
using System.Text.Json;
using Weir.Packets;
using Weir.Records;

namespace Weir.Export.Resurface;

/// <summary>
/// The details of one message while it is read, and the exchange they make. Entries that are not two long, and keys that say
/// nothing to Weir, are passed over.
/// </summary>
internal sealed class ResurfaceMessage
{
    /// <summary>Milliseconds up to the year 2200: what a record can hold.</summary>
    private const double MaxNowMs = 7_258_118_400_000;

    private const int MaxKeyBytes = 4096;

    private readonly ByteBuffer _bytes = new();
    private readonly List<(Slice Name, Slice Value)> _requestHeaders = [];
    private readonly List<(Slice Name, Slice Value)> _responseHeaders = [];
    private readonly List<(string Name, string Value)> _parameters = [];
    private readonly List<SessionField> _sessionFields = [];
    private Slice _requestBody;
    private Slice _responseBody;
    private string? _method;
    private string? _url;
    private string? _code;
    private string? _now;
    private string? _interval;
    private string? _host;

    /// <summary>There is a request at least: a method and an address.</summary>
    public bool IsCall => !string.IsNullOrEmpty(_method) && !string.IsNullOrEmpty(_url);

    public void Clear()
    {
        _bytes.Clear();
        _requestHeaders.Clear();
        _responseHeaders.Clear();
        _parameters.Clear();
        _sessionFields.Clear();
        _requestBody = _responseBody = default;
        _method = _url = _code = _now = _interval = _host = null;
    }

    /// <summary>Takes <c>["key", value]</c>; the reader stands on its first bracket, and then on its last.</summary>
    /// <exception cref="JsonException">Bad syntax.</exception>
    /// <exception cref="InvalidOperationException">A string that is no Unicode.</exception>
    public void ReadDetail(ref Utf8JsonReader json)
    {
        string? key = null;
        Slice? value = null;
        var count = 0;
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            count++;
            if (count == 1 && json.TokenType == JsonTokenType.String && json.ValueSpan.Length <= MaxKeyBytes) key = json.GetString();
            else if (count == 2) value = Value(ref json);
            else json.Skip();
        }

        if (count == 2 && key is not null && value is { IsEmpty: false } text) Take(key.Trim().ToLowerInvariant(), text);
    }

    public void CopyTo(Exchange exchange, long receivedNs)
    {
        exchange.Clear();
        exchange.Source = CaptureSourceKind.Logger;
        exchange.Node = _host;
        exchange.HasRequest = true;
        var (request, response) = (exchange.Request, exchange.Response);
        request.Method = request.Text.Append(Encoding.UTF8.GetBytes(_method!));
        Headers(_requestHeaders, request);
        Headers(_responseHeaders, response);
        Body(_requestBody, request);
        Body(_responseBody, response);
        Url(exchange);
        exchange.SessionFields.AddRange(_sessionFields);
        ClientAddress.Find(request, exchange.Client);
        exchange.HasResponse = int.TryParse(_code, NumberStyles.None, CultureInfo.InvariantCulture, out var status) && status is > 0 and < 1000;
        response.Status = exchange.HasResponse ? status : 0;
        exchange.Complete = exchange.HasResponse;
        Times(exchange, receivedNs);
    }

    private Slice? Value(ref Utf8JsonReader json)
    {
        switch (json.TokenType)
        {
            case JsonTokenType.String when json.ValueIsEscaped:
                var rented = System.Buffers.ArrayPool<byte>.Shared.Rent(json.ValueSpan.Length);
                try
                {
                    return _bytes.Append(rented.AsSpan(0, json.CopyString(rented)));
                }
                finally
                {
                    System.Buffers.ArrayPool<byte>.Shared.Return(rented);
                }

            case JsonTokenType.String or JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False:
                return System.Text.Unicode.Utf8.IsValid(json.ValueSpan)
                    ? _bytes.Append(json.ValueSpan)
                    : throw new InvalidOperationException("The value is not UTF-8.");
            default:
                json.Skip();
                return null;
        }
    }

    private void Take(string key, Slice value)
    {
        switch (key)
        {
            case "request_method": _method = Text(value); break;
            case "request_url": _url = Text(value); break;
            case "request_body": _requestBody = value; break;
            case "response_code": _code = Text(value); break;
            case "response_body": _responseBody = value; break;
            case "now" or "response_time_millis": _now = Text(value); break;
            case "interval" or "interval_millis": _interval = Text(value); break;
            case "host": _host = Text(value); break;
            default: TakeNamed(key, value); break;
        }
    }

    private void TakeNamed(string key, Slice value)
    {
        var colon = key.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0) return;
        // Two loggers write "request_header: x-forwarded-for x-real-ip" when there is no such header.
        var name = key[(colon + 1)..].Trim().Split(' ')[0];
        if (name.Length == 0) return;
        switch (key[..colon])
        {
            case "request_header": _requestHeaders.Add((_bytes.Append(Encoding.UTF8.GetBytes(name)), value)); break;
            case "response_header": _responseHeaders.Add((_bytes.Append(Encoding.UTF8.GetBytes(name)), value)); break;
            case "session_field": _sessionFields.Add(new SessionField(name, Text(value))); break;
            case "request_param": _parameters.Add((name, Text(value))); break;
            default: break;
        }
    }

    private string Text(Slice value) => Encoding.UTF8.GetString(_bytes[value]);

    private void Headers(List<(Slice Name, Slice Value)> headers, HttpMessage message)
    {
        foreach (var (name, value) in headers)
        {
            var field = new HeaderField(message.Text.Append(_bytes[name]), message.Text.Append(_bytes[value]));
            message.Headers.Add(field);
            if (_bytes[name].SequenceEqual("content-type"u8)) message.ContentType = field.Value;
            if (_bytes[name].SequenceEqual("content-encoding"u8)) message.ContentEncoding = field.Value;
        }
    }

    /// <summary>The loggers send bodies decoded, or how large one was that they left out.</summary>
    private void Body(Slice body, HttpMessage message)
    {
        message.BodyDecoded = true;
        if (Overflowed(_bytes[body]) is { } size)
        {
            message.BodyBytes = size;
            message.BodyTruncated = true;
            return;
        }

        message.Body.Append(_bytes[body]);
        message.BodyBytes = body.Length;
    }

    /// <summary><c>{ "overflowed": 1234 }</c>, or <c>{"overflowed: 1234"}</c> as one logger writes it; null when it is a body.</summary>
    private static long? Overflowed(ReadOnlySpan<byte> body)
    {
        if (body.Length is < 14 or > 48 || body[0] != '{' || body[^1] != '}' || body.IndexOf("overflowed"u8) is not (2 or 3)) return null;
        var digits = body[(body.IndexOf((byte)':') + 1)..].Trim(" \"}"u8);
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : null;
    }

    private void Url(Exchange exchange)
    {
        var request = exchange.Request;
        var url = _url!;
        var scheme = url.IndexOf("://", StringComparison.Ordinal);
        if (scheme is > 0 and <= 16) exchange.Scheme = url[..scheme].ToLowerInvariant();
        var rest = scheme > 0 ? url[(scheme + 3)..] : url;
        var slash = rest.AsSpan().IndexOfAny('/', '?', '#');
        var authority = slash < 0 ? rest : rest[..slash];
        rest = slash < 0 ? "" : rest[slash..].Split('#')[0];
        var question = rest.IndexOf('?', StringComparison.Ordinal);
        var path = question < 0 ? rest : rest[..question];
        request.Host = request.Text.Append(Encoding.UTF8.GetBytes(authority));
        request.Path = request.Text.Append(Encoding.UTF8.GetBytes(path.Length == 0 ? "/" : path));
        var query = question < 0 ? ResurfaceParameters.Query(_parameters, request) : rest[(question + 1)..];
        request.Query = request.Text.Append(Encoding.UTF8.GetBytes(query));
        exchange.Server.Port = (ushort)(exchange.Scheme == "https" ? 443 : 80);
        if (Uri.TryCreate($"{exchange.Scheme}://{authority}/", UriKind.Absolute, out var server) && server.Port is > 0 and <= ushort.MaxValue)
        {
            exchange.Server.Port = (ushort)server.Port;
            if (IpAddress.TryParse(server.DnsSafeHost, out var address)) exchange.Server.Ip = address;
        }
    }

    private void Times(Exchange exchange, long receivedNs)
    {
        var (request, response) = (exchange.Request, exchange.Response);
        var endNs = Milliseconds(_now) is > 0 and < MaxNowMs and var now ? (long)(now * 1000) * 1000 : receivedNs;
        var lasted = Milliseconds(_interval) is >= 0 and < 86_400_000 and var interval ? (long)(interval * 1000) * 1000 : 0;
        request.FirstByteNs = request.LastByteNs = Math.Max(1, endNs - lasted);
        if (exchange.HasResponse) response.FirstByteNs = response.LastByteNs = endNs;
    }

    private static double Milliseconds(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : -1;
}
