using Weir.Rpc.Tetragon.V1;

namespace Weir.Rpc.Tetragon;

/// <summary>Methods of tetragon/events.proto.</summary>
public static class SensorMethods
{
    public static RpcMethod<GetEventsRequest, GetEventsResponse> GetEvents { get; } =
        new("tetragon.FineGuidanceSensors", "GetEvents", GetEventsRequest.Parser, GetEventsResponse.Parser);
}
