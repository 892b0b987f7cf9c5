namespace Weir.Testing;

/// <summary>
/// Measures what a piece of code allocates once it is warm. The runtime itself allocates now and then on any thread (tiered
/// compilation, lazily made statics), so one round proves little: what the code allocates every time shows in every round.
/// </summary>
public static class SteadyState
{
    private const int Rounds = 10;

    /// <summary>The least bytes allocated on this thread by a round; zero ends the search.</summary>
    /// <param name="prepare">Makes what a round works on; not measured.</param>
    /// <param name="round">The code in question.</param>
    public static long AllocatedBytes<T>(Func<T> prepare, Action<T> round)
    {
        var least = long.MaxValue;
        for (var i = 0; i < Rounds && least > 0; i++)
        {
            var subject = prepare();
            var before = GC.GetAllocatedBytesForCurrentThread();
            round(subject);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }

    public static long AllocatedBytes(Action round) => AllocatedBytes<object?>(() => null, _ => round());
}
