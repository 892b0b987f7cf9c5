using System.Globalization;
using Weir.Benchmarks.Chaos.Faults;
using Weir.Benchmarks.Chaos.Plant;

namespace Weir.Benchmarks.Chaos.Verdict;

/// <summary>The end of a run, as docs/reliability.md has it.</summary>
internal static class ChaosTable
{
    private static readonly string[] s_invariants =
        ["nothing acknowledged is lost", "nothing twice", "nothing wrong", "memory bounded", "restart clean", "damage is told", "trouble is told", "the run itself"];

    public static void Print(
        TextWriter output, IReadOnlyList<NodeAccount> accounts, ChaosPlant plant, FaultSchedule schedule, NetworkFaults network, DamageFaults damage,
        StoredCalls stored, Breaches breaches, ChaosBounds bounds)
    {
        output.WriteLine();
        output.WriteLine("| node | made | stored | role was down | in memory at its end (oldest) | damaged segment | damaged store | told as lost | stored incomplete, told | unexplained |");
        output.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var one in accounts)
        {
            output.WriteLine(Line(
                $"| {one.Role.Name} | {one.Made:N0} | {one.Stored:N0} | {one.WhileDown:N0} | {one.InMemory:N0} ({one.OldestInMemoryMs} ms) | {one.InDamagedSegments:N0} | {one.InDamagedStores:N0} | {one.Told:N0} | {one.Incomplete:N0} | {one.UnexplainedCalls:N0} |"));
        }

        output.WriteLine(Line(
            $"| all | {accounts.Sum(a => a.Made):N0} | {accounts.Sum(a => a.Stored):N0} | {accounts.Sum(a => a.WhileDown):N0} | {accounts.Sum(a => a.InMemory):N0} ({accounts.Max(a => a.OldestInMemoryMs)} ms) | {accounts.Sum(a => a.InDamagedSegments):N0} | {accounts.Sum(a => a.InDamagedStores):N0} | {accounts.Sum(a => a.Told):N0} | {accounts.Sum(a => a.Incomplete):N0} | {accounts.Sum(a => a.UnexplainedCalls):N0} |"));
        output.WriteLine();
        output.WriteLine("| role | starts | killed | ended by SIGTERM | gave up, as it should | longest until it answered | peak memory, bound | memory |");
        output.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var role in plant.Roles)
        {
            output.WriteLine(Line(
                $"| {role.Name} | {role.Lives.Count} | {Endings(role, Ending.Killed)} | {Endings(role, Ending.Terminated)} | {Endings(role, Ending.GaveUp)} | {role.LongestRecoveryMs / 1000.0:0.0} s | {MemoryVerdict.Peak(role) >> 20} of {MemoryVerdict.Bound(role, bounds) >> 20} MiB | {Memory(role)} |"));
        }

        foreach (var role in plant.Roles.Where(static role => role.IsSteady && MemoryVerdict.CanTell(role)))
        {
            output.WriteLine();
            output.WriteLine(role.Name);
            role.Life.Memory.Print(output);
        }

        output.WriteLine();
        foreach (var (fault, times) in schedule.Happened.OrderBy(static one => one.Key, StringComparer.Ordinal)) output.WriteLine(Line($"{fault}: {times}"));
        output.WriteLine(Line(
            $"records {stored.Records:N0}; hostile frames {network.HostileFrames:N0}; churned connections {network.Churns.Sum(static one => one.Connections):N0}, at most {network.Churns.Select(static one => one.Connections / one.Seconds).DefaultIfEmpty().Max():N0}/s"));
        output.WriteLine(Line(
            $"connections as frames {accounts.Sum(static one => one.AsFrames.Made):N0}, of which {accounts.Sum(static one => one.AsFrames.Stored):N0} are stored; {network.FrameChurns.Select(static one => one.Connections / one.Seconds).DefaultIfEmpty().Min():N0} to {network.FrameChurns.Select(static one => one.Connections / one.Seconds).DefaultIfEmpty().Max():N0}/s; refused by the device {network.FrameChurns.Sum(static one => one.Refused):N0}"));
        output.WriteLine(Line(
            $"damaged segments {damage.Segments.Count} with {damage.Segments.Sum(static one => one.Messages):N0} calls; damaged stores {damage.Stores.Count}, {damage.Stores.Count(static one => one.Told)} told; cut last lines {stored.CutLines}"));
        var reasons = plant.Watching.SelectMany(static role => role.Lives).SelectMany(static life => life.Counters).Where(static one => one.Value > 0 && one.Key is not ("delivered" or "captured"))
            .GroupBy(static one => one.Key).OrderBy(static group => group.Key, StringComparer.Ordinal);
        foreach (var reason in reasons) output.WriteLine(Line($"ledger: {reason.Key} {reason.Sum(static one => one.Value):N0}"));
        output.WriteLine();
        foreach (var invariant in s_invariants) output.WriteLine(Line($"{invariant}: {(breaches.Of(invariant) is > 0 and var count ? $"BREACHED {count} times" : "kept")}"));
    }

    private static int Endings(Role role, Ending ending) => role.Lives.Count(life => life.Ending == ending);

    private static string Memory(Role role) => !role.IsSteady ? "–" : !MemoryVerdict.CanTell(role) ? "too short to say" : role.Life.Memory.IsFlat ? "flat" : "NOT FLAT";

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
