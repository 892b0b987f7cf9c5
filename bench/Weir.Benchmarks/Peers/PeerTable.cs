using System.Globalization;
using Weir.Benchmarks.Generate;

namespace Weir.Benchmarks.Peers;

/// <summary>Runs every peer that is present over the same captures, one after the other, and prints one table.</summary>
public static class PeerTable
{
    /// <summary>Most time of one run: a reader that is superlinear in the length of a connection never ends.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    private const string Header = "capture            tool                   wall s   CPU s  peak MiB       found  of truth      MB/s  x weir none";

    private readonly record struct Row(Peer Peer, Cost Cost, long? Exchanges);

    /// <summary>Returns how many runs failed.</summary>
    public static int Print(BenchOptions options, TextWriter output, TextWriter progress)
    {
        var peers = Present(options, progress);
        var failures = 0;
        output.WriteLine(Header);
        foreach (var capture in options.Open())
        {
            progress.WriteLine(capture);
            var rows = new List<Row>();
            foreach (var peer in peers)
            {
                progress.WriteLine($"  {peer.Name} …");
                rows.Add(Measure(peer, capture, options));
            }

            foreach (var row in rows) output.WriteLine(Line(row, capture, rows[0]));
            failures += rows.Count(row => row.Cost.ExitCode != 0);
        }

        return failures;
    }

    private static List<Peer> Present(BenchOptions options, TextWriter progress)
    {
        var present = new List<Peer>();
        foreach (var peer in Peer.All(options.Weir!).Where(peer => !options.Skip.Contains(peer.Name)))
        {
            if (peer.Present) present.Add(peer);
            else progress.WriteLine($"{peer.Name}: not here ({peer.Program})");
        }

        return present;
    }

    /// <summary>The cheapest of several runs: what others did on the machine only ever adds.</summary>
    private static Row Measure(Peer peer, Capture capture, BenchOptions options)
    {
        var scratch = Path.Combine(options.Directory, "out-" + peer.Name.Replace(' ', '-'));
        var command = peer.Command
            .Replace("{file}", $"'{capture.Path}'", StringComparison.Ordinal)
            .Replace("{out}", $"'{scratch}'", StringComparison.Ordinal);
        Row? best = null;
        for (var run = 0; run < options.Runs; run++)
        {
            Remove(scratch);
            var cost = ChildRun.Run(command, Limit);
            long? exchanges = cost.ExitCode == 0 && peer.Count is not null && File.Exists(scratch) ? peer.Count(scratch) : null;
            if (best is null || cost.Cpu < best.Value.Cost.Cpu) best = new Row(peer, cost, exchanges);
            if (cost.ExitCode != 0) break;
        }

        Remove(scratch);
        return best!.Value;
    }

    private static string Line(Row row, Capture capture, Row weir)
    {
        var (peer, cost, exchanges) = row;
        if (cost.ExitCode != 0) return $"{capture.Name,-18} {peer.Name,-21} failed with exit code {cost.ExitCode}";
        // Rates and the ratio are by CPU time: on a shared machine the wall clock measures the neighbours.
        var cpu = Math.Max(cost.Cpu.TotalSeconds, 0.01);
        var ratio = weir.Cost.ExitCode == 0 ? Number(cpu / Math.Max(weir.Cost.Cpu.TotalSeconds, 0.01), "0.0") : "-";
        var share = exchanges is { } found && capture.Exchanges is > 0 and { } truth ? Number(100.0 * found / truth, "0.0") + " %" : "-";
        return string.Create(CultureInfo.InvariantCulture,
            $"{capture.Name,-18} {peer.Name,-21} {cost.Wall.TotalSeconds,7:0.00} {cost.Cpu.TotalSeconds,7:0.00} {cost.PeakBytes / 1048576.0,9:0} {exchanges?.ToString(CultureInfo.InvariantCulture) ?? "-",11} {share,9} {capture.Megabytes / cpu,9:0} {ratio,12}");
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static void Remove(string path)
    {
        if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
        File.Delete(path);
    }
}
