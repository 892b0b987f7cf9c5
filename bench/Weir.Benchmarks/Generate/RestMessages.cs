using System.Globalization;
using System.Text;

namespace Weir.Benchmarks.Generate;

/// <summary>The HTTP/1.1 messages of the benchmarks: what a REST service behind a browser or another service exchanges.</summary>
public static class RestMessages
{
    private static readonly string[] Methods = ["GET", "GET", "GET", "POST", "GET", "PUT", "GET", "DELETE"];

    /// <summary>Request and response of exchange <paramref name="number"/>; the same number gives the same bytes.</summary>
    public static (byte[] Request, byte[] Response) Make(int number)
    {
        var method = Methods[number % Methods.Length];
        return (Encoding.ASCII.GetBytes(Request(method, number)), Encoding.ASCII.GetBytes(Response(method, number)));
    }

    /// <summary>A download: 64 KiB to 1 MiB of JSON.</summary>
    public static (byte[] Request, byte[] Response) MakeLarge(int number)
    {
        const int KiB = 1024;
        var length = 64 * KiB * (1 + (number % 16));
        var head = CrLf(string.Create(CultureInfo.InvariantCulture, $"""
            HTTP/1.1 200 OK
            Server: orders
            Content-Type: application/json
            Content-Length: {length}

            """)) + "\r\n";
        var item = Item(number) + ",\n";
        var body = new StringBuilder(length + item.Length);
        while (body.Length < length) body.Append(item);
        return (Encoding.ASCII.GetBytes(Request("GET", number)), Encoding.ASCII.GetBytes(head + body.ToString(0, length)));
    }

    private static string Request(string method, int number)
    {
        var body = method is "POST" or "PUT" ? Item(number) : "";
        var head = string.Create(CultureInfo.InvariantCulture, $"""
            {method} /api/v2/orders/{number % 9973}?page={number % 7}&trace={number:x8} HTTP/1.1
            Host: orders.shop.svc:8080
            User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0
            Accept: application/json
            Accept-Language: en-GB,en;q=0.8
            X-Request-Id: {number:x32}
            Cookie: session={number * 2654435761L:x16}; theme=dark
            Connection: keep-alive

            """);
        if (body.Length > 0)
            head += string.Create(CultureInfo.InvariantCulture, $"Content-Type: application/json\nContent-Length: {body.Length}\n");
        return CrLf(head) + "\r\n" + body;
    }

    private static string Response(string method, int number)
    {
        var status = (method, number % 23) switch
        {
            ("DELETE", _) => "204 No Content",
            (_, 22) => "404 Not Found",
            ("POST", _) => "201 Created",
            _ => "200 OK",
        };
        var head = string.Create(CultureInfo.InvariantCulture, $"""
            HTTP/1.1 {status}
            Date: Sat, 31 Jan 2026 12:00:{number % 60:00} GMT
            Server: orders
            Content-Type: application/json; charset=utf-8
            Cache-Control: no-store
            X-Request-Id: {number:x32}

            """);
        if (status.StartsWith("204", StringComparison.Ordinal)) return CrLf(head) + "\r\n";

        // One in four is chunked, in two chunks; one in eight takes several segments.
        var body = Items(number, number % 8 == 5 ? 24 : 1 + (number % 5));
        if (number % 4 != 2)
            return CrLf(head) + string.Create(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n\r\n{body}");
        var half = body.Length / 2;
        return CrLf(head) + string.Create(
            CultureInfo.InvariantCulture,
            $"Transfer-Encoding: chunked\r\n\r\n{half:x}\r\n{body[..half]}\r\n{body.Length - half:x}\r\n{body[half..]}\r\n0\r\n\r\n");
    }

    private static string Items(int number, int count) =>
        "{\"items\":[" + string.Join(',', Enumerable.Range(number, count).Select(Item)) + "]}";

    private static string Item(int number) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"id":{{number}},"status":"placed","customer":"customer{{number % 997}}@example.com","total":{{number % 400}}.50,"currency":"EUR"}""");

    private static string CrLf(string text) => text.Replace("\r", "", StringComparison.Ordinal).Replace("\n", "\r\n", StringComparison.Ordinal);
}
