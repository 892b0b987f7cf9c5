using Weir.Records.Status;
using Weir.Storage;

namespace Weir.Center.Ingest;

/// <summary>
/// Moves queued rows into the store in batches, on a thread of its own. A failure that may pass (disk full, busy) is tried
/// again until it succeeds or the center stops; nothing taken from the queue is forgotten silently.
/// </summary>
internal sealed class StoreWriter(IngestQueue queue, SqliteExchangeStore store, IngestLimits limits) : IDisposable
{
    private static readonly TimeSpan RetentionInterval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan MaxBackoff = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stop = new();
    private readonly ExchangeRow[] _batch = new ExchangeRow[limits.BatchRows];
    private Task? _task;
    private DateTime _nextRetention = DateTime.MinValue;
    private long _stored;
    private long _lost;
    private long _failures;

    /// <summary>What the store said last when it refused; null once a write succeeded again.</summary>
    public string? LastError { get; private set; }

    public void Start() =>
        _task = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Stores what is queued and ends. Rows that the store still refuses are counted as lost.</summary>
    public async Task Stop()
    {
        queue.Complete();
        if (_task is null) return;
        if (await Task.WhenAny(_task, Task.Delay(MaxBackoff)) != _task) await _stop.CancelAsync();
        await _task;
    }

    public void Report(IStatusReport report)
    {
        report.Counter("stored", Interlocked.Read(ref _stored));
        report.Counter("store_failures", Interlocked.Read(ref _failures));
        report.Dropped("store_refused", Interlocked.Read(ref _lost));
    }

    public void Dispose() => _stop.Dispose();

    private void Run()
    {
        while (true)
        {
            var count = Fill();
            if (count > 0) Append(_batch.AsSpan(0, count));
            else if (queue.Reader.Completion.IsCompleted) return;
            else Thread.Sleep(limits.FlushMs);
            Retain();
        }
    }

    private int Fill()
    {
        var count = 0;
        while (count < _batch.Length && queue.Reader.TryRead(out var row)) _batch[count++] = row;
        return count;
    }

    private void Append(ReadOnlySpan<ExchangeRow> rows)
    {
        if (TryAppend(rows)) Interlocked.Add(ref _stored, rows.Length);
        else Interlocked.Add(ref _lost, rows.Length);
        foreach (var row in rows)
        {
            queue.Left(row);
            queue.Return(row);
        }
    }

    private bool TryAppend(ReadOnlySpan<ExchangeRow> rows)
    {
        for (var backoff = TimeSpan.FromMilliseconds(limits.FlushMs); ; backoff = backoff * 2 > MaxBackoff ? MaxBackoff : backoff * 2)
        {
            try
            {
                store.Append(rows);
                LastError = null;
                return true;
            }
            catch (StoreException e)
            {
                Interlocked.Increment(ref _failures);
                if (LastError != e.Message) Console.Error.WriteLine($"weir: {e.Message}");
                LastError = e.Message;
                if (!e.IsTransient || _stop.Token.WaitHandle.WaitOne(backoff)) return false;
            }
        }
    }

    private void Retain()
    {
        if (DateTime.UtcNow < _nextRetention) return;
        _nextRetention = DateTime.UtcNow + RetentionInterval;
        try
        {
            store.ApplyRetention(_stop.Token);
        }
        catch (StoreException e)
        {
            Interlocked.Increment(ref _failures);
            LastError = e.Message;
        }
        catch (OperationCanceledException)
        {
            // The center stops; what is left is deleted by the next run.
        }
    }
}
