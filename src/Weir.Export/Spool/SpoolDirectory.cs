using System.Security.Cryptography;
using System.Text;

namespace Weir.Export.Spool;

/// <summary>
/// A directory that one process uses alone: <c>ROOT/KIND-HASH/N</c>, the hash of the destination and the lowest free N.
/// What processes that are gone left for the same destination is moved into it.
/// </summary>
internal sealed class SpoolDirectory : IDisposable
{
    public const string SegmentPattern = "*.batch";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int Slots = 64;

    private readonly FileStream _lock;

    private SpoolDirectory(string path, FileStream held)
    {
        Path = path;
        _lock = held;
    }

    public string Path { get; }

    /// <exception cref="OutputException">The directory cannot be made or is in use 64 times.</exception>
    public static SpoolDirectory Open(string kind, string root, string destination)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(destination)))[..16];
        var parent = System.IO.Path.Combine(root, $"{kind}-{hash}");
        SpoolDirectory? own = null;
        try
        {
            for (var slot = 0; slot < Slots; slot++)
            {
                var path = System.IO.Path.Combine(parent, slot.ToString(System.Globalization.CultureInfo.InvariantCulture));
                if (own is not null && !Directory.Exists(path)) continue;
                Create(path);
                if (TryLock(path) is not { } held) continue;
                if (own is null)
                {
                    own = new SpoolDirectory(path, held);
                    continue;
                }

                using (held) Adopt(path, own.Path);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            own?.Dispose();
            throw new OutputException(
                $"Cannot keep undelivered messages in {parent}: {failure.Message} Name another directory with --spool.", failure);
        }

        return own ?? throw new OutputException($"{parent} is in use by {Slots} processes; name another directory with --spool.");
    }

    /// <summary>Writes a file that is there whole or not at all, on disk when this returns, readable by its owner only.</summary>
    public void Write(string name, byte[] bytes)
    {
        var path = System.IO.Path.Combine(Path, name);
        var unfinished = path + ".tmp";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        try
        {
            using (var stream = new FileStream(unfinished, options))
            {
                stream.Write(bytes);
                stream.Flush(flushToDisk: true);
            }

            File.Move(unfinished, path, overwrite: true);
        }
        catch (IOException)
        {
            // A full disk is not made fuller by half a file.
            if (File.Exists(unfinished)) File.Delete(unfinished);
            throw;
        }
    }

    public byte[] Read(string name) => File.ReadAllBytes(System.IO.Path.Combine(Path, name));

    /// <summary>A name that this process sees at once and a later one too, unless the power goes first.</summary>
    public void Rename(string name, string newName) =>
        File.Move(System.IO.Path.Combine(Path, name), System.IO.Path.Combine(Path, newName), overwrite: true);

    public void Delete(string name) => File.Delete(System.IO.Path.Combine(Path, name));

    /// <summary>Segments by name, which is by age.</summary>
    public IEnumerable<FileInfo> Segments()
    {
        var directory = new DirectoryInfo(Path);
        foreach (var unfinished in directory.EnumerateFiles("*.tmp")) unfinished.Delete();
        return directory.EnumerateFiles(SegmentPattern).OrderBy(file => file.Name, StringComparer.Ordinal);
    }

    public void Dispose() => _lock.Dispose();

    private static void Create(string path)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, OwnerOnly | UnixFileMode.UserExecute);
    }

    /// <summary>Null when another process holds it. The lock ends with its process, however that ends.</summary>
    private static FileStream? TryLock(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        try
        {
            return new FileStream(System.IO.Path.Combine(path, "lock"), options);
        }
        catch (IOException) when (File.Exists(System.IO.Path.Combine(path, "lock")))
        {
            return null;
        }
    }

    private static void Adopt(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, SegmentPattern))
            File.Move(file, System.IO.Path.Combine(to, System.IO.Path.GetFileName(file)), overwrite: true);
    }
}
