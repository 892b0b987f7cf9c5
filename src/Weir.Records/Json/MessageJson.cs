using System.Buffers;
using System.Text;

namespace Weir.Records.Json;

internal static class MessageJson
{
    /// <param name="cursor">On the object, or on null.</param>
    /// <param name="message">Filled.</param>
    /// <param name="present">False when the value was null.</param>
    public static bool Read(ref JsonCursor cursor, HttpMessage message, out bool present)
    {
        message.Clear();
        present = !cursor.IsNull;
        if (!present) return true;
        if (!cursor.ExpectObject("\"request\" or \"response\"")) return false;
        string? encoding = null;
        while (cursor.NextProperty())
        {
            var ok = cursor.Key switch
            {
                "method" => cursor.Bytes(message.Text, out var text) && Done(message.Method = text),
                "host" => cursor.Bytes(message.Text, out var text) && Done(message.Host = text),
                "path" => cursor.Bytes(message.Text, out var text) && Done(message.Path = text),
                "query" => cursor.Bytes(message.Text, out var text) && Done(message.Query = text),
                "status" => cursor.Integer(int.MinValue, int.MaxValue, out var status) && Done(message.Status = (int)status),
                "reason" => cursor.Bytes(message.Text, out var text) && Done(message.Reason = text),
                "headers" => ReadFields(ref cursor, message, message.Headers),
                "trailers" => ReadFields(ref cursor, message, message.Trailers),
                "bodyBytes" => cursor.Integer(0, long.MaxValue, out var size) && Done(message.BodyBytes = size),
                "body" => ReadBody(ref cursor, message),
                "bodyEncoding" => cursor.String(out encoding),
                "bodyTruncated" => cursor.Boolean(out var truncated) && Done(message.BodyTruncated = truncated),
                _ => cursor.Skip(),
            };
            if (!ok) return false;
        }

        message.BodyDecoded = true;
        if (encoding == "base64") return DecodeBase64(ref cursor, message.Body);
        return encoding is null or "utf8" || cursor.Fail("\"bodyEncoding\" is neither \"utf8\" nor \"base64\"");
    }

    private static bool ReadBody(ref JsonCursor cursor, HttpMessage message)
    {
        message.Body.Clear();
        return cursor.Bytes(message.Body, out _);
    }

    private static bool ReadFields(ref JsonCursor cursor, HttpMessage message, List<HeaderField> fields)
    {
        fields.Clear();
        if (cursor.IsNull) return true;
        if (!cursor.ExpectArray("\"headers\"")) return false;
        while (cursor.NextElement())
        {
            if (!cursor.ExpectArray("a header") ||
                !cursor.NextElement() || !cursor.ExpectString() || !cursor.Bytes(message.Text, out var name) ||
                !cursor.NextElement() || !cursor.ExpectString() || !cursor.Bytes(message.Text, out var value) ||
                cursor.NextElement())
            {
                return cursor.Fail("a header is not a pair of strings");
            }

            fields.Add(new HeaderField(name, value));
            if (Ascii.EqualsIgnoreCase(message[name], "content-encoding"u8)) message.ContentEncoding = value;
            if (Ascii.EqualsIgnoreCase(message[name], "content-type"u8)) message.ContentType = value;
        }

        return true;
    }

    /// <summary>Appends the bytes that the base64 string under the cursor stands for.</summary>
    public static bool Base64(ref JsonCursor cursor, ByteBuffer output)
    {
        if (cursor.IsNull) return true;
        if (!cursor.ExpectString()) return false;
        var text = cursor.Utf8Value;
        var rented = ArrayPool<byte>.Shared.Rent(Math.Max(1, text.Length));
        try
        {
            if (System.Buffers.Text.Base64.DecodeFromUtf8(text, rented, out _, out var written) != OperationStatus.Done)
                return cursor.Fail("a body is not base64");
            output.Append(rented.AsSpan(0, written));
            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static bool DecodeBase64(ref JsonCursor cursor, ByteBuffer body)
    {
        var rented = ArrayPool<byte>.Shared.Rent(Math.Max(1, body.Length));
        try
        {
            var status = System.Buffers.Text.Base64.DecodeFromUtf8(body.Span, rented, out _, out var written);
            if (status != OperationStatus.Done) return cursor.Fail("\"body\" is not base64");
            body.Clear();
            body.Append(rented.AsSpan(0, written));
            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static bool Done<T>(T assigned) => ExchangeJsonReader.Do(assigned);
}
