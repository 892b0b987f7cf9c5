using Microsoft.Data.Sqlite;

namespace Weir.Storage.Sqlite;

/// <summary>One kind of database in a center's data directory.</summary>
/// <param name="FileName">In that directory.</param>
/// <param name="What">It keeps.</param>
/// <param name="ApplicationId">Tells its files from others.</param>
/// <param name="Version">That this Weir writes.</param>
/// <param name="CountedTable">What people count it by.</param>
internal sealed record DatabaseKind(string FileName, string What, long ApplicationId, int Version, string CountedTable)
{
    public static DatabaseKind Calls { get; } = new("weir.db", "calls", SqliteSchema.ApplicationId, SqliteSchema.CurrentVersion, "exchanges");

    /// <summary>All that a center keeps in databases of its own.</summary>
    public static IReadOnlyList<DatabaseKind> All { get; } =
    [
        Calls,
        new("traffic.db", "byte counters", Traffic.TrafficSchema.ApplicationId, Traffic.TrafficSchema.CurrentVersion, "counts"),
        new("accounts.db", "accounts", Accounts.AccountSchema.ApplicationId, Accounts.AccountSchema.Migrations.Length, "users"),
    ];
}

/// <summary>Copies of one database by SQLite's online backup (sqlite.org/backup.html): one state of it, while others go on writing, in one file.</summary>
internal static class DatabaseCopy
{
    private const string UnfinishedSuffix = ".unfinished";

    /// <summary>A sound copy of a database of this kind; how many rows it has that people count.</summary>
    public static long Copy(DatabaseKind kind, string from, string to)
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
                CheckOurs(kind, source, from);
                source.BackupDatabase(target);
                // One file, without a log beside it.
                SqliteSchema.Execute(target, "PRAGMA journal_mode=DELETE");
                CheckSound(target, to);
                var count = SqliteSchema.Scalar(target, $"SELECT count(*) FROM {kind.CountedTable}");
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

    private static void CheckOurs(DatabaseKind kind, SqliteConnection connection, string path)
    {
        if (SqliteSchema.Scalar(connection, "PRAGMA application_id") != kind.ApplicationId)
            throw new StoreException(StoreFailure.WrongSchema, $"{path} is no store of Weir's {kind.What}.");
        if (SqliteSchema.Scalar(connection, "PRAGMA user_version") is var version && version > kind.Version)
            throw new StoreException(StoreFailure.WrongSchema, $"{path} has schema {version}, this Weir knows up to {kind.Version}. Use the Weir that wrote it.");
    }

    private static void CheckSound(SqliteConnection connection, string path)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA quick_check(1)";
        if (command.ExecuteScalar() is not "ok")
            throw new StoreException(StoreFailure.Corrupt, $"What would have become {path} is damaged, and so is what it was copied from.");
    }

    /// <summary>Leaving the log needs every other connection gone (sqlite.org/wal.html §3.3): a center that runs keeps one.</summary>
    /// <exception cref="StoreException">Somebody uses it.</exception>
    public static void CheckUnused(string store)
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
