using Weir.Center.Hosting;
using Weir.Cli.Values;
using Weir.Storage;

namespace Weir.Cli.Doctor;

/// <summary>The embedded store, with SQLite's native library of this platform: one is made, and deleted again.</summary>
internal sealed class StoreCheck : IDoctorCheck
{
    public IEnumerable<DoctorFinding> Examine(DoctorContext context)
    {
        yield return Attempt.At("store", "embedded store (SQLite)", DoctorNeed.Required, () =>
        {
            var folder = Directory.CreateTempSubdirectory("weir-doctor-");
            try
            {
                using var store = Open(Path.Combine(folder.FullName, "weir.db"));
                return $"SQLite {store.EngineVersion}";
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        });
    }

    /// <summary>A platform without SQLite's library says so when it is loaded, in the type initialiser of whoever needs it.</summary>
    private static SqliteExchangeStore Open(string path)
    {
        try
        {
            return new SqliteExchangeStore(new SqliteStoreOptions { Path = path });
        }
        catch (Exception e) when (e is TypeInitializationException or DllNotFoundException or BadImageFormatException)
        {
            throw new IOException($"SQLite's native library e_sqlite3 cannot be loaded: {e.GetBaseException().Message.Split('\n')[0]}", e);
        }
    }
}

/// <summary>Room where <c>weir up</c> would store.</summary>
internal sealed class DiskCheck : IDoctorCheck
{
    public IEnumerable<DoctorFinding> Examine(DoctorContext context)
    {
        var wanted = new CenterOptions { DataDirectory = context.DataDirectory }.MaxBytes;
        yield return Attempt.At("data-directory", $"{context.DataDirectory} can be written to", DoctorNeed.Optional, () =>
        {
            var existing = Existing(context.DataDirectory);
            var probe = Path.Combine(existing, Path.GetRandomFileName());
            using (File.Create(probe, 1, FileOptions.DeleteOnClose)) return existing == context.DataDirectory ? "" : $"it will be made in {existing}";
        });
        var free = new DriveInfo(Existing(context.DataDirectory)).AvailableFreeSpace;
        yield return DoctorFinding.Of(
            "disk", $"{ByteSize.Format(wanted)} of disk for calls", free >= wanted, $"{ByteSize.Format(free)} free",
            "store less with `weir up --max-size`, or elsewhere with --data DIR");
    }

    /// <summary>The directory itself, or the nearest above it that is there.</summary>
    private static string Existing(string directory)
    {
        var at = Path.GetFullPath(directory);
        while (!Directory.Exists(at)) at = Path.GetDirectoryName(at) ?? throw new DirectoryNotFoundException($"{directory} is on no disk of this machine");
        return at;
    }
}
