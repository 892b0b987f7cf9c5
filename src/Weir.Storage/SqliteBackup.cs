using Microsoft.Data.Sqlite;
using Weir.Storage.Sqlite;

namespace Weir.Storage;

/// <summary>
/// Copies of the embedded store by SQLite's online backup (sqlite.org/backup.html): one state of it, while a center goes on writing. A
/// copy is a database of its own, in one file.
/// </summary>
public static class SqliteBackup
{
    /// <summary>What a store that gives up its place is called from then on.</summary>
    public const string ReplacedSuffix = ".before-restore";

    private const string UnfinishedSuffix = ".unfinished";

    /// <summary>Writes a copy of a store and checks it. The file has its name only once it is whole.</summary>
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
        return Copy(store, file);
    }

    /// <summary>Puts a copy in the place of a store on which nothing runs. The store that was there keeps a name beside it.</summary>
    /// <param name="file">A copy that <see cref="Write"/> made.</param>
    /// <param name="store">Database file; its directory is made when missing.</param>
    /// <param name="replace">Whether a store may be there already.</param>
    /// <returns>How many exchanges were restored.</returns>
    /// <exception cref="StoreException">The copy is none, or the store is in use or may not be replaced; nothing has changed then.</exception>
    /// <exception cref="IOException">The files cannot be written.</exception>
    public static long Restore(string file, string store, bool replace)
    {
        SQLitePCL.Batteries_V2.Init();
        if (!File.Exists(file)) throw new StoreException(StoreFailure.CannotOpen, $"There is no backup {file}.");
        var exists = File.Exists(store);
        if (exists && !replace) throw new StoreException(StoreFailure.CannotOpen, $"There is a store {store} already: replace it with --force.");
        if (!OperatingSystem.IsWindows())
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(store))!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        else
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(store))!);
        var fresh = store + ".restored";
        File.Delete(fresh);
        var count = Copy(file, fresh);
        if (exists)
        {
            try
            {
                CheckUnused(store);
            }
            catch
            {
                File.Delete(fresh);
                throw;
            }

            File.Move(store, store + ReplacedSuffix, overwrite: true);
            // They belong to the store that has gone, and would be taken for those of the one that comes.
            File.Delete(store + "-wal");
            File.Delete(store + "-shm");
        }

        File.Move(fresh, store);
        return count;
    }

    private static long Copy(string from, string to)
    {
        var unfinished = to + UnfinishedSuffix;
        File.Delete(unfinished);
        using (Create(unfinished))
        {
            // Made with the mode of a store: the copy holds what services say to each other.
        }

        try
        {
            using (var source = Open(from, SqliteOpenMode.ReadOnly))
            using (var target = Open(unfinished, SqliteOpenMode.ReadWrite))
            {
                CheckOurs(source, from);
                source.BackupDatabase(target);
                // One file, without a log beside it.
                SqliteSchema.Execute(target, "PRAGMA journal_mode=DELETE");
                CheckSound(target, to);
                var count = SqliteSchema.Scalar(target, "SELECT count(*) FROM exchanges");
                target.Close();
                File.Move(unfinished, to);
                return count;
            }
        }
        catch (SqliteException failure)
        {
            throw SqliteErrors.Describe(failure, from);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    private static FileStream Create(string path) => new(path, OperatingSystem.IsWindows()
        ? new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write }
        : new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });

    private static SqliteConnection Open(string path, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false, DefaultTimeout = 5 }.ToString());
        connection.Open();
        return connection;
    }

    private static void CheckOurs(SqliteConnection connection, string path)
    {
        if (SqliteSchema.Scalar(connection, "PRAGMA application_id") != SqliteSchema.ApplicationId)
            throw new StoreException(StoreFailure.WrongSchema, $"{path} is no store of Weir.");
        if (SqliteSchema.Scalar(connection, "PRAGMA user_version") is var version && version > SqliteSchema.CurrentVersion)
            throw new StoreException(StoreFailure.WrongSchema, $"{path} has schema {version}, this Weir knows up to {SqliteSchema.CurrentVersion}. Use the Weir that wrote it.");
    }

    private static void CheckSound(SqliteConnection connection, string path)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA quick_check(1)";
        if (command.ExecuteScalar() is not "ok")
            throw new StoreException(StoreFailure.Corrupt, $"What would have become {path} is damaged, and so is what it was copied from.");
    }

    /// <summary>Leaving the log needs every other connection gone (sqlite.org/wal.html §3.3): a center that runs keeps one.</summary>
    private static void CheckUnused(string store)
    {
        try
        {
            using var connection = Open(store, SqliteOpenMode.ReadWrite);
            SqliteSchema.Execute(connection, "PRAGMA busy_timeout=0");
            using var command = connection.CreateCommand();
            command.CommandTimeout = 1;
            command.CommandText = "PRAGMA journal_mode=DELETE";
            if (command.ExecuteScalar() is "delete") return;
        }
        catch (SqliteException failure) when ((failure.SqliteErrorCode & 0xFF) is SQLitePCL.raw.SQLITE_BUSY or SQLitePCL.raw.SQLITE_LOCKED)
        {
            // Told below, as when SQLite says it without an error.
        }
        catch (SqliteException failure) when ((failure.SqliteErrorCode & 0xFF) is SQLitePCL.raw.SQLITE_CORRUPT or SQLitePCL.raw.SQLITE_NOTADB)
        {
            // A damaged store is why people restore. Nobody can run on it.
            return;
        }

        throw new StoreException(StoreFailure.Busy, $"A Weir runs on {store}: stop it first. Nothing has changed.");
    }
}
