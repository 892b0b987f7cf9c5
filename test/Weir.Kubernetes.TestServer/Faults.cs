namespace Weir.Kubernetes.TestServer;

/// <summary>What goes wrong on purpose. May be changed while the server runs.</summary>
public sealed class Faults
{
    private int _cutWatches;
    private int _failures;
    private ApiException? _failure;

    /// <summary>Answers are written in pieces of so many bytes, each sent for itself; 0 writes them whole.</summary>
    public int PieceBytes { get; set; }

    /// <summary>Wait between such pieces.</summary>
    public TimeSpan PieceDelay { get; set; }

    /// <summary>A version that is too old is told by the HTTP status, as some servers do, instead of an ERROR event.</summary>
    public bool GoneAsStatus { get; set; }

    /// <summary>No answer to a watch until it is changed back.</summary>
    public bool StallWatches { get; set; }

    /// <summary>Watches end at once, having told nothing.</summary>
    public bool EndWatchesAtOnce { get; set; }

    /// <summary>Requests that were answered, by verb and plural: <c>watch pods</c>.</summary>
    public System.Collections.Concurrent.ConcurrentDictionary<string, int> Requests { get; } = new(StringComparer.Ordinal);

    /// <summary>The next watches break off in the middle of their next event.</summary>
    public void CutWatches(int times) => Volatile.Write(ref _cutWatches, times);

    /// <summary>The next requests for objects fail.</summary>
    public void Fail(int times, ApiException failure)
    {
        _failure = failure;
        Volatile.Write(ref _failures, times);
    }

    internal bool TakeCut() => Take(ref _cutWatches);

    internal void ThrowIfFailing()
    {
        if (Take(ref _failures)) throw _failure!;
    }

    private static bool Take(ref int left)
    {
        while (Volatile.Read(ref left) is > 0 and var now)
        {
            if (Interlocked.CompareExchange(ref left, now - 1, now) == now) return true;
        }

        return false;
    }
}
