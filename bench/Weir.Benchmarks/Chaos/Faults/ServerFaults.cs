using System.Globalization;
using Weir.Benchmarks.Chaos.Plant;
using Weir.EndToEnd.Tests.Support;

namespace Weir.Benchmarks.Chaos.Faults;

/// <summary>What happens to the ClickHouse that two centers share: drawn as faults of the first of them, which is left alone meanwhile.</summary>
internal static class ServerFaults
{
    private const string SharingCenter = "center-3";

    public static IEnumerable<Fault> All(ChaosPlant plant) =>
    [
        new("ClickHouse kill -9", static role => role.Name == SharingCenter, async (role, time) =>
        {
            plant.ClickHouse!.Kill();
            await time.Pass();
            await Task.Run(plant.ClickHouse.Start);
            await role.Recover("its server was killed");
        }),
        new("ClickHouse stopped and continued", static role => role.Name == SharingCenter, async (role, time) =>
        {
            await Signal(plant, "STOP");
            await time.Pass();
            await Signal(plant, "CONT");
            await role.Recover("its server was stopped");
        }),
    ];

    private static Task<string> Signal(ChaosPlant plant, string signal) =>
        Child.Output("kill", $"-{signal}", plant.ClickHouse!.ProcessId.ToString(CultureInfo.InvariantCulture));
}
