using Weir.Records;
using Weir.Records.Json;
using Weir.Storage;

namespace Weir.Center.Live;

/// <summary>
/// Shows on the streams of this center what other centers over the same store took, in the order in which each of them stored it
/// (docs/decisions/0019-live-across-centers.md). Reads the store on a thread of its own, and no call while nobody listens. What it has
/// to pass over is told to every reader. That another center ends, or the store is away, changes nothing but what there is to show.
/// </summary>
internal sealed class OtherCenters(ISharedFeed feed, LiveHub live, TimeProvider time) : IDisposable
{
    /// <summary>Batches of which it is asked at once.</summary>
    private const int MaxBatches = 64;

    /// <summary>Calls that are read at once; with a filter their records, bodies included.</summary>
    private const int CallsAtOnce = 500;

    private const int RecordsAtOnce = 100;

    /// <summary>Centers that are remembered before those that have been gone for long are forgotten.</summary>
    private const int MaxPlaces = 64;

    private readonly CancellationTokenSource _stop = new();
    private readonly Exchange _scratch = new();
    private readonly Dictionary<ulong, long> _places = [];
    private readonly Dictionary<ulong, (long Place, long Since)> _awaited = [];
    private Task? _task;
    private bool _isKnown;
    private string? _trouble;

    public void Start() => _task = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    public async Task Stop()
    {
        await _stop.CancelAsync();
        if (_task is not null) await _task;
    }

    public void Dispose() => _stop.Dispose();

    private void Run()
    {
        var pause = TimeSpan.Zero;
        while (!_stop.Token.WaitHandle.WaitOne(pause))
        {
            pause = TimeSpan.FromMilliseconds(live.Limits.FollowMs);
            try
            {
                // The first time it is only learned where others are: what was before this center began is nothing new.
                if (live.IsWatched && _isKnown)
                {
                    Follow();
                }
                else
                {
                    foreach (var (writer, end) in feed.FeedEnds(_stop.Token)) _places[writer] = end;
                    _isKnown = true;
                    pause *= live.IsWatched ? 1 : 4;
                }

                _trouble = null;
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception failure) when (Tell(failure))
            {
                // Told; tried again. Also what nobody foresaw: a stream that stands still would be taken for silence.
            }
        }
    }

    private void Follow()
    {
        while (true)
        {
            var batches = feed.FeedAfter(_places, MaxBatches, _stop.Token);
            var progress = false;
            foreach (var writer in batches.GroupBy(static batch => batch.Writer)) progress |= Follow(writer.Key, [.. writer]);
            Forget();
            if (!progress || batches.Count < MaxBatches) return;
        }
    }

    /// <summary>True when it came further.</summary>
    private bool Follow(ulong writer, List<FeedBatch> batches)
    {
        // One that is heard of only now began after this center, or was silent until now: nothing of it was before what is there.
        var place = _places.TryGetValue(writer, out var known) ? known : batches[0].First;
        var start = place;
        foreach (var batch in batches)
        {
            if (batch.End <= place) continue;
            if (batch.First > place && !Await(writer, place)) break;
            if (batch.First > place)
            {
                live.Miss(batch.First - place);
                place = batch.First;
            }

            // What lies more than the limit behind the newest is old news.
            var behind = batches[^1].End - live.Limits.MaxBehind;
            if (place < behind)
            {
                var reached = Math.Min(batch.End, behind);
                live.Miss(reached - place);
                place = reached;
            }

            place = Show(batch, place);
            _places[writer] = place;
            if (place < batch.End) break;
        }

        _places[writer] = place;
        if (place != start) _awaited.Remove(writer);
        return place != start;
    }

    /// <summary>How far it came: not to the end when calls are still on their way to the server that was asked.</summary>
    private long Show(FeedBatch batch, long place)
    {
        if (place >= batch.End) return place;
        if (feed.FeedCalls(batch, _stop.Token) is not { } calls)
        {
            live.Miss(batch.End - place);
            return batch.End;
        }

        while (place < batch.End)
        {
            var full = live.HasFilters;
            var some = calls.Skip((int)(place - batch.First)).Take(full ? RecordsAtOnce : CallsAtOnce).ToList();
            var found = feed.FeedRecords(some, full, _stop.Token);
            var missing = some.Count(call => !found.ContainsKey(call));
            if (missing > 0 && !Await(batch.Writer, place)) return place;
            foreach (var call in some)
                if (found.TryGetValue(call, out var fed)) Show(fed);
            if (missing > 0) live.Miss(missing);
            _awaited.Remove(batch.Writer);
            place += some.Count;
        }

        return place;
    }

    private void Show(FedCall call)
    {
        // A record of a newer Weir that this one cannot read is in the store all the same.
        if (ExchangeJsonReader.TryRead(call.Record.Length > 0 ? call.Record : call.Summary, _scratch, out _)) live.Publish(_scratch, call.Summary, fromHere: false);
        else live.Miss(1);
    }

    /// <summary>False while what is missing at this place may still come.</summary>
    private bool Await(ulong writer, long place)
    {
        if (!_awaited.TryGetValue(writer, out var awaited) || awaited.Place != place) _awaited[writer] = awaited = (place, time.GetTimestamp());
        return time.GetElapsedTime(awaited.Since) >= TimeSpan.FromMilliseconds(live.Limits.AwaitedMs);
    }

    private void Forget()
    {
        if (_places.Count <= MaxPlaces) return;
        var ends = feed.FeedEnds(_stop.Token);
        foreach (var writer in _places.Keys.Where(writer => !ends.ContainsKey(writer)).ToList())
        {
            _places.Remove(writer);
            _awaited.Remove(writer);
        }
    }

    /// <summary>Once while it stays the same.</summary>
    private bool Tell(Exception failure)
    {
        var trouble = failure is StoreException ? failure.Message : failure.ToString();
        if (_trouble != trouble) Console.Error.WriteLine($"weir: what other centers take cannot be shown: {trouble}");
        _trouble = trouble;
        return true;
    }
}
