namespace Weir.Storage.Traffic;

/// <summary>What the store of byte counters keeps.</summary>
/// <param name="MaxRows">Rows of counters, some 40 bytes each; the oldest intervals go first. 5 million: 200 MB, a week of 500 pairs a minute.</param>
/// <param name="MaxAge">Age beyond which counters are deleted. A week, as of calls.</param>
/// <param name="ReportAge">How long the ids of reports are remembered, so that one which comes again is not counted again. 3 days: three times what a spool keeps.</param>
/// <param name="MaxCachedSeries">Series whose number is in memory, 300 bytes each; all are forgotten at the limit. 50 000: what a large node counts in an interval.</param>
/// <param name="MaxQueryTime">How long one query may take. 10 s: longer than people wait.</param>
/// <param name="MaxPoints">Points that wait for InfluxDB, on disk; the oldest go first. 1 million: hours of an outage, 100 MB.</param>
/// <param name="PointAge">How long a point that was written is remembered, so that what comes late is added to it. 15 minutes: longer than probes hold records back.</param>
public sealed record TrafficStoreLimits(
    long MaxRows, TimeSpan MaxAge, TimeSpan ReportAge, int MaxCachedSeries, TimeSpan MaxQueryTime, int MaxPoints, TimeSpan PointAge)
{
    public static TrafficStoreLimits Default { get; } = new(
        5_000_000, TimeSpan.FromDays(7), TimeSpan.FromDays(3), 50_000, TimeSpan.FromSeconds(10), 1_000_000, TimeSpan.FromMinutes(15));
}
