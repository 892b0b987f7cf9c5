using System.Globalization;

namespace Weir.Benchmarks.Peers;

/// <summary>Runs every peer that is present over one capture, one after the other, and prints the table.</summary>
public static class PeerTable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    private readonly record struct Row(string Name, Cost Cost, long? Exchanges);

    /// <summary>Returns how many runs failed.</summary>
    public static int Print(BenchOptions options, TextWriter output, TextWriter progress)
    {
        var file = options.CaptureFile;
        var rows = new List<Row>();
        foreach (var peer in Peer.All(options.Weir!).Where(peer => !options.Skip.Contains(peer.Name)))
        {
            if (!peer.Present)
            {
                progress.WriteLine($"{peer.Name}: not here ({peer.Program})");
                continue;
            }

            progress.WriteLine($"{peer.Name} …");
            rows.Add(Measure(peer, file, options.Directory));
        }

        Print(rows, new FileInfo(file).Length / 1e6, output);
        return rows.Count(row => row.Cost.ExitCode != 0);
    }

    private static Row Measure(Peer peer, string file, string directory)
    {
        var scratch = Path.Combine(directory, "out-" + peer.Name.Replace(' ', '-'));
        Remove(scratch);
        var command = peer.Command
            .Replace("{file}", $"'{file}'", StringComparison.Ordinal)
            .Replace("{out}", $"'{scratch}'", StringComparison.Ordinal);
        var cost = ChildRun.Run(command, Limit);
        long? exchanges = cost.ExitCode == 0 && peer.Count is not null && File.Exists(scratch) ? peer.Count(scratch) : null;
        Remove(scratch);
        return new Row(peer.Name, cost, exchanges);
    }

    private static void Print(List<Row> rows, double megabytes, TextWriter output)
    {
        var tshark = rows.FirstOrDefault(row => row is { Name: "tshark", Cost.ExitCode: 0 });
        output.WriteLine("tool        wall s   CPU s  peak MiB  exchanges  exchanges/s      MB/s  x tshark");
        foreach (var (name, cost, exchanges) in rows)
        {
            if (cost.ExitCode != 0)
            {
                output.WriteLine($"{name,-10} failed with exit code {cost.ExitCode}");
                continue;
            }

            // Rates and the ratio are by CPU time: on a shared machine the wall clock measures the neighbours.
            var cpu = Math.Max(cost.Cpu.TotalSeconds, 0.01);
            var ratio = tshark.Name is null ? "-" : Number(tshark.Cost.Cpu.TotalSeconds / cpu, "0.0");
            var rate = exchanges is { } count ? Number(count / cpu, "0") : "-";
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{name,-10} {cost.Wall.TotalSeconds,7:0.00} {cost.Cpu.TotalSeconds,7:0.00} {cost.PeakBytes / 1048576.0,9:0} {exchanges?.ToString(CultureInfo.InvariantCulture) ?? "-",10} {rate,12} {megabytes / cpu,9:0} {ratio,9}"));
        }
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);

    private static void Remove(string path)
    {
        if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
        File.Delete(path);
    }
}
