namespace Weir.Detection.Baseline;

/// <summary>How many different things in the last 60 s. Beyond <see cref="Capacity"/> the oldest are forgotten: enough is enough.</summary>
internal sealed class SlidingSet
{
    public const int Capacity = 512;
    private const long SpanNs = 60_000_000_000;

    private readonly Dictionary<ulong, long> _last = [];
    private readonly Queue<(ulong Value, long TimeNs)> _order = new();

    public int Count => _last.Count;

    /// <summary>Time of the oldest that still counts; 0 when empty.</summary>
    public long OldestNs => _order.TryPeek(out var first) ? first.TimeNs : 0;

    public void Add(ulong value, long nowNs)
    {
        Advance(nowNs);
        // Seen a moment ago: to note it again would only push others out.
        if (_last.TryGetValue(value, out var known) && nowNs - known < SlidingCounter.StepNs) return;
        _last[value] = nowNs;
        _order.Enqueue((value, nowNs));
        while (_order.Count > Capacity) Drop();
    }

    public void Advance(long nowNs)
    {
        while (_order.TryPeek(out var first) && nowNs - first.TimeNs > SpanNs) Drop();
    }

    private void Drop()
    {
        var (value, time) = _order.Dequeue();
        if (_last.TryGetValue(value, out var latest) && latest == time) _last.Remove(value);
    }
}
