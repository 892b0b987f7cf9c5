using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Weir.Rpc.Client;
using Weir.Rpc.Wire;

namespace Weir.Rpc.Server;

/// <summary>Takes a request of HTTP/2, finds its method and brings its status home.</summary>
internal sealed partial class CallDispatcher(RpcServerOptions options, IHostApplicationLifetime lifetime, ILogger<CallDispatcher> log)
{
    private readonly Dictionary<string, RpcService> _services = options.Services.ToDictionary(service => service.Name, StringComparer.Ordinal);

    public async Task Answer(HttpContext context)
    {
        if (!HttpProtocol.IsHttp2(context.Request.Protocol))
        {
            context.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
            return;
        }

        if (!HttpMethods.IsPost(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return;
        }

        if (context.Request.ContentType?.StartsWith("application/grpc", StringComparison.Ordinal) != true)
        {
            context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }

        // A stream may be silent and long: whether the peer is there is asked by pings, and messages are bounded one by one.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size) size.MaxRequestBodySize = null;
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate) rate.MinDataRate = null;
        context.Response.ContentType = "application/grpc";
        context.Response.Headers[RequestFields.AcceptEncoding] = RequestFields.Encodings;
        var timeout = context.Request.Headers[GrpcTimeout.Header] is [{ } text] ? (GrpcTimeout.TryParse(text, out var time) ? time : TimeSpan.MinValue) : (TimeSpan?)null;
        using var deadline = new CancellationTokenSource();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, deadline.Token);
        if (timeout > TimeSpan.Zero) deadline.CancelAfter(timeout.Value);
        var parts = (context.Request.Path.Value ?? "").Split('/');
        var call = new RpcServerCall(
            context, parts.Length == 3 ? parts[1] : "", parts.Length == 3 ? parts[2] : "", timeout, lifetime.ApplicationStopping, ended.Token);
        var status = timeout == TimeSpan.MinValue
            ? new RpcStatus(RpcStatusCode.Internal, $"{GrpcTimeout.Header} is no time")
            : await Status(call, context, deadline.Token);
        if (!context.RequestAborted.IsCancellationRequested) End(context, call, status);
    }

    private async Task<RpcStatus> Status(RpcServerCall call, HttpContext context, CancellationToken deadline)
    {
        try
        {
            if (!_services.TryGetValue(call.Service, out var service) || !service.Methods.TryGetValue(call.Method, out var handler))
                return new RpcStatus(RpcStatusCode.Unimplemented, $"there is no method {context.Request.Path}");
            if (options.Authorize(call) is { IsOk: false } refused) return refused;
            var gzip = options.Gzip && Accepts(context.Request.Headers[RequestFields.AcceptEncoding].ToString());
            if (gzip) context.Response.Headers[RequestFields.Encoding] = "gzip";
            var encoding = context.Request.Headers[RequestFields.Encoding] is [{ } named] ? named : null;
            var requests = new MessageReader(context.Request.BodyReader, encoding, options.Limits.MaxMessageBytes);
            await handler(call, requests, new MessageWriter(gzip), context);
            return RpcStatus.Ok;
        }
        catch (RpcException failure)
        {
            foreach (var (name, value) in failure.Trailers)
            {
                if (RpcMetadata.IsBinary(name)) call.Trailers.Add(name, value);
                else call.Trailers.Add(name, System.Text.Encoding.ASCII.GetString(value));
            }

            return failure.Status;
        }
        catch (Exception) when (deadline.IsCancellationRequested)
        {
            return new RpcStatus(RpcStatusCode.DeadlineExceeded, "the deadline has passed");
        }
        catch (Exception) when (call.Cancellation.IsCancellationRequested)
        {
            return new RpcStatus(RpcStatusCode.Cancelled, "the call was cancelled");
        }
        catch (OperationCanceledException) when (call.Stopping.IsCancellationRequested)
        {
            return new RpcStatus(RpcStatusCode.Unavailable, "the server stops");
        }
        catch (Exception failure)
        {
            // What went wrong inside is for the log of this side, not for whoever called.
            LogFailure(call.Service, call.Method, failure);
            return new RpcStatus(RpcStatusCode.Unknown, "the method failed");
        }
    }

    private static void End(HttpContext context, RpcServerCall call, RpcStatus status)
    {
        // Before the first message everything fits into one block of fields.
        var trailers = context.Response.HasStarted ? context.Features.Get<IHttpResponseTrailersFeature>()!.Trailers : context.Response.Headers;
        trailers["grpc-status"] = ((int)status.Code).ToString(CultureInfo.InvariantCulture);
        if (status.Message.Length > 0) trailers["grpc-message"] = StatusText.Encode(status.Message);
        foreach (var (name, value) in MetadataFields.Write(call.Trailers)) trailers.Append(name, value);
    }

    private static bool Accepts(string encodings) =>
        encodings.Split(',', StringSplitOptions.TrimEntries).Contains("gzip", StringComparer.Ordinal);

    [LoggerMessage(Level = LogLevel.Error, Message = "/{Service}/{Method} failed")]
    private partial void LogFailure(string service, string method, Exception failure);
}
