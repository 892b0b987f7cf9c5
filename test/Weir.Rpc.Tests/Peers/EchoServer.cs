using System.Net;
using Weir.Rpc.Client;
using Weir.Rpc.Health;
using Weir.Rpc.Reflection;
using Weir.Rpc.Server;

namespace Weir.Rpc.Tests.Peers;

/// <summary>A server of ours on a free port, with the services that every server has.</summary>
internal sealed class EchoServer : IAsyncDisposable
{
    private readonly RpcServer _server;

    private EchoServer(RpcServer server, EchoService echo, HealthService health) => (_server, Echo, Health) = (server, echo, health);

    public EchoService Echo { get; }

    public HealthService Health { get; }

    public int Port => _server.Endpoint.Port;

    public static async Task<EchoServer> Start(Func<RpcServerOptions, RpcServerOptions>? change = null)
    {
        var (echo, health) = (new EchoService(), new HealthService());
        health.Set(EchoService.Say.Service, serving: true);
        RpcService[] services = [echo.Service, health.Service];
        var options = new RpcServerOptions
        {
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Services = [.. services, .. new ReflectionService(services).Services],
            Gzip = true,
        };
        var server = new RpcServer(change?.Invoke(options) ?? options);
        await server.Start();
        return new EchoServer(server, echo, health);
    }

    public RpcChannel Connect(RpcChannelOptions? options = null) => new("localhost", Port, options);

    public async ValueTask DisposeAsync()
    {
        await _server.Stop();
        await _server.DisposeAsync();
    }
}
