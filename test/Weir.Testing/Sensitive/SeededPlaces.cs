using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Weir.Records;

namespace Weir.Testing.Sensitive;

/// <summary>Hides a seed in one place of an exchange.</summary>
/// <param name="Name">What the place is.</param>
/// <param name="NeedsForm">Nothing there names the value: only seeds that are found by their own form belong there.</param>
/// <param name="Hide">Writes the seed into the exchange.</param>
public sealed record SeededPlace(string Name, bool NeedsForm, Action<Exchange, SensitiveSeed> Hide)
{
    public override string ToString() => Name;
}

/// <summary>Every place of an exchange that an output may show.</summary>
public static class SeededPlaces
{
    public static readonly IReadOnlyList<SeededPlace> All =
    [
        new("request.query", false, (e, seed) => e.Request.Query = Text(e.Request, $"a=1&{Escaped(seed.Key)}={Escaped(seed.Value)}&b=2")),
        new("request.query name", true, (e, seed) => e.Request.Query = Text(e.Request, $"{Escaped(seed.Value)}=1")),
        new("request.path", true, (e, seed) => e.Request.Path = Text(e.Request, $"/v1/users/{Escaped(seed.Value)}/orders")),
        new("request.header", false, (e, seed) => Header(e.Request, seed.Key, Line(seed.Value))),
        new("request.header referer", false, (e, seed) => Header(e.Request, "Referer", $"https://shop.example/a?{Escaped(seed.Key)}={Escaped(seed.Value)}")),
        new("request.header unknown", true, (e, seed) => Header(e.Request, "X-Remark", $"see {Line(seed.Value)} there")),
        new("request.cookie", true, (e, seed) => Header(e.Request, "Cookie", $"theme=dark; v={Line(seed.Value).Replace(';', '_')}; lang=de")),
        new("response.set-cookie", true, (e, seed) => Header(e.Response, "Set-Cookie", $"id={Line(seed.Value).Replace(';', '_')}; Path=/; HttpOnly")),
        new("response.location", false, (e, seed) => Header(e.Response, "Location", $"/cb?{Escaped(seed.Key)}={Escaped(seed.Value)}#done")),
        new("request.authorization", false, (e, seed) => Header(e.Request, "Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("user:" + seed.Value)))),
        new("response.reason", true, (e, seed) => e.Response.Reason = Text(e.Response, "Denied " + Line(seed.Value))),
        new("response.trailer", false, (e, seed) => e.Response.Trailers.Add(new HeaderField(Text(e.Response, seed.Key), Text(e.Response, Line(seed.Value))))),
        new("response.json", false, (e, seed) => Body(e.Response, "application/json", Json(seed))),
        new("response.json nested", false, (e, seed) => Body(e.Response, "application/json", $"{{\"items\":[1,{{\"x\":{Json(seed)}}}]}}")),
        new("response.json pretty", false, (e, seed) => Body(e.Response, "application/json", $"{{\n  \"a\" : true,\n  {JsonSerializer.Serialize(seed.Key)} : {JsonSerializer.Serialize(seed.Value)}\n}}\n")),
        new("response.json escaped", false, (e, seed) => Body(e.Response, "application/json", $"{{{JsonSerializer.Serialize(seed.Key)}:\"{Unicode(seed.Value)}\"}}")),
        new("response.json in json", false, (e, seed) => Body(e.Response, "application/json", $"{{\"payload\":{JsonSerializer.Serialize(Json(seed))}}}")),
        new("response.json key", true, (e, seed) => Body(e.Response, "application/json", $"{{{JsonSerializer.Serialize(seed.Value)}:1}}")),
        new("response.json array", false, (e, seed) => Body(e.Response, "application/json", $"{{{JsonSerializer.Serialize(seed.Key)}:[{JsonSerializer.Serialize(seed.Value)}]}}")),
        new("response.json duplicate key", false, (e, seed) => Body(e.Response, "application/json", $"{{{JsonSerializer.Serialize(seed.Key)}:\"\",{JsonSerializer.Serialize(seed.Key)}:{JsonSerializer.Serialize(seed.Value)}}}")),
        new("response.json url", false, (e, seed) => Body(e.Response, "application/json", $"{{\"next\":\"https://a.example/?{Escaped(seed.Key)}={Escaped(seed.Value)}&x=1\"}}")),
        new("response.json log line", true, (e, seed) => Body(e.Response, "application/json", $"{{\"message\":{JsonSerializer.Serialize("failed for " + seed.Value + " again")}}}")),
        new("response.json base64", true, (e, seed) => Body(e.Response, "application/json", $"{{\"data\":\"{Convert.ToBase64String(Encoding.UTF8.GetBytes("some text and " + seed.Value + " and more"))}\"}}")),
        new("response.json broken", false, (e, seed) => Body(e.Response, "application/json", $"{{\"a\": wrong, {JsonSerializer.Serialize(seed.Key)}: {JsonSerializer.Serialize(seed.Value)}}}")),
        new("response.ndjson", false, (e, seed) => Body(e.Response, "application/x-ndjson", $"{{\"n\":1}}\n{Json(seed)}\n{{\"n\":2}}\n")),
        new("response.json utf-16", false, (e, seed) => BodyBytes(e.Response, "application/json", Encoding.Unicode.GetBytes(Json(seed)))),
        new("response.json gzip", false, (e, seed) => Coded(e.Response, "gzip", Json(seed))),
        new("response.json br", false, (e, seed) => Coded(e.Response, "br", Json(seed))),
        new("response.json deflate", false, (e, seed) => Coded(e.Response, "deflate", Json(seed))),
        new("response.unknown coding", false, (e, seed) =>
        {
            Header(e.Response, "Content-Encoding", "zstd");
            BodyBytes(e.Response, "application/json", [0x28, 0xB5, 0x2F, 0xFD, .. Encoding.UTF8.GetBytes(Json(seed))]);
        }),
        new("response.events", false, (e, seed) => Body(e.Response, "text/event-stream", $"event: a\nid: 1\ndata: {Json(seed)}\n\ndata: {{\"n\":2}}\n\n")),
        new("response.text", true, (e, seed) => Body(e.Response, "text/plain", $"first line\nthe value {seed.Value} stands here\nlast line")),
        new("response.yaml", false, (e, seed) => Body(e.Response, "application/yaml", $"a: 1\n{seed.Key}: \"{seed.Value.Replace("\"", "", StringComparison.Ordinal)}\"\nb: 2\n")),
        new("response.xml element", false, (e, seed) => Body(e.Response, "application/xml", $"<?xml version=\"1.0\"?><r><{Element(seed.Key)}>{Xml(seed.Value)}</{Element(seed.Key)}></r>")),
        new("response.xml attribute", false, (e, seed) => Body(e.Response, "application/xml", $"<r><item {Element(seed.Key)}=\"{Xml(seed.Value)}\" n=\"1\"/></r>")),
        new("response.xml cdata", false, (e, seed) => Body(e.Response, "text/xml", $"<r><{Element(seed.Key)}><![CDATA[{seed.Value}]]></{Element(seed.Key)}></r>")),
        new("response.html", true, (e, seed) => Body(e.Response, "text/html", $"<!doctype html><p>Dear {Xml(seed.Value)}, welcome</p>")),
        new("request.form", false, (e, seed) => Body(e.Request, "application/x-www-form-urlencoded", $"a=1&{Escaped(seed.Key)}={Escaped(seed.Value).Replace("%20", "+", StringComparison.Ordinal)}")),
        new("request.multipart", false, (e, seed) => Body(e.Request, "multipart/form-data; boundary=weir17", $"--weir17\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--weir17\r\nContent-Disposition: form-data; name=\"{seed.Key}\"\r\n\r\n{seed.Value}\r\n--weir17--\r\n")),
        new("request.multipart json", false, (e, seed) => Body(e.Request, "multipart/form-data; boundary=weir17", $"--weir17\r\nContent-Disposition: form-data; name=\"doc\"; filename=\"a.json\"\r\nContent-Type: application/json\r\n\r\n{Json(seed)}\r\n--weir17--\r\n")),
        new("request.multipart filename", true, (e, seed) => Body(e.Request, "multipart/form-data; boundary=weir17", $"--weir17\r\nContent-Disposition: form-data; name=\"doc\"; filename=\"{Line(seed.Value).Replace("\"", "", StringComparison.Ordinal)}\"\r\n\r\nx\r\n--weir17--\r\n")),
        new("request.graphql", false, (e, seed) => Body(e.Request, "application/json", $"{{\"query\":\"mutation($v:In!){{login(input:$v){{id}}}}\",\"variables\":{{\"v\":{Json(seed)}}}}}")),
        new("request.protobuf", true, (e, seed) => BodyBytes(e.Request, "application/x-protobuf", Field(seed.Value))),
        new("request.grpc", true, (e, seed) => BodyBytes(e.Request, "application/grpc", Framed(Field(seed.Value)))),
        new("grpc.message", true, (e, seed) => { e.Grpc.Present = true; e.Grpc.Message = e.Grpc.Text.Append(Encoding.UTF8.GetBytes("no such user " + seed.Value)); }),
        new("grpc.json", false, (e, seed) => { e.Grpc.Present = true; e.Grpc.RequestJson.Append(Encoding.UTF8.GetBytes($"[{Json(seed)}]")); }),
        new("webSocket.text", false, (e, seed) =>
        {
            e.WebSocket.Present = true;
            var content = e.WebSocket.Text.Append(Encoding.UTF8.GetBytes(Json(seed)));
            e.WebSocket.Captured.Add(new WebSocketMessage(true, WebSocketKind.Text, 1, content.Length, content, false));
        }),
        new("dns.txt", true, (e, seed) =>
        {
            e.Dns.Present = true;
            e.Dns.Answers.Add(new DnsAnswer(e.Dns.Text.Append("a.example"u8), 16, 60, e.Dns.Text.Append(Encoding.UTF8.GetBytes($"\"v={Line(seed.Value)}\""))));
        }),
    ];

    /// <summary>A complete exchange with nothing sensitive in it.</summary>
    public static Exchange Clean()
    {
        var exchange = new Exchange { HasRequest = true, HasResponse = true, Complete = true };
        exchange.Request.Method = Text(exchange.Request, "POST");
        exchange.Request.Path = Text(exchange.Request, "/v1/orders");
        exchange.Response.Status = 200;
        exchange.Response.Reason = Text(exchange.Response, "OK");
        return exchange;
    }

    public static Slice Text(HttpMessage message, string text) => message.Text.Append(Encoding.UTF8.GetBytes(text));

    public static void Header(HttpMessage message, string name, string value)
    {
        message.Headers.Add(new HeaderField(Text(message, name), Text(message, value)));
        if (name == "Content-Type") message.ContentType = message.Headers[^1].Value;
        if (name == "Content-Encoding") message.ContentEncoding = message.Headers[^1].Value;
    }

    private static void Body(HttpMessage message, string type, string body) => BodyBytes(message, type, Encoding.UTF8.GetBytes(body));

    private static void BodyBytes(HttpMessage message, string type, byte[] body)
    {
        Header(message, "Content-Type", type);
        message.Body.Append(body);
        message.BodyBytes = body.Length;
    }

    private static void Coded(HttpMessage message, string coding, string body)
    {
        using var coded = new MemoryStream();
        using (Stream stream = coding switch
        {
            "gzip" => new GZipStream(coded, CompressionLevel.Optimal, leaveOpen: true),
            "br" => new BrotliStream(coded, CompressionLevel.Optimal, leaveOpen: true),
            _ => new ZLibStream(coded, CompressionLevel.Optimal, leaveOpen: true),
        }) stream.Write(Encoding.UTF8.GetBytes(body));
        Header(message, "Content-Encoding", coding);
        BodyBytes(message, "application/json", coded.ToArray());
    }

    private static string Json(SensitiveSeed seed) => $"{{{JsonSerializer.Serialize(seed.Key)}:{JsonSerializer.Serialize(seed.Value)}}}";

    private static string Escaped(string text) => Uri.EscapeDataString(text);

    private static string Line(string text) => text.Replace('\n', ' ');

    private static string Xml(string text) => System.Security.SecurityElement.Escape(text)!;

    private static string Element(string key) => key.Replace(' ', '_');

    private static string Unicode(string text) => string.Concat(text.Select(c => $"\\u{(int)c:x4}"));

    private static byte[] Field(string value)
    {
        // Field 1 (length-delimited), then field 2 (a number).
        var text = Encoding.UTF8.GetBytes(value);
        byte[] length = text.Length < 128 ? [(byte)text.Length] : [(byte)(text.Length & 0x7F | 0x80), (byte)(text.Length >> 7)];
        return [0x0A, .. length, .. text, 0x10, 0x2A];
    }

    private static byte[] Framed(byte[] message)
    {
        var framed = new byte[5 + message.Length];
        BinaryPrimitives.WriteUInt32BigEndian(framed.AsSpan(1), (uint)message.Length);
        message.CopyTo(framed, 5);
        return framed;
    }
}
