namespace Weir.Storage.Traffic;

/// <summary>Which counters, and how they are put together.</summary>
public sealed record TrafficQuery
{
    /// <summary>Fields of a counter that can be grouped and filtered by. Those without a side are of either end.</summary>
    public static IReadOnlyList<string> Fields { get; } =
    [
        "node", "device", "direction", "protocol", "source", "destination", "pod", "workload", "service",
        "source_pod", "source_workload", "source_service", "destination_pod", "destination_workload", "destination_service",
    ];

    /// <summary>Fields that either end may have.</summary>
    internal static IReadOnlyList<string> EitherEnd { get; } = ["pod", "workload", "service"];

    /// <summary>Unix seconds, a multiple of <see cref="StepSeconds"/>.</summary>
    public required long From { get; init; }

    /// <summary>Unix seconds, not included.</summary>
    public required long To { get; init; }

    public required long StepSeconds { get; init; }

    /// <summary>Of <see cref="Fields"/>; empty sums everything.</summary>
    public IReadOnlyList<string> GroupBy { get; init; } = [];

    /// <summary>Values that fields must have.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Where { get; init; } = [];

    /// <summary>Groups that are told one by one, those with the most bytes.</summary>
    public int Top { get; init; } = 10;
}

/// <summary>Bytes and packets of a step.</summary>
/// <param name="Start">Unix seconds.</param>
/// <param name="Bytes">Of whole frames.</param>
/// <param name="Packets">How many.</param>
public readonly record struct TrafficStep(long Start, long Bytes, long Packets);

/// <summary>One group.</summary>
/// <param name="Values">In the order of <see cref="TrafficQuery.GroupBy"/>; empty where it is not known.</param>
/// <param name="Bytes">Of the whole time.</param>
/// <param name="Packets">Of the whole time.</param>
/// <param name="Steps">Those with traffic, oldest first.</param>
public sealed record TrafficGroup(IReadOnlyList<string> Values, long Bytes, long Packets, IReadOnlyList<TrafficStep> Steps);

/// <summary>The answer to a query.</summary>
/// <param name="Bytes">Of everything that matches, each counter once.</param>
/// <param name="Packets">Of everything that matches.</param>
/// <param name="Steps">The same by step.</param>
/// <param name="Groups">Those with the most bytes, most first.</param>
/// <param name="OtherGroups">How many there are beside them.</param>
/// <param name="OtherBytes">Theirs.</param>
/// <param name="OtherPackets">Theirs.</param>
public sealed record TrafficAnswer(
    long Bytes, long Packets, IReadOnlyList<TrafficStep> Steps, IReadOnlyList<TrafficGroup> Groups, long OtherGroups, long OtherBytes, long OtherPackets);
