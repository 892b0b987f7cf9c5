namespace Weir.Storage.Accounts;

/// <summary>The tables of accounts. A file of their own: they outlive any store of calls, and none of its limits deletes a user.</summary>
internal static class AccountSchema
{
    /// <summary>"WEIA" in ASCII (SQLite file format §1.3.10).</summary>
    public const long ApplicationId = 0x5745_4941;

    /// <summary>One script a version, appended to and never edited once released.</summary>
    public static readonly string[] Migrations =
    [
        """
        CREATE TABLE users(
            name TEXT PRIMARY KEY, role TEXT NOT NULL, password TEXT NOT NULL, disabled INTEGER NOT NULL, stamp TEXT NOT NULL,
            created_ms INTEGER NOT NULL, changed_ms INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE tokens(
            id TEXT PRIMARY KEY, name TEXT NOT NULL, owner TEXT NOT NULL REFERENCES users(name) ON DELETE CASCADE, role TEXT NOT NULL,
            hash BLOB NOT NULL UNIQUE, created_ms INTEGER NOT NULL, expires_ms INTEGER, used_ms INTEGER) WITHOUT ROWID;
        CREATE TABLE signing_keys(id TEXT PRIMARY KEY, secret BLOB NOT NULL, created_ms INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE ended_sessions(id TEXT PRIMARY KEY, expires_ms INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE audit(
            id INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, kind TEXT NOT NULL, actor TEXT NOT NULL, via TEXT NOT NULL,
            address TEXT NOT NULL, action TEXT NOT NULL, target TEXT NOT NULL, status INTEGER NOT NULL, detail TEXT NOT NULL);
        CREATE INDEX audit_kind ON audit(kind, id);
        """,
    ];
}
