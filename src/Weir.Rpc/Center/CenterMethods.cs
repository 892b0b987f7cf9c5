using Weir.Rpc.Center.V1;

namespace Weir.Rpc.Center;

/// <summary>Methods of weir/v1/center.proto.</summary>
public static class CenterMethods
{
    public static RpcMethod<FromProbe, FromCenter> Deliver { get; } = new("weir.v1.Center", "Deliver", FromProbe.Parser, FromCenter.Parser);

    public static RpcMethod<PacketChunk, PacketReceipt> SendPackets { get; } = new("weir.v1.Center", "SendPackets", PacketChunk.Parser, PacketReceipt.Parser);

    /// <summary>Name of the metadata that carries a probe's token, as <c>Bearer TOKEN</c>.</summary>
    public const string Authorization = "authorization";
}
