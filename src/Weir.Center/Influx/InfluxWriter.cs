using Weir.Records.Status;
using Weir.Storage;
using Weir.Storage.Traffic;

namespace Weir.Center.Influx;

/// <summary>
/// Takes points from their table to InfluxDB, in batches, again and again until it has them. The table is on disk, here or in the store that
/// centers share, and bounded: an outage, of the server or of this center, loses nothing within the bound.
/// </summary>
internal sealed class InfluxWriter(ITrafficPoints store, InfluxOptions options) : IStatusSource, IAsyncDisposable
{
    private static readonly TimeSpan s_firstBackoff = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_stopTime = TimeSpan.FromSeconds(5);

    private readonly InfluxClient _client = new(options);
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _more = new(1, 1);
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task? _task;
    private long _written;
    private long _requests;
    private long _failures;
    private long _refused;
    private string? _trouble;

    public string Name => "influx";

    public void Start() => _task = Task.Run(Run);

    /// <summary>There are new points.</summary>
    public void Wake()
    {
        try
        {
            _more.Release();
        }
        catch (SemaphoreFullException)
        {
            // It was told already and has not looked yet.
        }
    }

    public void Report(IStatusReport report)
    {
        report.Counter("points", Interlocked.Read(ref _written));
        report.Counter("requests", Interlocked.Read(ref _requests));
        report.Counter("failures", Interlocked.Read(ref _failures));
        try
        {
            report.Gauge("waiting", store.WaitingPoints());
        }
        catch (StoreException)
        {
            // The section of the store says so.
        }

        report.Dropped(new Loss(Loss.Anywhere, Loss.Anywhere, "influx_queue_full", store.DroppedPoints));
        report.Dropped(new Loss(Loss.Anywhere, Loss.Anywhere, "influx_refused", Interlocked.Read(ref _refused)));
    }

    /// <summary>Writes what it can in a few seconds; the rest is written by the next run.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_end.Task.IsCompleted) return;
        _stop.CancelAfter(s_stopTime);
        _end.TrySetResult();
        Wake();
        if (_task is not null) await _task;
        _client.Dispose();
        _stop.Dispose();
        _more.Dispose();
    }

    /// <summary>Shorter at the end.</summary>
    private async Task Pause(TimeSpan time)
    {
        await Task.WhenAny(Task.Delay(time, _stop.Token), _end.Task);
        _stop.Token.ThrowIfCancellationRequested();
    }

    private async Task Run()
    {
        var backoff = s_firstBackoff;
        try
        {
            while (true)
            {
                var ending = _end.Task.IsCompleted;
                if (await TryWriteAll())
                {
                    backoff = s_firstBackoff;
                    if (ending) return;
                    await _more.WaitAsync(store.PollTime ?? Timeout.InfiniteTimeSpan, _stop.Token);
                    await Pause(options.Limits.FlushTime);
                    continue;
                }

                if (ending) return;
                await Pause(backoff);
                backoff = backoff * 2 > options.Limits.MaxBackoff ? options.Limits.MaxBackoff : backoff * 2;
            }
        }
        catch (OperationCanceledException)
        {
            // What is left stays in the table.
        }
    }

    /// <summary>False when something went wrong that may pass.</summary>
    private async Task<bool> TryWriteAll()
    {
        while (true)
        {
            IReadOnlyList<TrafficPoint> points;
            try
            {
                points = store.UnwrittenPoints(options.Limits.BatchPoints);
                if (points.Count == 0) return true;
                while (points.Count > 0)
                {
                    store.Writing(points);
                    if (!await TryWrite(points)) return false;
                    points = store.Outdated(points);
                }
            }
            catch (StoreException failure)
            {
                Tell(failure.Message);
                return false;
            }
        }
    }

    private async Task<bool> TryWrite(IReadOnlyList<TrafficPoint> points)
    {
        Interlocked.Increment(ref _requests);
        var outcome = await _client.Write(points, _stop.Token);
        if (outcome == InfluxOutcome.Retry)
        {
            Tell(_client.Detail);
            return false;
        }

        if (outcome == InfluxOutcome.Split && points.Count > 1)
        {
            var half = points.Count / 2;
            return await TryWrite([.. points.Take(half)]) && await TryWrite([.. points.Skip(half)]);
        }

        var dropped = outcome == InfluxOutcome.Split ? 1 : _client.Dropped;
        store.Written(points);
        Interlocked.Add(ref _refused, dropped);
        Interlocked.Add(ref _written, points.Count - dropped);
        if (dropped > 0) Tell(_client.Detail, forGood: true);
        else if (Interlocked.Exchange(ref _trouble, null) is not null) Console.Error.WriteLine($"weir: InfluxDB at {options.Url.Authority} takes points again");
        return true;
    }

    /// <summary>Once while it stays the same.</summary>
    private void Tell(string trouble, bool forGood = false)
    {
        Interlocked.Increment(ref _failures);
        if (Interlocked.Exchange(ref _trouble, trouble) == trouble) return;
        Console.Error.WriteLine($"weir: InfluxDB at {options.Url.Authority} {(forGood ? "refuses points for good, which are dropped" : "does not take points, which wait on disk")}: {trouble}");
    }
}
