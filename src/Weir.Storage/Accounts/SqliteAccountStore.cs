using Microsoft.Data.Sqlite;
using Weir.Storage.Sqlite;

namespace Weir.Storage.Accounts;

/// <summary>
/// Users, tokens, keys and the audit log: one SQLite file, readable by its owner only, one connection under a lock. What a method wrote
/// has reached the disk when it returns (synchronous=FULL). Thread-safe.
/// </summary>
public sealed class SqliteAccountStore : IAccountStore
{
    private readonly SmallDatabase _file;

    /// <param name="path">Created when missing, with its directory.</param>
    /// <exception cref="StoreException">The file can't be opened, is damaged, or is not ours; the message says what to do.</exception>
    public SqliteAccountStore(string path) => _file = new SmallDatabase(path, AccountSchema.ApplicationId, AccountSchema.Migrations);

    public bool IsShared => false;

    public long Revision() => 0;

    public IReadOnlyList<UserRecord> LoadUsers() => Query(
        "SELECT name, role, password, disabled, stamp, created_ms, changed_ms FROM users ORDER BY name",
        static row => new UserRecord(row.GetString(0), row.GetString(1), row.GetString(2), row.GetBoolean(3), row.GetString(4), row.GetInt64(5), row.GetInt64(6)));

    public void SaveUser(UserRecord user) => Execute(
        """
        INSERT INTO users VALUES($name, $role, $password, $disabled, $stamp, $created, $changed)
        ON CONFLICT(name) DO UPDATE SET role=$role, password=$password, disabled=$disabled, stamp=$stamp, changed_ms=$changed
        """,
        ("$name", user.Name), ("$role", user.Role), ("$password", user.Password), ("$disabled", user.Disabled), ("$stamp", user.Stamp),
        ("$created", user.CreatedMs), ("$changed", user.ChangedMs));

    public void DeleteUser(string name) => Execute("DELETE FROM users WHERE name=$name", ("$name", name));

    public IReadOnlyList<TokenRecord> LoadTokens() => Query(
        "SELECT id, name, owner, role, hash, created_ms, expires_ms, used_ms FROM tokens ORDER BY created_ms, id",
        static row => new TokenRecord(
            row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetFieldValue<byte[]>(4), row.GetInt64(5),
            row.IsDBNull(6) ? null : row.GetInt64(6), row.IsDBNull(7) ? null : row.GetInt64(7)));

    public void AddToken(TokenRecord token) => Execute(
        "INSERT INTO tokens VALUES($id, $name, $owner, $role, $hash, $created, $expires, $used)",
        ("$id", token.Id), ("$name", token.Name), ("$owner", token.Owner), ("$role", token.Role), ("$hash", token.Hash), ("$created", token.CreatedMs),
        ("$expires", token.ExpiresMs), ("$used", token.UsedMs));

    public void TouchToken(string id, long usedMs) => Execute("UPDATE tokens SET used_ms=$used WHERE id=$id", ("$used", usedMs), ("$id", id));

    public void DeleteToken(string id) => Execute("DELETE FROM tokens WHERE id=$id", ("$id", id));

    public IReadOnlyList<SigningKeyRecord> LoadKeys() => Query(
        "SELECT id, secret, created_ms FROM signing_keys ORDER BY created_ms, id",
        static row => new SigningKeyRecord(row.GetString(0), row.GetFieldValue<byte[]>(1), row.GetInt64(2)));

    public void AddKey(SigningKeyRecord key) => Execute(
        "INSERT INTO signing_keys VALUES($id, $secret, $created)", ("$id", key.Id), ("$secret", key.Secret), ("$created", key.CreatedMs));

    public void DeleteKey(string id) => Execute("DELETE FROM signing_keys WHERE id=$id", ("$id", id));

    public IReadOnlyList<(string Id, long ExpiresMs)> LoadEndedSessions() =>
        Query("SELECT id, expires_ms FROM ended_sessions", static row => (row.GetString(0), row.GetInt64(1)));

    public void EndSession(string id, long expiresMs, long nowMs) => Execute(
        "DELETE FROM ended_sessions WHERE expires_ms<$now; INSERT OR IGNORE INTO ended_sessions VALUES($id, $expires)",
        ("$now", nowMs), ("$id", id), ("$expires", expiresMs));

    public void AppendAudit(AuditRecord line, int keep) => Execute(
        """
        INSERT INTO audit(at_ms, kind, actor, via, address, action, target, status, detail)
        VALUES($at, $kind, $actor, $via, $address, $action, $target, $status, $detail);
        DELETE FROM audit WHERE kind=$kind AND id <= (SELECT id FROM audit WHERE kind=$kind ORDER BY id DESC LIMIT 1 OFFSET $keep)
        """,
        ("$at", line.AtMs), ("$kind", line.Kind), ("$actor", line.Actor), ("$via", line.Via), ("$address", line.Address), ("$action", line.Action),
        ("$target", line.Target), ("$status", line.Status), ("$detail", line.Detail), ("$keep", keep));

    public IReadOnlyList<AuditRecord> QueryAudit(AuditQuery query) => Query(
        """
        SELECT id, at_ms, kind, actor, via, address, action, target, status, detail FROM audit
        WHERE id<$before AND ($kind IS NULL OR kind=$kind) AND ($actor IS NULL OR actor=$actor) ORDER BY id DESC LIMIT $limit
        """,
        static row => new AuditRecord(
            row.GetInt64(0), row.GetInt64(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetString(5), row.GetString(6), row.GetString(7),
            row.GetInt32(8), row.GetString(9)),
        ("$before", query.BeforeId), ("$kind", query.Kind), ("$actor", query.Actor), ("$limit", query.Limit));

    public void Dispose() => _file.Dispose();

    private void Execute(string sql, params ReadOnlySpan<(string Name, object? Value)> parameters) => _file.Execute(sql, parameters);

    private List<T> Query<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> parameters) => _file.Query(sql, read, parameters);
}
