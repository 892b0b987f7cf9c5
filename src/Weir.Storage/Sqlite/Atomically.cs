using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Weir.Storage.Sqlite;

/// <summary>
/// Transactions that are over when they failed. Those of Microsoft.Data.Sqlite are not when COMMIT fails and SQLite rolls back by itself, as
/// it does on a full disk (sqlite.org/lang_transaction.html §2.3): their own ROLLBACK is refused, and the connection takes no further transaction.
/// </summary>
internal static class Atomically
{
    /// <summary>Does all of it or nothing. Commands must not name a transaction.</summary>
    /// <exception cref="SqliteException">It could not be done.</exception>
    public static T Run<T>(SqliteConnection connection, Func<T> work)
    {
        SqliteSchema.Execute(connection, "BEGIN IMMEDIATE");
        try
        {
            var result = work();
            SqliteSchema.Execute(connection, "COMMIT");
            return result;
        }
        catch
        {
            if (raw.sqlite3_get_autocommit(connection.Handle) == 0) raw.sqlite3_exec(connection.Handle, "ROLLBACK");
            throw;
        }
    }
}
