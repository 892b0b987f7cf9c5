using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.IO.Compression;
using Weir.Protocols.Grpc.Descriptors;
using Weir.Protocols.Http1;
using Weir.Records;
using Weir.Records.Json;

namespace Weir.Protocols.Grpc;

/// <summary>Decodes the captured messages of a call by the descriptor of its method. One per worker.</summary>
internal sealed class GrpcMessages(ProtobufSchema schema, GrpcLimits limits)
{
    private readonly ProtobufJson _json = new();
    private readonly ArrayBufferWriter<byte> _output = new();
    private byte[] _plain = [];

    public void Write(Exchange exchange, GrpcFlavor request, GrpcFlavor response)
    {
        var call = exchange.Grpc;
        if (schema.Method(call[call.Service], call[call.Method]) is not { } method) return;
        Write(exchange.Request, request, method.Input, call.RequestJson);
        Write(exchange.Response, response, method.Output, call.ResponseJson);
    }

    private void Write(HttpMessage message, GrpcFlavor flavor, MessageType type, ByteBuffer destination)
    {
        if (flavor == GrpcFlavor.None) return;
        var body = message.Body.Span;
        if (flavor == GrpcFlavor.WebText) body = FromBase64(body);
        _output.ResetWrittenCount();
        var json = new JsonOutput(_output);
        json.Raw((byte)'[');
        var first = true;
        while (body.Length >= GrpcFraming.PrefixBytes && _output.WrittenCount < limits.MaxJsonBytes)
        {
            var flags = body[0];
            var length = BinaryPrimitives.ReadUInt32BigEndian(body[1..]);
            body = body[GrpcFraming.PrefixBytes..];
            if (length > body.Length || (flags & GrpcFraming.TrailersFlag) != 0) break;
            var content = body[..(int)length];
            body = body[(int)length..];
            if ((flags & GrpcFraming.CompressedFlag) != 0)
            {
                if (Decompress(message, content) is not { } plain) continue;
                content = plain;
            }

            if (!first) json.Raw((byte)',');
            first = false;
            _json.Write(ref json, type, content);
            json.Flush();
        }

        json.Raw((byte)']');
        json.Flush();
        destination.Append(_output.WrittenSpan);
    }

    /// <summary>PROTOCOL-HTTP2.md, Message-Encoding: gzip, or deflate in the zlib format. Others are not undone.</summary>
    private byte[]? Decompress(HttpMessage message, ReadOnlySpan<byte> content)
    {
        var encoding = ReadOnlySpan<byte>.Empty;
        foreach (var field in message.Headers)
        {
            if (Http1Syntax.EqualsIgnoreCase(message[field.Name], "grpc-encoding"u8)) encoding = message[field.Value];
        }

        using var source = new MemoryStream(content.ToArray());
        using Stream? inflated = Http1Syntax.EqualsIgnoreCase(encoding, "gzip"u8) ? new GZipStream(source, CompressionMode.Decompress)
            : Http1Syntax.EqualsIgnoreCase(encoding, "deflate"u8) ? new ZLibStream(source, CompressionMode.Decompress)
            : null;
        if (inflated is null) return null;
        var plain = new byte[limits.MaxMessageBytes + 1];
        try
        {
            var length = inflated.ReadAtLeast(plain, plain.Length, throwOnEndOfStream: false);
            return length > limits.MaxMessageBytes ? null : plain[..length];
        }
        catch (InvalidDataException)
        {
            // Broken data: the message cannot be shown, which its count and the body still tell.
            return null;
        }
    }

    /// <summary>Groups of four characters one by one, because each flush of the sender may end in padding.</summary>
    private ReadOnlySpan<byte> FromBase64(ReadOnlySpan<byte> text)
    {
        if (_plain.Length < text.Length) _plain = new byte[text.Length];
        var written = 0;
        for (; text.Length >= 4; text = text[4..])
        {
            if (Base64.DecodeFromUtf8(text[..4], _plain.AsSpan(written), out _, out var length) != OperationStatus.Done) break;
            written += length;
        }

        return _plain.AsSpan(0, written);
    }
}
