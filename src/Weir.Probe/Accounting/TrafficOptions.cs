using Weir.Flows.Accounting;
using Weir.Records;
using Weir.Records.Traffic;

namespace Weir.Probe;

/// <summary>How bytes are counted, and where the counters go.</summary>
public sealed record TrafficOptions
{
    /// <summary>Where reports go.</summary>
    public required ITrafficSink Sink { get; init; }

    /// <summary>Length of an interval; at least a second.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Name of this probe in reports.</summary>
    public string Node { get; init; } = "";

    /// <summary>Address of this probe in reports, as text; empty when it is not known.</summary>
    public string Address { get; init; } = "";

    /// <summary>Interfaces that are counted; null for all that are captured.</summary>
    public Func<string, bool>? Devices { get; init; }

    /// <summary>Says who addresses belong to; null leaves that unknown.</summary>
    public IPeerIdentifier? Identifier { get; init; }

    public TrafficLimits Limits { get; init; } = TrafficLimits.Default;
}
