namespace Weir.Probe;

/// <summary>Counts matching exchanges over all workers, so that exactly as many come out as were asked for. Thread-safe.</summary>
/// <param name="max">Exchanges that may come out; null for any number.</param>
/// <param name="reached">Called once, by the worker that took the last.</param>
public sealed class ExchangeLimit(long? max, Action reached)
{
    private long _taken;

    public static ExchangeLimit None { get; } = new(null, static () => { });

    public bool IsReached => max is { } limit && Volatile.Read(ref _taken) >= limit;

    /// <summary>False when the exchange is one too many.</summary>
    public bool TryTake()
    {
        if (max is not { } limit) return true;
        var taken = Interlocked.Increment(ref _taken);
        if (taken == limit) reached();
        return taken <= limit;
    }
}
