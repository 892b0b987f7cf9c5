using Weir.Records;
using Weir.Records.Json;
using Weir.Storage;

namespace Weir.Center.Tests.Streams;

/// <summary>A feed in memory, in which batches can be late and calls not there yet.</summary>
internal sealed class FakeFeed : ISharedFeed
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<(ulong Writer, long First), int[]> _batches = [];
    private readonly HashSet<int> _absent = [];
    private bool _away;

    /// <summary>Questions that were answered.</summary>
    public int Asked { get; private set; }

    /// <summary>Calls that were read.</summary>
    public int CallsRead { get; private set; }

    public void Add(ulong writer, long first, params IEnumerable<int> calls)
    {
        lock (_gate) _batches.Add((writer, first), [.. calls]);
    }

    public void SetAbsent(int call, bool absent)
    {
        lock (_gate) _ = absent ? _absent.Add(call) : _absent.Remove(call);
    }

    public void SetAway(bool away)
    {
        lock (_gate) _away = away;
    }

    public IReadOnlyDictionary<ulong, long> FeedEnds(CancellationToken cancellation = default)
    {
        lock (_gate)
        {
            Answer();
            return _batches.GroupBy(one => one.Key.Writer).ToDictionary(one => one.Key, one => one.Max(batch => batch.Key.First + batch.Value.Length));
        }
    }

    public IReadOnlyList<FeedBatch> FeedAfter(IReadOnlyDictionary<ulong, long> places, int limit, CancellationToken cancellation = default)
    {
        lock (_gate)
        {
            Answer();
            return
            [
                .. _batches.Select(one => new FeedBatch(one.Key.Writer, one.Key.First, one.Value.Length))
                    .Where(batch => !places.TryGetValue(batch.Writer, out var place) || batch.End > place).Take(limit),
            ];
        }
    }

    public IReadOnlyList<ExchangeCursor>? FeedCalls(FeedBatch batch, CancellationToken cancellation = default)
    {
        lock (_gate)
        {
            Answer();
            return _batches.TryGetValue((batch.Writer, batch.First), out var calls) ? [.. calls.Select(Place)] : null;
        }
    }

    public IReadOnlyDictionary<ExchangeCursor, FedCall> FeedRecords(IReadOnlyCollection<ExchangeCursor> calls, bool full, CancellationToken cancellation = default)
    {
        lock (_gate)
        {
            Answer();
            CallsRead += calls.Count;
            return calls.Where(call => !_absent.Contains(Number(call)))
                .ToDictionary(call => call, call => new FedCall(Json(Number(call), ExchangeDetail.Summary), full ? Json(Number(call), ExchangeDetail.Full) : []));
        }
    }

    private static ExchangeCursor Place(int call) => new(Calls.EpochNs, Calls.Id(call));

    private static int Number(ExchangeCursor place) => (int)(uint)place.Id.Value;

    private static byte[] Json(int call, ExchangeDetail detail)
    {
        var json = new System.Buffers.ArrayBufferWriter<byte>();
        new ExchangeJsonWriter(detail).Write(Calls.Make(call, status: call % 10 == 0 ? 500 : 200), json);
        return json.WrittenSpan.ToArray();
    }

    private void Answer()
    {
        if (_away) throw new StoreException(StoreFailure.Unreachable, "away");
        Asked++;
    }
}
