using System.Diagnostics;

namespace Weir.Export.Spool;

/// <summary>Takes the batches of a spool to where they go, until the end, which does not wait for ever.</summary>
/// <param name="stop">The user wants to end.</param>
internal abstract class BatchSender(CancellationToken stop) : IDisposable
{
    /// <summary>What somebody who stops a capture is made to wait: a third of the grace time of a pod.</summary>
    public static readonly TimeSpan ShortDrain = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan s_finishCheck = TimeSpan.FromMilliseconds(20);

    private readonly CancellationTokenSource _abort = new();
    private readonly TaskCompletionSource _hurry = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _ending;
    private long _delivered;
    private Task? _task;

    /// <summary>Messages that were taken at the other end.</summary>
    public long Delivered => Interlocked.Read(ref _delivered);

    /// <summary>Nothing more comes into the spool: <see cref="Run"/> returns when it is empty.</summary>
    protected bool Ending => _ending;

    /// <summary>Completed at the end, when there are seconds for what took minutes.</summary>
    public Task Hurried => _hurry.Task;

    public bool IsHurried => _hurry.Task.IsCompleted;

    /// <summary>The end does not wait longer.</summary>
    protected CancellationToken Abort => _abort.Token;

    public void Start() => _task = Task.Run(Watch);

    /// <summary>The spool has something new.</summary>
    public abstract void Wake();

    /// <summary>Sends what there is, trying more often, until the spool is empty or nothing was taken for so long.</summary>
    public void Finish(TimeSpan limit)
    {
        if (_task is null) return;
        _ending = true;
        _hurry.TrySetResult();
        Wake();
        var (delivered, since) = (Delivered, Stopwatch.GetTimestamp());
        while (!_task.Wait(s_finishCheck))
        {
            if (Delivered != delivered) (delivered, since) = (Delivered, Stopwatch.GetTimestamp());
            if (stop.IsCancellationRequested && limit > ShortDrain) limit = ShortDrain;
            if (Stopwatch.GetElapsedTime(since) > limit) _abort.Cancel();
        }
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected abstract Task Run();

    protected virtual void Dispose(bool disposing)
    {
        if (disposing) _abort.Dispose();
    }

    /// <summary>Twice as long after each failure, and less by up to a half, so that many senders do not come back together.</summary>
    /// <param name="retry">First and longest wait.</param>
    /// <param name="failures">In a row, 1 for the first.</param>
    /// <param name="retryAfter">What the other end asked for; null when it did not.</param>
    protected async Task Pause(DeliveryRetry retry, int failures, TimeSpan? retryAfter)
    {
        var exponent = Math.Min(failures - 1, 20);
        var backoff = Math.Min(retry.MaxMs, retry.FirstMs * Math.Pow(2, exponent)) * (0.5 + (Random.Shared.NextDouble() / 2));
        var wait = TimeSpan.FromMilliseconds(backoff);
        if (retryAfter is { } asked && asked > wait) wait = asked < retry.MaxRetryAfter ? asked : retry.MaxRetryAfter;
        if (IsHurried)
        {
            // At the end there are seconds, not minutes.
            wait = TimeSpan.FromMilliseconds(Math.Min(wait.TotalMilliseconds, retry.FirstMs));
            await Task.Delay(wait, Abort);
            return;
        }

        await Task.WhenAny(Task.Delay(wait, Abort), Hurried);
        Abort.ThrowIfCancellationRequested();
    }

    protected void CountDelivered(long messages) => Interlocked.Add(ref _delivered, messages);

    private async Task Watch()
    {
        try
        {
            await Run();
        }
        catch (OperationCanceledException) when (_abort.IsCancellationRequested)
        {
            // What is left stays in the spool, and its owner says so.
        }
    }
}
