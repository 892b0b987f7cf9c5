using Weir.Protocols.Http1;
using Weir.Records;

namespace Weir.Protocols.Grpc;

/// <summary>How gRPC messages lie in a body.</summary>
internal enum GrpcFlavor : byte
{
    None,
    /// <summary><c>application/grpc</c>: length-prefixed messages, the status in trailers.</summary>
    Grpc,
    /// <summary><c>application/grpc-web</c>: the trailers are the last frame of the body.</summary>
    Web,
    /// <summary><c>application/grpc-web-text</c>: the same in base64.</summary>
    WebText,
}

/// <summary>
/// Listens to the bodies of an exchange and fills its <see cref="GrpcCall"/> when they are gRPC. Does nothing for any other
/// exchange. Pooled with the exchange's owner.
/// </summary>
internal sealed class GrpcTap
{
    private readonly GrpcFraming _request = new();
    private readonly GrpcFraming _response = new();

    /// <summary>The header section of a message is complete.</summary>
    public void Begin(Exchange exchange, bool isResponse)
    {
        var message = isResponse ? exchange.Response : exchange.Request;
        var flavor = OfContentType(message[message.ContentType]);
        if (flavor == GrpcFlavor.None && message.ContentType.IsEmpty && exchange.Anomalies.Contains(Anomaly.HeaderUnknown))
        {
            // The type stands in the unknown part of the compression table. Framing is followed in case the other side tells it.
            flavor = isResponse ? _request.Flavor : GrpcFlavor.Grpc;
        }
        else if (flavor != GrpcFlavor.None)
        {
            exchange.Grpc.Present = true;
        }

        if (exchange.Grpc.Present && !isResponse) GrpcNames.Path(exchange);
        Of(isResponse).Start(flavor);
    }

    public void Take(Exchange exchange, bool isResponse, ReadOnlySpan<byte> bytes)
    {
        var framing = Of(isResponse);
        if (framing.Flavor == GrpcFlavor.None) return;
        framing.Take(bytes);
        if (exchange.Grpc.Present) Count(exchange.Grpc);
    }

    /// <summary>A known number of body bytes was lost.</summary>
    public void Lose(bool isResponse, long length) => Of(isResponse).Lose(length);

    /// <summary>An unknown number of body bytes was lost.</summary>
    public void Break(bool isResponse) => Of(isResponse).Break();

    /// <summary>Both messages are over: fills in what only now is known.</summary>
    public void Finish(Exchange exchange, GrpcMessages? messages)
    {
        var call = exchange.Grpc;
        if (!call.Present && exchange.Anomalies.Contains(Anomaly.HeaderUnknown)) call.Present = GrpcStatus.IsGrpc(exchange.Response);
        if (!call.Present) return;
        Count(call);
        if (_request.IsInvalid || _response.IsInvalid || (exchange.Complete && (_request.IsWithin || _response.IsWithin)))
            exchange.Anomalies.Add(Anomaly.GrpcFramingInvalid);
        if (call.Service.IsEmpty) GrpcNames.Path(exchange);
        GrpcStatus.Fill(exchange, _response.Trailers);
        messages?.Write(exchange, _request.Flavor, _response.Flavor);
    }

    public void Clear()
    {
        _request.Clear();
        _response.Clear();
    }

    /// <summary>By the media type before parameters and the <c>+proto</c> suffix.</summary>
    public static GrpcFlavor OfContentType(ReadOnlySpan<byte> type)
    {
        if (type.Length < 16 || !Http1Syntax.EqualsIgnoreCase(type[..16], "application/grpc"u8)) return GrpcFlavor.None;
        var rest = type[16..];
        var end = rest.IndexOfAny("+; "u8);
        if (end >= 0) rest = rest[..end];
        return rest.IsEmpty ? GrpcFlavor.Grpc
            : Http1Syntax.EqualsIgnoreCase(rest, "-web"u8) ? GrpcFlavor.Web
            : Http1Syntax.EqualsIgnoreCase(rest, "-web-text"u8) ? GrpcFlavor.WebText
            : GrpcFlavor.None;
    }

    private void Count(GrpcCall call)
    {
        (call.RequestMessages, call.RequestMessageBytes) = (_request.Messages, _request.MessageBytes);
        (call.ResponseMessages, call.ResponseMessageBytes) = (_response.Messages, _response.MessageBytes);
    }

    private GrpcFraming Of(bool isResponse) => isResponse ? _response : _request;
}
