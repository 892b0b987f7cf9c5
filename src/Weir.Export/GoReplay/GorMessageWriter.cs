using System.Buffers;
using System.Globalization;
using System.Text;
using Weir.Records;

namespace Weir.Export.GoReplay;

/// <summary>
/// A captured message as the bytes of HTTP/1, so that any HTTP parser reads it back: the length of a body is that of the bytes
/// that are there, and codings that were undone are not announced. Not thread-safe.
/// </summary>
internal static class GorMessageWriter
{
    public static void Request(Exchange exchange, IBufferWriter<byte> writer)
    {
        var request = exchange.Request;
        Line(writer, request[request.Method], "GET"u8);
        writer.Write(" "u8);
        Line(writer, request[request.Path], "/"u8);
        if (!request.Query.IsEmpty)
        {
            writer.Write("?"u8);
            Line(writer, request[request.Query], default);
        }

        writer.Write(" "u8);
        Version(exchange, writer);
        writer.Write("\r\n"u8);
        if (!request.Host.IsEmpty && !Has(request, "host"u8))
        {
            writer.Write("Host: "u8);
            Line(writer, request[request.Host], default);
            writer.Write("\r\n"u8);
        }

        HeadersAndBody(request, writer, mayHaveBody: true);
    }

    public static void Response(Exchange exchange, IBufferWriter<byte> writer)
    {
        var response = exchange.Response;
        Version(exchange, writer);
        writer.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $" {response.Status:000} ")));
        Line(writer, response[response.Reason], default);
        writer.Write("\r\n"u8);
        var method = exchange.Request[exchange.Request.Method];
        HeadersAndBody(response, writer, mayHaveBody: response.Status is >= 200 and not (204 or 304) && !method.SequenceEqual("HEAD"u8));
    }

    private static void HeadersAndBody(HttpMessage message, IBufferWriter<byte> writer, bool mayHaveBody)
    {
        var lengthWritten = false;
        foreach (var header in message.Headers)
        {
            var name = message[header.Name];
            // Pseudo headers of HTTP/2 stand in the start line.
            if (name.IsEmpty || name[0] == ':') continue;
            var isLength = Ascii.EqualsIgnoreCase(name, "content-length"u8);
            if (isLength || Ascii.EqualsIgnoreCase(name, "transfer-encoding"u8))
            {
                if (isLength && !mayHaveBody) Field(writer, name, message[header.Value]);
                else if (mayHaveBody && !lengthWritten) Length(writer, message.Body.Length);
                lengthWritten = true;
                continue;
            }

            if (message.BodyDecoded && Ascii.EqualsIgnoreCase(name, "content-encoding"u8)) continue;
            Field(writer, name, message[header.Value]);
        }

        if (mayHaveBody && !lengthWritten && message.Body.Length > 0) Length(writer, message.Body.Length);
        writer.Write("\r\n"u8);
        if (mayHaveBody) writer.Write(message.Body.Span);
    }

    private static void Length(IBufferWriter<byte> writer, int bytes) =>
        writer.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"Content-Length: {bytes}\r\n")));

    private static void Field(IBufferWriter<byte> writer, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        Line(writer, name, default);
        writer.Write(": "u8);
        Line(writer, value, default);
        writer.Write("\r\n"u8);
    }

    /// <summary>Text that must not end its line: rules, HTTP/2 and loggers can bring line ends into it.</summary>
    private static void Line(IBufferWriter<byte> writer, ReadOnlySpan<byte> text, ReadOnlySpan<byte> whenEmpty)
    {
        if (text.IsEmpty) text = whenEmpty;
        while (text.IndexOfAny((byte)'\r', (byte)'\n') is >= 0 and var end)
        {
            writer.Write(text[..end]);
            writer.Write(" "u8);
            text = text[(end + 1)..];
        }

        writer.Write(text);
    }

    private static void Version(Exchange exchange, IBufferWriter<byte> writer) =>
        writer.Write(exchange.Protocol == "HTTP/1.0" ? "HTTP/1.0"u8 : "HTTP/1.1"u8);

    private static bool Has(HttpMessage message, ReadOnlySpan<byte> name)
    {
        foreach (var header in message.Headers)
        {
            if (Ascii.EqualsIgnoreCase(message[header.Name], name)) return true;
        }

        return false;
    }
}
