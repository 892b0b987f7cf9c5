using Weir.Benchmarks.Chaos.Plant;

namespace Weir.Benchmarks.Chaos.Faults;

/// <summary>What happens to processes: their end, a pause, another time of day.</summary>
internal static class ProcessFaults
{
    /// <summary>Within what a probe and a center keep: a day in the spool, a week in the store.</summary>
    private static readonly TimeSpan[] s_jumps =
        [TimeSpan.FromSeconds(-90), TimeSpan.FromHours(-1), TimeSpan.FromDays(-1), TimeSpan.FromSeconds(90), TimeSpan.FromHours(1), TimeSpan.FromHours(30)];

    public static IEnumerable<Fault> All =>
    [
        new("kill -9", static role => !role.IsSteady, Kill),
        new("SIGTERM", static role => !role.IsSteady, Terminate),
        new("stopped and continued", static _ => true, Stall),
        new("clock jump", static role => role.Clock is not null, Jump) { Missing = ShiftedClock.Missing },
    ];

    private static async Task Kill(Role role, FaultTime time)
    {
        await role.Kill();
        if (time.Random.Next(2) == 0) await time.Pass();
        await role.Start();
    }

    private static async Task Terminate(Role role, FaultTime time)
    {
        await role.Terminate();
        if (time.Random.Next(2) == 0) await time.Pass();
        await role.Start();
    }

    /// <summary>A host that has no time for it, or a disk that does not answer at all.</summary>
    private static async Task Stall(Role role, FaultTime time)
    {
        role.Signal("STOP");
        await time.Pass();
        role.Signal("CONT");
        await role.Recover("it was stopped");
    }

    private static async Task Jump(Role role, FaultTime time)
    {
        role.Clock!.Shift(s_jumps[time.Random.Next(s_jumps.Length)]);
        await time.Pass();
        role.Clock.Shift(TimeSpan.Zero);
        await role.Recover("its clock jumped");
    }
}
