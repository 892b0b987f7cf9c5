using Weir.Rpc;
using Weir.Rpc.Center;
using Weir.Rpc.Health;
using Weir.Rpc.Reflection;
using Weir.Rpc.Server;

namespace Weir.Center.Probes;

/// <summary>The port for probes: their deliveries, and the health and reflection services.</summary>
internal static class ProbeServer
{
    public static RpcServer Create(ProbePort port, RpcService delivery)
    {
        var health = new HealthService();
        health.Set(delivery.Name, serving: true);
        RpcService[] services = [delivery, health.Service];
        return new RpcServer(new RpcServerOptions
        {
            Listen = port.Listen,
            Tls = port.Tls,
            Services = [.. services, .. new ReflectionService(services).Services],
            // A batch, and what stands around it.
            Limits = RpcLimits.Default with { MaxMessageBytes = port.Limits.MaxBatchBytes + 1024 },
            Authorize = call => Authorize(call, port.Tokens),
        });
    }

    /// <summary>Whether this center works may be asked without a token, as orchestrators do; all else not.</summary>
    private static RpcStatus Authorize(RpcServerCall call, ProbeTokens tokens) =>
        call.Service == HealthService.Check.Service || tokens.Accept(call.Metadata.Text(CenterMethods.Authorization))
            ? RpcStatus.Ok
            : new RpcStatus(RpcStatusCode.Unauthenticated, "this center asks for a token that it knows");
}
