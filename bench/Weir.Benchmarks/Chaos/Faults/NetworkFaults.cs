using System.Globalization;
using Weir.Benchmarks.Chaos.Load;
using Weir.Benchmarks.Chaos.Plant;
using Weir.EndToEnd.Tests.Roles;
using Weir.EndToEnd.Tests.Support;
using Weir.Testing;

namespace Weir.Benchmarks.Chaos.Faults;

/// <summary>The way to the centers cut or narrow; frames and connections that a node was not made for.</summary>
internal sealed class NetworkFaults(ChaosPlant plant)
{
    /// <summary>Seconds.</summary>
    private const double LongestChurn = 5;

    private const double ConnectionsPerSecond = 10_000;

    private int _bursts;

    /// <summary>Connections that were made one by one, and the seconds that took.</summary>
    public List<(long Connections, double Seconds)> Churns { get; } = [];

    /// <summary>Connections that were made as frames, the seconds that took, and those of which the device refused a frame.</summary>
    public List<(long Connections, double Seconds, long Refused)> FrameChurns { get; } = [];

    public long HostileFrames { get; private set; }

    public IEnumerable<Fault> All =>
    [
        new("network cut", static role => role.Kind is RoleKind.Probe, Cut),
        new("narrow network", static role => role.Kind is RoleKind.Probe, Narrow),
        new("hostile frames", static role => role.Sees, Storm),
        new("connection churn", static role => role.Sees, Churn),
        new("frames of connections", static role => role.Sees, ChurnFrames),
    ];

    private async Task Cut(Role role, FaultTime time)
    {
        await plant.Lab.Wire(role.NodeIndex, up: false);
        await time.Pass();
        await plant.Lab.Wire(role.NodeIndex, up: true);
        await role.Recover("its network was cut");
    }

    /// <summary>256 kbit/s, and what does not fit is thrown away: a loss that TCP has to make good. The kernel here has no netem.</summary>
    private async Task Narrow(Role role, FaultTime time)
    {
        var cable = RoleLab.Cable(role.NodeIndex);
        await Child.Output("ip", "netns", "exec", role.Node!, "tc", "qdisc", "add", "dev", "eth0", "root", "tbf", "rate", "256kbit", "burst", "16kb", "latency", "200ms");
        await Child.Output("tc", "qdisc", "add", "dev", cable, "root", "tbf", "rate", "256kbit", "burst", "16kb", "latency", "200ms");
        await time.Pass();
        await Child.Output("tc", "qdisc", "del", "dev", cable, "root");
        await Child.Output("ip", "netns", "exec", role.Node!, "tc", "qdisc", "del", "dev", "eth0", "root");
        await role.Recover("its network was narrow");
    }

    private async Task Storm(Role role, FaultTime time)
    {
        using var storm = plant.Bench(
            role, FrameStorm.Verb, ChaosPlant.StormDevice, Text(time.Lasting.TotalSeconds), Text(time.Random.Next()), RepositoryRoot.Combine("test/corpus"));
        HostileFrames += long.Parse((await Output(storm))[0], CultureInfo.InvariantCulture);
        await role.Recover("hostile frames");
    }

    private async Task Churn(Role role, FaultTime time)
    {
        var burst = Interlocked.Increment(ref _bursts);
        var first = (role.NodeIndex * ChaosPlant.NodeNumbers) + (burst * 10_000_000L);
        using var churn = plant.Bench(
            role, CallLoad.Verb, plant.CallFile(role, $"churn-{burst.ToString(CultureInfo.InvariantCulture)}"), first.ToString(CultureInfo.InvariantCulture), "0",
            Text(Math.Min(LongestChurn, time.Lasting.TotalSeconds)));
        var said = await Output(churn);
        Churns.Add((long.Parse(said[0], CultureInfo.InvariantCulture), double.Parse(said[1], CultureInfo.InvariantCulture)));
        await role.Recover("a churn of connections");
    }

    private async Task ChurnFrames(Role role, FaultTime time)
    {
        var burst = Interlocked.Increment(ref _bursts);
        var first = (role.NodeIndex * ChaosPlant.NodeNumbers) + (burst * 10_000_000L);
        using var churn = plant.Bench(
            role, FrameChurn.Verb, ChaosPlant.ChurnDevice, plant.CallFile(role, $"{ChaosPlant.FrameCalls}-{burst.ToString(CultureInfo.InvariantCulture)}"),
            first.ToString(CultureInfo.InvariantCulture), Text(ConnectionsPerSecond), Text(Math.Min(LongestChurn, time.Lasting.TotalSeconds)));
        var said = await Output(churn);
        lock (FrameChurns) FrameChurns.Add((long.Parse(said[0], CultureInfo.InvariantCulture), double.Parse(said[1], CultureInfo.InvariantCulture), long.Parse(said[2], CultureInfo.InvariantCulture)));
        await role.WorkedOff();
        await role.Recover("frames of connections");
    }

    private static async Task<string[]> Output(Child child)
    {
        var (code, output, errors) = await child.Finish(TimeSpan.FromMinutes(3));
        return code == 0 ? output.Trim().Split(' ') : throw new InvalidOperationException($"a load ended with {code}: {errors}");
    }

    private static string Text(double number) => number.ToString("0.###", CultureInfo.InvariantCulture);
}
