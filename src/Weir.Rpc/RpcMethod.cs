using Google.Protobuf;

namespace Weir.Rpc;

/// <summary>One method of a service: its path and its messages. Which side streams is up to how it is called and served.</summary>
/// <param name="Service">Full name, package included.</param>
/// <param name="Name">As in the proto file.</param>
/// <param name="Requests">Reads requests.</param>
/// <param name="Responses">Reads responses.</param>
public sealed record RpcMethod<TRequest, TResponse>(
    string Service, string Name, MessageParser<TRequest> Requests, MessageParser<TResponse> Responses)
    where TRequest : class, IMessage<TRequest>
    where TResponse : class, IMessage<TResponse>
{
    /// <summary>Where requests go.</summary>
    public string Path => $"/{Service}/{Name}";
}
