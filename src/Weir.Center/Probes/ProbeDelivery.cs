using System.Buffers.Binary;
using System.Threading.Channels;
using Google.Protobuf;
using Weir.Center.Api;
using Weir.Center.Ingest;
using Weir.Center.Packets;
using Weir.Center.Traffic;
using Weir.Records;
using Weir.Rpc;
using Weir.Rpc.Center;
using Weir.Rpc.Center.V1;
using Weir.Rpc.Server;

namespace Weir.Center.Probes;

/// <summary>
/// The service that probes deliver to. A receipt says STORED only after the store has every record of the batch; a batch that comes
/// again makes the same ids, which the store keeps once.
/// </summary>
internal sealed class ProbeDelivery(ExchangeIngest ingest, TrafficIngest traffic, ProbeRegistry registry, PacketDesk packets, ProbeLimits limits, UInt128 store)
{
    public RpcService Service => new RpcService(CenterMethods.Deliver.Service, CenterReflection.Descriptor)
        .Duplex(CenterMethods.Deliver, Deliver).ClientStreaming(CenterMethods.SendPackets, packets.Take);

    private async Task Deliver(IAsyncEnumerable<FromProbe> messages, RpcWriter<FromCenter> writer, RpcServerCall call)
    {
        await using var incoming = messages.GetAsyncEnumerator(call.Stopping);
        if (!await incoming.MoveNextAsync() || incoming.Current.Hello is not { } hello)
            throw new RpcException(RpcStatusCode.InvalidArgument, "the first message is a Hello");
        if (hello.Probe.Length is 0 or > 253) throw new RpcException(RpcStatusCode.InvalidArgument, "a probe has a name of 1 to 253 characters");
        Bound(hello);
        var probe = registry.Connect(hello, call.Peer.ToString());
        // What is answered, in order; an answer may wait for the store.
        var answers = Channel.CreateBounded<Func<Task<FromCenter>>>(2 * limits.Window);
        var answering = Answer(answers.Reader, writer);
        var keeper = hello.KeepsPackets
            ? new RemotePacketNode(hello.Probe, (request, cancellation) => answers.Writer.WriteAsync(() => Task.FromResult(new FromCenter { Packets = request }), cancellation), () => registry.Kept(probe), packets)
            : null;
        try
        {
            await answers.Writer.WriteAsync(() => Task.FromResult(new FromCenter { Welcome = Welcome() }), call.Cancellation);
            if (keeper is not null) packets.Join(keeper);
            var batches = new BatchIngest(ingest, limits);
            while (await incoming.MoveNextAsync())
            {
                if (answering.IsCompleted) break;
                if (incoming.Current.Batch is { } batch) await answers.Writer.WriteAsync(await Take(batch, batches, probe, call.Cancellation), call.Cancellation);
                if (incoming.Current.Traffic is { Id.Length: 16 } counters)
                {
                    var taking = Take(counters);
                    await answers.Writer.WriteAsync(async () => new FromCenter { Receipt = await taking }, call.Cancellation);
                }

                if (incoming.Current.Beat is { } beat)
                {
                    Bound(beat);
                    var received = registry.NowNs();
                    registry.Beat(probe, beat);
                    await answers.Writer.WriteAsync(
                        () => Task.FromResult(new FromCenter { Beat = new BeatReply { SentUnixNs = beat.SentUnixNs, ReceivedUnixNs = received, RepliedUnixNs = registry.NowNs() } }),
                        call.Cancellation);
                }
            }
        }
        finally
        {
            if (keeper is not null) packets.Leave(keeper);
            registry.Disconnect(probe);
            answers.Writer.TryComplete();
            // Whatever ends the call: its status comes after the last answer, and never beside one.
            await answering.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await answering;
    }

    /// <summary>A batch may be large and goes; this is remembered for as long as the probe is.</summary>
    private void Bound(IMessage state)
    {
        if (state.CalculateSize() > limits.MaxStateBytes) throw new RpcException(RpcStatusCode.InvalidArgument, $"what a probe says of itself may have {limits.MaxStateBytes} bytes");
    }

    private static async Task Answer(ChannelReader<Func<Task<FromCenter>>> answers, RpcWriter<FromCenter> writer)
    {
        await foreach (var answer in answers.ReadAllAsync()) await writer.Write(await answer());
    }

    private Welcome Welcome()
    {
        var id = new byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(id, store);
        return new Welcome
        {
            Version = ProductVersion.Text,
            Store = UnsafeByteOperations.UnsafeWrap(id),
            Window = (uint)limits.Window,
            MaxBatchBytes = (uint)limits.MaxBatchBytes,
            TakesTraffic = true,
        };
    }

    private async Task<Receipt> Take(TrafficBatch counters)
    {
        var (outcome, detail) = await traffic.TakeAsync(new ExchangeId(BinaryPrimitives.ReadUInt128BigEndian(counters.Id.Span)), counters);
        return new Receipt { Id = counters.Id, Outcome = outcome, Detail = detail };
    }

    private async Task<Func<Task<FromCenter>>> Take(Batch batch, BatchIngest batches, ProbeEntry probe, CancellationToken cancellation)
    {
        var before = ingest.Mark();
        var outcome = await batches.Take(batch, cancellation);
        var receipt = new Receipt { Id = batch.Id, Outcome = outcome, Invalid = (uint)batches.Invalid, Detail = batches.Detail };
        var (taken, invalid, planes) = (batches.Taken, batches.Invalid, batches.Planes);
        var mark = ingest.Mark() with { Lost = before.Lost };
        return async () =>
        {
            if (receipt.Outcome == Receipt.Types.Outcome.Stored && await Trouble(mark, cancellation) is { } trouble)
                (receipt.Outcome, receipt.Detail) = (Receipt.Types.Outcome.Busy, trouble);
            registry.Count(probe, receipt.Outcome, taken, invalid, planes);
            return new FromCenter { Receipt = receipt };
        };
    }

    /// <summary>Null once everything is stored.</summary>
    private async Task<string?> Trouble(StoreMark mark, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(limits.StoreTimeout);
        try
        {
            return await ingest.StoredAsync(mark, limit.Token) ? null : "the store refused it";
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return "the store is slow";
        }
    }
}
