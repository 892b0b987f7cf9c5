using Weir.Records.Traffic;

namespace Weir.Kernel.Tests;

/// <summary>Keeps what an accountant tells.</summary>
internal sealed class ToldTraffic : ITrafficSink
{
    public List<TrafficCount> Counts { get; } = [];

    public void Write(TrafficReport report) => Counts.AddRange(report.Counts);

    public long Sum(string direction, string? device = null) =>
        Counts.Where(count => count.Direction == direction && (device is null || count.Device == device)).Sum(count => count.Bytes);

    /// <summary>Sums of all intervals.</summary>
    public SortedDictionary<string, (long Bytes, long Packets)> Rows() => new(
        Counts.GroupBy(count => $"{count.Device} {count.Direction} {count.Protocol} {count.Source} {count.Destination}", StringComparer.Ordinal)
            .ToDictionary(same => same.Key, same => (same.Sum(count => count.Bytes), same.Sum(count => count.Packets))), StringComparer.Ordinal);
}
