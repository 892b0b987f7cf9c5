using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Weir.Rpc.Wire;

namespace Weir.Rpc.Client;

/// <summary>What the fields of a response say (PROTOCOL-HTTP2.md, Responses), and what transport errors mean.</summary>
internal static class ResponseFields
{
    private const string StatusField = "grpc-status";

    public static RpcMetadata Metadata(HttpHeaders fields)
    {
        var metadata = new RpcMetadata();
        foreach (var (name, values) in fields.NonValidated)
            foreach (var value in values) MetadataFields.Read(name, value, metadata);
        return metadata;
    }

    public static string? Encoding(HttpResponseMessage response) => Text(response.Headers, RequestFields.Encoding);

    /// <exception cref="RpcException">What answered is no gRPC server, or it refused before the first message.</exception>
    public static void Check(HttpResponseMessage response)
    {
        // Without any message the status may stand in the first and only block of fields ("Trailers-Only").
        if (Text(response.Headers, StatusField) is not null)
        {
            if (Status(response.Headers) is { IsOk: false } status) throw new RpcException(status, Metadata(response.Headers));
            return;
        }

        if (response.StatusCode != HttpStatusCode.OK)
            throw new RpcException(OfHttp(response.StatusCode), $"the server answered {(int)response.StatusCode} of HTTP, and no status of gRPC");
        var type = response.Content.Headers.ContentType?.MediaType;
        if (type is null || !(type == "application/grpc" || type.StartsWith("application/grpc+", StringComparison.Ordinal)))
            throw new RpcException(RpcStatusCode.Unknown, $"the server answered with {type ?? "no content type"}, which is not gRPC");
    }

    public static (RpcStatus Status, RpcMetadata Trailers) End(HttpResponseMessage response)
    {
        HttpHeaders fields = Text(response.TrailingHeaders, StatusField) is not null ? response.TrailingHeaders : response.Headers;
        return (Status(fields), Metadata(fields));
    }

    /// <summary>A connection that failed, or a stream that was reset (PROTOCOL-HTTP2.md, Errors).</summary>
    public static RpcStatus OfTransport(Exception failure)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is not HttpProtocolException reset) continue;
            var code = reset.ErrorCode switch
            {
                // 1 is what the handler makes of a ping without an answer, beside a peer that breaks the protocol.
                1 or 7 => RpcStatusCode.Unavailable,
                8 => RpcStatusCode.Cancelled,
                11 => RpcStatusCode.ResourceExhausted,
                12 => RpcStatusCode.PermissionDenied,
                _ => RpcStatusCode.Internal,
            };
            return new RpcStatus(code, reset.Message);
        }

        return new RpcStatus(RpcStatusCode.Unavailable, (failure.InnerException ?? failure).Message);
    }

    private static RpcStatus Status(HttpHeaders fields)
    {
        if (Text(fields, StatusField) is not { } text) return new RpcStatus(RpcStatusCode.Internal, "the answer ended without a status");
        // A number from a later time than this list is an error that nobody here knows.
        var code = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= 16 ? (RpcStatusCode)number : RpcStatusCode.Unknown;
        return new RpcStatus(code, StatusText.Decode(Text(fields, "grpc-message") ?? ""));
    }

    private static RpcStatusCode OfHttp(HttpStatusCode status) => (int)status switch
    {
        400 => RpcStatusCode.Internal,
        401 => RpcStatusCode.Unauthenticated,
        403 => RpcStatusCode.PermissionDenied,
        404 => RpcStatusCode.Unimplemented,
        429 or 502 or 503 or 504 => RpcStatusCode.Unavailable,
        _ => RpcStatusCode.Unknown,
    };

    private static string? Text(HttpHeaders fields, string name) =>
        fields.NonValidated.TryGetValues(name, out var values) && values.Count > 0 ? values.ToString() : null;
}
