using Weir.Benchmarks.Chaos.Plant;

namespace Weir.Benchmarks.Chaos.Faults;

/// <summary>A disk that is full, or slow, with its role running on it.</summary>
internal sealed class DiskFaults(Breaches breaches)
{
    /// <summary>What a worn SD card, or a network disk on a bad day, writes in a second.</summary>
    private const int SlowWrites = 20;

    public IEnumerable<Fault> All =>
    [
        new("full disk", static role => role.Disk is not null, Fill),
        new("full disk and kill -9", static role => role.Disk is not null && role.Kind is RoleKind.Center, FillAndKill),
        new("slow disk", static role => role.Disk is not null, Slow) { Missing = SmallDisk.NotSlow },
    ];

    private async Task Fill(Role role, FaultTime time)
    {
        var (since, before) = (Role.NowMs, role.Said.Length);
        // A program that writes a file for somebody says that it cannot, and ends.
        var endsThen = role.Kind is RoleKind.Sniff;
        if (endsThen) role.MayEnd(true);
        await role.Disk!.Fill();
        // Long enough to be met: batches are half a second apart.
        await Task.Delay(2000);
        await time.Pass();
        var said = role.Said[before..];
        // Stores write on in the room that their log has; who makes new files meets it at once.
        if (role.Kind is RoleKind.Probe or RoleKind.Sniff && !said.Contains("No space left", StringComparison.Ordinal))
            breaches.Add("trouble is told", $"{role.Name} said nothing of its full disk: '{said}'");
        role.Disk.Empty();
        if (!endsThen || !await role.GaveUp(since))
        {
            role.MayEnd(false);
            await role.Recover("its disk was full");
            return;
        }

        await role.Start();
    }

    private static async Task FillAndKill(Role role, FaultTime time)
    {
        await role.Disk!.Fill();
        await time.Pass();
        await role.Kill();
        role.Disk.Empty();
        await role.Start();
    }

    private static async Task Slow(Role role, FaultTime time)
    {
        await role.Disk!.Slow(role.Process, SlowWrites);
        await time.Pass();
        await role.Disk.Fast();
        await role.Recover("its disk was slow");
    }
}
