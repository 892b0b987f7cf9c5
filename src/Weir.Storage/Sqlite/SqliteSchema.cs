using Microsoft.Data.Sqlite;

namespace Weir.Storage.Sqlite;

/// <summary>Creates the database and brings an older one up to date. <c>user_version</c> is the number of scripts that ran.</summary>
internal static class SqliteSchema
{
    /// <summary>"WEIR" in ASCII: tells our files from other programs' (SQLite file format §1.3.10).</summary>
    public const long ApplicationId = 0x5745_4952;

    /// <summary>One script a version, appended to and never edited once released.</summary>
    private static readonly string[] Migrations =
    [
        Version1(),
        "ALTER TABLE exchanges ADD COLUMN in_progress INTEGER NOT NULL DEFAULT 0;",
        "CREATE INDEX exchanges_running ON exchanges(key) WHERE in_progress=1;",
        DocumentTable.Schema,
    ];

    public static int CurrentVersion => Migrations.Length;

    /// <exception cref="StoreException">The file is another program's, or a newer Weir's.</exception>
    public static void Prepare(SqliteConnection connection, string path)
    {
        Tune(connection);
        Migrate(connection, path, ApplicationId, Migrations);
    }

    /// <summary>How every database of ours is written: many readers beside one writer, pages that are free used again.</summary>
    /// <param name="connection">Open, and writes.</param>
    public static void Tune(SqliteConnection connection)
    {
        // Page reuse must be chosen before the first table exists; on an existing file this is without effect.
        Execute(connection, "PRAGMA auto_vacuum=INCREMENTAL");
        Execute(connection, "PRAGMA journal_mode=WAL");
        Execute(connection, "PRAGMA synchronous=NORMAL");
        // The write-ahead log is cut back to this after a checkpoint: 64 MiB.
        Execute(connection, "PRAGMA journal_size_limit=67108864");
        Execute(connection, "PRAGMA cache_size=-16384");
    }

    /// <summary>Runs the scripts that this file has not seen, each in a transaction of its own.</summary>
    /// <param name="connection">Open, and writes.</param>
    /// <param name="path">For messages.</param>
    /// <param name="applicationId">Tells the file from those of other programs, and of other stores.</param>
    /// <param name="migrations">One script a version.</param>
    /// <exception cref="StoreException">The file is another program's, or a newer Weir's.</exception>
    public static void Migrate(SqliteConnection connection, string path, long applicationId, IReadOnlyList<string> migrations)
    {
        var version = Scalar(connection, "PRAGMA user_version");
        var application = Scalar(connection, "PRAGMA application_id");
        var tables = Scalar(connection, "SELECT count(*) FROM sqlite_master");
        if (application != applicationId && (tables > 0 || application != 0))
        {
            throw new StoreException(StoreFailure.WrongSchema,
                $"{path} is a database of another program. Choose another data directory.");
        }

        if (version > migrations.Count)
        {
            throw new StoreException(StoreFailure.WrongSchema,
                $"{path} has schema {version}, this Weir knows up to {migrations.Count}. Run the Weir that wrote it, or choose another data directory.");
        }

        for (var next = (int)version; next < migrations.Count; next++)
        {
            using var command = connection.CreateCommand();
            command.CommandText = FormattableString.Invariant(
                $"{migrations[next]} PRAGMA application_id={applicationId}; PRAGMA user_version={next + 1};");
            Atomically.Run(connection, command.ExecuteNonQuery);
        }
    }

    private static string Version1()
    {
        var texts = string.Concat(ExchangeColumns.TextNames.Select(name => $"{name} TEXT NOT NULL,"));
        var numbers = string.Concat(ExchangeColumns.FirstNumberNames.Select(name => $"{name} INTEGER NOT NULL,"));
        // The large columns come last: SQLite then reads the small ones without following overflow pages.
        return $"""
            CREATE TABLE exchanges(
                key INTEGER PRIMARY KEY,
                id BLOB NOT NULL UNIQUE,
                started_ns INTEGER NOT NULL,
                {numbers}
                {texts}
                summary BLOB NOT NULL,
                encoding INTEGER NOT NULL,
                record BLOB NOT NULL);
            CREATE INDEX exchanges_started ON exchanges(started_ns, id);
            """;
    }

    public static long Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar() is long value ? value : 0;
    }

    public static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
