using System.Text.Json;
using Weir.Benchmarks.Chaos.Faults;
using Weir.Benchmarks.Chaos.Plant;
using Weir.Benchmarks.Soak;
using Weir.EndToEnd.Tests.Support;

namespace Weir.Benchmarks.Chaos.Verdict;

/// <summary>What all stores and files hold at the end, read by <c>weir export</c>.</summary>
internal sealed class StoredCalls
{
    private readonly HashSet<string> _records = new(StringComparer.Ordinal);
    private readonly HashSet<string> _everStored = new(StringComparer.Ordinal);
    private readonly Dictionary<long, int> _calls = [];
    private readonly HashSet<long> _incomplete = [];
    private readonly HashSet<long> _inDamagedStores = [];
    private readonly Dictionary<string, long> _byNode = [];

    /// <summary>Records, those of hostile frames included.</summary>
    public long Records => _records.Count;

    /// <summary>The same record in more than one store, or twice in one.</summary>
    public long RecordsTwice { get; private set; }

    /// <summary>Records that are complete and are not what was sent.</summary>
    public long Wrong { get; private set; }

    /// <summary>Last lines of files whose writer was killed.</summary>
    public long CutLines { get; private set; }

    public static async Task<StoredCalls> Read(ChaosPlant plant, DamageFaults damage, string weir, Breaches breaches)
    {
        var stored = new StoredCalls();
        foreach (var role in plant.Roles.Where(static role => role is { Kind: RoleKind.Center, Group: not "ClickHouse" }))
            stored.TakeFile(await Export(plant, weir, role.Name, "--data", plant.DataOf(role)));
        if (plant.ClickHouse is { } server) stored.TakeFile(await Export(plant, weir, "clickhouse", "--store", $"clickhouse:{server.Address}weir"));
        foreach (var role in plant.Roles.Where(static role => role.Kind is RoleKind.Up)) stored.TakeFile(await Export(plant, weir, role.Name, "--data", Path.Combine(role.Disk!.Folder, "data-up")));
        foreach (var role in plant.Roles.Where(static role => role.Kind is RoleKind.Sniff)) stored.TakeFiles(role, breaches);
        foreach (var (store, number) in damage.Stores.Select(static (store, number) => (store, number)))
            stored.TakeDamaged(await Export(plant, weir, FormattableString.Invariant($"before-{number}"), "--data", store.Copy));
        if (stored.RecordsTwice > 0) breaches.Add("nothing twice", $"{stored.RecordsTwice} records are stored twice");
        if (stored.Wrong > 0) breaches.Add("nothing wrong", $"{stored.Wrong} records are complete and are not what was sent");
        return stored;
    }

    public int Times(long call) => _calls.GetValueOrDefault(call);

    public bool IsIncomplete(long call) => _incomplete.Contains(call);

    /// <summary>It was in a store whose pages were overwritten.</summary>
    public bool WasDamaged(long call) => _inDamagedStores.Contains(call);

    /// <summary>Records that a probe's centers have, or had before their disk was damaged.</summary>
    public long OfNode(string node) => _byNode.GetValueOrDefault(node);

    private static async Task<string> Export(ChaosPlant plant, string weir, string name, params string[] store)
    {
        var file = Path.Combine(plant.Folder, $"stored-{name}.jsonl");
        string[] arguments = ["export", .. store, "-o", $"jsonl:{file}"];
        using var export = weir.EndsWith(".dll", StringComparison.Ordinal) ? Child.Start("dotnet", [weir, .. arguments]) : Child.Start(weir, arguments);
        var (code, _, errors) = await export.Finish(TimeSpan.FromMinutes(10));
        return code == 0 ? file : throw new InvalidOperationException($"weir export of {name} ended with {code}: {errors}");
    }

    private void TakeFile(string file)
    {
        foreach (var line in File.ReadLines(file)) Take(line);
    }

    private void TakeFiles(Role role, Breaches breaches)
    {
        foreach (var file in Directory.EnumerateFiles(role.Disk!.Folder, "*.jsonl").Order(StringComparer.Ordinal))
        {
            using var lines = new StreamReader(file);
            while (lines.ReadLine() is { } line)
            {
                try
                {
                    Take(line);
                }
                catch (JsonException broken)
                {
                    CutLines++;
                    if (!lines.EndOfStream) breaches.Add("nothing wrong", $"{file} has a broken line in its middle: {broken.Message}");
                }
            }
        }
    }

    private void Take(string line)
    {
        using var json = JsonDocument.Parse(line);
        var record = json.RootElement;
        if (record.TryGetProperty("inProgress", out _)) return;
        if (!_records.Add(record.GetProperty("id").GetString()!))
        {
            RecordsTwice++;
            return;
        }

        CountNode(record);
        if (!TryCall(record, out var call)) return;
        _calls[call] = _calls.GetValueOrDefault(call) + 1;
        if (!record.GetProperty("complete").GetBoolean()) _incomplete.Add(call);
        else if (!RecordCheck.IsTrue(record)) Wrong++;
    }

    private void TakeDamaged(string file)
    {
        foreach (var line in File.ReadLines(file))
        {
            using var json = JsonDocument.Parse(line);
            CountNode(json.RootElement);
            if (TryCall(json.RootElement, out var call)) _inDamagedStores.Add(call);
        }
    }

    private void CountNode(JsonElement record)
    {
        if (_everStored.Add(record.GetProperty("id").GetString()!) && record.TryGetProperty("node", out var node))
            _byNode[node.GetString()!] = OfNode(node.GetString()!) + 1;
    }

    private static bool TryCall(JsonElement record, out long call)
    {
        call = 0;
        return record.GetProperty("request") is { ValueKind: JsonValueKind.Object } request
            && request.TryGetProperty("path", out var path) && SoakBody.TryParse(path.GetString(), out call, out _);
    }
}
