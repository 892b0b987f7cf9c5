using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using Weir.Benchmarks.Chaos.Plant;
using Weir.Benchmarks.Soak;
using Weir.EndToEnd.Tests.Support;
using Weir.Export.Spool;

namespace Weir.Benchmarks.Chaos.Faults;

/// <summary>A segment that was changed on disk.</summary>
internal sealed record DamagedSegment(Role Role, string Batch, int Messages, IReadOnlySet<long> Calls);

/// <summary>What a store held before its pages were overwritten.</summary>
internal sealed record DamagedStore(Role Role, string Copy, bool Told);

/// <summary>Bytes that change on disk while nobody looks.</summary>
internal sealed class DamageFaults(ChaosPlant plant, Breaches breaches, string weir)
{
    private const int PageBytes = 4096;

    private const int MostSegments = 3;

    public List<DamagedSegment> Segments { get; } = [];

    public List<DamagedStore> Stores { get; } = [];

    public IEnumerable<Fault> All =>
    [
        new("damaged spool", static role => role is { Kind: RoleKind.Probe, IsSteady: false }, DamageSpool),
        new("damaged store", static role => role is { Kind: RoleKind.Center, IsSteady: false, Disk: not null }, DamageStore),
    ];

    private async Task DamageSpool(Role role, FaultTime time)
    {
        await plant.Lab.Wire(role.NodeIndex, up: false);
        for (var wait = 0; wait < 100 && SegmentsOf(role).Count <= MostSegments; wait++) await Task.Delay(100);
        await role.Kill();
        var files = SegmentsOf(role);
        for (var count = Math.Min(MostSegments, files.Count); count > 0; count--)
        {
            var file = files[time.Random.Next(files.Count)];
            files.Remove(file);
            var bytes = await File.ReadAllBytesAsync(file);
            if (!SpoolSegment.TryDecode(bytes, out var batch) || batch.Messages == 0) continue;
            await File.WriteAllBytesAsync(file, Damaged(bytes, time.Random));
            Segments.Add(new DamagedSegment(role, batch.Id.ToString(), batch.Messages, Calls(batch)));
        }

        await plant.Lab.Wire(role.NodeIndex, up: true);
        await role.Start();
    }

    private List<string> SegmentsOf(Role role) =>
        Directory.Exists(plant.SpoolOf(role)) ? [.. Directory.EnumerateFiles(plant.SpoolOf(role), "*.batch", SearchOption.AllDirectories)] : [];

    /// <summary>A flipped bit in the payload, a header of noise, half of a file, or none of it.</summary>
    private static byte[] Damaged(byte[] bytes, Random random)
    {
        byte[] copy = [.. bytes];
        switch (random.Next(4))
        {
            case 0:
                copy[random.Next(SpoolSegment.HeaderBytes, copy.Length)] ^= (byte)(1 << random.Next(8));
                return copy;
            case 1:
                random.NextBytes(copy.AsSpan(random.Next(SpoolSegment.HeaderBytes - 8), 8));
                return copy;
            case 2:
                return copy[..random.Next(copy.Length)];
            default:
                return new byte[copy.Length];
        }
    }

    private static HashSet<long> Calls(SpoolBatch batch)
    {
        var calls = new HashSet<long>();
        using var lines = new StreamReader(new ZLibStream(new MemoryStream(batch.Payload), CompressionMode.Decompress));
        while (lines.ReadLine() is { } line)
        {
            using var record = JsonDocument.Parse(line);
            if (record.RootElement.GetProperty("request") is { ValueKind: JsonValueKind.Object } request
                && request.TryGetProperty("path", out var path) && SoakBody.TryParse(path.GetString(), out var id, out _)) calls.Add(id);
        }

        return calls;
    }

    private async Task DamageStore(Role role, FaultTime time)
    {
        // An orderly end leaves no log behind, so that every page that is overwritten counts.
        if (time.Random.Next(2) == 0) await role.Kill();
        else await role.Terminate();
        var copy = Path.Combine(plant.Folder, string.Create(CultureInfo.InvariantCulture, $"before-damage-{Stores.Count}"));
        Directory.CreateDirectory(copy);
        foreach (var file in StoreFiles(role)) File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        Overwrite(Path.Combine(plant.DataOf(role), "weir.db"), time.Random);

        // No probe delivers meanwhile: what a damaged store took could not be told apart from what the damage took.
        var alone = await plant.WriteCenter(role, $"{role.Name}-alone.yaml", "127.0.0.1:7399");
        var said = await role.Start(onDamage: true, ["center", "-c", alone]);
        var told = (said ?? "").Contains("damaged", StringComparison.Ordinal);
        var (after, trouble) = await Export(plant.DataOf(role));
        if (said is null)
        {
            told = role.Said.Contains("damaged", StringComparison.Ordinal);
            await role.Terminate();
        }

        told |= trouble.Contains("damaged", StringComparison.Ordinal);
        var (before, _) = await Export(copy);
        if (!told && before != after) breaches.Add("damage is told", $"{role.Name}: {before} calls were stored, {after} are left, and nobody says why: {trouble}");

        // What the message says: the file goes, with its log; the next start makes a new one.
        foreach (var file in StoreFiles(role)) File.Delete(file);
        Stores.Add(new DamagedStore(role, copy, told));
        await role.Start();
    }

    private IEnumerable<string> StoreFiles(Role role) => Directory.EnumerateFiles(plant.DataOf(role), "weir.db*");

    private static void Overwrite(string file, Random random)
    {
        using var store = new FileStream(file, FileMode.Open, FileAccess.ReadWrite);
        var (pages, noise) = ((int)(store.Length / PageBytes), new byte[PageBytes]);
        for (var count = Math.Max(8, pages / 10); count > 0 && pages > 1; count--)
        {
            random.NextBytes(noise);
            store.Position = (long)random.Next(random.Next(8) == 0 ? 0 : 1, pages) * PageBytes;
            store.Write(noise);
        }
    }

    /// <summary>How many calls can be read, and what was said.</summary>
    private async Task<(long Calls, string Said)> Export(string data)
    {
        var file = Path.Combine(plant.Folder, "damaged.jsonl");
        using var export = Child.Start("dotnet", [weir, "export", "--data", data, "-o", $"jsonl:{file}"], null);
        var (_, _, errors) = await export.Finish(TimeSpan.FromMinutes(3));
        return (File.Exists(file) ? File.ReadLines(file).LongCount() : 0, errors);
    }
}
