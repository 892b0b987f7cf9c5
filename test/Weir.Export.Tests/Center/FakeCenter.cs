using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using System.Text;
using Google.Protobuf;
using Weir.Records;
using Weir.Records.Json;
using Weir.Rpc;
using Weir.Rpc.Center;
using Weir.Rpc.Center.V1;
using Weir.Rpc.Server;
using Xunit;

namespace Weir.Export.Tests.Center;

internal enum Reaction
{
    Store,
    /// <summary>Stores, and breaks the stream before the receipt.</summary>
    StoreAndBreak,
    Busy,
    Refuse,
    /// <summary>Takes it and says nothing more.</summary>
    Ignore,
}

/// <summary>A center that does with batches what the test says; the last reaction goes on.</summary>
internal sealed class FakeCenter : IAsyncDisposable
{
    private readonly RpcServer _server;
    private readonly ConcurrentQueue<Reaction> _reactions;
    private readonly byte[] _store;
    private readonly uint _maxBatchBytes;

    private FakeCenter(int port, byte store, uint maxBatchBytes, Reaction[] reactions)
    {
        (_store, _maxBatchBytes, _reactions) = ([.. Enumerable.Repeat(store, 16)], maxBatchBytes, new ConcurrentQueue<Reaction>(reactions));
        _server = new RpcServer(new RpcServerOptions
        {
            Listen = new IPEndPoint(IPAddress.Loopback, port),
            Services = [new RpcService(CenterMethods.Deliver.Service).Duplex(CenterMethods.Deliver, Deliver)],
        });
    }

    public int Port => _server.Endpoint.Port;

    /// <summary>What is stored: the number of times each exchange came, as a store that knows nothing of ids would have it.</summary>
    public ConcurrentQueue<string> Stored { get; } = new();

    public ConcurrentQueue<string> Batches { get; } = new();

    public ConcurrentQueue<Beat> Beats { get; } = new();

    public string? Authorization { get; private set; }

    public bool TakesTraffic { get; set; }

    public ConcurrentQueue<TrafficReport> Traffic { get; } = new();

    public int Streams { get; private set; }

    public static async Task<FakeCenter> Start(int port = 0, byte store = 1, uint maxBatchBytes = 1 << 20, params Reaction[] reactions)
    {
        var center = new FakeCenter(port, store, maxBatchBytes, reactions);
        await center._server.Start();
        return center;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.Stop();
        await _server.DisposeAsync();
    }

    private async Task Deliver(IAsyncEnumerable<FromProbe> messages, RpcWriter<FromCenter> writer, RpcServerCall call)
    {
        Streams++;
        Authorization = call.Metadata.Text(CenterMethods.Authorization);
        await foreach (var message in messages.WithCancellation(call.Stopping))
        {
            if (message.Hello is not null)
                await writer.Write(new FromCenter { Welcome = new Welcome { Store = ByteString.CopyFrom(_store), Window = 2, MaxBatchBytes = _maxBatchBytes, TakesTraffic = TakesTraffic } });
            if (message.Beat is { } beat)
            {
                Beats.Enqueue(beat);
                // An hour ahead of the probe, at once there and back.
                var ahead = beat.SentUnixNs + 3_600_000_000_000;
                await writer.Write(new FromCenter { Beat = new BeatReply { SentUnixNs = beat.SentUnixNs, ReceivedUnixNs = ahead, RepliedUnixNs = ahead } });
            }

            if (message.Traffic is { } traffic)
            {
                using var zlib = new ZLibStream(new MemoryStream(traffic.Report.ToByteArray()), CompressionMode.Decompress);
                Traffic.Enqueue(TrafficReport.Parser.ParseFrom(zlib));
                var refused = Next() == Reaction.Refuse ? Receipt.Types.Outcome.Refused : Receipt.Types.Outcome.Stored;
                await writer.Write(new FromCenter { Receipt = new Receipt { Id = traffic.Id, Outcome = refused } });
            }

            if (message.Batch is not { } batch) continue;
            Batches.Enqueue(Convert.ToHexString(batch.Id.Span));
            var reaction = Next();
            if (reaction is Reaction.Store or Reaction.StoreAndBreak) Store(batch);
            if (reaction == Reaction.StoreAndBreak) throw new RpcException(RpcStatusCode.Unavailable, "broken by the test");
            if (reaction == Reaction.Ignore) continue;
            var outcome = reaction switch { Reaction.Busy => Receipt.Types.Outcome.Busy, Reaction.Refuse => Receipt.Types.Outcome.Refused, _ => Receipt.Types.Outcome.Stored };
            await writer.Write(new FromCenter { Receipt = new Receipt { Id = batch.Id, Outcome = outcome, Detail = "as the test says" } });
        }
    }

    private Reaction Next() =>
        _reactions.Count > 1 && _reactions.TryDequeue(out var next) ? next : _reactions.TryPeek(out var last) ? last : Reaction.Store;

    private void Store(Batch batch)
    {
        using var zlib = new ZLibStream(new MemoryStream(batch.Lines.ToByteArray()), CompressionMode.Decompress);
        using var text = new StreamReader(zlib, Encoding.UTF8);
        var exchange = new Exchange();
        while (text.ReadLine() is { } line)
        {
            Assert.True(ExchangeJsonReader.TryRead(Encoding.UTF8.GetBytes(line), exchange, out var error), error);
            Stored.Enqueue(exchange.Id.ToString());
        }
    }
}
