using System.Globalization;
using Weir.EndToEnd.Tests.Roles;
using Weir.EndToEnd.Tests.Support;
using Weir.Storage.Tests.ClickHouse;

namespace Weir.Benchmarks.Chaos.Plant;

/// <summary>
/// Everything that runs: centers here, over two stores of their own and one of ClickHouse; nodes with a probe each, one with
/// <c>weir up</c>, one with <c>weir sniff</c>; on every node a service with its clients, and a device for hostile frames.
/// </summary>
internal sealed class ChaosPlant : IAsyncDisposable
{
    public const string StormDevice = "storm0";

    /// <summary>Its other end is where nobody captures and no address is of these frames: what is sent onto it is seen once and answered by nobody.</summary>
    public const string ChurnDevice = "churn0";

    private const string Token = "made-up-for-this-test";

    /// <summary>How files begin that tell calls made as frames.</summary>
    public const string FrameCalls = "frames";

    /// <summary>Numbers of calls of one node; no call of another has them.</summary>
    public const long NodeNumbers = 10_000_000_000;

    private readonly string _weir;
    private readonly ChaosScale _scale;
    private readonly ChaosBounds _bounds;
    private readonly Breaches _breaches;
    private readonly List<SmallDisk> _disks = [];
    private readonly List<Child> _loads = [];
    private string? _clock;

    private ChaosPlant(string weir, ChaosScale scale, ChaosBounds bounds, Breaches breaches, RoleLab lab) =>
        (_weir, _scale, _bounds, _breaches, Lab) = (weir, scale, bounds, breaches, lab);

    public RoleLab Lab { get; }

    public string Folder { get; } = Directory.CreateTempSubdirectory("weir-chaos-").FullName;

    public List<Role> Roles { get; } = [];

    public ClickHouseServer? ClickHouse { get; private set; }

    public IEnumerable<Role> Watching => Roles.Where(static role => role.Sees);

    public static async Task<ChaosPlant> Make(string weir, ChaosScale scale, ChaosBounds bounds, Breaches breaches)
    {
        var plant = new ChaosPlant(weir, scale, bounds, breaches, await RoleLab.Create(scale.Probes + 2, here: true));
        try
        {
            await plant.Fit();
            return plant;
        }
        catch
        {
            await plant.DisposeAsync();
            throw;
        }
    }

    /// <summary>Centers first, then all that see, then what there is to see.</summary>
    public async Task Start()
    {
        await Task.WhenAll(Roles.Where(static role => !role.Sees).Select(static role => role.Start()));
        await Task.WhenAll(Watching.Select(static role => role.Start()));
        foreach (var role in Watching)
        {
            _loads.Add(Bench(role, Load.CallLoad.Verb, CallFile(role, "calls"), Text(role.NodeIndex * NodeNumbers), Text(_scale.Rate), "0"));
        }
    }

    public async Task EndLoads()
    {
        foreach (var load in _loads) load.Signal("TERM");
        foreach (var load in _loads)
        {
            var (code, _, errors) = await load.Finish(TimeSpan.FromMinutes(1));
            if (code != 0) throw new InvalidOperationException($"a load ended with {code}: {errors}");
        }
    }

    /// <summary>A load that came to its end before it was told to: the run says nothing then.</summary>
    public bool LoadsRun => _loads.TrueForAll(static load => !load.HasExited);

    /// <summary>This program, within a node.</summary>
    public Child Bench(Role role, string verb, params string[] arguments) =>
        Child.Start("ip", ["netns", "exec", role.Node!, "dotnet", typeof(ChaosPlant).Assembly.Location, verb, .. arguments]);

    /// <summary>A file that tells calls made on the node of a role.</summary>
    public string CallFile(Role role, string name) => Path.Combine(Folder, $"{name}.{role.Name}.load");

    public IEnumerable<string> CallFiles(Role role) => Directory.EnumerateFiles(Folder, $"*.{role.Name}.load");

    /// <summary>What the center of this number keeps its store in.</summary>
    public string DataOf(Role role) => Path.Combine(role.Disk?.Folder ?? Folder, $"data-{role.Name}");

    public string SpoolOf(Role role) => Path.Combine(role.Disk?.Folder ?? Folder, $"spool-{role.Name}");

