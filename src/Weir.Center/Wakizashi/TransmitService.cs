using Weir.Center.Traffic;
using Weir.Packets;
using Weir.Records;
using Weir.Records.Traffic;
using Weir.Rpc;
using Weir.Rpc.Server;
using Weir.Rpc.Wakizashi;
using Weir.Rpc.Wakizashi.V1;
using Weir.Storage;

namespace Weir.Center.Wakizashi;

/// <summary>
/// The service that probes of wakizashi report to. They take a record for delivered once it is sent, so records are stored within a second
/// and a store that refuses holds the stream back.
/// </summary>
internal sealed class TransmitService(TrafficIngest traffic, WakizashiLimits limits, TimeProvider time)
{
    /// <summary>More bytes than any link moves in an interval: a petabyte.</summary>
    private const ulong MaxBytes = 1UL << 50;

    private const int MaxNameLength = 253;

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    public RpcService Service =>
        new RpcService(TransmitMethods.Transmit.Service, TransmitReflection.Descriptor).ClientStreaming(TransmitMethods.Transmit, Transmit);

    private async Task<TransmitReply> Transmit(IAsyncEnumerable<TransmitRequest> requests, RpcServerCall call)
    {
        var batch = new Batch();
        await using var incoming = requests.GetAsyncEnumerator(call.Stopping);
        try
        {
            var next = incoming.MoveNextAsync().AsTask();
            while (true)
            {
                if (batch.Records.Count > 0 && !next.IsCompleted && await IsQuiet(next, batch))
                {
                    await Store(batch, call.Cancellation);
                    continue;
                }

                if (!await next) break;
                Take(incoming.Current, batch);
                if (batch.Records.Count >= limits.BatchRecords) await Store(batch, call.Cancellation);
                next = incoming.MoveNextAsync().AsTask();
            }
        }
        catch (IOException broken) when (broken is not RpcException)
        {
            throw new RpcException(RpcStatusCode.Cancelled, broken.Message);
        }
        finally
        {
            // What a probe that broke off had sent counts as well.
            await Store(batch, CancellationToken.None);
        }

        return new TransmitReply { Res = true, Detail = "connection close" };
    }

    /// <summary>False when more came before the first record had waited long enough.</summary>
    private async Task<bool> IsQuiet(Task next, Batch batch)
    {
        var rest = limits.FlushTime - time.GetElapsedTime(batch.Since);
        return rest <= TimeSpan.Zero || await Task.WhenAny(next, Task.Delay(rest, time)) != next;
    }

    private void Take(TransmitRequest request, Batch batch)
    {
        var now = (ulong)Math.Max(0, time.GetUtcNow().ToUnixTimeSeconds());
        var hasEnds = IpAddress.TryParse(request.SrcIP, out var source) & IpAddress.TryParse(request.DstIP, out var destination);
        var isRecord = hasEnds && request.PodIP.Length is > 0 and <= MaxNameLength && request.Size <= MaxBytes && request.Timestamp > 0 && request.Timestamp <= now + 86_400;
        if (!isRecord)
        {
            traffic.CountInvalid();
            return;
        }

        if (batch.Records.Count == 0) batch.Since = time.GetTimestamp();
        batch.Records.Add((Probe(request.PodIP), (long)request.Timestamp, new TrafficCount
        {
            Source = source.ToString(),
            Destination = destination.ToString(),
            Bytes = (long)request.Size,
        }));
    }

    /// <summary>One spelling for one address.</summary>
    private static string Probe(string text) => IpAddress.TryParse(text, out var address) ? address.ToString() : text;

    private async Task Store(Batch batch, CancellationToken cancellation)
    {
        if (batch.Records.Count == 0) return;
        var reports = batch.Reports();
        batch.Records.Clear();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await traffic.AddAsync(reports);
                return;
            }
            catch (StoreException failure)
            {
                traffic.Tell(failure);
                if (!failure.IsTransient || attempt >= limits.StoreAttempts || cancellation.IsCancellationRequested)
                {
                    traffic.CountRefused(reports.Count);
                    return;
                }
            }

            await Task.WhenAny(Task.Delay(s_pause, time, cancellation));
        }
    }

    private sealed class Batch
    {
        private readonly ExchangeIdGenerator _ids = new();

        public List<(string Probe, long At, TrafficCount Count)> Records { get; } = [];

        public long Since { get; set; }

        /// <summary>One for each probe and second.</summary>
        public IReadOnlyList<TrafficReport> Reports() =>
        [
            .. Records.GroupBy(record => (record.Probe, record.At)).Select(same => new TrafficReport
            {
                Id = _ids.Next(same.Key.At * 1_000_000_000),
                Node = same.Key.Probe,
                Address = same.Key.Probe,
                StartNs = same.Key.At * 1_000_000_000,
                IntervalNs = 1_000_000_000,
                Counts = [.. same.Select(record => record.Count)],
            }),
        ];
    }
}
