namespace Weir.Cli.Replay;

/// <summary>
/// Puts requests back in order of their start: a reader gives exchanges as they end. Bounded: the reader waits while it is full.
/// One thread adds, one takes.
/// </summary>
/// <param name="depth">Requests looked over for the earliest.</param>
internal sealed class ReplayQueue(int depth)
{
    /// <summary>Bytes of requests held; beyond it the earliest goes even if fewer than <c>depth</c> are there.</summary>
    private const long MaxBytes = 256 << 20;

    private readonly object _gate = new();
    private readonly PriorityQueue<ReplayRequest, (long StartNs, long Order)> _earliest = new();
    private long _bytes;
    private long _order;
    private bool _ended;

    private bool IsFull => _earliest.Count >= depth || _bytes >= MaxBytes;

    public void Add(ReplayRequest request, CancellationToken cancellation)
    {
        lock (_gate)
        {
            while (IsFull && !cancellation.IsCancellationRequested) Monitor.Wait(_gate, 100);
            if (cancellation.IsCancellationRequested) return;
            _earliest.Enqueue(request, (request.StartNs, _order++));
            _bytes += request.Size;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Nothing more comes.</summary>
    public void End()
    {
        lock (_gate)
        {
            _ended = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>The earliest of those that are there, once enough are; null at the end or when cancelled.</summary>
    public ReplayRequest? Take(CancellationToken cancellation)
    {
        lock (_gate)
        {
            while (!_ended && !IsFull && !cancellation.IsCancellationRequested) Monitor.Wait(_gate, 100);
            if (cancellation.IsCancellationRequested || !_earliest.TryDequeue(out var request, out _)) return null;
            _bytes -= request.Size;
            Monitor.PulseAll(_gate);
            return request;
        }
    }
}
