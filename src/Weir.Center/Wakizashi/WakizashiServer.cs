using System.Net;
using Weir.Center.Probes;
using Weir.Rpc;
using Weir.Rpc.Center;
using Weir.Rpc.Health;
using Weir.Rpc.Server;
using Weir.Rpc.Wakizashi;

namespace Weir.Center.Wakizashi;

/// <summary>
/// The port for probes of wakizashi. Where Weir's own probes have taken their place under the same configuration they find their service
/// here too, if they can prove who they are.
/// </summary>
internal static class WakizashiServer
{
    public static RpcServer Create(WakizashiPort port, ProbePort? probes, RpcService transmit, RpcService? delivery)
    {
        var health = new HealthService();
        health.Set(transmit.Name, serving: true);
        RpcService[] services = delivery is null ? [transmit, health.Service] : [transmit, delivery, health.Service];
        return new RpcServer(new RpcServerOptions
        {
            Listen = port.Listen,
            Services = services,
            Limits = RpcLimits.Default with { MaxMessageBytes = delivery is null ? port.Limits.MaxRecordBytes : probes!.Limits.MaxBatchBytes + 1024 },
            Authorize = call => Authorize(call, port, probes),
        });
    }

    private static RpcStatus Authorize(RpcServerCall call, WakizashiPort port, ProbePort? probes)
    {
        if (call.Service == HealthService.Check.Service) return RpcStatus.Ok;
        if (call.Service == TransmitMethods.Transmit.Service)
        {
            return port.Allows(call.Peer.Address)
                ? RpcStatus.Ok
                : new RpcStatus(RpcStatusCode.PermissionDenied, $"{call.Peer.Address} is in none of the networks that may report (wakizashi.networks)");
        }

        var proven = probes is not null && (!probes.Tokens.IsEmpty || IPAddress.IsLoopback(call.Peer.Address))
            && probes.Tokens.Accept(call.Metadata.Text(CenterMethods.Authorization));
        return proven ? RpcStatus.Ok : new RpcStatus(RpcStatusCode.Unauthenticated, "this center asks for a token that it knows (probes.tokenFile)");
    }
}
