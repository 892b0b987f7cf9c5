using Weir.Detection.Baseline;
using Weir.Detection.Findings;
using Weir.Detection.Sequences;
using Weir.Flows;

namespace Weir.Benchmarks.Detection;

/// <summary>
/// Which flows of a test part the baseline takes for part of an alarm. It learns from benign flows of the training and validation part, a week
/// before (the same hours of day, since parts interleave in time), and then sees the test part in the order in which flows end.
/// </summary>
internal static class BaselineFlags
{
    private const long WeekNs = 7L * 24 * 3600 * 1_000_000_000;

    public static bool[] Of(PreparedSplit split, IReadOnlyList<int> learned)
    {
        var options = BaselineOptions.Default with { Learning = TimeSpan.FromDays(6) };
        var detector = new BaselineDetector(options, new Nobody());
        foreach (var row in learned.OrderBy(row => End(split.Table, row))) detector.OnFlow(Observe(split.Table, row, -WeekNs));
        var flags = new bool[split.TestRows.Length];
        foreach (var i in Enumerable.Range(0, flags.Length).OrderBy(i => End(split.Table, split.TestRows[i])))
            flags[i] = detector.OnFlow(Observe(split.Table, split.TestRows[i], 0)) >= Severity.Medium;
        return flags;
    }

    private static long End(FlowTable table, int row) => Observe(table, row, 0).NowNs;

    private static FlowObservation Observe(FlowTable table, int row, long shiftNs)
    {
        var features = new double[FlowFeatures.Count];
        var values = table[row];
        for (var i = 0; i < values.Length; i++) features[(int)table.Features.Features[i]] = values[i];
        return FlowObservation.OfWhole(features, table.Tuples[row], table.Starts[row] + shiftNs);
    }

    private sealed class Nobody : IFindingSink
    {
        public void OnFinding(Finding finding)
        {
            // Only the flags count here.
        }
    }
}
