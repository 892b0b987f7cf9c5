using System.Runtime.CompilerServices;
using System.Text;
using Weir.Privacy.Detection;
using Weir.Privacy.Detection.Keys;
using Weir.Privacy.Detection.Walking;
using Weir.Records;
using Weir.Records.Credentials;

namespace Weir.Privacy.Redaction;

/// <summary>
/// Finds what is sensitive anywhere in an exchange, tells it in <see cref="Exchange.Sensitive"/>, and overwrites what the
/// options do not reveal, before any output sees the exchange. Credentials are judged before they are masked. One per worker: not thread-safe. Allocates nothing for
/// exchanges without findings whose bodies have no content coding.
/// </summary>
public sealed class ExchangeRedactor
{
    /// <summary>Shorter names of header fields hold no data.</summary>
    private const int MinNameBytes = 20;

    private static readonly MessagePlaces s_request = new("request");
    private static readonly MessagePlaces s_response = new("response");

    private readonly RedactionOptions _options;
    private readonly Walker _walker;
    private readonly BodyRedactor _bodies;
    private readonly MatchList _matches = new();
    private readonly ByteBuffer _masked = new();
    private readonly ByteBuffer _text = new();
    private readonly Exchange _running = new();
    private readonly CredentialInspector _credentials = new();

    public ExchangeRedactor(RedactionOptions? options = null)
    {
        _options = options ?? RedactionOptions.Default;
        _walker = WalkerFactory.Create(_options);
        _bodies = new BodyRedactor(_options, _walker);
    }

    /// <summary>Exchanges in which something was overwritten.</summary>
    public long Redacted { get; private set; }

    /// <summary>Bodies that were withheld because nobody can look into them.</summary>
    public long BodiesWithheld => _bodies.Withheld;

    /// <summary>Redacts an exchange. Doing it twice changes nothing more.</summary>
    /// <param name="exchange">Its texts and bodies are overwritten, unless it is still in progress: its parser goes on with it.</param>
    /// <param name="trace">Receives what was overwritten, for outputs that keep packets; null when there are none.</param>
    /// <returns>What outputs may see: the exchange itself, or a copy of one in progress that is valid until the next call.</returns>
    public Exchange Redact(Exchange exchange, RedactionTrace? trace = null)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        trace?.Clear();
        if (exchange.InProgress)
        {
            exchange.CopyTo(_running);
            exchange = _running;
        }

