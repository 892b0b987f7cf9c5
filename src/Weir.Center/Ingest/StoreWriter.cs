using System.Diagnostics;
using Weir.Records.Status;
using Weir.Storage;

namespace Weir.Center.Ingest;

/// <summary>
/// Moves queued rows into the store in batches, on a thread of its own. A failure that may pass (disk full, busy) is tried
/// again until it succeeds or the center stops; nothing taken from the queue is forgotten silently.
/// </summary>
internal sealed class StoreWriter(IngestQueue queue, IExchangeStore store, IngestLimits limits) : IDisposable
{
    private static readonly TimeSpan RetentionInterval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan MaxBackoff = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stop = new();
    private readonly ExchangeRow[] _batch = new ExchangeRow[limits.BatchRows];
    private Task? _task;
    private long? _retained;
    private long _stored;
    private long _lost;
    private long _duplicates;
    private long _replaced;
    private long _failures;
    private string? _lastError;

    /// <summary>What the store said last when it refused; null once a write succeeded again.</summary>
    public string? LastError => Volatile.Read(ref _lastError);

    /// <summary>Rows that the store refused for good.</summary>
    public long Lost => Interlocked.Read(ref _lost);

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
        report.Counter("duplicates", Interlocked.Read(ref _duplicates));
        report.Counter("replaced", Interlocked.Read(ref _replaced));
        report.Counter("store_failures", Interlocked.Read(ref _failures));
        report.Dropped(new Loss(Loss.Anywhere, Loss.Anywhere, "store_refused", Interlocked.Read(ref _lost)));
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
            Pace(count);
        }
    }

    /// <summary>Lets a small batch be followed by a larger one; not when the queue ends, whose rest is wanted now.</summary>
    private void Pace(int count)
    {
        for (var left = limits.PaceMs; left > 0 && count > 0 && count < _batch.Length && queue.Rows < _batch.Length && !queue.IsComplete; left -= limits.FlushMs)
            Thread.Sleep(Math.Min(left, limits.FlushMs));
    }

    private int Fill()
    {
        var count = 0;
        while (count < _batch.Length && queue.Reader.TryRead(out var row)) _batch[count++] = row;
        return count;
    }

    private void Append(ReadOnlySpan<ExchangeRow> rows)
    {
        if (!TryAppend(rows)) Interlocked.Add(ref _lost, rows.Length);
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
                var result = store.Append(rows);
                Interlocked.Add(ref _stored, result.Stored);
                Interlocked.Add(ref _duplicates, result.Duplicates);
                Interlocked.Add(ref _replaced, result.Replaced);
                Volatile.Write(ref _lastError, null);
                return true;
            }
            catch (Exception e) when (Tell(e))
            {
                if (e is not StoreException { IsTransient: true } || _stop.Token.WaitHandle.WaitOne(backoff)) return false;
            }

            // Deleting what is too old or too much may be what makes room again.
            Retain();
        }
    }

    private void Retain()
    {
        if (_retained is { } last && Stopwatch.GetElapsedTime(last) < RetentionInterval) return;
        _retained = Stopwatch.GetTimestamp();
        try
        {
            store.ApplyRetention(_stop.Token);
        }
        catch (OperationCanceledException)
        {
            // The center stops; what is left is deleted by the next run.
        }
        catch (Exception e) when (Tell(e))
        {
            // Counted and told; tried again at the next interval.
        }
    }

    /// <summary>
    /// Counts a failure and shows it, once while it stays the same. Also one that nobody foresaw: this thread must go on, or
    /// everything captured from then on would be lost without a word.
    /// </summary>
    private bool Tell(Exception failure)
    {
        Interlocked.Increment(ref _failures);
        var message = failure is StoreException ? failure.Message : $"storing failed unexpectedly: {failure}";
        if (LastError != message) Console.Error.WriteLine($"weir: {message}");
        Volatile.Write(ref _lastError, message);
        return true;
    }
}
