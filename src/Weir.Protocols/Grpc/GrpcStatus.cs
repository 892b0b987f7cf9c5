using System.Globalization;
using Weir.Protocols.Http1;
using Weir.Records;

namespace Weir.Protocols.Grpc;

/// <summary>
/// The outcome of a call: <c>grpc-status</c> and <c>grpc-message</c> from the trailers, from the headers when there is nothing
/// else (Trailers-Only), or from the trailers frame of gRPC-Web, whose fields then become trailers of the response.
/// </summary>
internal static class GrpcStatus
{
    public static void Fill(Exchange exchange, ByteBuffer webTrailers)
    {
        var response = exchange.Response;
        ReadWebTrailers(response, webTrailers.Span);
        if (!FillFrom(exchange, response.Trailers)) FillFrom(exchange, response.Headers);
    }

    /// <summary>The fields that only gRPC uses, for where the content type stands in the unknown part of the compression table.</summary>
    public static bool IsGrpc(HttpMessage response) => AnyIsGrpc(response, response.Trailers) || AnyIsGrpc(response, response.Headers);

    private static bool AnyIsGrpc(HttpMessage response, List<HeaderField> fields)
    {
        foreach (var field in fields)
        {
            if (response[field.Name] is var name && (name.SequenceEqual("grpc-status"u8) || name.SequenceEqual("grpc-message"u8))) return true;
        }

        return false;
    }

    private static bool FillFrom(Exchange exchange, List<HeaderField> fields)
    {
        var call = exchange.Grpc;
        var response = exchange.Response;
        foreach (var field in fields)
        {
            var name = response[field.Name];
            var value = response[field.Value];
            if (Http1Syntax.EqualsIgnoreCase(name, "grpc-status"u8))
            {
                if (int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var status)) call.Status = status;
            }
            else if (Http1Syntax.EqualsIgnoreCase(name, "grpc-message"u8))
            {
                call.Message = PercentDecode(value, call.Text);
            }
        }

        return call.Status >= 0;
    }

    /// <summary>Lines of <c>name: value</c>, as HTTP/1 header fields are written.</summary>
    private static void ReadWebTrailers(HttpMessage response, ReadOnlySpan<byte> lines)
    {
        while (!lines.IsEmpty)
        {
            var end = lines.IndexOf((byte)'\n');
            var line = end < 0 ? lines : lines[..end];
            lines = end < 0 ? default : lines[(end + 1)..];
            var colon = line.IndexOf((byte)':');
            if (colon <= 0) continue;
            var name = response.Text.Append(line[..colon].Trim(" \t"u8));
            response.Trailers.Add(new HeaderField(name, response.Text.Append(line[(colon + 1)..].Trim(" \t\r"u8))));
        }
    }

    /// <summary>PROTOCOL-HTTP2.md, Percent-Encoded: what is no valid escape stays as it is.</summary>
    private static Slice PercentDecode(ReadOnlySpan<byte> value, ByteBuffer text)
    {
        var start = text.Length;
        while (!value.IsEmpty)
        {
            var plain = value.IndexOf((byte)'%');
            if (plain < 0) plain = value.Length;
            text.Append(value[..plain]);
            value = value[plain..];
            if (value.IsEmpty) break;
            if (value.Length >= 3 && char.IsAsciiHexDigit((char)value[1]) && char.IsAsciiHexDigit((char)value[2]))
            {
                text.Append([(byte)((Digit(value[1]) << 4) | Digit(value[2]))]);
                value = value[3..];
            }
            else
            {
                text.Append(value[..1]);
                value = value[1..];
            }
        }

        return new Slice(start, text.Length - start);
    }

    private static int Digit(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
