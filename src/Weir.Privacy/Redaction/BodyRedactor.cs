using System.Buffers.Binary;
using System.Text;
using Weir.Privacy.Detection;
using Weir.Privacy.Detection.Walking;
using Weir.Records;
using Weir.Records.Json;

namespace Weir.Privacy.Redaction;

/// <summary>Looks into bodies by their format and overwrites what is hidden; withholds what nobody can look into.</summary>
internal sealed class BodyRedactor(RedactionOptions options, Walker walker)
{
    private const int FramePrefixBytes = 5;

    private readonly BodyDecoder _decoder = new();
    private readonly MatchList _matches = new();
    private readonly ByteBuffer _masked = new();
    private readonly ByteBuffer _plain = new();

    public long Withheld { get; private set; }

    public bool Redact(Exchange exchange, HttpMessage message, MessagePlaces places, MessageTrace? trace)
    {
        var coded = !message.ContentEncoding.IsEmpty && !message.BodyDecoded;
        var decoded = coded ? _decoder.Decode(message, keep: true) : new DecodedBody { Truncated = message.BodyTruncated };
        if (decoded.EncodingInvalid && !IsText(message.Body.Span)) return Withhold(exchange, message, trace);
        var cut = decoded.Truncated || exchange.InProgress;
        // A character that the limit cut in half is left out by the decoder; of an uncoded body it is still there.
        var bytes = coded && !decoded.EncodingInvalid ? decoded.Bytes : message.Body.Span;
        var rewritten = coded && !decoded.EncodingInvalid && decoded.Truncated;
        if (Utf16.Is(bytes) && HidesInUtf16(bytes, message, cut, places))
        {
            bytes = _plain.Span;
            coded = true;
        }

        Scan(bytes, message[message.ContentType], cut, places, places.Body, _matches, out var format);
        if (format == BodyFormat.Sealed || _matches.Overflowed)
        {
            _matches.Clear();
            return Withhold(exchange, message, trace);
        }

        var hides = Report(exchange, bytes, trace);
        if (hides || rewritten)
        {
            _masked.Clear();
            MaskWriter.Write(bytes, _matches.Span, options, format is BodyFormat.Binary or BodyFormat.Framed, _masked);
            if (rewritten) message.BodyTruncated = true;
            message.Body.Clear();
            message.Body.Append(_masked.Span);
            if (coded) message.BodyDecoded = true;
            if (hides && trace is not null && (coded || IsChunked(message))) trace.BlankBody = true;
        }

        _matches.Clear();
        _plain.Clear();
        return hides;
    }

    /// <summary>A JSON text that a protocol made of its messages.</summary>
    public bool Json(Exchange exchange, ByteBuffer json, string prefix)
    {
        if (json.Length == 0) return false;
        walker.Json(json.Span, default, prefix, _matches);
        var hides = Report(exchange, json.Span, null);
        if (hides)
        {
            _masked.Clear();
            MaskWriter.Write(json.Span, _matches.Span, options, sameLength: false, _masked);
            json.Clear();
            json.Append(_masked.Span);
        }

        _matches.Clear();
        return hides;
    }

    /// <summary>Finds what is sensitive in a body that is not coded.</summary>
    public void Scan(
        ReadOnlySpan<byte> body, ReadOnlySpan<byte> contentType, bool cut, MessagePlaces places, string where, MatchList matches, out BodyFormat format)
    {
        format = BodyFormats.Of(contentType, body);
        var place = new ScanPlace { Cut = cut };
        switch (format)
        {
            case BodyFormat.Json:
                walker.Json(body, in place, where, matches);
                break;
            case BodyFormat.Form:
                walker.Form(body, in place, places.Form, matches);
                break;
            case BodyFormat.Markup:
                walker.Markup(body, in place, where, matches);
                break;
            case BodyFormat.Multipart:
                walker.Multipart(body, Boundary(contentType), in place, places, matches);
                break;
            case BodyFormat.EventStream:
                walker.EventStream(body, in place, where, matches);
                break;
            case BodyFormat.Framed when HasCompressedFrame(body):
                format = BodyFormat.Sealed;
                break;
            case BodyFormat.Sealed:
                break;
            case BodyFormat.Binary or BodyFormat.Framed:
                walker.Text(body, new ScanPlace { Cut = cut, Glued = true }, where, matches);
                break;
            default:
                walker.Text(body, in place, where, matches);
                break;
        }
    }

    /// <summary>What only looks like UTF-16 may hide something in its bytes as they are, so those are looked at when this finds nothing.</summary>
    private bool HidesInUtf16(ReadOnlySpan<byte> bytes, HttpMessage message, bool cut, MessagePlaces places)
    {
        Utf16.ToUtf8(bytes, _plain);
        Scan(_plain.Span, message[message.ContentType], cut, places, places.Body, _matches, out _);
        var hides = MaskWriter.HidesAny(_matches.Span, options);
        _matches.Clear();
        return hides;
    }

    private bool Withhold(Exchange exchange, HttpMessage message, MessageTrace? trace)
    {
        message.Body.Clear();
        message.BodyTruncated = true;
        exchange.Anomalies.Add(Anomaly.BodyWithheld);
        if (trace is not null) trace.BlankBody = true;
        Withheld++;
        return true;
    }

    private bool Report(Exchange exchange, ReadOnlySpan<byte> text, MessageTrace? trace)
    {
        _matches.Settle(options);
        var hides = false;
        foreach (ref readonly var match in _matches.Span)
        {
            SensitiveTally.Add(exchange.Sensitive, match.Class, match.Where);
            if (!options.Masks(match.Class)) continue;
            hides = true;
            trace?.Add(text.Slice(match.Offset, match.Length));
        }

        return hides;
    }

    /// <summary>Senders that name a coding they did not use ("utf-8", "none") send plain text.</summary>
    private static bool IsText(ReadOnlySpan<byte> body)
    {
        foreach (var c in body)
            if (c < 0x20 && !Chars.IsSpace(c)) return false;
        return System.Text.Unicode.Utf8.IsValid(body);
    }

    private static ReadOnlySpan<byte> Boundary(ReadOnlySpan<byte> contentType)
    {
        foreach (var range in contentType.Split((byte)';'))
        {
            var parameter = contentType[range].Trim((byte)' ');
            if (parameter.Length > 9 && Ascii.EqualsIgnoreCase(parameter[..9], "boundary="u8)) return parameter[9..].Trim("\" "u8);
        }

        return default;
    }

    private static bool IsChunked(HttpMessage message) => message.TryField("transfer-encoding"u8, out _);

    /// <summary>gRPC over HTTP/2: a flag byte, a length of four bytes, the message. Flag 1 means compressed.</summary>
    private static bool HasCompressedFrame(ReadOnlySpan<byte> body)
    {
        while (body.Length >= FramePrefixBytes)
        {
            if (body[0] == 1) return true;
            var length = BinaryPrimitives.ReadUInt32BigEndian(body[1..]);
            if (length > body.Length - FramePrefixBytes) return false;
            body = body[(int)(FramePrefixBytes + length)..];
        }

        return false;
    }
}
