namespace Weir.Records.Metrics;

public enum MetricKind : byte
{
    /// <summary>Only grows, since the process began.</summary>
    Counter,
    Gauge,
    /// <summary>Counts by upper bound, with their sum.</summary>
    Histogram,
}

/// <summary>One family of samples.</summary>
/// <param name="Name"><c>weir_&lt;area&gt;_&lt;what&gt;_&lt;unit&gt;[_total]</c>, as a sample of it is called.</param>
/// <param name="Kind">What may be done with its values.</param>
/// <param name="Unit">The unit that the name ends in (OpenMetrics §5.2.4); empty for counts of things.</param>
/// <param name="Help">One sentence: what is counted.</param>
/// <param name="Labels">Names of its labels, in the order in which they are written.</param>
public sealed record Metric(string Name, MetricKind Kind, string Unit, string Help, params string[] Labels)
{
    private const string CounterSuffix = "_total";

    /// <summary>What OpenMetrics calls the family: without the ending that counters have (OpenMetrics §5.1.4).</summary>
    public string FamilyName => Kind == MetricKind.Counter && Name.EndsWith(CounterSuffix, StringComparison.Ordinal)
        ? Name[..^CounterSuffix.Length]
        : Name;
}
