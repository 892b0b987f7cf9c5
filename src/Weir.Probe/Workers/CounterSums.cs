namespace Weir.Probe;

/// <summary>Adds up what several workers count under the same names.</summary>
internal static class CounterSums
{
    /// <summary>Names in the order of their first appearance.</summary>
    public static IReadOnlyDictionary<string, long> Of(IEnumerable<KeyValuePair<string, long>> counters)
    {
        var sums = new OrderedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var (name, value) in counters) sums[name] = sums.GetValueOrDefault(name) + value;
        return sums;
    }
}
