using System.Globalization;
using System.Net.NetworkInformation;
using Weir.Benchmarks.Chaos.Faults;
using Weir.Benchmarks.Chaos.Plant;
using Weir.Benchmarks.Chaos.Verdict;
using Weir.EndToEnd.Tests.Roles;
using Weir.EndToEnd.Tests.Support;

namespace Weir.Benchmarks.Chaos;

/// <summary>
/// Runs the built Weir in all its roles in namespaces of its own, breaks what can break, and compares at the end the calls that were made
/// with those that are stored: docs/reliability.md.
/// </summary>
internal static class ChaosRun
{
    private static readonly string[] s_tools = ["mount", "umount", "losetup", "mkfs.ext4", "fallocate", "tc"];

    /// <summary>0 when Weir kept what it is held to, 1 when not, 2 when it could not be tried.</summary>
    public static async Task<int> Run(string weir, TimeSpan duration, int seed, string? only, TextWriter output)
    {
        if (RoleLab.Missing is { } missing || (missing = s_tools.FirstOrDefault(static tool => !Child.Exists(tool))) is not null)
        {
            await output.WriteLineAsync($"chaos: needs {missing}");
            return 2;
        }

        if (NetworkInterface.GetAllNetworkInterfaces().Any(device => device.NetworkInterfaceType != NetworkInterfaceType.Loopback))
        {
            await output.WriteLineAsync("chaos: run it in namespaces of its own: unshare --net --mount --pid --fork --kill-child --mount-proc …, or ./dev chaos");
            return 2;
        }

        output = TextWriter.Synchronized(output);
        // In the mount namespace of this run: names of network namespaces that nobody else sees, and that end with it.
        Directory.CreateDirectory("/run/netns");
        await Child.Output("mount", "-t", "tmpfs", "tmpfs", "/run/netns");
        var (scale, bounds, breaches) = (new ChaosScale(duration, seed, only), new ChaosBounds(), new Breaches(output));
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"chaos for {duration}, seed {seed}"));
        await using var plant = await ChaosPlant.Make(weir, scale, bounds, breaches);
        var (network, damage) = (new NetworkFaults(plant), new DamageFaults(plant, breaches, weir));
        Fault[] faults = [.. ProcessFaults.All, .. new DiskFaults(breaches).All, .. network.All, .. damage.All, .. ServerFaults.All(plant)];
        foreach (var fault in faults.Where(static fault => fault.Missing is not null)) await output.WriteLineAsync($"left out: {fault.Name}, because {fault.Missing}");

        using var stop = new CancellationTokenSource();
        using var interrupted = System.Runtime.InteropServices.PosixSignalRegistration.Create(System.Runtime.InteropServices.PosixSignal.SIGINT, context =>
        {
            context.Cancel = true;
            stop.Cancel();
        });
        await plant.Start();
        using var watching = new CancellationTokenSource();
        var watch = Watch(plant, breaches, output, watching.Token);
        var schedule = new FaultSchedule(plant, scale, breaches, faults, output);
        await schedule.Run(stop.Token);
        await plant.EndLoads();
        // What the last calls need to reach a disk.
        await Task.Delay(bounds.EdgeMs, CancellationToken.None);
        await Task.WhenAll(plant.Watching.Select(static role => role.Terminate()));
        await Task.WhenAll(plant.Roles.Where(static role => !role.Sees).Select(static role => role.Terminate()));
        await watching.CancelAsync();
        await watch;

        await output.WriteLineAsync("comparing");
        var stored = await StoredCalls.Read(plant, damage, weir, breaches);
        var accounts = plant.Watching.Select(role => new NodeAccount(role, plant, stored, damage, bounds, breaches)).ToList();
        foreach (var account in accounts) account.Judge();
        MemoryVerdict.Judge(plant.Roles, bounds, breaches);
        ChaosTable.Print(output, accounts, plant, schedule, network, damage, stored, breaches, bounds);
        return breaches.Count == 0 ? 0 : 1;
    }

    /// <summary>Once a second memory and ends; now and then the counters; a line a minute.</summary>
    private static async Task Watch(ChaosPlant plant, Breaches breaches, TextWriter output, CancellationToken end)
    {
        for (var second = 1; !end.IsCancellationRequested; second++)
        {
            foreach (var role in plant.Roles) role.Watch();
            if (second % 10 == 0) await Task.WhenAll(plant.Roles.Select(static role => role.Ask()));
            if (second % 60 == 0)
            {
                await output.WriteLineAsync(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{DateTime.UtcNow:HH:mm:ss} minute {second / 60}: {plant.Roles.Sum(static role => role.Lives.Count)} starts, {breaches.Count} breaches"));
            }

            await Task.Delay(1000, CancellationToken.None);
        }
    }
}
