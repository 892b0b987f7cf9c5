using System.Text;
using System.Text.Json;
using Weir.Privacy.Redaction;
using Weir.Records;

namespace Weir.Privacy.Tests.Detection;

/// <summary>Texts through the redactor and back.</summary>
internal static class Scans
{
    /// <summary>A response with this body, redacted.</summary>
    public static Exchange Body(string body, string type = "application/json", RedactionOptions? options = null, bool cut = false) =>
        Body(Encoding.UTF8.GetBytes(body), type, options, cut);

    public static Exchange Body(byte[] body, string type = "application/json", RedactionOptions? options = null, bool cut = false)
    {
        var exchange = new Exchange { HasResponse = true, HasRequest = true };
        var response = exchange.Response;
        response.Status = 200;
        Header(response, "Content-Type", type);
        response.Body.Append(body);
        response.BodyBytes = body.Length;
        response.BodyTruncated = cut;
        new ExchangeRedactor(options).Redact(exchange);
        return exchange;
    }

    public static Exchange Request(Action<HttpMessage> fill, RedactionOptions? options = null)
    {
        var exchange = new Exchange { HasRequest = true };
        fill(exchange.Request);
        new ExchangeRedactor(options).Redact(exchange);
        return exchange;
    }

    public static string BodyText(this Exchange exchange) => Encoding.UTF8.GetString(exchange.Response.Body.Span);

    public static string[] Classes(this Exchange exchange) => [.. exchange.Sensitive.Select(found => found.Class).Distinct().Order(StringComparer.Ordinal)];

    public static string Json(string key, string value) => $"{{{JsonSerializer.Serialize(key)}:{JsonSerializer.Serialize(value)}}}";

    public static Slice Text(HttpMessage message, string text) => message.Text.Append(Encoding.UTF8.GetBytes(text));

    public static void Header(HttpMessage message, string name, string value)
    {
        message.Headers.Add(new HeaderField(Text(message, name), Text(message, value)));
        if (name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)) message.ContentType = message.Headers[^1].Value;
        if (name.Equals("Content-Encoding", StringComparison.OrdinalIgnoreCase)) message.ContentEncoding = message.Headers[^1].Value;
    }

    public static string Text(this HttpMessage message, Slice slice) => Encoding.UTF8.GetString(message[slice]);
}
