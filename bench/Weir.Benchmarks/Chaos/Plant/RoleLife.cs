using Weir.Benchmarks.Soak;

namespace Weir.Benchmarks.Chaos.Plant;

internal enum Ending
{
    Running,
    Killed,
    Terminated,
    /// <summary>It said that it cannot go on, where that is the right answer to what was done to it.</summary>
    GaveUp,
    /// <summary>Nobody knows why: a breach.</summary>
    ByItself,
}

/// <summary>One process of a role, from its start to its end. Times are Unix milliseconds.</summary>
internal sealed class RoleLife(long startMs, MemorySamples memory)
{
    public long StartMs { get; } = startMs;

    /// <summary>When its health page answered; <see cref="long.MaxValue"/> before.</summary>
    public long ReadyMs { get; set; } = long.MaxValue;

    /// <summary>From when on it sees nothing; <see cref="long.MaxValue"/> while it runs.</summary>
    public long EndMs { get; set; } = long.MaxValue;

    public Ending Ending { get; set; }

    public MemorySamples Memory { get; } = memory;

    /// <summary>Losses by reason and what was delivered, when it was asked last.</summary>
    public IReadOnlyDictionary<string, long> Counters { get; set; } = new Dictionary<string, long>();

    /// <summary>Standard error.</summary>
    public string Said { get; set; } = "";

    public long Counter(string name) => Counters.TryGetValue(name, out var count) ? count : 0;
}
