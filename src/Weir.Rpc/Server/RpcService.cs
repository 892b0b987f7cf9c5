using Google.Protobuf;
using Google.Protobuf.Reflection;
using Microsoft.AspNetCore.Http;
using Weir.Rpc.Wire;

namespace Weir.Rpc.Server;

/// <summary>A service: its methods and who answers them.</summary>
/// <param name="name">Full name, package included.</param>
/// <param name="file">Where it is described, for reflection; null is told to nobody.</param>
public sealed class RpcService(string name, FileDescriptor? file = null)
{
    internal delegate Task Handler(RpcServerCall call, MessageReader requests, MessageWriter responses, HttpContext context);

    private readonly Dictionary<string, Handler> _methods = new(StringComparer.Ordinal);

    public string Name { get; } = name;

    public FileDescriptor? File { get; } = file;

    internal IReadOnlyDictionary<string, Handler> Methods => _methods;

    /// <summary>One message in, one out.</summary>
    public RpcService Unary<TRequest, TResponse>(RpcMethod<TRequest, TResponse> method, Func<TRequest, RpcServerCall, Task<TResponse>> answer)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        Add(method, async (requests, writer, call) => await writer.Write(await answer(await Only(requests, call), call)));

    /// <summary>One message in, any number out.</summary>
    public RpcService ServerStreaming<TRequest, TResponse>(
        RpcMethod<TRequest, TResponse> method, Func<TRequest, RpcWriter<TResponse>, RpcServerCall, Task> answer)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        Add(method, async (requests, writer, call) => await answer(await Only(requests, call), writer, call));

    /// <summary>Any number of messages in, one out.</summary>
    public RpcService ClientStreaming<TRequest, TResponse>(
        RpcMethod<TRequest, TResponse> method, Func<IAsyncEnumerable<TRequest>, RpcServerCall, Task<TResponse>> answer)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        Add(method, async (requests, writer, call) => await writer.Write(await answer(requests, call)));

    /// <summary>Any number of messages each way.</summary>
    public RpcService Duplex<TRequest, TResponse>(
        RpcMethod<TRequest, TResponse> method, Func<IAsyncEnumerable<TRequest>, RpcWriter<TResponse>, RpcServerCall, Task> answer)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        Add(method, answer);

    private RpcService Add<TRequest, TResponse>(
        RpcMethod<TRequest, TResponse> method, Func<IAsyncEnumerable<TRequest>, RpcWriter<TResponse>, RpcServerCall, Task> answer)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        if (method.Service != Name) throw new ArgumentException($"{method.Path} is no method of {Name}", nameof(method));
        _methods.Add(method.Name, (call, requests, responses, context) => answer(
            ReadAll(requests, method.Requests, call.Cancellation),
            new RpcWriter<TResponse>(context.Response.BodyWriter, responses, call.Cancellation), call));
        return this;
    }

    private static async IAsyncEnumerable<T> ReadAll<T>(
        MessageReader requests, MessageParser<T> parser, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
        where T : class, IMessage<T>
    {
        while (await requests.Read(parser, cancellation) is { } message) yield return message;
    }

    private static async Task<T> Only<T>(IAsyncEnumerable<T> requests, RpcServerCall call)
        where T : class
    {
        T? only = null;
        await foreach (var request in requests.WithCancellation(call.Cancellation))
            only = only is null ? request : throw new RpcException(RpcStatusCode.Internal, $"{call.Method} takes one message");
        return only ?? throw new RpcException(RpcStatusCode.Internal, $"{call.Method} needs a message");
    }
}
