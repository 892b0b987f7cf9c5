using Google.Protobuf;
using Weir.Export.Retention;
using Weir.Packets;
using Weir.Rpc;
using Weir.Rpc.Center;
using Weir.Rpc.Center.V1;
using Weir.Rpc.Client;

namespace Weir.Export.Center;

/// <summary>
/// Answers a center's request for raw packets with a call of its own, on a connection of its own: a center that reads slowly holds up
/// nothing else.
/// </summary>
internal sealed class PacketSender(CenterAddress center, CenterOutputOptions options)
{
    private const int IdBytes = 16;
    private static readonly TimeSpan s_longest = TimeSpan.FromHours(1);

    /// <summary>Until everything is sent, the center wants no more, or its time is over. Nothing is thrown: the center sees a break.</summary>
    public async Task Answer(PacketRequest request, string? token, CancellationToken cancellation)
    {
        if (request.Id.Length != IdBytes || options.Packets is not { } kept) return;
        var metadata = new RpcMetadata();
        if (token is not null) metadata.Add(CenterMethods.Authorization, $"Bearer {token}");
        var time = TimeSpan.FromTicks(Math.Clamp(request.TimeNs / 100, TimeSpan.TicksPerSecond, s_longest.Ticks));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(time);
        try
        {
            using var channel = new RpcChannel(center.Host, center.Port, options.Channel);
            await using var call = channel.Start(CenterMethods.SendPackets, new RpcCallOptions { Metadata = metadata, Deadline = time, Cancellation = limit.Token });
            if (!await call.Write(new PacketChunk { Id = request.Id })) return;
            var end = await Send(kept, request, call, limit.Token);
            if (await call.Write(new PacketChunk { End = end }) && await call.Complete()) await call.Read(limit.Token);
        }
        catch (Exception failure) when (failure is RpcException or OperationCanceledException)
        {
            // The center has gone, or whoever asked it has: nobody waits for the rest.
        }
    }

    private static async Task<PacketEnd> Send(KeptPackets kept, PacketRequest request, RpcCall<PacketChunk, PacketReceipt> call, CancellationToken cancellation)
    {
        try
        {
            var answer = await kept.Send(
                Query(request),
                async bytes =>
                {
                    if (!await call.Write(new PacketChunk { Data = UnsafeByteOperations.UnsafeWrap(bytes) })) throw new OperationCanceledException("nobody reads it any more");
                },
                cancellation);
            return answer is null
                ? new PacketEnd { Failure = "the probe answers others just now" }
                : new PacketEnd { Frames = (ulong)answer.Frames, Bytes = (ulong)answer.Bytes, Connections = (uint)answer.Connections, Cut = answer.IsCut, Notes = { answer.Notes } };
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return new PacketEnd { Failure = failure.Message };
        }
    }

    private static PacketQuery Query(PacketRequest request) => new()
    {
        FromNs = request.FromUnixNs,
        ToNs = request.ToUnixNs,
        Connections = request.OfConnections
            ? [.. request.Connections.Select(static one => new WantedConnection(
                Address(one.Client), (ushort)one.ClientPort, Address(one.Server), (ushort)one.ServerPort, one.FirstUnixNs, one.LastUnixNs))]
            : null,
        MaxBytes = (long)Math.Min(request.MaxBytes, long.MaxValue),
    };

    private static IpAddress Address(ByteString bytes) => bytes.Length switch
    {
        4 => IpAddress.FromV4(bytes.Span),
        IdBytes => IpAddress.FromV6(bytes.Span),
        _ => default,
    };
}
