using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Weir.Storage.Sqlite;

/// <summary>Turns SQLite's result codes (sqlite.org/rescode.html) into errors that say what to do.</summary>
internal static class SqliteErrors
{
    public static StoreException Describe(SqliteException exception, string path) =>
        Describe(exception.SqliteErrorCode, exception.Message, path, exception);

    public static StoreException Describe(int code, string? detail, string path, Exception? inner = null)
    {
        var (failure, advice) = (code & 0xFF) switch
        {
            raw.SQLITE_FULL => (StoreFailure.DiskFull,
                "the disk is full: free space or lower the store's maximum size. Nothing acknowledged is lost; the write is repeated"),
            raw.SQLITE_IOERR => (StoreFailure.InputOutput, "the device refused to read or write: check the disk and its mount"),
            raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => (StoreFailure.Corrupt,
                "the file is damaged or is no SQLite database: move it away together with its -wal and -shm files "
                + "(Weir then starts a new one), or salvage it with: sqlite3 FILE .recover"),
            raw.SQLITE_CANTOPEN or raw.SQLITE_READONLY or raw.SQLITE_PERM or raw.SQLITE_AUTH => (StoreFailure.CannotOpen,
                "it can't be opened for writing: check that the directory exists and belongs to the user Weir runs as"),
            raw.SQLITE_BUSY or raw.SQLITE_LOCKED => (StoreFailure.Busy,
                "another process holds the database: stop it, or choose another data directory"),
            _ => (StoreFailure.Other, "SQLite refused"),
        };
        return new StoreException(failure, $"Store {path}: {advice} (SQLite error {code}: {detail}).", inner);
    }

    public static void Check(int code, sqlite3 database, string path)
    {
        if (code is raw.SQLITE_OK or raw.SQLITE_DONE or raw.SQLITE_ROW) return;
        throw Describe(code, raw.sqlite3_errmsg(database).utf8_to_string(), path);
    }
}
