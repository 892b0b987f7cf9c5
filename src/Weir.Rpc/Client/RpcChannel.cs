using System.Runtime.CompilerServices;
using Google.Protobuf;

namespace Weir.Rpc.Client;

/// <summary>
/// Calls to one server, over one HTTP/2 connection that is made when it is needed and again when it was lost. Thread-safe.
/// </summary>
public sealed class RpcChannel : IDisposable
{
    private readonly HttpClient _http;
    private readonly RpcChannelOptions _options;

    /// <param name="host">Name or address of the server.</param>
    /// <param name="port">Its port.</param>
    /// <param name="options">How to connect; null in the clear, with the default limits.</param>
    public RpcChannel(string host, int port, RpcChannelOptions? options = null)
    {
        _options = options ?? new RpcChannelOptions();
        _http = new HttpClient(Connections.Handler(_options), disposeHandler: true)
        {
            BaseAddress = new UriBuilder(_options.Tls is null ? "http" : "https", host, port).Uri,
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Begins a call; both sides may send as many messages as the method says.</summary>
    public RpcCall<TRequest, TResponse> Start<TRequest, TResponse>(RpcMethod<TRequest, TResponse> method, RpcCallOptions? options = null)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        new(_http, method, options ?? RpcCallOptions.None, _options);

    /// <summary>One message there, one back.</summary>
    /// <exception cref="RpcException">The status is not OK.</exception>
    public async Task<TResponse> Unary<TRequest, TResponse>(
        RpcMethod<TRequest, TResponse> method, TRequest request, RpcCallOptions? options = null)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        await using var call = Start(method, options);
        // A false answer means that the status is there already; reading throws it.
        _ = await call.Write(request) && await call.Complete();
        return await call.ReadOnly();
    }

    /// <summary>One message there, any number back.</summary>
    /// <exception cref="RpcException">The status is not OK.</exception>
    public async IAsyncEnumerable<TResponse> ServerStreaming<TRequest, TResponse>(
        RpcMethod<TRequest, TResponse> method, TRequest request, RpcCallOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellation = default)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        await using var call = Start(method, options);
        _ = await call.Write(request) && await call.Complete();
        while (await call.Read(cancellation) is { } response) yield return response;
    }

    /// <summary>Any number of messages there, one back.</summary>
    /// <exception cref="RpcException">The status is not OK.</exception>
    public async Task<TResponse> ClientStreaming<TRequest, TResponse>(
        RpcMethod<TRequest, TResponse> method, IAsyncEnumerable<TRequest> requests, RpcCallOptions? options = null)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        await using var call = Start(method, options);
        await foreach (var request in requests)
            if (!await call.Write(request)) break;
        await call.Complete();
        return await call.ReadOnly();
    }

    public void Dispose() => _http.Dispose();
}
