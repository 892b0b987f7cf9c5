namespace Weir.Rpc;

/// <summary>Bounds of both ends of a connection.</summary>
/// <param name="MaxMessageBytes">Bytes of one message, after decompression; a larger one ends its call with RESOURCE_EXHAUSTED. 4 MiB: the default of gRPC everywhere.</param>
/// <param name="MaxConnections">Connections that a server holds at once. 4 096: a probe on each node of a large cluster.</param>
/// <param name="MaxStreamsPerConnection">Calls at once on one connection of a server. 100: what HTTP/2 servers allow by default.</param>
/// <param name="MaxHeaderBytes">Bytes of metadata that a server takes, all fields together. 8 KiB: the default of gRPC.</param>
/// <param name="PingDelay">Silence after which the other end is asked whether it is there. 20 s: a broken path is known within half a minute.</param>
/// <param name="PingTimeout">How long its answer may take before the connection counts as broken. 10 s: far beyond any round trip.</param>
/// <param name="ConnectTimeout">How long a client may take to connect. 5 s: a host that is there answers in one.</param>
public sealed record RpcLimits(
    int MaxMessageBytes, int MaxConnections, int MaxStreamsPerConnection, int MaxHeaderBytes, TimeSpan PingDelay, TimeSpan PingTimeout,
    TimeSpan ConnectTimeout)
{
    public static RpcLimits Default { get; } = new(
        4 << 20, 4096, 100, 8 << 10, TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(5));
}
