namespace Weir.Kubernetes.Watching;

/// <summary>Waits between attempts: twice as long each time, within limits, and never the same on two probes that failed together.</summary>
internal sealed class Backoff(TimeSpan least, TimeSpan most)
{
    private TimeSpan _next;

    /// <summary>Half to all of the step.</summary>
    public TimeSpan Next()
    {
        var step = _next > TimeSpan.Zero ? _next : least;
        _next = step * 2 < most ? step * 2 : most;
        return step * (0.5 + (Random.Shared.NextDouble() / 2));
    }

    public void Reset() => _next = TimeSpan.Zero;
}
