using System.IO.Pipelines;
using Google.Protobuf;
using Weir.Rpc.Wire;

namespace Weir.Rpc.Server;

/// <summary>Where a handler sends its messages, one after the other.</summary>
public sealed class RpcWriter<TResponse>
    where TResponse : class, IMessage<TResponse>
{
    private readonly PipeWriter _body;
    private readonly MessageWriter _messages;
    private readonly CancellationToken _cancellation;

    internal RpcWriter(PipeWriter body, MessageWriter messages, CancellationToken cancellation) =>
        (_body, _messages, _cancellation) = (body, messages, cancellation);

    /// <summary>Waits while the client reads too slowly.</summary>
    /// <exception cref="OperationCanceledException">The client has gone, or its time is over.</exception>
    public async ValueTask Write(TResponse message)
    {
        _cancellation.ThrowIfCancellationRequested();
        await _body.WriteAsync(_messages.Frame(message), _cancellation);
    }
}
