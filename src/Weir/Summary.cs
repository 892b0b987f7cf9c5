using System.Globalization;
using Weir.Cli.Values;
using Weir.Probe;
using Weir.Probe.Flows;
using Weir.Records.Status;

namespace Weir.Cli;

/// <summary>The lines a long command ends with, on standard error: what went in, what came out, what was lost and why.</summary>
internal static class Summary
{
    /// <summary>Prints the counters; a source that warned is not said to have lost nothing.</summary>
    public static void Print(ProbeReport report, bool warned)
    {
        var calls = report.ExchangesSeen == report.Exchanges
            ? Number(report.Exchanges)
            : $"{Number(report.Exchanges)} of {Number(report.ExchangesSeen)}";
        Console.Error.WriteLine(
            $"weir: {calls} calls from {Number(report.Packets)} packets ({ByteSize.Format(report.Bytes)}), "
            + $"{Number(report.Connections)} connections, in {report.Seconds.ToString("0.0", CultureInfo.InvariantCulture)} s");
        PrintLosses(report.Losses, report.Dropped, warned);
    }

    /// <summary>The same for a run of the flow meter.</summary>
    public static void Print(FlowReport report, bool warned)
    {
        Console.Error.WriteLine(
            $"weir: {Number(report.Flows)} flows from {Number(report.Packets)} packets ({ByteSize.Format(report.Bytes)}), "
            + $"in {report.Seconds.ToString("0.0", CultureInfo.InvariantCulture)} s");
        PrintLosses(report.Losses, report.Dropped, warned);
    }

    private static void PrintLosses(IReadOnlyList<Loss> all, IReadOnlyDictionary<string, long> dropped, bool warned)
    {
        var losses = dropped.Where(reason => reason.Value > 0).ToList();
        if (losses.Count == 0 && warned) return;
        Console.Error.WriteLine(losses.Count == 0
            ? "weir: nothing was lost"
            : $"weir: lost: {string.Join(", ", losses.Select(reason => $"{reason.Key} {Number(reason.Value)}"))}");
        foreach (var loss in all.Where(loss => loss.Count > 0))
        {
            var where = loss.Interface == Loss.Anywhere ? "" : $" on {loss.Interface}";
            Console.Error.WriteLine($"weir:   {loss.Reason} {Number(loss.Count)}{where}: {LossReasons.Of(loss.Reason).Meaning}");
        }
    }

    public static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
