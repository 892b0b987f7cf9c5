using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Threading.Channels;
using Google.Protobuf;
using Weir.Center.Probes;
using Weir.Export.Retention;
using Weir.Packets;
using Weir.Rpc;
using Weir.Rpc.Center.V1;

namespace Weir.Center.Packets;

/// <summary>A probe on the other end of a stream, which answers with a call of its own (docs/formats/probe-to-center.md).</summary>
/// <param name="name">Of the probe.</param>
/// <param name="ask">Sends it a request.</param>
/// <param name="state">What its last beat said.</param>
/// <param name="desk">Where answers come in.</param>
internal sealed class RemotePacketNode(string name, Func<PacketRequest, CancellationToken, ValueTask> ask, Func<PacketStore?> state, PacketDesk desk) : PacketNode(name)
{
    public override RetentionState? State => state() is { } kept
        ? new RetentionState((long)kept.Bytes, (long)kept.BudgetBytes, (int)kept.Segments, (long)kept.Frames, kept.OldestUnixNs, (long)kept.Lost, kept.Suspended)
        : null;

    public override async Task<PacketAnswer> Send(PacketQuery query, Func<ReadOnlyMemory<byte>, ValueTask> send, PacketLimits limits, CancellationToken cancellation)
    {
        var id = BinaryPrimitives.ReadUInt128BigEndian(RandomNumberGenerator.GetBytes(16));
        using var answer = desk.Expect(id, query.MaxBytes);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(limits.AnswerTime);
        try
        {
            await ask(Request(id, query, limits.MaxTime), patience.Token);
            while (await answer.Chunks.WaitToReadAsync(patience.Token))
            {
                while (answer.Chunks.TryRead(out var chunk))
                {
                    patience.CancelAfter(Timeout.InfiniteTimeSpan);
                    await send(chunk);
                    patience.CancelAfter(limits.AnswerTime);
                }
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new PacketNodeException($"{Name} does not answer");
        }
        catch (Exception broken) when (broken is RpcException or ChannelClosedException)
        {
            throw new PacketNodeException($"{Name} broke off: {(broken as RpcException)?.Status.Message ?? "the connection ended"}", broken);
        }

        if (answer.End is not { } end) throw new PacketNodeException($"{Name} broke off");
        if (end.Failure.Length > 0) throw new PacketNodeException($"{Name}: {end.Failure}");
        return new PacketAnswer((long)end.Frames, (long)end.Bytes, (int)end.Connections, 0, 0, end.Cut, [.. end.Notes]);
    }

    private static PacketRequest Request(UInt128 id, PacketQuery query, TimeSpan time)
    {
        var bytes = new byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, id);
        var request = new PacketRequest
        {
            Id = UnsafeByteOperations.UnsafeWrap(bytes),
            FromUnixNs = query.FromNs,
            ToUnixNs = query.ToNs,
            OfConnections = query.Connections is not null,
            MaxBytes = (ulong)query.MaxBytes,
            TimeNs = time.Ticks * 100,
        };
        foreach (var one in query.Connections ?? [])
        {
            request.Connections.Add(new PacketConnection
            {
                Client = Bytes(one.Client), ClientPort = one.ClientPort, Server = Bytes(one.Server), ServerPort = one.ServerPort,
                FirstUnixNs = one.FirstNs, LastUnixNs = one.LastNs,
            });
        }

        return request;
    }

    private static ByteString Bytes(IpAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        return ByteString.CopyFrom(bytes[..address.WriteBytes(bytes)]);
    }
}
