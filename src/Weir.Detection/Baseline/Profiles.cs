using Weir.Flows;

namespace Weir.Detection.Baseline;

/// <summary>The latest flows and exchanges of a profile: evidence, should there be something to prove.</summary>
internal sealed class RecentEvidence
{
    private const int Kept = 8;
    private readonly FlowTuple[] _flows = new FlowTuple[Kept];
    private readonly string?[] _exchanges = new string?[Kept];
    private long _next;

    public void Add(in FlowTuple flow)
    {
        _exchanges[_next % Kept] = null;
        _flows[_next++ % Kept] = flow;
    }

    public void Add(string exchange) => _exchanges[_next++ % Kept] = exchange;

    /// <summary>The latest first.</summary>
    public IReadOnlyList<string> Ids()
    {
        var ids = new List<string>();
        for (var at = _next - 1; at >= Math.Max(0, _next - Kept); at--) ids.Add(_exchanges[at % Kept] ?? FlowId(_flows[at % Kept]));
        return ids;
    }

    /// <summary>As the column Flow ID of flow tables spells it.</summary>
    public static string FlowId(in FlowTuple flow) =>
        $"{flow.Source}-{flow.Destination}-{flow.SourcePort}-{flow.DestinationPort}-{flow.Protocol}";
}

/// <summary>What is normal for one service.</summary>
internal sealed class ServiceProfile
{
    public SlidingCounter Connections;
    public SlidingCounter Calls;
    public SlidingCounter Failed;
    public Season Season;

    public SlidingSet Slow { get; } = new();

    /// <summary>Connections in 10 s.</summary>
    public QuantileSketch UsualConnections { get; } = new();

    /// <summary>Slow connections in 60 s.</summary>
    public QuantileSketch UsualSlow { get; } = new();

    public QuantileSketch UsualFailed { get; } = new();

    /// <summary>Connections of one caller in 60 s.</summary>
    public QuantileSketch UsualPerCaller { get; } = new();

    /// <summary>Refused calls of one caller in 60 s.</summary>
    public QuantileSketch UsualRefused { get; } = new();

    public QuantileSketch RequestBytes { get; } = new();

    public QuantileSketch ResponseBytes { get; } = new();

    public HashSet<string> Endpoints { get; } = [];

    public RecentEvidence Evidence { get; } = new();

    /// <summary>Of the 10 s at hand; what it held was learned when the next began.</summary>
    public long Step { get; set; }

    /// <summary>Something was reported in the 10 s at hand, so they are not what is usual.</summary>
    public bool IsDisturbed { get; set; }

    /// <summary>Calls inside its connections can be seen.</summary>
    public bool HasCalls { get; set; }
}

/// <summary>What one source does, whomever it asks.</summary>
internal sealed class SourceProfile
{
    /// <summary>Services that did not answer.</summary>
    public SlidingSet Silent { get; } = new();

    public QuantileSketch UsualSilent { get; } = new();

    public RecentEvidence Evidence { get; } = new();

    public long Step { get; set; }

    public bool IsDisturbed { get; set; }
}

/// <summary>One source at one service.</summary>
internal sealed class CallerProfile
{
    public SlidingCounter Connections;
    public SlidingCounter Short;
    public SlidingCounter Calls;
    public SlidingCounter Refused;

    /// <summary>It came after learning; for an hour, or as long as learning took, it is new.</summary>
    public bool IsNew { get; init; }

    public long FirstNs { get; init; }

    /// <summary>Mean and spread of the logarithm of bytes sent by short connections.</summary>
    public double MeanLogBytes { get; set; }

    public double SpreadLogBytes { get; set; }

    public RecentEvidence Evidence { get; } = new();

    public long Step { get; set; }

    public bool IsDisturbed { get; set; }
}
