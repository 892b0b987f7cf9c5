using System.Buffers.Binary;
using Google.Protobuf;
using Weir.Export.Retention;
using Weir.Export.Spool;
using Weir.Records;
using Weir.Rpc;
using Weir.Rpc.Center.V1;
using Weir.Rpc.Client;

namespace Weir.Export.Center;

/// <summary>One stream to a center, from its greeting to its break. What is under way then goes back into the spool.</summary>
internal sealed class LinkSession(
    RpcCall<FromProbe, FromCenter> call, CenterOutputOptions options, CenterSender sender, DeliverySpool spool, TimeProvider time, SemaphoreSlim more,
    Action<PacketRequest> packets)
    : IAsyncDisposable
{
    /// <summary>Bytes of a message around the lines of its batch.</summary>
    private const int OverheadBytes = 64;

    private readonly Dictionary<ExchangeId, (SpoolBatch Batch, long SentAt)> _underWay = [];
    private readonly Lock _gate = new();
    private UInt128 _store;
    private int _window = 1;
    private long _maxBatchBytes;
    private bool _takesTraffic;
    private long _busyUntil;
    private (long OffsetNs, long RoundTripNs)? _clock;

    /// <exception cref="RpcException">The center is not there, refuses this probe, or says something else.</exception>
    public async Task Greet(string version, CancellationToken cancellation)
    {
        await call.Write(new FromProbe { Hello = new Hello { Probe = options.Probe, Version = version, SentUnixNs = Now(), KeepsPackets = options.Packets is not null } });
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(options.Times.Answer);
        FromCenter? answer;
        try
        {
            answer = await call.Read(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new RpcException(RpcStatusCode.Unavailable, "it does not answer");
        }

        if (answer?.Welcome is not { Store.Length: 16 } welcome) throw new RpcException(RpcStatusCode.Internal, "what answers is no center");
        _store = BinaryPrimitives.ReadUInt128BigEndian(welcome.Store.Span);
        _window = (int)Math.Clamp(welcome.Window, 1, 64);
        _maxBatchBytes = welcome.MaxBatchBytes;
        _takesTraffic = welcome.TakesTraffic;
    }

    /// <summary>Until the link breaks (an <see cref="RpcException"/>), or all is done.</summary>
    public async Task Serve(Func<bool> done, CancellationToken cancellation)
    {
        // A wait that outlived its session would take the next one's signal.
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            await Serve(done, Read(cancellation), over.Token);
        }
        finally
        {
            await over.CancelAsync();
        }

        await call.Complete();
    }

    private async Task Serve(Func<bool> done, Task reading, CancellationToken cancellation)
    {
        var nextBeat = time.GetTimestamp();
        while (!done())
        {
            if (reading.IsCompleted) await reading;
            await Send();
            if (time.GetElapsedTime(nextBeat) >= TimeSpan.Zero)
            {
                nextBeat = time.GetTimestamp() + (long)(options.Times.Beat.TotalSeconds * time.TimestampFrequency);
                await Beat();
            }

            if (IsUnanswered()) throw new RpcException(RpcStatusCode.Unavailable, "it acknowledges nothing any more");
            await Task.WhenAny(reading, more.WaitAsync(Rest(nextBeat), cancellation));
        }
    }

    public ValueTask DisposeAsync()
    {
        List<SpoolBatch> back;
        lock (_gate)
        {
            back = [.. _underWay.Values.Select(one => one.Batch)];
            _underWay.Clear();
        }

        foreach (var batch in back) sender.Return(batch);
        return ValueTask.CompletedTask;
    }

    private async Task Send()
    {
        while (HasRoom() && spool.TryTake(out var batch, _store, _takesTraffic))
        {
            if (batch.Payload.Length + OverheadBytes > _maxBatchBytes)
            {
                sender.Refuse(batch, $"a batch of {batch.Payload.Length} bytes is more than the center takes");
                continue;
            }

            lock (_gate) _underWay[batch.Id] = (batch, time.GetTimestamp());
            // From here on the center may have it: before the first byte leaves, that is written down.
            spool.Bind(batch, _store);
            if (!await call.Write(Message(batch))) return;
        }
    }

    private static FromProbe Message(SpoolBatch batch)
    {
        var bytes = new byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, batch.Id.Value);
        var (id, payload) = (UnsafeByteOperations.UnsafeWrap(bytes), UnsafeByteOperations.UnsafeWrap(batch.Payload));
        var encoding = batch.Compressed ? Batch.Types.Encoding.Zlib : Batch.Types.Encoding.Plain;
        return batch.IsTraffic
            ? new FromProbe { Traffic = new TrafficBatch { Id = id, Encoding = encoding, Report = payload } }
            : new FromProbe { Batch = new Batch { Id = id, Exchanges = (uint)batch.Messages, Encoding = encoding, Lines = payload } };
    }

    private bool HasRoom()
    {
        lock (_gate) return _underWay.Count < _window && time.GetTimestamp() >= _busyUntil;
    }

    private bool IsUnanswered()
    {
        lock (_gate) return _underWay.Values.Any(one => time.GetElapsedTime(one.SentAt) > options.Times.Answer);
    }

    /// <summary>Until there is something to do though nobody says so.</summary>
    private TimeSpan Rest(long nextBeat)
    {
        var until = nextBeat;
        lock (_gate)
            if (_busyUntil > time.GetTimestamp()) until = Math.Min(until, _busyUntil);
        var rest = TimeSpan.FromSeconds((double)(until - time.GetTimestamp()) / time.TimestampFrequency);
        return rest > TimeSpan.Zero ? rest + TimeSpan.FromMilliseconds(1) : TimeSpan.Zero;
    }

    private async Task Beat()
    {
        var beat = sender.Report();
        beat.SentUnixNs = Now();
        if (options.Packets?.State is { } kept) beat.Kept = Kept(kept);
        if (_clock is { } clock) (beat.ClockOffsetNs, beat.RoundTripNs) = clock;
        await call.Write(new FromProbe { Beat = beat });
    }

    private static PacketStore Kept(RetentionState kept) => new()
    {
        Bytes = (ulong)kept.Bytes,
        BudgetBytes = (ulong)kept.BudgetBytes,
        Segments = (uint)kept.Segments,
        Frames = (ulong)kept.Frames,
        OldestUnixNs = kept.OldestNs,
        Lost = (ulong)kept.Lost,
        Suspended = kept.Suspended,
    };

    private async Task Read(CancellationToken cancellation)
    {
        while (await call.Read(cancellation) is { } message)
        {
            if (message.Beat is { } reply) _clock = Measure(reply, Now());
            if (message.Packets is { } request) packets(request);
            if (message.Receipt is { Id.Length: 16 } receipt) Take(receipt);
        }

        throw new RpcException(RpcStatusCode.Unavailable, "it has ended the stream");
    }

    private void Take(Receipt receipt)
    {
        SpoolBatch batch;
        lock (_gate)
        {
            if (!_underWay.Remove(new ExchangeId(BinaryPrimitives.ReadUInt128BigEndian(receipt.Id.Span)), out var one)) return;
            batch = one.Batch;
            if (receipt.Outcome == Receipt.Types.Outcome.Busy)
                _busyUntil = time.GetTimestamp() + (long)(options.Times.Busy.TotalSeconds * time.TimestampFrequency);
        }

        switch (receipt.Outcome)
        {
            case Receipt.Types.Outcome.Stored: sender.Stored(batch); break;
            case Receipt.Types.Outcome.Refused: sender.Refuse(batch, receipt.Detail); break;
            default: sender.Return(batch); break;
        }

        // All links: the spool may be empty now, which at the end is what they wait for.
        sender.Wake();
    }

    /// <summary>As RFC 5905 §8: both ways are taken to last equally long.</summary>
    private static (long OffsetNs, long RoundTripNs) Measure(BeatReply reply, long nowNs) => (
        (reply.ReceivedUnixNs - reply.SentUnixNs + (reply.RepliedUnixNs - nowNs)) / 2,
        nowNs - reply.SentUnixNs - (reply.RepliedUnixNs - reply.ReceivedUnixNs));

    private long Now() => (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
}
