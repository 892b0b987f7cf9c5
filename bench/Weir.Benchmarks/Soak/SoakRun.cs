using System.Diagnostics;
using System.Globalization;
using System.Net.NetworkInformation;
using System.Text.Json;

namespace Weir.Benchmarks.Soak;

/// <summary>
/// Runs the built <c>weir sniff</c> beside more traffic than it can take, in a network namespace of its own, and looks at three
/// things: resident memory stays flat under a tight heap limit, nothing that is told as complete is wrong, and what is missing
/// has a reason.
/// </summary>
internal static class SoakRun
{
    /// <summary>Heap that the process may have, 320 MiB: a leak ends the run instead of the machine.</summary>
    private const string HeapLimit = "0x14000000";

    public static async Task<int> Run(string weir, TimeSpan duration, TextWriter output)
    {
        if (NetworkInterface.GetAllNetworkInterfaces().Any(device => device.NetworkInterfaceType != NetworkInterfaceType.Loopback))
        {
            await output.WriteLineAsync("soak: run it in a network namespace of its own: unshare --net …, or ./dev soak");
            return 2;
        }

        SetUpDevices();
        var statistics = Path.GetTempFileName();
        using var end = new CancellationTokenSource();
        using var server = new SoakServer(end.Token);
        using var process = StartWeir(weir, statistics);
        var check = new RecordCheck();
        var reading = check.Read(process.StandardOutput);
        var errors = process.StandardError.ReadToEndAsync();
        new SoakClients(server.EndPoint, end.Token).Start();
        var storm = new PacketStorm(end.Token);

        var samples = new MemorySamples(process.Id);
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < duration && samples.Take()) await Task.Delay(1000);
        var survived = !process.HasExited;
        await end.CancelAsync();
        storm.Dispose();
        if (survived) Terminate(process.Id);
        await process.WaitForExitAsync();
        await reading;

        samples.Print(output);
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"memory {Judge(samples)}, peak {samples.Peak >> 20} MiB; calls complete {check.Complete}, incomplete {check.Incomplete}, corrupt {check.Corrupt}"));
        if (check.Example is { } example) await output.WriteLineAsync($"corrupt: {example[..Math.Min(600, example.Length)]} … {example[Math.Max(0, example.Length - 400)..]}");
        if (survived) PrintStatistics(statistics, output);
        else await output.WriteLineAsync($"weir ended by itself with {process.ExitCode}: {await errors}");
        File.Delete(statistics);
        return survived && (samples.IsFlat || !samples.IsLongEnough) && check.Corrupt == 0 && check.Complete > 0 ? 0 : 1;
    }

    private static string Judge(MemorySamples samples) =>
        samples.IsFlat ? "flat" : samples.IsLongEnough ? "NOT FLAT" : "still filling its pools (runs of two minutes and more are judged)";

    /// <summary>sk0 takes the storm's packets for 10.67.0.0/16 and asks nobody where they should go; sk1 sees each a second time.</summary>
    private static void SetUpDevices()
    {
        foreach (var command in (string[])[
            "link set lo up", "link add sk0 type veth peer name sk1", "link set sk0 arp off", "link set sk0 up", "link set sk1 up",
            "addr add 10.66.0.1/24 dev sk0", "route add 10.67.0.0/16 dev sk0"])
        {
            using var ip = Process.Start("ip", command.Split(' '));
            ip.WaitForExit();
            if (ip.ExitCode != 0) throw new InvalidOperationException($"ip {command} failed");
        }
    }

    private static Process StartWeir(string weir, string statistics)
    {
        string[] arguments = ["sniff", "-i", "lo,sk0,sk1", "-o", "jsonl", "--stats", statistics];
        var start = weir.EndsWith(".dll", StringComparison.Ordinal)
            ? new ProcessStartInfo("dotnet", [weir, .. arguments]) : new ProcessStartInfo(weir, arguments);
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.Environment["DOTNET_GCHeapHardLimit"] = HeapLimit;
        return Process.Start(start) ?? throw new InvalidOperationException($"{weir} did not start");
    }

    private static void Terminate(int process)
    {
        using var kill = Process.Start("kill", ["-TERM", process.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    private static void PrintStatistics(string file, TextWriter output)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(file));
        var root = json.RootElement;
        output.WriteLine($"packets {root.GetProperty("packets")}, connections {root.GetProperty("connections")}, exchanges {root.GetProperty("exchanges")}");
        foreach (var loss in root.GetProperty("ledger").EnumerateArray())
            output.WriteLine($"  {loss.GetProperty("reason").GetString()} {loss.GetProperty("count")} on {loss.GetProperty("interface").GetString()}");
    }
}
