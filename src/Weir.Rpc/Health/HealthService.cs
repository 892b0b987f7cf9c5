using System.Collections.Concurrent;
using Weir.Rpc.Health.V1;
using Weir.Rpc.Server;
using Status = Weir.Rpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Weir.Rpc.Health;

/// <summary>The health service of gRPC (grpc.health.v1), as orchestrators and load balancers ask it.</summary>
public sealed class HealthService
{
    public static RpcMethod<HealthCheckRequest, HealthCheckResponse> Check { get; } = Method("Check");

    public static RpcMethod<HealthCheckRequest, HealthCheckResponse> Watch { get; } = Method("Watch");

    private readonly ConcurrentDictionary<string, Status> _states = new(StringComparer.Ordinal);
    private volatile TaskCompletionSource _changed = NewChange();

    public HealthService()
    {
        _states[""] = Status.Serving;
        Service = new RpcService(Check.Service, HealthReflection.Descriptor)
            .Unary(Check, (request, _) => Task.FromResult(new HealthCheckResponse { Status = Known(request.Service) }))
            .ServerStreaming(Watch, Follow);
    }

    public RpcService Service { get; }

    /// <summary>Says whether a service works; the empty name is the server as a whole.</summary>
    public void Set(string service, bool serving)
    {
        _states[service] = serving ? Status.Serving : Status.NotServing;
        Interlocked.Exchange(ref _changed, NewChange()).SetResult();
    }

    private static RpcMethod<HealthCheckRequest, HealthCheckResponse> Method(string name) =>
        new("grpc.health.v1.Health", name, HealthCheckRequest.Parser, HealthCheckResponse.Parser);

    private static TaskCompletionSource NewChange() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Status Known(string service) =>
        _states.TryGetValue(service, out var state) ? state : throw new RpcException(RpcStatusCode.NotFound, $"there is no service {service}");

    private async Task Follow(HealthCheckRequest request, RpcWriter<HealthCheckResponse> writer, RpcServerCall call)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(call.Cancellation, call.Stopping);
        Status? told = null;
        while (true)
        {
            var change = _changed.Task;
            var state = _states.GetValueOrDefault(request.Service, Status.ServiceUnknown);
            if (state != told) await writer.Write(new HealthCheckResponse { Status = state });
            told = state;
            await change.WaitAsync(end.Token);
        }
    }
}
