using System.Globalization;
using Weir.Cli.Values;
using Weir.Probe;
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
        var losses = report.Dropped.Where(reason => reason.Value > 0).ToList();
        if (losses.Count == 0 && warned) return;
        Console.Error.WriteLine(losses.Count == 0
            ? "weir: nothing was lost"
            : $"weir: lost: {string.Join(", ", losses.Select(reason => $"{reason.Key} {Number(reason.Value)}"))}");
        foreach (var loss in report.Losses.Where(loss => loss.Count > 0))
        {
            var where = loss.Interface == Loss.Anywhere ? "" : $" on {loss.Interface}";
            Console.Error.WriteLine($"weir:   {loss.Reason} {Number(loss.Count)}{where}: {LossReasons.Of(loss.Reason).Meaning}");
        }
    }

    public static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