        // Afterwards nobody can: the verdict goes on with the exchange, what it is about does not.
        if (exchange is { HasRequest: true, Credentials: null }) exchange.Credentials = _credentials.Inspect(exchange);
        var hidden = false;
        if (exchange.HasRequest) hidden |= Message(exchange, exchange.Request, s_request, trace?.Request);
        if (exchange.HasResponse) hidden |= Message(exchange, exchange.Response, s_response, trace?.Response);
        hidden |= Protocols(exchange);
        if (exchange.SessionFields.Count > 0) hidden |= SessionFields(exchange);
        if (exchange.Endpoint is { } endpoint && hidden) exchange.Endpoint = Endpoint(endpoint);
        if (trace is not null && !Searchable(exchange)) trace.BlankAll();
        if (hidden) Redacted++;
        _walker.Shrink();
        return exchange;
    }

    /// <summary>
    /// Secrets can be found again in its packets. Frames of several HTTP/2 streams share packets and their fields are
    /// compressed (RFC 7541); what a WebSocket client sends is masked by a changing key, and may be deflated (RFC 6455 §5.3, RFC 7692).
    /// </summary>
    private static bool Searchable(Exchange exchange) =>
        exchange.Protocol.StartsWith("HTTP/1", StringComparison.Ordinal) && !exchange.WebSocket.Present;

    private bool Message(Exchange exchange, HttpMessage message, MessagePlaces places, MessageTrace? trace)
    {
        var hidden = false;
        var request = ReferenceEquals(places, s_request);
        var cutHead = exchange.Anomalies.Contains(Anomaly.HeaderTooLarge);
        if (request)
        {
            if (message.Method.Length > 8) hidden |= Plain(exchange, message, message.Method, places.Method, trace, out var method) && Set(message.Method = method);
            hidden |= Host(exchange, message, places, trace);
            if (message.Path.Length >= ContentScanner.MinBytes)
            {
                _walker.Path(message[message.Path], places.Path, _matches);
                hidden |= Settle(exchange, message.Text, message.Path, trace, out var path) && Set(message.Path = path);
            }

            if (!message.Query.IsEmpty)
            {
                _walker.Form(message[message.Query], new ScanPlace { Cut = cutHead }, places.Query, _matches);
                hidden |= Settle(exchange, message.Text, message.Query, trace, out var query) && Set(message.Query = query);
            }
        }
        else
        {
            hidden |= Plain(exchange, message, message.Reason, places.Reason, trace, out var reason) && Set(message.Reason = reason);
        }

        hidden |= Fields(exchange, message, message.Headers, places.Headers, cutHead, trace);
        if (message.Trailers.Count > 0) hidden |= Fields(exchange, message, message.Trailers, places.Trailers, cutHead, trace);
        if (message.Body.Length > 0) hidden |= _bodies.Redact(exchange, message, places, trace);
        return hidden;
    }

    /// <summary>The address asked for is the server's own and no finding; credentials before it are.</summary>
    private bool Host(Exchange exchange, HttpMessage message, MessagePlaces places, MessageTrace? trace)
    {
        var host = message[message.Host];
        var at = host.LastIndexOf((byte)'@');
        if (at > 0 && !ValueWords.IsMasked(host[..at]))
            _matches.Add(new Match(SensitiveClasses.UrlCredentials, 0, at, MaskForm.Placeholder, places.Host));
        else if (host.Length > 16)
            _walker.Host(host, places.Host, _matches);
        for (var i = _matches.Count - 1; i >= 0; i--)
            if (!_options.Masks(_matches[i].Class)) _matches.Truncate(i);
        return Settle(exchange, message.Text, message.Host, trace, out var masked) && Set(message.Host = masked);
    }

    private bool Fields(Exchange exchange, HttpMessage message, List<HeaderField> fields, string place, bool cut, MessageTrace? trace)
    {
        var hidden = false;
        for (var i = 0; i < fields.Count; i++)
        {
            var field = fields[i];
            if (field.Name.Length >= MinNameBytes) hidden |= FieldName(exchange, message, fields, i, place, trace);
            _walker.Header(message[field.Name], message[field.Value], cut, place, _matches);
            if (_matches.Count > 0) hidden |= FieldValue(exchange, message, fields, i, trace);
        }

        return hidden;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool FieldName(Exchange exchange, HttpMessage message, List<HeaderField> fields, int i, string place, MessageTrace? trace)
    {
        var field = fields[i];
        _walker.Text(message[field.Name], default, place, _matches);
        return Settle(exchange, message.Text, field.Name, trace, out var name) && Set(fields[i] = field with { Name = name });
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool FieldValue(Exchange exchange, HttpMessage message, List<HeaderField> fields, int i, MessageTrace? trace)
    {
        var field = fields[i];
        if (field.Value == message.Host) DropTechnical();
        if (!Settle(exchange, message.Text, field.Value, trace, out var value)) return false;
        fields[i] = field with { Value = value };
        if (message.ContentType == field.Value) message.ContentType = value;
        if (message.ContentEncoding == field.Value) message.ContentEncoding = value;
        return true;
    }

    private void DropTechnical()
    {
        var kept = 0;
        for (var i = 0; i < _matches.Count; i++)
            if (_options.Masks(_matches[i].Class)) _matches[kept++] = _matches[i];
        _matches.Truncate(kept);
    }

    private bool Plain(Exchange exchange, HttpMessage message, Slice slice, string where, MessageTrace? trace, out Slice masked) =>
        Plain(exchange, message.Text, slice, where, cut: false, trace, out masked);

    private bool Plain(Exchange exchange, ByteBuffer buffer, Slice slice, string where, bool cut, MessageTrace? trace, out Slice masked)
    {
        masked = slice;
        if (slice.Length < ContentScanner.MinBytes) return false;
        _walker.Text(buffer[slice], new ScanPlace { Cut = cut }, where, _matches);
        return Settle(exchange, buffer, slice, trace, out masked);
    }

    /// <summary>What gRPC, WebSocket, GraphQL and DNS add. Those bytes are not on the wire as such, so no trace.</summary>
    private bool Protocols(Exchange exchange)
    {
        var hidden = false;
        if (exchange.Grpc.Present)
        {
            var grpc = exchange.Grpc;
            hidden |= Plain(exchange, grpc.Text, grpc.Service, "grpc.service", false, null, out var text) && Set(grpc.Service = text);
            hidden |= Plain(exchange, grpc.Text, grpc.Method, "grpc.method", false, null, out text) && Set(grpc.Method = text);
            hidden |= Plain(exchange, grpc.Text, grpc.Message, "grpc.message", false, null, out text) && Set(grpc.Message = text);
            hidden |= _bodies.Json(exchange, grpc.RequestJson, s_request.Body);
            hidden |= _bodies.Json(exchange, grpc.ResponseJson, s_response.Body);
        }

        if (exchange.WebSocket.Present) hidden |= WebSocket(exchange, exchange.WebSocket);
        if (exchange.GraphQl.Present)
        {
            var operations = exchange.GraphQl.Operations;
            for (var i = 0; i < operations.Count; i++)
            {
                hidden |= Plain(exchange, exchange.GraphQl.Text, operations[i].Name, "graphql", false, null, out var name) && Set(operations[i] = operations[i] with { Name = name });
                hidden |= Plain(exchange, exchange.GraphQl.Text, operations[i].Field, "graphql", false, null, out var field) && Set(operations[i] = operations[i] with { Field = field });
            }
        }

        return exchange.Dns.Present ? Dns(exchange, exchange.Dns) || hidden : hidden;
    }

    private bool WebSocket(Exchange exchange, WebSocketSession session)
    {
        var hidden = Plain(exchange, session.Text, session.CloseReason, "webSocket.closeReason", false, null, out var reason) && Set(session.CloseReason = reason);
        for (var i = 0; i < session.Captured.Count; i++)
        {
            var message = session.Captured[i];
            var places = message.FromClient ? s_request : s_response;
            _bodies.Scan(session[message.Content], default, message.Truncated, places, "webSocket.messages", _matches, out var format);
            if (format == BodyFormat.Sealed)
            {
                session.Captured[i] = message with { Content = default, Truncated = true };
                exchange.Anomalies.Add(Anomaly.BodyWithheld);
                hidden = true;
            }
            else if (Settle(exchange, session.Text, message.Content, null, out var content, format is BodyFormat.Binary or BodyFormat.Framed))
            {
                session.Captured[i] = message with { Content = content };
                hidden = true;
            }
        }

        return hidden;
    }

    private bool Dns(Exchange exchange, DnsLookup dns)
    {
        var hidden = Plain(exchange, dns.Text, dns.Name, "dns.name", false, null, out var name) && Set(dns.Name = name);
        for (var i = 0; i < dns.Answers.Count; i++)
        {
            var answer = dns.Answers[i];
            // A and AAAA: what they answer is an address, that is no finding.
            if (answer.Type is 1 or 28) continue;
            hidden |= Plain(exchange, dns.Text, answer.Name, "dns.answers", false, null, out var owner) && Set(dns.Answers[i] = dns.Answers[i] with { Name = owner });
            hidden |= Plain(exchange, dns.Text, answer.Data, "dns.answers", false, null, out var data) && Set(dns.Answers[i] = dns.Answers[i] with { Data = data });
        }

        return hidden;
    }

    /// <summary>Copies of cookies and other fields that logging rules made.</summary>
    private bool SessionFields(Exchange exchange)
    {
        var hidden = false;
        var fields = exchange.SessionFields;
        for (var i = 0; i < fields.Count; i++)
        {
            _text.Clear();
            var value = _text.Append(Encoding.UTF8.GetBytes(fields[i].Value));
            _walker.Header(Encoding.UTF8.GetBytes(fields[i].Name), _text[value], cut: false, "session", _matches);
            if (!Settle(exchange, _text, value, null, out var masked)) continue;
            fields[i] = fields[i] with { Value = Encoding.UTF8.GetString(_text[masked]) };
            hidden = true;
        }

        return hidden;
    }

    private string? Endpoint(string endpoint)
    {
        _walker.Path(Encoding.UTF8.GetBytes(endpoint), s_request.Path, _matches);
        var leaks = MaskWriter.HidesAny(_matches.Span, _options);
        _matches.Clear();
        return leaks ? null : endpoint;
    }

    /// <summary>Tells what was found and writes the masked text behind the original.</summary>
    private bool Settle(Exchange exchange, ByteBuffer buffer, Slice slice, MessageTrace? trace, out Slice masked, bool sameLength = false)
    {
        masked = slice;
        if (_matches.Count == 0) return false;
        var hides = Report(exchange, buffer[slice], trace);
        if (hides)
        {
            _masked.Clear();
            if (_matches.Overflowed) _masked.Append(SensitiveClasses.SecretValue.Mask);
            else MaskWriter.Write(buffer[slice], _matches.Span, _options, sameLength, _masked);
            masked = buffer.Append(_masked.Span);
        }

        _matches.Clear();
        return hides;
    }

    private bool Report(Exchange exchange, ReadOnlySpan<byte> text, MessageTrace? trace)
    {
        _matches.Settle(_options);
        var hides = false;
        foreach (ref readonly var match in _matches.Span)
        {
            SensitiveTally.Add(exchange.Sensitive, match.Class, match.Where);
            if (!_options.Masks(match.Class)) continue;
            hides = true;
            trace?.Add(text.Slice(match.Offset, match.Length));
        }

        return hides;
    }

    /// <summary>Lets an assignment stand behind an &amp;&amp;.</summary>
    private static bool Set<T>(T assigned)
    {
        _ = assigned;
        return true;
    }
}
