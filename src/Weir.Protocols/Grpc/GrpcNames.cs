using Weir.Records;

namespace Weir.Protocols.Grpc;

/// <summary>Service and method of a call: the last two segments of the path, <c>/package.Service/Method</c>.</summary>
internal static class GrpcNames
{
    public static void Path(Exchange exchange)
    {
        var path = exchange.Request[exchange.Request.Path];
        var last = path.LastIndexOf((byte)'/');
        if (last <= 0) return;
        var call = exchange.Grpc;
        // A proxy may have put a prefix before the service (gRPC-Web servers below a path).
        var service = path[..last];
        call.Service = call.Text.Append(service[(service.LastIndexOf((byte)'/') + 1)..]);
        call.Method = call.Text.Append(path[(last + 1)..]);
    }
}
