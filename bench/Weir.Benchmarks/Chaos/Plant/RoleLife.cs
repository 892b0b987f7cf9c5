using Weir.Benchmarks.Chaos.Load;
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

/// <summary>Packets or connections that a role says it lost, and between which two looks at its counters.</summary>
internal sealed record LossSpan(long FromMs, long ToMs, long Count)
{
    /// <summary>How much later than the call it befell a loss may be counted, or earlier: what is missing is waited for.</summary>
    private const int EdgeMs = 3000;

    public bool Covers(MadeCall call) => call.EndMs >= FromMs - EdgeMs && call.StartMs <= ToMs + EdgeMs;
}

/// <summary>One process of a role, from its start to its end. Times are Unix milliseconds.</summary>
internal sealed class RoleLife(long startMs, MemorySamples memory)
{
    /// <summary>Packets, or the connections they belong to, that it never had.</summary>
    private static readonly string[] s_captureReasons = ["kernel_drops", "stream_connections_evicted"];

    private long _askedMs = startMs;

    public long StartMs { get; } = startMs;

    /// <summary>When its health page answered; <see cref="long.MaxValue"/> before.</summary>
    public long ReadyMs { get; set; } = long.MaxValue;

    /// <summary>From when on it sees nothing; <see cref="long.MaxValue"/> while it runs.</summary>
    public long EndMs { get; set; } = long.MaxValue;

    public Ending Ending { get; set; }

    public MemorySamples Memory { get; } = memory;

    /// <summary>Losses by reason and what was delivered, when it was asked last.</summary>
    public IReadOnlyDictionary<string, long> Counters { get; private set; } = new Dictionary<string, long>();

    /// <summary>When it lost what it could not capture.</summary>
    public List<LossSpan> Spans { get; } = [];

    /// <summary>Standard error.</summary>
    public string Said { get; set; } = "";

    /// <param name="counters">New values.</param>
    /// <param name="askedMs">When they were asked for.</param>
    public void Take(IReadOnlyDictionary<string, long> counters, long askedMs)
    {
        var before = s_captureReasons.Sum(Counter);
        Counters = counters;
        var lost = s_captureReasons.Sum(Counter) - before;
        if (lost > 0) Spans.Add(new LossSpan(_askedMs, Role.NowMs, lost));
        _askedMs = askedMs;
    }

    public long Counter(string name) => Counters.TryGetValue(name, out var count) ? count : 0;
}
