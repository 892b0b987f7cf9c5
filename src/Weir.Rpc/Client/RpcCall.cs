using System.IO.Pipelines;
using System.Net;
using System.Runtime.CompilerServices;
using Google.Protobuf;
using Weir.Rpc.Wire;

namespace Weir.Rpc.Client;

/// <summary>One call from its start to its status. One thread may write while another reads. Disposing ends it, also at the server.</summary>
public sealed class RpcCall<TRequest, TResponse> : IAsyncDisposable
    where TRequest : class, IMessage<TRequest>
    where TResponse : class, IMessage<TResponse>
{
    private readonly RpcMethod<TRequest, TResponse> _method;
    private readonly RpcLimits _limits;
    private readonly RequestStream _requests = new();
    private readonly MessageWriter _writer;
    private readonly CancellationTokenSource _deadline = new();
    private readonly CancellationTokenSource _ended;
    private readonly HttpRequestMessage _request;
    private readonly Task<HttpResponseMessage> _response;
    private MessageReader? _reader;
    private bool _disposed;

    internal RpcCall(HttpClient http, RpcMethod<TRequest, TResponse> method, RpcCallOptions options, RpcChannelOptions channel)
    {
        (_method, _limits) = (method, channel.Limits);
        _writer = new MessageWriter(channel.Gzip);
        _ended = CancellationTokenSource.CreateLinkedTokenSource(options.Cancellation, _deadline.Token);
        _request = new HttpRequestMessage(HttpMethod.Post, method.Path)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = _requests,
        };
        var headers = _request.Headers;
        // The handler looks for the name that is asked for on the server's certificate.
        if (channel.Tls?.ServerName is { } name) headers.Host = name;
        headers.TryAddWithoutValidation("te", "trailers");
        headers.TryAddWithoutValidation("user-agent", RequestFields.Agent);
        headers.TryAddWithoutValidation(RequestFields.AcceptEncoding, RequestFields.Encodings);
        if (channel.Gzip) headers.TryAddWithoutValidation(RequestFields.Encoding, "gzip");
        foreach (var (field, value) in MetadataFields.Write(options.Metadata)) headers.TryAddWithoutValidation(field, value);
        if (options.Deadline is { } deadline)
        {
            headers.TryAddWithoutValidation(GrpcTimeout.Header, GrpcTimeout.Format(deadline));
            _deadline.CancelAfter(deadline > TimeSpan.Zero ? deadline : TimeSpan.FromTicks(1));
        }

        _response = Send(http);
    }

    /// <summary>Metadata that came before the first message.</summary>
    /// <exception cref="RpcException">The call ended before.</exception>
    public async Task<RpcMetadata> ReadHeaders()
    {
        try
        {
            return ResponseFields.Metadata((await _response).Headers);
        }
        catch (Exception failure) when (IsTransport(failure))
        {
            throw Failure(failure);
        }
    }

    /// <summary>Metadata behind the last message; empty until reading has come to its end.</summary>
    public RpcMetadata Trailers { get; private set; } = [];

    /// <summary>Sends a message. False when the server takes no more: reading tells why.</summary>
    public async ValueTask<bool> Write(TRequest message)
    {
        try
        {
            var stream = await _requests.Opened.WaitAsync(_ended.Token);
            await stream.WriteAsync(_writer.Frame(message), _ended.Token);
            await stream.FlushAsync(_ended.Token);
            return true;
        }
        catch (Exception failure) when (IsTransport(failure))
        {
            return false;
        }
    }

    /// <summary>No more messages will be sent. False as of <see cref="Write"/>.</summary>
    public async ValueTask<bool> Complete()
    {
        try
        {
            await _requests.Opened.WaitAsync(_ended.Token);
        }
        catch (Exception failure) when (IsTransport(failure))
        {
            return false;
        }

        _requests.Complete();
        return true;
    }

    /// <summary>The next message; null when the call ended with OK.</summary>
    /// <exception cref="RpcException">It ended with something else.</exception>
    public async ValueTask<TResponse?> Read(CancellationToken cancellation = default)
    {
        try
        {
            var response = await _response.WaitAsync(cancellation);
            if (_reader is null)
            {
                ResponseFields.Check(response);
                var body = PipeReader.Create(await response.Content.ReadAsStreamAsync(_ended.Token));
                _reader = new MessageReader(body, ResponseFields.Encoding(response), _limits.MaxMessageBytes);
            }

            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _ended.Token);
            if (await _reader.Read(_method.Responses, either.Token) is { } message) return message;
            var (status, trailers) = ResponseFields.End(response);
            Trailers = trailers;
            return status.IsOk ? null : throw new RpcException(status, trailers);
        }
        catch (Exception failure) when (IsTransport(failure))
        {
            cancellation.ThrowIfCancellationRequested();
            throw Failure(failure);
        }
    }

    /// <summary>Every message until the end.</summary>
    public async IAsyncEnumerable<TResponse> ReadAll([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        while (await Read(cancellation) is { } message) yield return message;
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        await _ended.CancelAsync();
        _requests.Abandon();
        try
        {
            (await _response).Dispose();
        }
        catch (Exception failure) when (IsTransport(failure))
        {
            // It never was, and whoever read was told.
        }

        _request.Dispose();
        _ended.Dispose();
        _deadline.Dispose();
    }

    /// <summary>The one message of a method that answers with one.</summary>
    internal async Task<TResponse> ReadOnly()
    {
        var only = await Read() ?? throw new RpcException(RpcStatusCode.Internal, "the answer has no message");
        if (await Read() is not null) throw new RpcException(RpcStatusCode.Internal, "the answer has more than one message");
        return only;
    }

    private async Task<HttpResponseMessage> Send(HttpClient http)
    {
        try
        {
            return await http.SendAsync(_request, HttpCompletionOption.ResponseHeadersRead, _ended.Token);
        }
        catch (Exception failure) when (IsTransport(failure))
        {
            _requests.Abandon();
            throw;
        }
    }

    private static bool IsTransport(Exception failure) =>
        failure is not RpcException && failure is HttpRequestException or IOException or OperationCanceledException or ObjectDisposedException;

    private RpcException Failure(Exception failure) => failure switch
    {
        RpcException known => known,
        _ when _deadline.IsCancellationRequested => new RpcException(new RpcStatus(RpcStatusCode.DeadlineExceeded, "the deadline has passed"), inner: failure),
        _ when _disposed || _ended.IsCancellationRequested => new RpcException(new RpcStatus(RpcStatusCode.Cancelled, "the call was cancelled"), inner: failure),
        _ => new RpcException(ResponseFields.OfTransport(failure), inner: failure),
    };
}
