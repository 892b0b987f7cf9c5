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
        SqliteSchema.Tune(connection);
        SqliteSchema.Migrate(connection, path, ApplicationId, s_migrations);
    }
}
