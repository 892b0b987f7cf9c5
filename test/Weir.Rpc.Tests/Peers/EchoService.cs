using Google.Protobuf;
using Weir.Rpc.Server;
using Weir.Rpc.Tests.Protos;

namespace Weir.Rpc.Tests.Peers;

/// <summary>The service of echo.proto; rpc_peer.py is the same in Python.</summary>
internal sealed class EchoService
{
    public const string Failure = "no order 2: Grüße, 100%\n";

    private int _abandoned;

    public static RpcMethod<Text, Text> Say { get; } = Method("Say");

    public static RpcMethod<Text, Text> Count { get; } = Method("Count");

    public static RpcMethod<Text, Text> Sum { get; } = Method("Sum");

    public static RpcMethod<Text, Text> Talk { get; } = Method("Talk");

    /// <summary>Calls whose client went before the answer.</summary>
    public int Abandoned => Volatile.Read(ref _abandoned);

    /// <summary>The timeout of the call before.</summary>
    public TimeSpan? LastTimeout { get; private set; }

    public RpcService Service => new RpcService(Say.Service, EchoReflection.Descriptor)
        .Unary(Say, Answer)
        .ServerStreaming(Count, async (request, writer, _) =>
        {
            for (var i = 0; i < request.Number; i++) await writer.Write(new Text { Number = i, Data = request.Data });
            if (request.Text_ == "fail") throw new RpcException(RpcStatusCode.DataLoss, "after all");
        })
        .ClientStreaming(Sum, async (requests, _) =>
        {
            var (sum, count) = (0, 0);
            await foreach (var request in requests) (sum, count) = (sum + request.Number, count + 1);
            return new Text { Number = sum, Text_ = $"{count}" };
        })
        .Duplex(Talk, async (requests, writer, _) =>
        {
            await foreach (var request in requests) await writer.Write(request);
        });

    private static RpcMethod<Text, Text> Method(string name) => new("weir.rpc.test.Echo", name, Text.Parser, Text.Parser);

    private async Task<Text> Answer(Text request, RpcServerCall call)
    {
        LastTimeout = call.Timeout;
        switch (request.Text_)
        {
            case "fail":
                throw new RpcException(
                    new RpcStatus(RpcStatusCode.NotFound, Failure), new RpcMetadata { { "x-reason", "gone" }, { "x-bytes-bin", [0, 255, 128] } });
            case "broken":
                throw new InvalidOperationException("a secret of the inside");
            case "slow":
                try
                {
                    await Task.Delay(Timeout.Infinite, call.Cancellation);
                }
                finally
                {
                    Interlocked.Increment(ref _abandoned);
                }

                break;
            case "big":
                return new Text { Data = ByteString.CopyFrom(new byte[request.Number]) };
            default:
                break;
        }

        var headers = new RpcMetadata();
        if (call.Metadata.Text("x-name") is { } name) headers.Add("x-name", name);
        if (call.Metadata.Bytes("x-bytes-bin") is { } bytes) headers.Add("x-bytes-bin", bytes);
        if (headers.Count > 0) await call.SendHeaders(headers);
        call.Trailers.Add("x-end", "over");
        return request;
    }
}
