using Microsoft.Data.Sqlite;
using Weir.Storage.Sqlite;

namespace Weir.Storage.Traffic;

/// <summary>The database of counters. <c>user_version</c> is the number of scripts that ran.</summary>
internal static class TrafficSchema
{
    /// <summary>"WRTC" in ASCII: tells this file from that of calls and from other programs'.</summary>
    public const long ApplicationId = 0x5752_5443;

    /// <summary>Columns that tell series apart.</summary>
    public static readonly string[] Columns =
    [
        "node", "device", "direction", "protocol", "source", "destination",
        "source_pod", "source_workload", "source_service", "destination_pod", "destination_workload", "destination_service",
    ];

    /// <summary>One script a version, appended to and never edited once released.</summary>
    private static readonly string[] s_migrations =
    [
        $"""
        CREATE TABLE series(id INTEGER PRIMARY KEY, last_day INTEGER NOT NULL, {string.Join(", ", Columns.Select(column => $"{column} TEXT NOT NULL"))}, UNIQUE({string.Join(", ", Columns)}));
        CREATE TABLE counts(start INTEGER NOT NULL, series INTEGER NOT NULL, bytes INTEGER NOT NULL, packets INTEGER NOT NULL, PRIMARY KEY(start, series)) WITHOUT ROWID;
        CREATE TABLE reports(id BLOB PRIMARY KEY, stored INTEGER NOT NULL) WITHOUT ROWID;
        CREATE INDEX reports_stored ON reports(stored);
        CREATE TABLE points(at INTEGER NOT NULL, probe TEXT NOT NULL, source TEXT NOT NULL, destination TEXT NOT NULL, size INTEGER NOT NULL, written INTEGER NOT NULL, touched INTEGER NOT NULL,
            PRIMARY KEY(at, probe, source, destination)) WITHOUT ROWID;
        CREATE INDEX points_unwritten ON points(at) WHERE size<>written;
        """,
    ];

    public static int CurrentVersion => s_migrations.Length;

    /// <exception cref="StoreException">It is the file of another program, or of a newer Weir.</exception>
    public static void Prepare(SqliteConnection connection, string path)
    {
        foreach (var pragma in (string[])["auto_vacuum=INCREMENTAL", "journal_mode=WAL", "synchronous=NORMAL", "journal_size_limit=67108864", "cache_size=-16384"])
            SqliteSchema.Execute(connection, $"PRAGMA {pragma}");
        var version = SqliteSchema.Scalar(connection, "PRAGMA user_version");
        var application = SqliteSchema.Scalar(connection, "PRAGMA application_id");
        if (application != ApplicationId && (application != 0 || SqliteSchema.Scalar(connection, "SELECT count(*) FROM sqlite_master") > 0))
            throw new StoreException(StoreFailure.WrongSchema, $"{path} is a database of another program. Choose another data directory.");
        if (version > s_migrations.Length)
        {
            throw new StoreException(StoreFailure.WrongSchema,
                $"{path} has schema {version}, this Weir knows up to {s_migrations.Length}. Run the Weir that wrote it, or choose another data directory.");
        }

        for (var next = (int)version; next < s_migrations.Length; next++)
        {
            using var command = connection.CreateCommand();
            command.CommandText = FormattableString.Invariant($"{s_migrations[next]} PRAGMA application_id={ApplicationId}; PRAGMA user_version={next + 1};");
            Atomically.Run(connection, command.ExecuteNonQuery);
        }
    }
}
