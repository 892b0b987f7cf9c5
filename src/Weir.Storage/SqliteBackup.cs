using Weir.Storage.Sqlite;

namespace Weir.Storage;

/// <summary>A copy of what a center keeps in its data directory.</summary>
/// <param name="Calls">How many calls are in it; null when they are kept elsewhere.</param>
/// <param name="Files">Names of the databases in it.</param>
public sealed record BackupContent(long? Calls, IReadOnlyList<string> Files);

/// <summary>
/// Copies of a center's databases, each of one state of it, while the center goes on writing. The databases are independent of each other:
/// that they are copied one after the other tears nothing apart.
/// </summary>
public static class SqliteBackup
{
    /// <summary>What a database that gives up its place is called from then on.</summary>
    public const string ReplacedSuffix = ".before-restore";

    private const string UnfinishedSuffix = ".unfinished";

    private const string FreshSuffix = ".restored";

    /// <summary>Writes a copy of a store of calls and checks it. The file has its name only once it is whole.</summary>
    /// <param name="store">Database file; a center may run on it.</param>
    /// <param name="file">To be made; nothing is there yet.</param>
    /// <returns>How many exchanges the copy has.</returns>
    /// <exception cref="StoreException">The store or the place of the copy cannot be used; says which and why.</exception>
    /// <exception cref="IOException">The copy cannot be written.</exception>
    public static long Write(string store, string file)
    {
        SQLitePCL.Batteries_V2.Init();
        if (!File.Exists(store)) throw new StoreException(StoreFailure.CannotOpen, $"There is no store {store}.");
        if (File.Exists(file)) throw new StoreException(StoreFailure.CannotOpen, $"{file} is there already: nothing is written over it.");
        return DatabaseCopy.Copy(DatabaseKind.Calls, store, file);
    }

    /// <summary>Writes a copy of every database of a data directory: calls, byte counters, accounts. The folder has its name only once it is whole.</summary>
    /// <param name="data">Data directory; a center may run on it.</param>
    /// <param name="folder">To be made; nothing is there yet.</param>
    /// <exception cref="StoreException">A database or the place of the copy cannot be used; says which and why.</exception>
    /// <exception cref="IOException">The copy cannot be written.</exception>
    public static BackupContent WriteAll(string data, string folder)
    {
        SQLitePCL.Batteries_V2.Init();
        if (Path.Exists(folder)) throw new StoreException(StoreFailure.CannotOpen, $"{folder} is there already: nothing is written over it.");
        var kinds = DatabaseKind.All.Where(kind => File.Exists(Path.Combine(data, kind.FileName))).ToList();
        if (kinds.Count == 0) throw new StoreException(StoreFailure.CannotOpen, $"There is no store {Path.Combine(data, DatabaseKind.Calls.FileName)}.");
        var unfinished = folder + UnfinishedSuffix;
        if (Directory.Exists(unfinished)) Directory.Delete(unfinished, recursive: true);
        DataDirectory.Make(unfinished);
        try
        {
            long? calls = null;
            foreach (var kind in kinds)
            {
                var count = DatabaseCopy.Copy(kind, Path.Combine(data, kind.FileName), Path.Combine(unfinished, kind.FileName));
                if (kind == DatabaseKind.Calls) calls = count;
            }

            Directory.Move(unfinished, folder);
            return new BackupContent(calls, [.. kinds.Select(static kind => kind.FileName)]);
        }
        finally
        {
            if (Directory.Exists(unfinished)) Directory.Delete(unfinished, recursive: true);
        }
    }

    /// <summary>Databases of a data directory that a copy of the calls alone does not have.</summary>
    public static IReadOnlyList<string> OtherDatabases(string data) =>
        [.. DatabaseKind.All.Where(kind => kind != DatabaseKind.Calls && File.Exists(Path.Combine(data, kind.FileName))).Select(static kind => kind.FileName)];

    /// <summary>What of a data directory no backup has: names of files and folders.</summary>
    public static IReadOnlyList<string> LeftOut(string data) =>
    [
        .. Directory.EnumerateFileSystemEntries(data).Select(static entry => Path.GetFileName(entry))
            .Where(static name => !DatabaseKind.All.Any(kind => name == kind.FileName || name == kind.FileName + "-wal" || name == kind.FileName + "-shm"))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Puts a copy in the place of a store of calls on which nothing runs. The store that was there keeps a name beside it.</summary>
    /// <param name="file">A copy that <see cref="Write"/> made.</param>
    /// <param name="store">Database file; its directory is made when missing.</param>
    /// <param name="replace">Whether a store may be there already.</param>
    /// <returns>How many exchanges were restored.</returns>
    /// <exception cref="StoreException">The copy is none, or the store is in use or may not be replaced; nothing has changed then.</exception>
    /// <exception cref="IOException">The files cannot be written.</exception>
    public static long Restore(string file, string store, bool replace)
    {
        if (!File.Exists(file)) throw new StoreException(StoreFailure.CannotOpen, $"There is no backup {file}.");
        return Restore([(DatabaseKind.Calls, file, store)], replace)[0];
    }

    /// <summary>Puts every database of a copy in its place; those that the copy does not have stay as they are.</summary>
    /// <param name="folder">A copy that <see cref="WriteAll"/> made.</param>
    /// <param name="data">Data directory; made when missing.</param>
    /// <param name="replace">Whether databases may be there already.</param>
    /// <exception cref="StoreException">As of <see cref="Restore(string, string, bool)"/>.</exception>
    /// <exception cref="IOException">The files cannot be written.</exception>
    public static BackupContent RestoreAll(string folder, string data, bool replace)
    {
        var kinds = DatabaseKind.All.Where(kind => File.Exists(Path.Combine(folder, kind.FileName))).ToList();
        if (kinds.Count == 0) throw new StoreException(StoreFailure.CannotOpen, $"There is no backup in {folder}.");
        var counts = Restore([.. kinds.Select(kind => (kind, Path.Combine(folder, kind.FileName), Path.Combine(data, kind.FileName)))], replace);
        var calls = kinds.IndexOf(DatabaseKind.Calls);
        return new BackupContent(calls < 0 ? null : counts[calls], [.. kinds.Select(static kind => kind.FileName)]);
    }

    /// <summary>First everything is copied and looked at; only then is anything replaced.</summary>
    private static List<long> Restore(IReadOnlyList<(DatabaseKind Kind, string From, string To)> databases, bool replace)
    {
        SQLitePCL.Batteries_V2.Init();
        foreach (var (_, _, to) in databases)
            if (File.Exists(to) && !replace) throw new StoreException(StoreFailure.CannotOpen, $"There is a store {to} already: replace it with --force.");
        DataDirectory.Make(Path.GetDirectoryName(Path.GetFullPath(databases[0].To))!);
        var counts = new List<long>();
        try
        {
            foreach (var (kind, from, to) in databases)
            {
                File.Delete(to + FreshSuffix);
                counts.Add(DatabaseCopy.Copy(kind, from, to + FreshSuffix));
            }

            foreach (var (_, _, to) in databases)
                if (File.Exists(to)) DatabaseCopy.CheckUnused(to);
        }
        catch
        {
            foreach (var (_, _, to) in databases) File.Delete(to + FreshSuffix);
            throw;
        }

        foreach (var (_, _, to) in databases)
        {
            if (File.Exists(to)) File.Move(to, to + ReplacedSuffix, overwrite: true);
            // They belong to the database that has gone, and would be taken for those of the one that comes.
            File.Delete(to + "-wal");
            File.Delete(to + "-shm");
            File.Move(to + FreshSuffix, to);
        }

        return counts;
    }
}