    public async ValueTask DisposeAsync()
    {
        foreach (var load in _loads) load.Dispose();
        foreach (var role in Roles) await role.DisposeAsync();
        ClickHouse?.Dispose();
        foreach (var disk in _disks) await disk.DisposeAsync();
        await Lab.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private async Task Fit()
    {
        _clock = await ShiftedClock.Compile(Folder);
        if (_scale.HasClickHouse && ClickHouseServer.Missing is null)
        {
            ClickHouse = new ClickHouseServer();
            ClickHouse.Start();
        }

        var centers = ClickHouse is null ? 2 : 4;
        for (var number = 1; number <= centers; number++) Roles.Add(await Center(number));
        for (var node = 0; node < _scale.Probes; node++) Roles.Add(await Probe(node, centers));
        Roles.Add(await Up(_scale.Probes));
        Roles.Add(await Sniff(_scale.Probes + 1));
        foreach (var node in Lab.Nodes)
        {
            await Child.Output("ip", "-n", node, "link", "add", StormDevice, "type", "veth", "peer", "name", "storm1");
            var end = $"churn-{Text(Lab.Nodes.ToList().IndexOf(node))}";
            await Child.Output("ip", "link", "add", end, "type", "veth", "peer", "name", ChurnDevice, "netns", node);
            await Child.Output("ip", "link", "set", end, "up");
            foreach (var device in (string[])[StormDevice, "storm1", ChurnDevice]) await Child.Output("ip", "-n", node, "link", "set", device, "up");
        }
    }

    private async Task<Role> Center(int number)
    {
        var name = $"center-{Text(number)}";
        var disk = number == 1 ? await Disk(name) : null;
        var role = new Role(name, RoleKind.Center, _bounds, _breaches)
        {
            Weir = _weir,
            Arguments = _ => ["center", "-c", Path.Combine(Folder, $"{name}.yaml"), "--metrics", $"127.0.0.1:75{Text(number)}5"],
            ReadyText = "shows the calls",
            Metrics = $"http://127.0.0.1:75{Text(number)}5/metrics",
            Health = $"http://127.0.0.1:73{Text(number)}3/readyz",
            Disk = disk,
            Clock = Clock(name),
            Folder = Folder,
            Group = number > 2 ? "ClickHouse" : name,
            IsSteady = number == 2,
        };
        await WriteCenter(role, $"{name}.yaml", $"198.18.0.{Text(number)}:7374", number > 2 ? ClickHouse : null);
        return role;
    }

    /// <summary>A configuration for a center at these data.</summary>
    public async Task<string> WriteCenter(Role role, string file, string probes, ClickHouseServer? server = null)
    {
        var path = Path.Combine(Folder, file);
        await File.WriteAllTextAsync(path, $"""
            listen: {new Uri(role.Health).Authority}
            data: {DataOf(role)}
            adminPassword: {Login.Password}
            probes:
              listen: {probes}
              token: {Token}
            {(server is null ? "" : $"store:\n  url: clickhouse:{server.Address}weir")}
            """);
        return path;
    }

    private async Task<Role> Probe(int node, int centers)
    {
        var name = $"probe-{Text(node)}";
        var role = new Role(name, RoleKind.Probe, _bounds, _breaches)
        {
            Weir = _weir,
            Node = Lab.Nodes[node],
            NodeIndex = node,
            Arguments = _ => ["probe", "-c", Path.Combine(Folder, $"{name}.yaml"), "--metrics", "127.0.0.1:7375"],
            ReadyText = "capturing on",
            Metrics = "http://127.0.0.1:7375/metrics",
            Health = "http://127.0.0.1:7375/healthz",
            Disk = node == 0 ? await Disk(name) : null,
            Clock = Clock(name),
            Folder = Folder,
            IsSteady = node > 0 && node == _scale.Probes - 1,
        };
        await File.WriteAllTextAsync(Path.Combine(Folder, $"{name}.yaml"), $"""
            name: {name}
            centers: [{string.Join(", ", Enumerable.Range(1, centers).Select(number => $"198.18.0.{Text(number)}:7374"))}]
            token: {Token}
            spool:
              directory: {SpoolOf(role)}
            """);
        return role;
    }

    private async Task<Role> Up(int node)
    {
        var disk = await Disk("up");
        return new Role("up", RoleKind.Up, _bounds, _breaches)
        {
            Weir = _weir,
            Node = Lab.Nodes[node],
            NodeIndex = node,
            Arguments = _ => ["up", "-i", "lo,storm0,storm1,churn0", "--listen", "127.0.0.1:7373", "--data", Path.Combine(disk.Folder, "data-up"), "--metrics", "127.0.0.1:7375"],
            ReadyText = "shows the calls",
            Metrics = "http://127.0.0.1:7375/metrics",
            Health = "http://127.0.0.1:7373/readyz",
            Disk = disk,
            Clock = Clock("up"),
            Folder = Folder,
        };
    }

    private async Task<Role> Sniff(int node)
    {
        var disk = await Disk("sniff");
        return new Role("sniff", RoleKind.Sniff, _bounds, _breaches)
        {
            Weir = _weir,
            Node = Lab.Nodes[node],
            NodeIndex = node,
            Arguments = life => ["sniff", "-i", "lo,storm0,storm1,churn0", "-o", $"jsonl:{Path.Combine(disk.Folder, $"{Text(life)}.jsonl")}", "--metrics", "127.0.0.1:7375"],
            ReadyText = "capturing on",
            Metrics = "http://127.0.0.1:7375/metrics",
            Health = "http://127.0.0.1:7375/healthz",
            Disk = disk,
            Clock = Clock("sniff"),
            Folder = Folder,
        };
    }

    private async Task<SmallDisk> Disk(string name)
    {
        var disk = await SmallDisk.Make(Folder, $"disk-{name}", _scale.DiskBytes);
        _disks.Add(disk);
        return disk;
    }

    private ShiftedClock? Clock(string name)
    {
        if (_clock is null) return null;
        var clock = new ShiftedClock(_clock, Path.Combine(Folder, $"clock-{name}"));
        clock.Shift(TimeSpan.Zero);
        return clock;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
