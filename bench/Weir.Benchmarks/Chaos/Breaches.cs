namespace Weir.Benchmarks.Chaos;

/// <summary>What the run holds Weir to and Weir did not keep. Any thread.</summary>
internal sealed class Breaches(TextWriter output)
{
    private readonly Lock _gate = new();
    private readonly List<(string Invariant, string What)> _all = [];

    public int Count
    {
        get
        {
            lock (_gate) return _all.Count;
        }
    }

    public void Add(string invariant, string what)
    {
        lock (_gate)
        {
            _all.Add((invariant, what));
            output.WriteLine($"BREACH of \"{invariant}\": {what}");
        }
    }

    public int Of(string invariant)
    {
        lock (_gate) return _all.Count(one => one.Invariant == invariant);
    }
}
