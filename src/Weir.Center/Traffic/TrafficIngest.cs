using System.IO.Compression;
using System.Net;
using Google.Protobuf;
using Weir.Center.Probes;
using Weir.Export.Center;
using Weir.Records;
using Weir.Records.Status;
using Weir.Records.Traffic;
using Weir.Rpc.Center.V1;
using Weir.Storage;
using Weir.Storage.Traffic;
using Report = Weir.Records.Traffic.TrafficReport;

namespace Weir.Center.Traffic;

/// <summary>Takes reports of counters from probes, of wakizashi's too, and from a capture in this process. Thread-safe.</summary>
/// <param name="store">Answers what is asked.</param>
/// <param name="limits">Of a batch.</param>
internal sealed class TrafficIngest(ITrafficStore store, ProbeLimits limits) : ITrafficSink, IStatusSource, IAsyncDisposable
{
    private static readonly TimeSpan s_retentionInterval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(200);

    private readonly CancellationTokenSource _stop = new();
    private Task? _retention;
    private long _rows;
    private long _bytes;
    private long _invalid;
    private long _refused;
    private string? _lastError;
    private int _disposed;

    public string Name => "traffic";

    /// <summary>There are new points for InfluxDB.</summary>
    public Action Changed { private get; set; } = static () => { };

    public void Start() => _retention = Task.Run(Retain);

    /// <summary>What a probe's batch gets as its receipt: only what is stored is acknowledged.</summary>
    public async Task<(Receipt.Types.Outcome Outcome, string Detail)> TakeAsync(ExchangeId id, TrafficBatch batch)
    {
        if (batch.Report.Length > limits.MaxBatchBytes) return Refuse($"a batch may have {limits.MaxBatchBytes} bytes");
        if (Unpack(batch) is not { } bytes) return Refuse($"a report cannot be decompressed, or has more than {limits.MaxTextBytes} bytes");
        Report? report;
        try
        {
            report = TrafficMessages.Read(id, Rpc.Center.V1.TrafficReport.Parser.ParseFrom(bytes));
        }
        catch (InvalidProtocolBufferException)
        {
            report = null;
        }

        if (report is null) return Refuse("it is no report of counters");
        try
        {
            await AddAsync([report]);
            return (Receipt.Types.Outcome.Stored, "");
        }
        catch (StoreException failure)
        {
            Tell(failure);
            return (Receipt.Types.Outcome.Busy, failure.Message);
        }
    }

    /// <summary>From a capture in this process, which cannot send it again later: tries for a while, then counts it as lost.</summary>
    public void Write(Report report)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                AddAsync([report]).GetAwaiter().GetResult();
                return;
            }
            catch (StoreException failure)
            {
                Tell(failure);
                if (failure.IsTransient && attempt < 10 && !_stop.Token.WaitHandle.WaitOne(s_pause * attempt)) continue;
                Interlocked.Increment(ref _refused);
                return;
            }
        }
    }

    /// <exception cref="StoreException">The store refuses.</exception>
    public async Task AddAsync(IReadOnlyList<Report> reports)
    {
        await store.AddAsync(reports);
        Volatile.Write(ref _lastError, null);
        foreach (var report in reports)
        {
            Interlocked.Add(ref _rows, report.Counts.Count);
            Interlocked.Add(ref _bytes, report.Counts.Sum(count => count.Bytes));
        }

        Changed();
    }

    /// <summary>A record that says nothing that can be counted.</summary>
    public void CountInvalid() => Interlocked.Increment(ref _invalid);

    /// <summary>Records that the store refused and nobody sends again.</summary>
    public void CountRefused(int reports) => Interlocked.Add(ref _refused, reports);

    public void Tell(StoreException failure)
    {
        if (Volatile.Read(ref _lastError) != failure.Message) Console.Error.WriteLine($"weir: {failure.Message}");
        Volatile.Write(ref _lastError, failure.Message);
    }

    public void Report(IStatusReport report)
    {
        report.Counter("reports", store.Reports);
        report.Counter("repeated", store.Repeated);
        report.Counter("rows", Interlocked.Read(ref _rows));
        report.Counter("bytes", Interlocked.Read(ref _bytes));
        report.Counter("deleted", store.Deleted);
        report.Dropped(new Loss(Loss.Anywhere, Loss.Anywhere, "traffic_invalid", Interlocked.Read(ref _invalid)));
        report.Dropped(new Loss(Loss.Anywhere, Loss.Anywhere, "traffic_store_refused", Interlocked.Read(ref _refused)));
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await _stop.CancelAsync();
        if (_retention is not null) await _retention;
        _stop.Dispose();
    }

    private (Receipt.Types.Outcome, string) Refuse(string why)
    {
        CountInvalid();
        return (Receipt.Types.Outcome.Refused, why);
    }

    /// <summary>Null when it is broken or too large.</summary>
    private byte[]? Unpack(TrafficBatch batch)
    {
        if (batch.Encoding == Batch.Types.Encoding.Plain) return batch.Report.Length <= limits.MaxTextBytes ? batch.Report.ToByteArray() : null;
        using var text = new MemoryStream();
        try
        {
            using var zlib = new ZLibStream(new MemoryStream(batch.Report.ToByteArray()), CompressionMode.Decompress);
            var buffer = new byte[16 << 10];
            while (zlib.Read(buffer) is > 0 and var read)
            {
                text.Write(buffer, 0, read);
                if (text.Length > limits.MaxTextBytes) return null;
            }
        }
        catch (InvalidDataException)
        {
            return null;
        }

        return text.ToArray();
    }

    private async Task Retain()
    {
        try
        {
            while (true)
            {
                try
                {
                    store.ApplyRetention(_stop.Token);
                }
                catch (StoreException failure)
                {
                    Tell(failure);
                }

                await Task.Delay(s_retentionInterval, _stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The center stops; what is left is deleted by the next run.
        }
    }
}
