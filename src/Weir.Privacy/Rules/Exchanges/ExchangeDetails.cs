using System.Globalization;
using System.Text;
using Weir.Records;
using Weir.Records.Json;

namespace Weir.Privacy.Rules.Exchanges;

/// <summary>
/// An exchange as a message: the keys and their order are those of the Go logger. Holds what <see cref="ExchangeEdits"/> needs
/// to write the outcome back. One per worker; not thread-safe.
/// </summary>
internal sealed class ExchangeDetails(RuleSet rules, RuleLimits limits)
{
    private readonly BodyDecoder _decoder = new();
    private readonly List<SessionField> _cookies = [];

    public List<LogDetail> Details { get; } = [];

    /// <summary>By <see cref="LogDetail.Tag"/>.</summary>
    public List<DetailOrigin> Origins { get; } = [];

    public BodyText RequestBody { get; } = new();

    public BodyText ResponseBody { get; } = new();

    public FormText? Query { get; private set; }

    public FormText? Form { get; private set; }

    public void Read(Exchange exchange)
    {
        Details.Clear();
        Origins.Clear();
        Query = Form = null;
        var (request, response) = (exchange.Request, exchange.Response);
        RequestBody.Read(request, _decoder);
        ResponseBody.Read(response, _decoder);
        if (exchange.HasRequest)
        {
            Add(DetailPlace.Method, 0, "request_method", DetailText.Decode(request[request.Method]));
            Add(DetailPlace.Url, 0, "request_url", RequestUrl.Read(exchange));
        }

        if (exchange.HasResponse && response.Status > 0) Add(DetailPlace.Status, 0, "response_code", Number(response.Status));
        Body(DetailPlace.RequestBody, "request_body", RequestBody, exchange.Grpc.RequestJson);
        WebSocket(exchange.WebSocket, fromClient: true);
        Fields(DetailPlace.RequestHeader, "request_header:", request, request.Headers);
        Fields(DetailPlace.RequestTrailer, "request_header:", request, request.Trailers);
        Parameters(request);
        Fields(DetailPlace.ResponseHeader, "response_header:", response, response.Headers);
        Fields(DetailPlace.ResponseTrailer, "response_header:", response, response.Trailers);
        Body(DetailPlace.ResponseBody, "response_body", ResponseBody, exchange.Grpc.ResponseJson);
        WebSocket(exchange.WebSocket, fromClient: false);
        SessionFields(request);
        Time(exchange);
    }

    private void Add(DetailPlace place, int index, string key, string value)
    {
        Details.Add(new LogDetail(key, value, Origins.Count));
        Origins.Add(new DetailOrigin(place, index, key, value));
    }

    /// <summary>gRPC messages that were decoded stand for the bytes that they were decoded from.</summary>
    private void Body(DetailPlace place, string key, BodyText body, ByteBuffer json)
    {
        if (json.Length > 0)
        {
            var jsonPlace = place == DetailPlace.RequestBody ? DetailPlace.RequestJson : DetailPlace.ResponseJson;
            Add(jsonPlace, 0, key, DetailText.Decode(json.Span));
        }
        else if (body.Text is { } text)
        {
            Add(place, 0, key, text);
        }
    }

    private void WebSocket(WebSocketSession session, bool fromClient)
    {
        if (!session.Present) return;
        var key = fromClient ? "request_body" : "response_body";
        for (var i = 0; i < session.Captured.Count; i++)
        {
            var message = session.Captured[i];
            if (message.FromClient == fromClient) Add(DetailPlace.WebSocketMessage, i, key, DetailText.Decode(session[message.Content]));
        }

        if (!fromClient && !session.CloseReason.IsEmpty)
        {
            Add(DetailPlace.WebSocketCloseReason, 0, key, DetailText.Decode(session[session.CloseReason]));
        }
    }

    private void Fields(DetailPlace place, string prefix, HttpMessage message, List<HeaderField> fields)
    {
        for (var i = 0; i < fields.Count; i++)
        {
            var name = DetailText.Name(DetailText.Decode(message[fields[i].Name]));
            Add(place, i, prefix + name, DetailText.Decode(message[fields[i].Value]));
        }
    }

    private void Parameters(HttpMessage request)
    {
        if (!request.Query.IsEmpty)
        {
            Query = new FormText(DetailText.Decode(request[request.Query]), limits.MaxParameters);
            Parameters(DetailPlace.QueryParameter, Query);
        }

        if (RequestBody.Text is { } body && IsForm(request[request.ContentType]))
        {
            Form = new FormText(body, limits.MaxParameters);
            Parameters(DetailPlace.FormField, Form);
        }
    }

    private void Parameters(DetailPlace place, FormText form)
    {
        for (var i = 0; i < form.Count; i++)
        {
            if (form.IsBlank(i)) continue;
            if (i == limits.MaxParameters) Add(place, i, "request_param:", PercentText.DecodeForm(form.Raw(i)));
            else Add(place, i, "request_param:" + DetailText.Name(form.Name(i)), form.Value(i));
        }
    }

    private static bool IsForm(ReadOnlySpan<byte> contentType)
    {
        var end = contentType.IndexOf((byte)';');
        var type = (end < 0 ? contentType : contentType[..end]).Trim(" \t"u8);
        return Ascii.EqualsIgnoreCase(type, "application/x-www-form-urlencoded"u8);
    }

    private void SessionFields(HttpMessage request)
    {
        if (!rules.CopiesSessionFields) return;
        _cookies.Clear();
        RequestCookies.Read(request, _cookies);
        foreach (var cookie in _cookies)
        {
            if (rules.CopiesSessionField(cookie.Name)) Add(DetailPlace.SessionField, 0, "session_field:" + cookie.Name, cookie.Value);
        }
    }

    private void Time(Exchange exchange)
    {
        var end = exchange.HasResponse && exchange.Response.LastByteNs > 0 ? exchange.Response.LastByteNs : exchange.StartedAtNs;
        Add(DetailPlace.Time, 0, "now", Number(end / 1_000_000));
        if (exchange.DurationNs >= 0) Add(DetailPlace.Time, 0, "interval", Number(Math.Max(1, exchange.DurationNs / 1_000_000)));
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
