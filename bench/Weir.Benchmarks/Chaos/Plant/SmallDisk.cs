using System.Globalization;
using Weir.EndToEnd.Tests.Support;

namespace Weir.Benchmarks.Chaos.Plant;

/// <summary>
/// A file system of its own for one role, on a loop device: it can be full, and it can be slow. Slow is what the kernel's block
/// throttling (cgroup v1, blkio) makes of it, with every write synchronous.
/// </summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private const string Cgroups = "/sys/fs/cgroup/blkio";

    private readonly string _image;
    private readonly string _group;
    private string _device = "";

    private SmallDisk(string folder, string name)
    {
        (_image, Folder) = (Path.Combine(folder, $"{name}.img"), Path.Combine(folder, name));
        _group = string.Create(CultureInfo.InvariantCulture, $"{Cgroups}/{Path.GetFileName(folder)}-{name}");
    }

    public string Folder { get; }

    /// <summary>Why disks cannot be slow here; null when they can.</summary>
    public static string? NotSlow => File.Exists($"{Cgroups}/cgroup.procs") && File.Exists($"{Cgroups}/blkio.throttle.write_iops_device")
        ? null : $"the kernel has no {Cgroups}/blkio.throttle.write_iops_device";

    public static async Task<SmallDisk> Make(string folder, string name, long bytes)
    {
        var disk = new SmallDisk(folder, name);
        await using (var image = File.Create(disk._image)) image.SetLength(bytes);
        await Child.Output("mkfs.ext4", "-q", "-m", "0", "-F", "-E", "lazy_itable_init=1,lazy_journal_init=1", disk._image);
        Directory.CreateDirectory(disk.Folder);
        await Child.Output("mount", "-o", "loop", disk._image, disk.Folder);
        disk._device = (await Child.Output("losetup", "-n", "-O", "MAJ:MIN", "-j", disk._image)).Trim();
        if (NotSlow is null) Directory.CreateDirectory(disk._group);
        return disk;
    }

    private string Filler => Path.Combine(Folder, "filler");

    /// <summary>Takes all room there is. The blocks behind it are never written.</summary>
    public async Task Fill()
    {
        for (var free = new DriveInfo(Folder).AvailableFreeSpace; free > 0; free /= 2)
        {
            using var filler = Child.Start("fallocate", "-o", Length(Filler), "-l", free.ToString(CultureInfo.InvariantCulture), Filler);
            await filler.Finish(TimeSpan.FromMinutes(1));
        }
    }

    public void Empty() => File.Delete(Filler);

    /// <param name="process">Whose writes wait.</param>
    /// <param name="writesPerSecond">That it may make.</param>
    public async Task Slow(int process, int writesPerSecond)
    {
        await File.WriteAllTextAsync($"{_group}/blkio.throttle.write_iops_device", string.Create(CultureInfo.InvariantCulture, $"{_device} {writesPerSecond}"));
        await File.WriteAllTextAsync($"{_group}/cgroup.procs", process.ToString(CultureInfo.InvariantCulture));
        await Child.Output("mount", "-o", "remount,sync", Folder);
    }

    public async Task Fast()
    {
        await File.WriteAllTextAsync($"{_group}/blkio.throttle.write_iops_device", $"{_device} 0");
        foreach (var process in await File.ReadAllLinesAsync($"{_group}/cgroup.procs")) await File.WriteAllTextAsync($"{Cgroups}/cgroup.procs", process);
        await Child.Output("mount", "-o", "remount,async", Folder);
    }

    public async ValueTask DisposeAsync()
    {
        await Child.Output("umount", "-l", Folder);
        if (Directory.Exists(_group)) Directory.Delete(_group);
    }

    private static string Length(string file) => (File.Exists(file) ? new FileInfo(file).Length : 0).ToString(CultureInfo.InvariantCulture);
}
