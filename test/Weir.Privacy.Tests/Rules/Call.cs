using System.Buffers;
using System.Text;
using System.Text.Json;
using Weir.Packets;
using Weir.Records;
using Weir.Records.Json;

namespace Weir.Privacy.Tests.Rules;

/// <summary>An exchange as capture makes it: texts as they stood on the wire, body before content decoding.</summary>
internal sealed class Call
{
    public Exchange Exchange { get; } = new() { HasRequest = true, HasResponse = true, Complete = true, Id = new ExchangeId(1) };

    public Call(string method = "GET", string target = "/", string host = "shop.example:8080", int status = 200)
    {
        var request = Exchange.Request;
        var query = target.IndexOf('?', StringComparison.Ordinal);
        request.Method = Put(request, method);
        request.Path = Put(request, query < 0 ? target : target[..query]);
        request.Query = query < 0 ? default : Put(request, target[(query + 1)..]);
        request.Host = Put(request, host);
        (request.FirstByteNs, request.LastByteNs) = (1_700_000_000_000_000_000, 1_700_000_000_010_000_000);
        var response = Exchange.Response;
        response.Status = status;
        response.Reason = Put(response, "Fine");
        (response.FirstByteNs, response.LastByteNs) = (1_700_000_000_020_000_000, 1_700_000_000_042_000_000);
    }

    public HttpMessage Request => Exchange.Request;

    public HttpMessage Response => Exchange.Response;

    public Call RequestHeader(string name, string value) => Header(Request, name, value);

    public Call ResponseHeader(string name, string value) => Header(Response, name, value);

    public Call RequestBody(string body) => Body(Request, Encoding.UTF8.GetBytes(body));

    public Call ResponseBody(string body) => Body(Response, Encoding.UTF8.GetBytes(body));

    public Call RequestBody(byte[] body) => Body(Request, body);

    public Call ResponseBody(byte[] body) => Body(Response, body);

    /// <summary>The record as JSON lines, the store and the API have it.</summary>
    public JsonElement Record() => JsonDocument.Parse(Json()).RootElement;

    public string Json()
    {
        var output = new ArrayBufferWriter<byte>();
        new ExchangeJsonWriter().Write(Exchange, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    public static string Headers(JsonElement message) =>
        string.Join(", ", message.GetProperty("headers").EnumerateArray().Select(pair => $"{pair[0].GetString()}={pair[1].GetString()}"));

    private Call Header(HttpMessage message, string name, string value)
    {
        var field = new HeaderField(Put(message, name), Put(message, value));
        message.Headers.Add(field);
        if (name.Equals("content-type", StringComparison.OrdinalIgnoreCase)) message.ContentType = field.Value;
        if (name.Equals("content-encoding", StringComparison.OrdinalIgnoreCase)) message.ContentEncoding = field.Value;
        return this;
    }

    private Call Body(HttpMessage message, byte[] body)
    {
        message.Body.Append(body);
        message.BodyBytes = body.Length;
        return this;
    }

    private static Slice Put(HttpMessage message, string text) => message.Text.Append(Encoding.UTF8.GetBytes(text));
}
