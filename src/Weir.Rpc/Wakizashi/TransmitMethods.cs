using Weir.Rpc.Wakizashi.V1;

namespace Weir.Rpc.Wakizashi;

/// <summary>Methods of wakizashi/transmit.proto; their names are in lower case.</summary>
public static class TransmitMethods
{
    public static RpcMethod<TransmitRequest, TransmitReply> Transmit { get; } = new("transmit.transmit", "transmit", TransmitRequest.Parser, TransmitReply.Parser);
}
